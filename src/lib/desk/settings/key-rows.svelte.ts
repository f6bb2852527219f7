// Distribution keys as they are typed, a row for each.
import { limits } from '#domain/kernel/limits.ts';
import {
  DistributionKey,
  DistributionKeys,
  keyFault,
  type KeyBounds,
  type KeyFault,
} from '#domain/tariffs/distribution-key.ts';
import { splitPrice, type PriceSplit } from '#domain/tariffs/split-price.ts';
import * as z from 'zod/mini';
import { newId } from '../../ids.ts';
import { m } from '../../paraglide/messages.js';
import { euroInputOf, parseEuroText } from '../../ui/money-text.ts';

const EXAMPLE_CENTS = 1_000;

export class KeyRow {
  readonly #keyId: string;
  readonly #bounds: KeyBounds;
  name = $state('');
  kind = $state<DistributionKey['person']['kind']>('percent');
  person = $state('');
  organisation = $state('');
  priceClass = $state('');
  ceiling = $state('');

  constructor(bounds: KeyBounds, key?: DistributionKey) {
    this.#bounds = bounds;
    this.#keyId = key?.keyId ?? newId();
    if (!key) return;
    const { kind, value } = key.person;
    this.name = key.name;
    this.kind = kind;
    this.person = kind === 'percent' ? String(value) : euroInputOf(value);
    this.organisation = String(key.organisationPercent);
    this.priceClass = key.priceClass ?? '';
    this.ceiling = key.ceilingCents === undefined ? '' : euroInputOf(key.ceilingCents);
  }

  /** Undefined while something has to be mended. */
  get key(): DistributionKey | undefined {
    const value = this.kind === 'percent' ? percentIn(this.person) : parseEuroText(this.person);
    const ceilingCents = this.ceiling.trim() === '' ? undefined : (parseEuroText(this.ceiling) ?? NaN);
    const priceClass = this.priceClass.trim();
    const key = z.safeParse(DistributionKey, {
      ...{ keyId: this.#keyId, name: this.name, person: { kind: this.kind, value } },
      organisationPercent: percentIn(this.organisation),
      ...(priceClass !== '' && { priceClass }),
      ...(ceilingCents !== undefined && { ceilingCents }),
    });
    return key.success ? key.data : undefined;
  }

  /** In words, what has to be mended. */
  get problem(): string | undefined {
    if (this.name.trim() === '') return m.tariffs_key_no_name();
    const { key } = this;
    if (!key) return m.tariffs_key_wrong();
    const fault = keyFault(key, this.#bounds);
    return fault && faultText(fault, this.#bounds);
  }

  /** What it makes of an ordinary price. */
  get example(): (PriceSplit & { readonly price: number }) | undefined {
    const { key } = this;
    if (!key || this.problem !== undefined) return undefined;
    const price = Math.min(EXAMPLE_CENTS, key.ceilingCents ?? EXAMPLE_CENTS);
    return { price, ...splitPrice(price, key, this.#bounds) };
  }
}

const faultText = (fault: KeyFault, bounds: KeyBounds): string =>
  ({
    'person-too-much': () => m.tariffs_fault_person_too_much({ percent: bounds.personPercentMax }),
    'person-nothing': () => m.tariffs_fault_person_nothing(),
    'organisation-too-little': () =>
      m.tariffs_fault_organisation_too_little({ percent: bounds.organisationPercentMin }),
  })[fault]();

export function percentIn(text: string): number | undefined {
  const percent = /^\d{1,3}$/.test(text.trim()) ? Number(text) : undefined;
  return percent !== undefined && percent <= limits.percentMax ? percent : undefined;
}

export class KeyRows {
  readonly #bounds: KeyBounds;
  rows = $state.raw<readonly KeyRow[]>([]);

  constructor(keys: readonly DistributionKey[], bounds: KeyBounds) {
    this.#bounds = bounds;
    this.rows = keys.map((key) => new KeyRow(bounds, key));
  }

  get keys(): DistributionKey[] | undefined {
    const keys = this.rows.map(({ key }) => key);
    const whole = keys.filter((key) => key !== undefined);
    return whole.length === keys.length && z.safeParse(DistributionKeys, whole).success ? whole : undefined;
  }

  get problem(): string | undefined {
    if (this.rows.some(({ problem }) => problem !== undefined)) return m.settings_prices_rows_wrong();
    if (this.keys) return undefined;
    return this.rows.length > limits.distributionKeysMax
      ? m.tariffs_too_many({ max: limits.distributionKeysMax })
      : m.tariffs_names_twice();
  }

  add(): void {
    this.rows = [new KeyRow(this.#bounds), ...this.rows];
  }
  remove(row: KeyRow): void {
    this.rows = this.rows.filter((one) => one !== row);
  }
  /** Earlier in the list is tried first. */
  moveUp(row: KeyRow): void {
    const at = this.rows.indexOf(row);
    const before = this.rows[at - 1];
    if (before === undefined) return;
    this.rows = this.rows.map((one, i) => (i === at ? before : i === at - 1 ? row : one));
  }
}
