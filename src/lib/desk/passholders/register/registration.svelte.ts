// Registering somebody: card first, then the person. The ids are made once for each intent and kept in the draft, so that
// a second press, a lost answer or a dead tab never registers anybody twice.
import type { PaidFor } from '#domain/cash-api.ts';
import type { Payment } from '#domain/cash/sale.ts';
import { ActAnswer, Arrival, type CounterFacts, type RegisterInput } from '#domain/passholder-api.ts';
import { isUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import type { Person } from '#domain/passholders/person.ts';
import { untrack } from 'svelte';
import * as z from 'zod/mini';
import { api, Unreachable } from '../../../api.ts';
import { now } from '../../../clock.ts';
import { newId } from '../../../ids.ts';
import { PaymentForm } from '../../cash/payment.svelte.ts';
import { GrowingFamily } from '../../families/families.svelte.ts';
import { clearKeptDraft, readKeptDraft, writeKeptDraft } from '../../draft.ts';
import { isCode } from '../../problem-text.ts';
import { Act } from '../../resource.svelte.ts';
import { session } from '../../session/session.svelte.ts';
import { GrantForm } from '../grant-form.svelte.ts';
import { InszField } from '../insz-field.svelte.ts';
import { NewCard } from '../new-card.svelte.ts';
import { PersonForm } from '../person-form.svelte.ts';
import { DuplicateCheck } from './duplicates.svelte.ts';
import { emptyPersonText, nextOfFamily, PersonText } from '../person-text.ts';

const DRAFT = 'registration';
const Draft = z.object({
  actId: z.uuid(),
  passholderId: z.uuid(),
  number: z.string(),
  person: PersonText,
  grant: z.object({ proof: z.string(), until: z.string() }),
  arrival: z.optional(Arrival),
});
type Draft = z.infer<typeof Draft>;

export type Registered = {
  readonly passholderId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly number: string;
  /** Was taken before, under the same id: by a first press whose answer was lost. */
  readonly before: boolean;
  /** Absent where the answer was lost. */
  readonly paid: PaidFor | undefined;
  /** Moved here, with a card of another region. */
  readonly arrival: Arrival | undefined;
};

/** A card that another room found in stock: the next registration begins with it. In memory, never in an address. */
let handed: string | undefined;
export const startWithCard = (number: string): void => {
  handed = number;
};

/** Who moves here from another region gets a file and a new card. */
let arriving: Arrival | undefined;
export const startWithArrival = (arrival: Arrival): void => {
  arriving = arrival;
};

export class Registration {
  readonly card = new NewCard();
  readonly person = new PersonForm(civilDayOf(now()));
  readonly grant = new GrantForm();
  readonly payment = new PaymentForm(() =>
    this.person.ageYears === undefined
      ? undefined
      : {
          reason: 'first-card',
          ageYears: this.person.ageYears,
          nisCode: this.person.home?.nisCode ?? null,
          // The grant of this act begins today.
          kansentarief: this.card.saysKansenstatuut,
        },
  );
  /** In no draft: who comes back types it anew. */
  readonly insz = new InszField();
  readonly duplicates = new DuplicateCheck();
  readonly saving = new Act();
  /** No answer came: the same request goes again by itself. */
  waits = $state(false);
  /** Those of this family, the last one last. */
  family = $state.raw<readonly Registered[]>([]);
  /** Those who were registered as the next of the family, put together. */
  readonly together = new GrowingFamily();
  done = $state.raw<Registered | undefined>();
  /** The card of another region that this person has. */
  arrival = $state.raw<Arrival | undefined>();
  /** When what stands here was typed, if it comes from an earlier time. */
  restoredAt = $state<number>();
  readonly #userId: string;
  #actId = newId();
  #passholderId = newId();
  #sent: RegisterInput | undefined;
  #counter: CounterFacts | undefined;

  constructor(userId: string) {
    this.#userId = userId;
    this.grant.start(this.person.today);
    const draft = readKeptDraft(userId, DRAFT, Draft);
    if (draft) this.#restore(draft.value, draft.at);
    if (handed !== undefined) this.card.start(handed);
    handed = undefined;
    if (arriving !== undefined) this.arrival = arriving;
    arriving = undefined;
    if (this.card.number !== undefined) void this.card.check();
  }

  knowCounter(counter: CounterFacts): void {
    if (this.#counter === counter) return;
    this.#counter = counter;
    this.person.today = counter.today;
    this.person.municipalities = counter.municipalities;
    this.grant.knowEnd(counter);
    this.payment.know(counter);
    this.person.proposeCity();
  }

  /** In an $effect: the proofs are those of who pays. */
  followHome(): void {
    this.grant.accepted = this.person.home?.proofs;
  }

  /** In an $effect: whoever was just registered is known, of course. */
  followIdentity(): void {
    const identity = this.done === undefined ? this.person.identity : undefined;
    const organisationId = session.organisation?.organisationId;
    const insz = this.insz.value;
    untrack(() => this.duplicates.follow(identity && { ...identity, ...(insz && { insz }) }, organisationId));
  }

  /** Whose national number it should be, as far as is typed. */
  get inszOwner(): Pick<Person, 'dateOfBirth' | 'gender'> | undefined {
    const { identity, text } = this.person;
    const { gender } = text;
    return identity && { dateOfBirth: identity.dateOfBirth, ...(gender !== '' && { gender }) };
  }

  /** In an $effect: keeps what is typed, and nothing while nothing is. */
  keepDraft(): void {
    const draft = {
      number: this.card.text,
      person: $state.snapshot(this.person.text),
      grant: { proof: this.grant.proof, until: this.grant.until },
      ...(this.arrival && { arrival: this.arrival }),
    };
    if (this.done !== undefined) return;
    if (draft.number === '' && isUntouched(draft.person)) clearKeptDraft(this.#userId, DRAFT);
    else
      writeKeptDraft(this.#userId, DRAFT, {
        actId: this.#actId,
        passholderId: this.#passholderId,
        ...draft,
      } satisfies Draft);
  }

  /** True when it is done; otherwise the screen shows what to mend, or that it waits for the network. */
  async save(): Promise<boolean> {
    if (this.saving.busy) return false;
    this.person.showAll();
    this.grant.showAll();
    this.insz.leave();
    const cardIsGood = await this.card.check();
    const payment = await this.payment.build();
    const input = payment === undefined ? undefined : this.#input(payment);
    if (!cardIsGood || input === undefined || !this.insz.isGood) return false;
    return this.#send(input);
  }

  /** Under the same id; what was changed meanwhile waits for a press. */
  async retry(): Promise<boolean> {
    const { current } = this.payment;
    const input = current === undefined ? undefined : this.#input(current);
    if (!this.waits || this.#sent === undefined) return false;
    if (JSON.stringify(input) !== JSON.stringify(this.#sent)) {
      this.waits = false;
      return false;
    }
    return this.#send(this.#sent);
  }

  /** Also when it has to be tried again. */
  async putTogether(): Promise<void> {
    const organisationId = session.organisation?.organisationId;
    if (organisationId !== undefined) await this.together.save(organisationId, this.person.today);
  }

  nextOfFamily(): void {
    this.#begin(nextOfFamily($state.snapshot(this.person.text)));
  }

  startAnew(): void {
    this.family = [];
    this.together.forget();
    this.#begin(emptyPersonText());
  }

  #begin(person: PersonText): void {
    this.#actId = newId();
    this.#passholderId = newId();
    this.#sent = undefined;
    this.waits = false;
    this.done = undefined;
    this.restoredAt = undefined;
    this.arrival = undefined;
    this.saving.error = undefined;
    this.card.start('');
    this.person.start(person);
    this.grant.start(this.person.today);
    this.payment.start();
    this.insz.start();
    clearKeptDraft(this.#userId, DRAFT);
  }

  #restore({ actId, passholderId, number, person, grant, arrival }: Draft, at: number): void {
    this.arrival = arrival;
    this.#actId = actId;
    this.#passholderId = passholderId;
    this.card.start(number);
    this.person.start(person);
    this.grant.proof = grant.proof;
    this.grant.until = grant.until;
    this.restoredAt = at;
  }

  #input(payment: Payment | null): RegisterInput | undefined {
    const { person } = this.person.checked;
    const { number, checked, saysKansenstatuut } = this.card;
    const organisationId = session.organisation?.organisationId;
    const grant = saysKansenstatuut ? this.grant.grant : undefined;
    if (!person || !number || !checked?.cardSystemId || !organisationId) return undefined;
    if (saysKansenstatuut && !grant) return undefined;
    return {
      actId: this.#actId,
      passholderId: this.#passholderId,
      organisationId,
      registration: {
        kind: 'register',
        person,
        cardSystemId: checked.cardSystemId,
        number,
        ...(grant && { kansenstatuut: grant }),
        ...(this.arrival && isUitpasNumber(this.arrival.number) && { comesWith: this.arrival.number }),
      },
      ...(payment && { payment }),
      ...(this.insz.value !== undefined && { insz: this.insz.value }),
    };
  }

  async #send(input: RegisterInput): Promise<boolean> {
    this.#sent = input;
    let paid: PaidFor | undefined;
    const ok = await this.saving.run(async () => {
      ({ paid } = await api.post('/api/passholders/register', input, ActAnswer));
    });
    const { error } = this.saving;
    this.waits = error instanceof Unreachable;
    // A first press got through and its answer did not; what was changed since stands in no file yet.
    const before = isCode(error, 'other-act-with-this-id') || isCode(error, 'is-registered');
    if (!ok && !before) return false;
    const { person, number } = input.registration;
    const { arrival } = this;
    const { firstName, lastName } = person;
    this.done = { passholderId: input.passholderId, firstName, lastName, number, before, paid, arrival };
    this.family = [...this.family, this.done];
    this.together.add(input.passholderId);
    void this.putTogether();
    clearKeptDraft(this.#userId, DRAFT);
    return true;
  }
}

const isUntouched = (person: PersonText): boolean =>
  JSON.stringify(person) === JSON.stringify(emptyPersonText());
