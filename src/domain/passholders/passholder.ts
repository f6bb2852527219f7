// A pass holder is what happened to that person: each act at a desk is an event, and the present is their sum. One fold
// for the server's tables and for whoever proves them (docs/adr/016). Events are never changed; what they say of a person
// can be erased, what they say of cards and rights stays.
import type { UitpasNumber } from '../cards/uitpas-number.ts';
import { assert } from '../kernel/assert.ts';
import type { CivilDay, Instant } from '../kernel/civil-time.ts';
import type { BlockReason, ReplaceReason } from './card-life.ts';
import type { Kansenstatuut } from './kansenstatuut.ts';
import type { Person } from './person.ts';

export type PassholderEvent =
  /** `comesWith`: the card of another region, of who moved here; it can be erased. */
  | {
      readonly kind: 'registered';
      readonly person: Person;
      readonly nisCode: string | null;
      readonly comesWith?: UitpasNumber;
    }
  /** Known before there were events: as it stood in the tables, or in another system. */
  | ({ readonly kind: 'taken-over' } & Pick<Passholder, 'person' | 'homes' | 'memberships' | 'cards'>)
  | { readonly kind: 'details-changed'; readonly person: Person }
  /** Another municipality pays from that day on; null: outside the region. */
  | {
      readonly kind: 'moved';
      readonly person: Person;
      readonly nisCode: string | null;
      readonly from: CivilDay;
    }
  | { readonly kind: 'membership-started'; readonly cardSystemId: string }
  | { readonly kind: 'membership-ended'; readonly cardSystemId: string; readonly reason: EndReason }
  /** Ends by itself on that day; null: not any more. */
  | {
      readonly kind: 'membership-end-planned';
      readonly cardSystemId: string;
      readonly on: CivilDay | null;
    }
  | { readonly kind: 'card-handed-out'; readonly cardSystemId: string; readonly number: UitpasNumber }
  | { readonly kind: 'card-blocked'; readonly number: UitpasNumber; readonly reason: BlockReason }
  | { readonly kind: 'card-unblocked'; readonly number: UitpasNumber }
  | {
      readonly kind: 'card-replaced';
      readonly number: UitpasNumber;
      readonly by: UitpasNumber;
      readonly reason: ReplaceReason;
      /** In the words that the region had for it. */
      readonly finer?: string;
    }
  /** Granted, renewed, suspended or ended: what holds from now on. */
  | {
      readonly kind: 'kansenstatuut-set';
      readonly cardSystemId: string;
      readonly act: KansenstatuutAct;
      readonly kansenstatuut: Kansenstatuut;
    }
  /** What a colleague should know; the text can be erased. */
  | { readonly kind: 'note-added'; readonly noteId: string; readonly noteText: string }
  | { readonly kind: 'note-withdrawn'; readonly noteId: string; readonly noteBecause: string }
  /** Another file of the same person came in: everything as it stands from then on. */
  | ({ readonly kind: 'merged'; readonly from: string; readonly person: Person } & Pick<
      Passholder,
      'memberships' | 'cards' | 'notes'
    >)
  /** This file went into that one. */
  | { readonly kind: 'merged-away'; readonly into: string }
  | { readonly kind: 'erased' };

export const KANSENSTATUUT_ACTS = ['granted', 'renewed', 'suspended', 'resumed', 'ended'] as const;
export type KansenstatuutAct = (typeof KANSENSTATUUT_ACTS)[number];

export const END_REASONS = ['moved-away', 'asked', 'deceased', 'erased'] as const;
export type EndReason = (typeof END_REASONS)[number];

export type OwnCard = {
  readonly number: UitpasNumber;
  readonly cardSystemId: string;
  readonly state: 'active' | 'blocked' | 'replaced';
  readonly since: Instant;
  readonly replacedBy?: UitpasNumber;
};

export type Membership = {
  readonly cardSystemId: string;
  readonly status: 'active' | 'ended';
  readonly kansenstatuut: Kansenstatuut | null;
  /** The first day on which it is no membership any more. */
  readonly endsOn?: CivilDay;
};

export type Home = { readonly nisCode: string | null; readonly from: CivilDay };

export type Passholder = {
  readonly passholderId: string;
  /** How many events; what an edit was based on. */
  readonly n: number;
  readonly state: 'active' | 'erased' | 'merged';
  /** Where this file went. */
  readonly mergedInto?: string;
  readonly person: Person | null;
  /** Which municipality pays, from which day; the newest last. */
  readonly homes: readonly Home[];
  readonly memberships: readonly Membership[];
  readonly cards: readonly OwnCard[];
  /** What they say is in their events. Absent: none. */
  readonly notes?: readonly Note[];
};

export type Note = { readonly noteId: string; readonly withdrawn: boolean };

export const nobody = (passholderId: string): Passholder => ({
  passholderId,
  n: 0,
  state: 'active',
  person: null,
  homes: [],
  memberships: [],
  cards: [],
});

