// A price list as it is typed, a row for each rule.
import {
  CARD_REASONS,
  PriceList,
  uncoveredReasons,
  type CardReason,
  type PriceRule,
} from '#domain/cash/card-price.ts';
import { limits } from '#domain/kernel/limits.ts';
import * as z from 'zod/mini';
import { m } from '../../paraglide/messages.js';
import { euroInputOf, parseEuroText } from '../../ui/money-text.ts';
import { REASON_WORDS } from '../cash/cash-words.ts';

export class PriceRow {
  reasons = $state.raw<readonly CardReason[]>([]);
  ageFrom = $state('');
  ageTo = $state('');
  tariff = $state<'' | 'with' | 'without'>('');
  nisCode = $state('');
  price = $state('');

  constructor(rule?: PriceRule) {
    if (!rule) return;
    this.reasons = rule.reasons;
    this.ageFrom = String(rule.ageFrom ?? '');
    this.ageTo = String(rule.ageTo ?? '');
    this.tariff = rule.kansentarief === undefined ? '' : rule.kansentarief ? 'with' : 'without';
    this.nisCode = rule.nisCode ?? '';
    this.price = euroInputOf(rule.cents);
  }

  /** Undefined while something has to be mended. */
  get rule(): PriceRule | undefined {
    const cents = parseEuroText(this.price);
    const [from, to] = [ageIn(this.ageFrom), ageIn(this.ageTo)];
    if (cents === undefined || from === undefined || to === undefined || this.reasons.length === 0)
      return undefined;
    if (from !== null && to !== null && from > to) return undefined;
    return {
      reasons: CARD_REASONS.filter((reason) => this.reasons.includes(reason)),
      ...(from !== null && { ageFrom: from }),
      ...(to !== null && { ageTo: to }),
      ...(this.tariff !== '' && { kansentarief: this.tariff === 'with' }),
      ...(this.nisCode !== '' && { nisCode: this.nisCode }),
      cents,
    };
  }

  /** In words, what has to be mended. */
  get problem(): string | undefined {
    if (this.rule) return undefined;
    if (this.reasons.length === 0) return m.settings_price_no_reason();
    return parseEuroText(this.price) === undefined ? m.settings_price_wrong() : m.settings_price_age_wrong();
  }

  choose(reason: CardReason, isChosen: boolean): void {
    this.reasons = isChosen ? [...this.reasons, reason] : this.reasons.filter((one) => one !== reason);
  }
}

/** Null where nothing is typed: no bound. */
function ageIn(text: string): number | null | undefined {
  if (text.trim() === '') return null;
  const age = /^\d{1,3}$/.test(text.trim()) ? Number(text) : undefined;
  return age !== undefined && age <= limits.ageMax ? age : undefined;
}

export class PriceRows {
  rows = $state.raw<readonly PriceRow[]>([]);

  constructor(rules: readonly PriceRule[]) {
    this.rows = rules.map((rule) => new PriceRow(rule));
  }

  get rules(): PriceRule[] | undefined {
    const rules = this.rows.map(({ rule }) => rule);
    const whole = rules.filter((rule) => rule !== undefined);
    return whole.length === rules.length && z.safeParse(PriceList, whole).success ? whole : undefined;
  }

  get problem(): string | undefined {
    if (this.rows.some(({ problem }) => problem !== undefined)) return m.settings_prices_rows_wrong();
    const missing = uncoveredReasons(this.rows.flatMap(({ rule }) => (rule ? [rule] : [])));
    return missing.length === 0
      ? undefined
      : m.settings_prices_uncovered({ reasons: missing.map((reason) => REASON_WORDS[reason]()).join(', ') });
  }

  add(): void {
    this.rows = [new PriceRow(), ...this.rows];
  }
  remove(row: PriceRow): void {
    this.rows = this.rows.filter((one) => one !== row);
  }
  /** Earlier in the list is tried first. */
  moveUp(row: PriceRow): void {
    const at = this.rows.indexOf(row);
    const before = this.rows[at - 1];
    if (before === undefined) return;
    this.rows = this.rows.map((one, i) => (i === at ? before : i === at - 1 ? row : one));
  }
}
