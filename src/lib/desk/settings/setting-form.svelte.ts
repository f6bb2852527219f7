// One setting as it is typed: each kind has its own field, and a value only once that is right.
import type { SettingsAnswer, SettingState } from '#domain/settings-api.ts';
import { addCivilDays, isCivilDay, type CivilDay } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { PAYMENT_MEANS } from '#domain/cash/sale.ts';
import { BLOCK_REASONS } from '#domain/passholders/card-life.ts';
import type { SettingKey } from '#domain/settings/settings.ts';
import { m } from '../../paraglide/messages.js';
import { dateTextOf, parseDateText } from '../../ui/date-text.ts';
import { euroInputOf, parseEuroText } from '../../ui/money-text.ts';
import { longCivilDayText, proofText } from '../passholders/passholder-words.ts';
import { PriceRows } from './price-rows.svelte.ts';
import { blockReasonText, meansText, monthDayText, pricesIn, textsIn, wholeIn } from './setting-words.ts';

type FieldKind = 'days' | 'month-day' | 'choices' | 'prices' | 'money' | 'text' | 'yes-no';
const KINDS: Readonly<Record<SettingKey, FieldKind>> = {
  kansenstatuutGraceDays: 'days',
  moveBackDays: 'days',
  moveAheadDays: 'days',
  kansenstatuutEndsOn: 'month-day',
  kansenstatuutProofs: 'choices',
  kansenstatuutProofsLeftOut: 'choices',
  blockReasons: 'choices',
  paymentMeans: 'choices',
  inszAsked: 'yes-no',
  cardPrices: 'prices',
  receiptText: 'text',
  tillChangeCents: 'money',
};

export class SettingForm {
  readonly key: SettingKey;
  readonly kind: FieldKind;
  /** May a choice be added that nobody named yet? */
  readonly takesOther: boolean;
  text = $state('');
  isOn = $state(false);
  chosen = $state.raw<readonly string[]>([]);
  choices = $state.raw<readonly { value: string; label: string }[]>([]);
  other = $state('');
  readonly prices: PriceRows;
  from = $state('');
  reason = $state('');
  tried = $state(false);
  readonly #today: CivilDay;
  readonly #latest: CivilDay;

  constructor({ key, value, versions }: SettingState, { today, regionProofs }: SettingsAnswer) {
    this.key = key;
    this.kind = KINDS[key];
    this.takesOther = key === 'kansenstatuutProofs';
    this.#today = today;
    this.#latest = addCivilDays(today, limits.settingAheadDays);
    this.from = dateTextOf(today);
    // Who changes something that is planned goes on from there.
    const start = versions.find(({ state }) => state === 'planned')?.value ?? value;
    if (this.kind === 'days') this.text = String(wholeIn(start));
    if (this.kind === 'month-day') this.text = monthDayText(start);
    if (this.kind === 'text') this.text = String(start);
    if (this.kind === 'yes-no') this.isOn = start === true;
    if (this.kind === 'money') this.text = euroInputOf(wholeIn(start));
    if (this.kind === 'choices') this.#startChoices(textsIn(start), regionProofs);
    this.prices = new PriceRows(this.kind === 'prices' ? pricesIn(start) : []);
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
    if (this.kind === 'money')
      return parseEuroText(this.text) === undefined ? m.settings_price_wrong() : undefined;
    if (this.kind === 'text' || this.kind === 'yes-no') return undefined;
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
    if (this.kind === 'money') return parseEuroText(this.text);
    if (this.kind === 'text') return this.text.trim();
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

function monthDayIn(text: string): string | undefined {
  const [, day = '', month = ''] = /^(\d{1,2})\s*[/.-]\s*(\d{1,2})$/.exec(text.trim()) ?? [];
  const value = `${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isCivilDay(`2027-${value}`) ? value : undefined;
}
