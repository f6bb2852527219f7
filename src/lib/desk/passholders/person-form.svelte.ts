// The fields of one person: a field says what is wrong once one has left it, all of them once one tried to save.
import { yearsBetween, type CivilDay } from '#domain/kernel/civil-time.ts';
import { cleanLine } from '#domain/kernel/plain-text.ts';
import type { CounterFacts } from '#domain/passholder-api.ts';
import type { Identity } from '#domain/passholders/duplicate.ts';
import { needsParent } from '#domain/passholders/person.ts';
import { m } from '../../paraglide/messages.js';
import { dateTextOf } from '../../ui/date-text.ts';
import {
  checkPersonText,
  emptyPersonText,
  parseBirthDate,
  type CheckedPerson,
  type PersonField,
  type PersonText,
  type PersonTextProblem,
} from './person-text.ts';

export type Municipality = CounterFacts['municipalities'][number];

export class PersonForm {
  text: PersonText = $state(emptyPersonText());
  /** Of the region that gives the cards; none while they are not known yet. */
  municipalities = $state.raw<readonly Municipality[]>([]);
  today: CivilDay = $state('');
  #left = $state.raw<ReadonlySet<PersonField>>(new Set());
  #tried = $state(false);
  /** What we filled in as city: that one may be replaced by another proposal. */
  #proposed = '';

  readonly checked: CheckedPerson = $derived.by(() => checkPersonText(this.text, this.today));
  readonly errors: ReadonlyMap<PersonField, string> = $derived.by(
    () =>
      new Map(
        [...this.checked.problems]
          .filter(([field]) => this.#tried || this.#left.has(field))
          .map(([field, problem]) => [field, sentenceOf(field, problem)]),
      ),
  );
  readonly #born = $derived.by(() => parseBirthDate(this.text.dateOfBirth, this.today));
  readonly ageYears: number | undefined = $derived.by(() =>
    this.#born !== undefined && this.#born <= this.today ? yearsBetween(this.#born, this.today) : undefined,
  );
  readonly needsParent: boolean = $derived.by(
    () => this.#born !== undefined && this.#born <= this.today && needsParent(this.#born, this.today),
  );
  /** As far as it is typed, for who looks whether somebody is known already; undefined without a day. */
  readonly identity: Identity | undefined = $derived.by(() =>
    this.#born === undefined
      ? undefined
      : {
          firstName: cleanLine(this.text.firstName),
          lastName: cleanLine(this.text.lastName),
          dateOfBirth: this.#born,
        },
  );
  /** Who pays for this address; undefined: outside the region, or not known yet. */
  readonly home: Municipality | undefined = $derived.by(() =>
    this.text.country === 'BE' ? this.#municipalityOf(this.text.postalCode) : undefined,
  );

  constructor(today: CivilDay, text: PersonText = emptyPersonText()) {
    this.today = today;
    this.text = text;
  }

  start(text: PersonText): void {
    this.text = text;
    this.#left = new Set();
    this.#tried = false;
  }

  leave(field: PersonField): void {
    if (field === 'dateOfBirth' && this.#born !== undefined) this.text.dateOfBirth = dateTextOf(this.#born);
    if (!this.#left.has(field)) this.#left = new Set([...this.#left, field]);
  }

  showAll(): void {
    this.#tried = true;
  }

  /** The municipality of a postcode is proposed; who lives in one of its villages types that over it. */
  proposeCity(): void {
    const { city } = this.text;
    if (this.text.country !== 'BE' || (city !== '' && city !== this.#proposed)) return;
    this.#proposed = this.#municipalityOf(this.text.postalCode)?.name ?? '';
    this.text.city = this.#proposed;
  }

  #municipalityOf(postalCode: string): Municipality | undefined {
    return this.municipalities.find(({ postalCodes }) => postalCodes.includes(postalCode.trim()));
  }
}

const SENTENCES: Readonly<Record<PersonTextProblem, () => string>> = {
  required: m.desk_field_required,
  date: m.passholder_field_date,
  'not-born-yet': m.passholder_field_not_born,
  'too-long-ago': m.passholder_field_too_long_ago,
  'not-belgian': m.passholder_field_postcode,
  needed: m.desk_field_required,
  'no-address': m.passholder_field_email,
  'no-number': m.passholder_field_phone,
  'needs-mobile': m.passholder_field_needs_mobile,
  'needs-email': m.passholder_field_needs_email,
};

function sentenceOf(field: PersonField, problem: PersonTextProblem): string {
  if (problem === 'needed' && field === 'parentalConsent') return m.passholder_field_consent();
  if (problem === 'needed' && field === 'terms') return m.passholder_field_terms();
  return SENTENCES[problem]();
}
