// One setting as it is typed: each kind has its own field, and a value only once that is right.
import type { SettingsAnswer, SettingState } from '#domain/settings-api.ts';
import { addCivilDays, isCivilDay, type CivilDay } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { PAYMENT_MEANS } from '#domain/cash/sale.ts';
import { BLOCK_REASONS, NARROWED_REASONS } from '#domain/passholders/card-life.ts';
import { SETTINGS, type SettingKey } from '#domain/settings/settings.ts';
import type { KeyBounds } from '#domain/tariffs/distribution-key.ts';
import * as z from 'zod/mini';
import { m } from '../../paraglide/messages.js';
import { dateTextOf, parseDateText } from '../../ui/date-text.ts';
import { euroInputOf, parseEuroText } from '../../ui/money-text.ts';
import { longCivilDayText, proofText } from '../passholders/passholder-words.ts';
import { KeyRows, percentIn } from './key-rows.svelte.ts';
import { PriceRows } from './price-rows.svelte.ts';
import {
  blockReasonText,
  boundsIn,
  finerIn,
  keysIn,
  meansText,
  monthDayText,
  pricesIn,
  textsIn,
  twoTextsIn,
  wholeIn,
} from './setting-words.ts';

type FieldKind =
  | 'days'
  | 'minutes'
  | 'month-day'
  | 'choices'
  | 'prices'
  | 'money'
  | 'text'
  | 'two-texts'
  | 'reasons'
  | 'finer-reasons'
  | 'yes-no'
  | 'keys'
  | 'bounds';
const KINDS: Readonly<Record<SettingKey, FieldKind>> = {
  kansenstatuutGraceDays: 'days',
  moveBackDays: 'days',
  moveAheadDays: 'days',
  kansenstatuutEndsOn: 'month-day',
  kansenstatuutProofs: 'choices',
  kansenstatuutProofsLeftOut: 'choices',
  blockReasons: 'choices',
  replaceReasons: 'finer-reasons',
  undoReasons: 'reasons',
  marginBeforeMin: 'minutes',
  marginAfterMin: 'minutes',
  posterHeading: 'text',
  posterHelp: 'text',
  selfSaveText: 'two-texts',
  paymentMeans: 'choices',
  inszAsked: 'yes-no',
  cardPrices: 'prices',
  receiptText: 'text',
  tillChangeCents: 'money',
  distributionKeys: 'keys',
  keyBounds: 'bounds',
};

export class SettingForm {
  readonly key: SettingKey;
  readonly kind: FieldKind;
  /** May a choice be added that nobody named yet? */
  readonly takesOther: boolean;
  text = $state('');
  /** Of two texts the other one: in English, or the reasons under the second heading. */
  second = $state('');
  isOn = $state(false);
  chosen = $state.raw<readonly string[]>([]);
  choices = $state.raw<readonly { value: string; label: string }[]>([]);
  other = $state('');
  readonly prices: PriceRows;
  readonly keys: KeyRows;
  from = $state('');
  reason = $state('');
  tried = $state(false);
  readonly #today: CivilDay;
  readonly #latest: CivilDay;

  constructor({ key, value, versions }: SettingState, { today, regionProofs, keyBounds }: SettingsAnswer) {
    this.key = key;
    this.kind = KINDS[key];
    this.takesOther = key === 'kansenstatuutProofs';
    this.#today = today;
    this.#latest = addCivilDays(today, limits.settingAheadDays);
    this.from = dateTextOf(today);
    // Who changes something that is planned goes on from there.
    const start = versions.find(({ state }) => state === 'planned')?.value ?? value;
    if (this.kind === 'reasons') this.text = textsIn(start).join('\n');
    if (this.kind === 'two-texts') ({ nl: this.text, en: this.second } = twoTextsIn(start));
    if (this.kind === 'finer-reasons')
      [this.text, this.second] = NARROWED_REASONS.map((under) => finerIn(start, under).join('\n')) as [
        string,
        string,
      ]; // there are two
    if (this.kind === 'days' || this.kind === 'minutes') this.text = String(wholeIn(start));
    if (this.kind === 'month-day') this.text = monthDayText(start);
    if (this.kind === 'text') this.text = String(start);
    if (this.kind === 'yes-no') this.isOn = start === true;
    if (this.kind === 'money') this.text = euroInputOf(wholeIn(start));
    if (this.kind === 'choices') this.#startChoices(textsIn(start), regionProofs);
    if (this.kind === 'bounds') this.#startBounds(boundsIn(start));
    this.prices = new PriceRows(this.kind === 'prices' ? pricesIn(start) : []);
    this.keys = new KeyRows(this.kind === 'keys' ? keysIn(start) : [], boundsIn(keyBounds));
  }

