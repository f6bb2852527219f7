// What somebody fills in to make a list: what is done, for whom, and what it is called. Says what is missing once one asked for it.
import type { BulkInput, ListChoices } from '#domain/bulk-api.ts';
import type { BlockReason } from '#domain/passholders/card-life.ts';
import { newId } from '../../ids.ts';
import { m } from '../../paraglide/messages.js';
import { dateTextOf, parseDateText } from '../../ui/date-text.ts';
import type { Moment } from './moments.svelte.ts';

type Kind = BulkInput['work']['kind'];
type Field =
  'cardSystemId' | 'until' | 'proof' | 'postalCode' | 'city' | 'street' | 'from' | 'to' | 'moment' | 'source';

export class NewList {
  /** The same for a second press; another list once something was changed. */
  #listId = newId();
  kind = $state<Kind>('renew-kansenstatuut');
  cardSystemId = $state('');
  until = $state('');
  proof = $state('');
  reason = $state<BlockReason>('lost');
  postalCode = $state('');
  city = $state('');
  street = $state('');
  from = $state('');
  to = $state('');
  /** Of a list of visits. */
  moment = $state.raw<Moment>();
  way = $state<'file' | 'numbers' | 'people'>('file');
  /** Of the search result: those who are not left out. */
  people = $state.raw<readonly string[]>([]);
  file = $state.raw<{ name: string; base64: string }>();
  numbersText = $state('');
  title = $state('');
  tried = $state(false);

  start({ cardSystems, until, blockReasons }: ListChoices): void {
    this.cardSystemId = cardSystems[0]?.cardSystemId ?? '';
    this.until = dateTextOf(until);
    this.reason = blockReasons[0] ?? 'other';
  }

  readonly numbers = $derived(
    this.numbersText
      .split(/[\n;,]+/)
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );
  readonly #missing = $derived.by(() => this.#findMissing());

  errorOf(field: Field): string | undefined {
    return this.tried ? this.#missing.get(field) : undefined;
  }

  changed(): void {
    this.#listId = newId();
  }

  /** Undefined while something is missing; then each field says what. */
  input(organisationId: string, otherwise: string): BulkInput | undefined {
    this.tried = true;
    if (this.#missing.size > 0) return undefined;
    return {
      ...{ listId: this.#listId, organisationId, work: this.#work(), title: this.title.trim() || otherwise },
      source: this.#source(),
    };
  }

  #source(): BulkInput['source'] {
    if (this.way === 'people') return { people: [...this.people] };
    return this.way === 'file' ? { file: this.file?.base64 ?? '' } : { numbers: this.numbers };
  }

  #work(): BulkInput['work'] {
    const { kind, cardSystemId, proof, reason, postalCode, city, street, from, to } = this;
    switch (kind) {
      case 'renew-kansenstatuut':
        return { kind, cardSystemId, proof, until: parseDateText(this.until) ?? '' };
      case 'block-card':
        return { kind, reason };
      case 'rename-street':
        return { kind, postalCode: postalCode.trim(), from: from.trim(), to: to.trim() };
      case 'change-address':
        return { kind, postalCode: postalCode.trim(), city: city.trim(), street: street.trim() };
      case 'check-in':
        return { kind, activityId: this.moment?.activityId ?? '', at: this.moment?.at ?? 0 };
      case 'export':
        return { kind };
    }
  }

  #findMissing(): ReadonlyMap<Field, string> {
    const missing = new Map<Field, string>();
    const need = (field: Field, isThere: boolean, text: string): unknown =>
      isThere || missing.set(field, text);
    if (this.kind === 'renew-kansenstatuut') {
      need('cardSystemId', this.cardSystemId !== '', m.desk_field_required());
      need('until', parseDateText(this.until) !== undefined, m.desk_field_date());
      need('proof', this.proof !== '', m.desk_field_required());
    }
    if (this.kind === 'rename-street' || this.kind === 'change-address')
      need('postalCode', /^[1-9]\d{3}$/.test(this.postalCode.trim()), m.desk_field_required());
    if (this.kind === 'rename-street') {
      need('from', this.from.trim() !== '', m.desk_field_required());
      need('to', this.to.trim() !== '', m.desk_field_required());
    }
    if (this.kind === 'change-address') {
      need('city', this.city.trim() !== '', m.desk_field_required());
      need('street', this.street.trim() !== '', m.desk_field_required());
    }
    if (this.kind === 'check-in') need('moment', this.moment !== undefined, m.bulk_needed_moment());
    if (this.way === 'people') need('source', this.people.length > 0, m.bulk_needed_people());
    else if (this.way === 'file') need('source', this.file !== undefined, m.bulk_needed_source());
    else need('source', this.numbers.length > 0, m.bulk_needed_numbers());
    return missing;
  }
}
