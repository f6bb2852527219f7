// Two files of one person side by side: what differs is chosen part by part, and what would stand is asked of the server before anything is
// done. The request is made once and sent again as it was: a lost answer never merges twice.
import { ActAnswer, MergePreview, type MergeInput, type PassholderFile } from '#domain/passholder-api.ts';
import { doubleCards } from '#domain/passholders/decide-merge.ts';
import type { Person } from '#domain/passholders/person.ts';
import type { OwnCard } from '#domain/passholders/passholder.ts';
import { api } from '../../../api.ts';
import { newId } from '../../../ids.ts';
import { isCode } from '../../problem-text.ts';
import { Act, Resource } from '../../resource.svelte.ts';
import { session } from '../../session/session.svelte.ts';
import { emptyPersonText, textOfPerson, type PersonField, type PersonText } from '../person-text.ts';
import { PeopleSearch } from '../search/people-search.svelte.ts';
import { OpenFile } from './passholder-file.svelte.ts';

/** An address is one thing; half of the one and half of the other is nobody's. */
const PARTS: readonly (readonly PersonField[])[] = [
  ['firstName'],
  ['lastName'],
  ['dateOfBirth'],
  ['gender'],
  ['nationality'],
  ['country', 'postalCode', 'city', 'street'],
  ['email'],
  ['phone'],
  ['service', 'milestones', 'newsByMail', 'newsBySms', 'newsByPost'],
  ['parentalConsent'],
  ['terms'],
];
export type Side = 'here' | 'there';

const textOf = ({ person }: PassholderFile): PersonText =>
  person ? textOfPerson(person) : emptyPersonText();

export class FileMerge {
  readonly search = new PeopleSearch(false);
  readonly other = new OpenFile();
  readonly preview = new Resource<MergePreview>();
  readonly sending = new Act();
  chosen = $state<Partial<Record<PersonField, Side>>>({});
  /** By card system. */
  stays = $state<Record<string, string>>({});
  file: PassholderFile = $state.raw() as PassholderFile; // set by the constructor
  #sent: MergeInput | undefined;

  constructor(file: PassholderFile) {
    this.file = file;
  }

  readonly #texts: Readonly<Record<Side, PersonText>> = $derived.by(() => ({
    here: textOf(this.file),
    there: this.other.value ? textOf(this.other.value) : emptyPersonText(),
  }));
  /** Parts that are not the same, by their first field. */
  readonly differing: readonly (readonly PersonField[])[] = $derived.by(() =>
    PARTS.filter((part) => part.some((field) => this.#texts.here[field] !== this.#texts.there[field])),
  );
  readonly doubles: readonly (readonly [OwnCard, OwnCard])[] = $derived.by(() =>
    this.other.value ? doubleCards(cardsOf(this.file), cardsOf(this.other.value)) : [],
  );

  valueOf(side: Side, field: PersonField): PersonText[PersonField] {
    return this.#texts[side][field];
  }

  /** What is known wins from what is not. */
  sideOf(part: readonly PersonField[]): Side {
    const [field] = part;
    const isEmpty = (side: Side): boolean =>
      part.every((each) => this.#texts[side][each] === '' || this.#texts[side][each] === false);
    return (field && this.chosen[field]) ?? (isEmpty('here') && !isEmpty('there') ? 'there' : 'here');
  }

  /** Undefined while something is not chosen yet. */
  readonly wish: Omit<MergeInput, 'actId'> | undefined = $derived.by(() => {
    const other = this.other.value;
    const organisationId = session.organisation?.organisationId;
    if (!other || organisationId === undefined) return undefined;
    let person = this.file.person;
    for (const part of this.differing)
      if (this.sideOf(part) === 'there' && person && other.person)
        person = withPart(person, other.person, part[0]);
    const stays = this.doubles.map(([own]) => this.stays[own.cardSystemId] ?? '');
    if (!person || stays.includes('')) return undefined;
    return {
      ...{ organisationId, other: other.passholderId, basedOn: this.file.n, otherBasedOn: other.n },
      ...{ person, stays },
    };
  });
  async choose(passholderId: string): Promise<void> {
    this.chosen = {};
    this.stays = {};
    this.sending.error = undefined;
    this.preview.clear();
    await this.other.read(passholderId);
  }

  /** In an $effect: what would stand. */
  look(): void {
    const { wish } = this;
    if (!wish) return this.preview.clear();
    const path = `/api/passholders/${encodeURIComponent(this.file.passholderId)}/merge/preview`;
    void this.preview.load((signal) => api.post(path, wish, MergePreview, { signal }));
  }

  /** True when it is done. Where somebody changed one of both, they are read again. */
  async send(readAgain: () => Promise<PassholderFile | undefined>): Promise<boolean> {
    const { wish } = this;
    if (!wish) return false;
    const { actId, ...before } = this.#sent ?? { actId: undefined };
    if (actId === undefined || JSON.stringify(before) !== JSON.stringify(wish))
      this.#sent = { ...wish, actId: newId() };
    const path = `/api/passholders/${encodeURIComponent(this.file.passholderId)}/merge`;
    if (await this.sending.run(() => api.post(path, this.#sent, ActAnswer))) return true;
    if (isCode(this.sending.error, 'changed-meanwhile')) {
      const newer = await readAgain();
      if (newer) this.file = newer;
      await this.other.read(wish.other);
    }
    return false;
  }
}

const cardsOf = ({ cards }: PassholderFile) => ({ cards: cards as OwnCard[] }); // the server's own numbers

/** One part as the other file has it; what that does not say is not said any more. */
function withPart(person: Person, other: Person, field: PersonField | undefined): Person {
  if (field === 'country') return { ...person, address: other.address };
  if (field === 'service') return { ...person, optIns: other.optIns };
  const key = field === 'terms' ? 'termsAccepted' : field;
  const { [key as keyof Person]: _, ...rest } = person;
  const value = other[key as keyof Person]; // of the parts above, its own key
  return { ...rest, ...(value !== undefined && { [key as string]: value }) } as Person;
}
