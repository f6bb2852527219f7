// Two files of one person become one (docs/adr/022). Rules: the points come together on one account; of two active cards in a card system the
// clerk says which stays, the other one is replaced by it; a membership, and a kansenstatuut that holds, are not lost; a suspension of
// either holds. Invariants: nothing that happened is changed or dropped, and after it at most one card is active in each card system.
import type { UitpasNumber } from '../cards/uitpas-number.ts';
import type { CivilDay, Instant } from '../kernel/civil-time.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import { kansenstatuutAfterMove } from './decide-passholder.ts';
import { kansenstatuutOn, type Kansenstatuut } from './kansenstatuut.ts';
import {
  activeCardIn,
  membershipIn,
  type Membership,
  type OwnCard,
  type Passholder,
  type PassholderEvent,
} from './passholder.ts';
import { problemsOf, type Person, type PersonProblem } from './person.ts';

export type MergeWish = {
  /** As it stands from now on: chosen field by field. */
  readonly person: Person;
  /** Of each card system in which both have an active card. */
  readonly stays: readonly UitpasNumber[];
};

export type MergeFacts = {
  readonly at: Instant;
  readonly today: CivilDay;
  readonly graceDays: number;
  readonly nisCodeOf: (person: Person) => string | null;
  /** Each has a national number, and it is not the same: then these are two people. */
  readonly inszDiffers: boolean;
};

export type MergeRefusal =
  | { readonly code: 'same-file' | 'is-a-move' | 'insz-differs' }
  | { readonly code: 'not-here'; readonly state: Passholder['state'] }
  | { readonly code: 'person'; readonly problems: readonly PersonProblem[] }
  | { readonly code: 'choose-card'; readonly numbers: readonly UitpasNumber[] };

type Merged = { readonly into: readonly PassholderEvent[]; readonly from: readonly PassholderEvent[] };

/** `into` stays, with its id and who pays for it; `from` leads there from now on. */
export function decideMerge(
  into: Passholder,
  from: Passholder,
  { person, stays }: MergeWish,
  facts: MergeFacts,
): Result<Merged, MergeRefusal> {
  if (into.passholderId === from.passholderId) return refuse({ code: 'same-file' });
  for (const file of [into, from])
    if (file.n === 0 || file.state !== 'active') return refuse({ code: 'not-here', state: file.state });
  if (facts.inszDiffers) return refuse({ code: 'insz-differs' });
  // What neither file says is asked when somebody changes it next; here nothing new is typed.
  const problems = problemsOf(person, facts.today).filter(({ code }) => code !== 'needed');
  if (problems.length > 0) return refuse({ code: 'person', problems });
  if (facts.nisCodeOf(person) !== (into.homes.at(-1)?.nisCode ?? null)) return refuse({ code: 'is-a-move' });
  const cards = mergedCards(into, from, stays, facts.at);
  if (!cards.ok) return cards;
  const memberships = systemsOf(into, from).map((cardSystemId) =>
    mergedMembership(membershipIn(into, cardSystemId), membershipIn(from, cardSystemId), into, facts),
  );
  const notes = [...(into.notes ?? []), ...(from.notes ?? [])];
  const stands = { person, memberships, cards: cards.value, ...(notes.length > 0 && { notes }) };
  return ok({
    into: [{ kind: 'merged', from: from.passholderId, ...stands }],
    from: [{ kind: 'merged-away', into: into.passholderId }],
  });
}

const systemsOf = (...files: readonly Passholder[]): string[] => [
  ...new Set(files.flatMap(({ memberships }) => memberships.map(({ cardSystemId }) => cardSystemId))),
];

/** Card systems in which somebody would have two active cards, with both. */
export const doubleCards = (
  into: Pick<Passholder, 'cards'>,
  from: Pick<Passholder, 'cards'>,
): readonly (readonly [OwnCard, OwnCard])[] =>
  into.cards
    .filter(({ state }) => state === 'active')
    .flatMap((own) => {
      const other = from.cards.find(
        ({ state, cardSystemId }) => state === 'active' && cardSystemId === own.cardSystemId,
      );
      return other ? [[own, other] as const] : [];
    });

function mergedCards(
  into: Passholder,
  from: Passholder,
  stays: readonly UitpasNumber[],
  at: Instant,
): Result<readonly OwnCard[], MergeRefusal> {
  const replaced = new Map<UitpasNumber, UitpasNumber>();
  for (const [own, other] of doubleCards(into, from)) {
    const chosen = [own, other].filter(({ number }) => stays.includes(number));
    const [keeps] = chosen;
    if (chosen.length !== 1 || !keeps)
      return refuse({ code: 'choose-card', numbers: [own.number, other.number] });
    replaced.set(keeps === own ? other.number : own.number, keeps.number);
  }
  return ok(
    [...into.cards, ...from.cards].map((card) => {
      const replacedBy = replaced.get(card.number);
      return replacedBy === undefined ? card : { ...card, state: 'replaced', since: at, replacedBy };
    }),
  );
}

function mergedMembership(
  own: Membership | undefined,
  other: Membership | undefined,
  { homes }: Passholder,
  facts: MergeFacts,
): Membership {
  const [first] = [own, other].filter((membership) => membership !== undefined);
  const kansenstatuut = mergedKansenstatuut(own?.kansenstatuut ?? null, other?.kansenstatuut ?? null, facts);
  return {
    cardSystemId: first?.cardSystemId ?? '',
    status: own?.status === 'active' || other?.status === 'active' ? 'active' : 'ended',
    // Where somebody lives is told by the file that stays, and so is when the membership ends.
    ...(own?.endsOn !== undefined && { endsOn: own.endsOn }),
    // Who pays is known from the file that stays: whoever moves out of the region has it until then.
    kansenstatuut: kansenstatuut && kansenstatuutAfterMove(kansenstatuut, homes, facts.today),
  };
}

function mergedKansenstatuut(
  own: Kansenstatuut | null,
  other: Kansenstatuut | null,
  { today, graceDays }: MergeFacts,
): Kansenstatuut | null {
  const holding = [own, other].filter((each): each is Kansenstatuut => {
    const status = kansenstatuutOn(each, today, graceDays);
    return status === 'active' || status === 'grace' || status === 'suspended';
  });
  const [longest] = holding.sort((a, b) => (a.until < b.until ? 1 : a.until > b.until ? -1 : 0));
  if (!longest) return own ?? other;
  const suspended = holding
    .flatMap(({ suspendedUntil }) => (suspendedUntil === undefined ? [] : [suspendedUntil]))
    .sort()
    .at(-1);
  return suspended === undefined ? longest : { ...longest, suspendedUntil: suspended };
}

/** Card systems whose active card says something else of the kansenstatuut than holds: the clerk replaces it afterwards. */
export const cardsThatDiffer = (
  file: Passholder,
  { today, graceDays }: Pick<MergeFacts, 'today' | 'graceDays'>,
): readonly UitpasNumber[] =>
  file.memberships.flatMap(({ cardSystemId, kansenstatuut }) => {
    const card = activeCardIn(file, cardSystemId);
    const status = kansenstatuutOn(kansenstatuut, today, graceDays);
    const holds = status !== 'none' && status !== 'expired';
    return card && (card.number[11] === '1') !== holds ? [card.number] : [];
  });