/** `at` and `today` are when the desk acted. Events were decided before: one that does not fit is a bug, not a refusal. */
export function apply(
  passholder: Passholder,
  event: PassholderEvent,
  { at, today }: { readonly at: Instant; readonly today: CivilDay },
): Passholder {
  const next = { ...passholder, n: passholder.n + 1 };
  assert(passholder.state === 'active', 'nothing happens any more to who was erased or merged');
  const isFirst = event.kind === 'registered' || event.kind === 'taken-over';
  assert((passholder.n === 0) === isFirst, 'a registration comes first, and once');
  switch (event.kind) {
    case 'registered':
      return { ...next, person: event.person, homes: [{ nisCode: event.nisCode, from: today }] };
    case 'taken-over': {
      const { person, homes, memberships, cards } = event;
      return { ...next, person, homes, memberships, cards };
    }
    case 'details-changed':
      return { ...next, person: event.person };
    case 'moved':
      return {
        ...next,
        person: event.person,
        homes: homesAfterMove(passholder.homes, event, today),
      };
    case 'membership-started':
      return {
        ...next,
        memberships: [
          ...passholder.memberships.filter(({ cardSystemId }) => cardSystemId !== event.cardSystemId),
          { cardSystemId: event.cardSystemId, status: 'active', kansenstatuut: null },
        ],
      };
    case 'membership-ended':
      return {
        ...next,
        memberships: passholder.memberships.map((membership) =>
          membership.cardSystemId === event.cardSystemId
            ? { ...withoutEnd(membership), status: 'ended' }
            : membership,
        ),
        cards: passholder.cards.map((card) =>
          card.cardSystemId === event.cardSystemId && card.state === 'active'
            ? { ...card, state: 'blocked', since: at }
            : card,
        ),
      };
    case 'membership-end-planned':
      return {
        ...next,
        memberships: passholder.memberships.map((membership) =>
          membership.cardSystemId === event.cardSystemId
            ? { ...withoutEnd(membership), ...(event.on !== null && { endsOn: event.on }) }
            : membership,
        ),
      };
    case 'card-handed-out': {
      const { number, cardSystemId } = event;
      return { ...next, cards: [...passholder.cards, { number, cardSystemId, state: 'active', since: at }] };
    }
    case 'card-blocked':
      return { ...next, cards: changeCard(passholder, event.number, { state: 'blocked', since: at }) };
    case 'card-unblocked':
      return { ...next, cards: changeCard(passholder, event.number, { state: 'active', since: at }) };
    case 'card-replaced': {
      const { cardSystemId } = cardOf(passholder, event.number);
      return {
        ...next,
        cards: [
          ...changeCard(passholder, event.number, { state: 'replaced', since: at, replacedBy: event.by }),
          { number: event.by, cardSystemId, state: 'active', since: at },
        ],
      };
    }
    case 'kansenstatuut-set':
      return {
        ...next,
        memberships: passholder.memberships.map((membership) =>
          membership.cardSystemId === event.cardSystemId
            ? { ...membership, kansenstatuut: event.kansenstatuut }
            : membership,
        ),
      };
    case 'merged': {
      const { person, memberships, cards, notes } = event;
      return { ...next, person, memberships, cards, ...(notes && { notes }) };
    }
    case 'note-added':
      return { ...next, notes: [...(passholder.notes ?? []), { noteId: event.noteId, withdrawn: false }] };
    case 'note-withdrawn':
      return {
        ...next,
        notes: (passholder.notes ?? []).map((note) =>
          note.noteId === event.noteId ? { ...note, withdrawn: true } : note,
        ),
      };
    case 'merged-away':
      return {
        ...next,
        ...{ state: 'merged', mergedInto: event.into, person: null, memberships: [], cards: [] },
      };
    case 'erased':
      return {
        ...next,
        state: 'erased',
        person: null,
        // By which proof somebody was poor is nobody's business any more.
        memberships: passholder.memberships.map((membership) => ({
          ...membership,
          kansenstatuut: membership.kansenstatuut && { ...membership.kansenstatuut, proof: '' },
        })),
      };
  }
}

const withoutEnd = ({ endsOn: _, ...membership }: Membership): Membership => membership;

const cardOf = ({ cards }: Passholder, number: UitpasNumber): OwnCard => {
  const card = cards.find((each) => each.number === number);
  assert(card !== undefined, 'a card of this person');
  return card;
};

function changeCard(
  passholder: Passholder,
  number: UitpasNumber,
  change: Pick<OwnCard, 'state' | 'since'> & { readonly replacedBy?: UitpasNumber },
): OwnCard[] {
  const changed = cardOf(passholder, number);
  return passholder.cards.map((card) => (card === changed ? { ...card, ...change } : card));
}

/** A move takes the place of whatever was planned, and of what was written for later days. */
export function homesAfterMove(
  homes: readonly Home[],
  { nisCode, from }: Home,
  today: CivilDay,
): readonly Home[] {
  const before = homes.filter((home) => home.from < from && home.from <= today);
  return before.at(-1)?.nisCode === nisCode ? before : [...before, { nisCode, from }];
}

export const membershipIn = (passholder: Passholder, cardSystemId: string): Membership | undefined =>
  passholder.memberships.find((membership) => membership.cardSystemId === cardSystemId);

export const activeCardIn = (passholder: Passholder, cardSystemId: string): OwnCard | undefined =>
  passholder.cards.find((card) => card.cardSystemId === cardSystemId && card.state === 'active');

/** The municipality that pays that day. */
export const homeOn = ({ homes }: Pick<Passholder, 'homes'>, day: CivilDay): string | null =>
  homes.findLast(({ from }) => from <= day)?.nisCode ?? null;

/** From when on somebody lives outside the region, as far as is known today. */
export const outsideFrom = ({ homes }: Pick<Passholder, 'homes'>, today: CivilDay): CivilDay | undefined =>
  homes.find(({ nisCode, from }, i) => nisCode === null && (from > today || i === homes.length - 1))?.from;