  #startBounds({ personPercentMax, personMayPayNothing, organisationPercentMin }: KeyBounds): void {
    this.text = String(personPercentMax);
    this.second = String(organisationPercentMin);
    this.isOn = personMayPayNothing;
  }

  #startChoices(held: readonly string[], regionProofs: readonly string[]): void {
    const [own, word] =
      this.key === 'blockReasons'
        ? [BLOCK_REASONS, blockReasonText]
        : this.key === 'paymentMeans'
          ? [PAYMENT_MEANS, meansText]
          : [regionProofs, proofText];
    const all = [...new Set([...own, ...held])];
    this.choices = all.map((value) => ({ value, label: word(value) }));
    // What is left out is stored; what is accepted is what people think in.
    this.chosen = this.key === 'kansenstatuutProofsLeftOut' ? all.filter((one) => !held.includes(one)) : held;
  }

  choose(value: string, isChosen: boolean): void {
    this.chosen = isChosen ? [...this.chosen, value] : this.chosen.filter((one) => one !== value);
  }

  addOther(): void {
    const value = this.other
      .trim()
      .toLowerCase()
      .normalize('NFD')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, limits.idMax);
    if (value === '') return;
    if (!this.choices.some((choice) => choice.value === value))
      this.choices = [...this.choices, { value, label: proofText(value) }];
    if (!this.chosen.includes(value)) this.choose(value, true);
    this.other = '';
  }

  readonly problem: string | undefined = $derived.by(() => {
    if (this.kind === 'days') return daysIn(this.text) === undefined ? m.settings_days_wrong() : undefined;
    if (this.kind === 'month-day')
      return monthDayIn(this.text) === undefined ? m.settings_month_day_wrong() : undefined;
    if (this.kind === 'prices') return this.prices.problem;
    if (this.kind === 'keys') return this.keys.problem;
    if (this.kind === 'bounds')
      return percentIn(this.text) === undefined || percentIn(this.second) === undefined
        ? m.tariffs_percent_wrong()
        : undefined;
    if (this.kind === 'money')
      return parseEuroText(this.text) === undefined ? m.settings_price_wrong() : undefined;
    if (this.kind === 'yes-no') return undefined;
    if (this.kind === 'minutes')
      return minutesIn(this.text) === undefined ? m.settings_minutes_wrong() : undefined;
    if (this.kind !== 'choices') {
      if (z.safeParse(SETTINGS[this.key], this.value).success) return undefined;
      if (this.kind === 'two-texts') return m.settings_dutch_first();
      return this.kind === 'text' ? m.settings_paper_wrong() : m.settings_reasons_wrong();
    }
    const mayBeNone = this.key === 'kansenstatuutProofsLeftOut';
    return this.chosen.length === 0 && !mayBeNone ? m.settings_choose_one() : undefined;
  });

  readonly fromDay: CivilDay | undefined = $derived.by(() => parseDateText(this.from));
  readonly fromProblem: string | undefined = $derived.by(() => {
    if (this.fromDay === undefined) return m.desk_field_date();
    return this.fromDay < this.#today || this.fromDay > this.#latest
      ? m.settings_from_wrong({
          earliest: longCivilDayText(this.#today),
          latest: longCivilDayText(this.#latest),
        })
      : undefined;
  });
  readonly reasonProblem: string | undefined = $derived.by(() =>
    this.reason.trim() === '' ? m.desk_field_required() : undefined,
  );

  get isGood(): boolean {
    return (this.problem ?? this.fromProblem ?? this.reasonProblem) === undefined;
  }

  get startsToday(): boolean {
    return this.fromDay === this.#today;
  }

  get value(): unknown {
    if (this.kind === 'days') return daysIn(this.text);
    if (this.kind === 'month-day') return monthDayIn(this.text);
    if (this.kind === 'prices') return this.prices.rules;
    if (this.kind === 'keys') return this.keys.keys;
    if (this.kind === 'bounds')
      return {
        personPercentMax: percentIn(this.text),
        personMayPayNothing: this.isOn,
        organisationPercentMin: percentIn(this.second),
      };
    if (this.kind === 'money') return parseEuroText(this.text);
    if (this.kind === 'minutes') return minutesIn(this.text);
    if (this.kind === 'text') return this.text.trim();
    if (this.kind === 'two-texts') return { nl: this.text.trim(), en: this.second.trim() };
    if (this.kind === 'reasons') return linesIn(this.text);
    if (this.kind === 'finer-reasons')
      return [this.text, this.second].flatMap((lines, i) =>
        linesIn(lines).map((text) => ({ under: NARROWED_REASONS[i], text })),
      );
    if (this.kind === 'yes-no') return this.isOn;
    const inOrder = this.choices.map(({ value }) => value);
    return this.key === 'kansenstatuutProofsLeftOut'
      ? inOrder.filter((value) => !this.chosen.includes(value))
      : inOrder.filter((value) => this.chosen.includes(value));
  }
}

function daysIn(text: string): number | undefined {
  const days = /^\d{1,3}$/.test(text.trim()) ? Number(text) : undefined;
  return days !== undefined && days <= 366 ? days : undefined;
}

function minutesIn(text: string): number | undefined {
  const minutes = /^\d{1,4}$/.test(text.trim()) ? Number(text) : undefined;
  return minutes !== undefined && minutes <= 1440 ? minutes : undefined;
}

const linesIn = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

function monthDayIn(text: string): string | undefined {
  const [, day = '', month = ''] = /^(\d{1,2})\s*[/.-]\s*(\d{1,2})$/.exec(text.trim()) ?? [];
  const value = `${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isCivilDay(`2027-${value}`) ? value : undefined;
}
