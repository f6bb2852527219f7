// What a desk wants to do with a pass holder, and whether the rules let it. Events out, or one refusal that a screen can
// lead on from. Facts come in: the person as it stands, the cards that are named, what the region and the municipality
// have set. Nothing here knows who may do it (permissions) or what it costs (prices).
import type { UitpasNumber } from '../cards/uitpas-number.ts';
import { addCivilDays, type CivilDay } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import {
  checkHandOut,
  checkReplace,
  isOffered,
  saysKansenstatuut,
  type BlockReason,
  type CardRefusal,
  type FinerReason,
  type RegionCard,
} from './card-life.ts';
import {
  grantKansenstatuut,
  kansenstatuutOn,
  renewKansenstatuut,
  type GrantInput,
  type Kansenstatuut,
  type KansenstatuutRefusal,
} from './kansenstatuut.ts';
import { endingsOf } from './moving-away.ts';
import {
  activeCardIn,
  homeOn,
  homesAfterMove,
  membershipIn,
  outsideFrom,
  type Home,
  type Passholder,
  type PassholderEvent,
} from './passholder.ts';
import type { PassholderCommand, Registration } from './passholder-command.ts';
import { problemsOf, type Person, type PersonProblem } from './person.ts';

export type PassholderFacts = {
  readonly today: CivilDay;
  /** The cards that the command names. */
  readonly cards: ReadonlyMap<string, RegionCard>;
  /** The municipality of this counter; null: the region's own. */
  readonly place: string | null;
  readonly graceDays: number;
  /** How long ago, and how far ahead, a move may be told. */
  readonly moveDays: { readonly back: number; readonly ahead: number };
  /** Why a counter of this region may block a card. */
  readonly blockReasons: readonly BlockReason[];
  /** Finer reasons for a replacement. */
  readonly replaceReasons: readonly FinerReason[];
  /** The municipality of an address in one of the card system's postcodes; null outside of them. */
  readonly nisCodeOf: (person: Person) => string | null;
  /** The proofs of the kansenstatuut that a municipality accepts. */
  readonly acceptedProofs: (nisCode: string) => readonly string[];
};

export type PassholderRefusal =
  | CardRefusal
  | KansenstatuutRefusal
  | { readonly code: 'person'; readonly problems: readonly PersonProblem[] }
  | { readonly code: 'is-registered' }
  | { readonly code: 'not-here'; readonly state: Passholder['state'] }
  /** The region does not offer it (settings). */
  | { readonly code: 'reason-not-offered' }
  | { readonly code: 'note-known' | 'note-unknown' | 'note-withdrawn' | 'too-many-notes' }
  | { readonly code: 'is-member' }
  | { readonly code: 'is-no-member' }
  /** Another municipality pays: from which day has to be said. */
  | { readonly code: 'is-a-move' }
  /** Who becomes a member of another region lives outside of this one. */
  | { readonly code: 'stays-in-region' }
  /** The card of another region is one of this region: there is a file here. */
  | { readonly code: 'card-known-here' }
  | { readonly code: 'move-out-of-range'; readonly earliest: CivilDay; readonly latest: CivilDay };

type Decision = Result<readonly PassholderEvent[], PassholderRefusal>;

export function decidePassholder(
  passholder: Passholder,
  command: PassholderCommand,
  facts: PassholderFacts,
): Decision {
  if (command.kind === 'register') return register(passholder, command, facts);
  if (passholder.n === 0 || passholder.state !== 'active')
    return refuse({ code: 'not-here', state: passholder.state });
  switch (command.kind) {
    case 'change-details':
      return withPerson(command.person, facts, () =>
        facts.nisCodeOf(command.person) === passholder.homes.at(-1)?.nisCode
          ? ok([{ kind: 'details-changed', person: command.person }])
          : refuse({ code: 'is-a-move' }),
      );
    case 'move':
      return withPerson(command.person, facts, () => move(passholder, command, facts));
    case 'join':
      return join(passholder, command, facts);
    case 'leave':
      return membershipIn(passholder, command.cardSystemId)?.status === 'active'
        ? ok([{ kind: 'membership-ended', cardSystemId: command.cardSystemId, reason: command.reason }])
        : refuse({ code: 'is-no-member' });
    case 'block-card':
      if (!facts.blockReasons.includes(command.reason)) return refuse({ code: 'reason-not-offered' });
      return withOwnCard(passholder, command.number, ({ number, state }) =>
        state === 'active'
          ? ok([{ kind: 'card-blocked', number, reason: command.reason }])
          : refuse({ code: 'card-not-active', state }),
      );
    case 'unblock-card':
      return unblock(passholder, command.number);
    case 'replace-card':
      return replace(passholder, command, facts);
    case 'grant-kansenstatuut':
    case 'renew-kansenstatuut':
      return setKansenstatuut(passholder, command, facts);
    case 'suspend-kansenstatuut':
      return suspend(passholder, command.cardSystemId, command.until, facts);
    case 'end-kansenstatuut':
      return endKansenstatuut(passholder, command, facts);
    case 'add-note':
      return addNote(passholder, command);
    case 'withdraw-note':
      return withdrawNote(passholder, command);
    case 'erase':
      return ok([
        ...passholder.memberships
          .filter(({ status }) => status === 'active')
          .map(({ cardSystemId }) => ({ kind: 'membership-ended', cardSystemId, reason: 'erased' }) as const),
        { kind: 'erased' },
      ]);
  }
}

function register(
  passholder: Passholder,
  { person, cardSystemId, number, kansenstatuut, comesWith }: Registration,
  facts: PassholderFacts,
): Decision {
  if (passholder.n > 0) return refuse({ code: 'is-registered' });
  return withPerson(person, facts, () => {
    const nisCode = facts.nisCodeOf(person);
    if (comesWith !== undefined && facts.cards.has(comesWith)) return refuse({ code: 'card-known-here' });
    // The address first: whoever moves here lives here.
    if (comesWith !== undefined && nisCode === null) return refuse({ code: 'lives-outside' });
    const granted = kansenstatuut ? grantAt(nisCode, null, kansenstatuut, facts) : undefined;
    if (granted && !granted.ok) return granted;
    const card = checkHandOut(facts.cards.get(number), {
      cardSystemId,
      place: facts.place,
      kansenstatuut: granted !== undefined,
    });
    if (!card.ok) return card;
    return ok([
      { kind: 'registered', person, nisCode, ...(comesWith !== undefined && { comesWith }) },
      { kind: 'membership-started', cardSystemId },
      ...(granted
        ? [{ kind: 'kansenstatuut-set', cardSystemId, act: 'granted', kansenstatuut: granted.value } as const]
        : []),
      { kind: 'card-handed-out', cardSystemId, number },
    ]);
  });
}

function addNote(
  { notes = [] }: Passholder,
  { noteId, text }: Extract<PassholderCommand, { kind: 'add-note' }>,
): Decision {
  if (notes.some((note) => note.noteId === noteId)) return refuse({ code: 'note-known' });
  return notes.length < limits.notesMax
    ? ok([{ kind: 'note-added', noteId, noteText: text }])
    : refuse({ code: 'too-many-notes' });
}

/** It stays to be read, with who withdrew it and why. */
function withdrawNote(
  { notes = [] }: Passholder,
  { noteId, because }: Extract<PassholderCommand, { kind: 'withdraw-note' }>,
): Decision {
  const note = notes.find((each) => each.noteId === noteId);
  if (!note) return refuse({ code: 'note-unknown' });
  return note.withdrawn
    ? refuse({ code: 'note-withdrawn' })
    : ok([{ kind: 'note-withdrawn', noteId, noteBecause: because }]);
}

/** The card stays, unless somebody leaves; who lives outside the region from then on loses the kansenstatuut here. */
function move(
  passholder: Passholder,
  { person, from, leaves = false }: Extract<PassholderCommand, { kind: 'move' }>,
  facts: PassholderFacts,
): Decision {
  const earliest = addCivilDays(facts.today, -facts.moveDays.back);
  const latest = addCivilDays(facts.today, facts.moveDays.ahead);
  if (from < earliest || from > latest) return refuse({ code: 'move-out-of-range', earliest, latest });
  const nisCode = facts.nisCodeOf(person);
  const homes = homesAfterMove(passholder.homes, { nisCode, from }, facts.today);
  if (leaves && nisCode !== null) return refuse({ code: 'stays-in-region' });
  const endings = endingsOf(passholder, { homes, leaves, today: facts.today });
  if (sameHomes(homes, passholder.homes)) return ok([{ kind: 'details-changed', person }, ...endings]);
  const rights = passholder.memberships.flatMap(({ cardSystemId, kansenstatuut }) => {
    const moved = kansenstatuut && kansenstatuutAfterMove(kansenstatuut, homes, facts.today);
    if (!moved || moved === kansenstatuut) return [];
    const act = moved.endedOn === undefined ? ('resumed' as const) : ('ended' as const);
    return [{ kind: 'kansenstatuut-set', cardSystemId, act, kansenstatuut: moved } as const];
  });
  return ok([{ kind: 'moved', person, nisCode, from }, ...rights, ...endings]);
}

const sameHomes = (a: readonly Home[], b: readonly Home[]): boolean =>
  a.length === b.length &&
  a.every(({ nisCode, from }, i) => nisCode === b[i]?.nisCode && from === b[i]?.from);

/** Ends with the day on which somebody lives outside; comes back when that move turns out not to happen. */
export function kansenstatuutAfterMove(
  kansenstatuut: Kansenstatuut,
  homes: readonly Home[],
  today: CivilDay,
): Kansenstatuut {
  const outside = outsideFrom({ homes }, today);
  const { endedOn, endedBy, ...rest } = kansenstatuut;
  if (outside !== undefined)
    return endedOn !== undefined && (endedBy === 'move' ? endedOn === outside : endedOn <= outside)
      ? kansenstatuut
      : { ...rest, endedOn: outside, endedBy: 'move' };
  return endedBy === 'move' && endedOn !== undefined && homeOn({ homes }, endedOn) !== null
    ? rest
    : kansenstatuut;
}

function join(
  passholder: Passholder,
  { cardSystemId, number }: Extract<PassholderCommand, { kind: 'join' }>,
  facts: PassholderFacts,
): Decision {
  const before = membershipIn(passholder, cardSystemId);
  if (before?.status === 'active') return refuse({ code: 'is-member' });
  const card = checkHandOut(facts.cards.get(number), {
    cardSystemId,
    place: facts.place,
    kansenstatuut: false,
  });
  return card.ok
    ? ok([
        { kind: 'membership-started', cardSystemId },
        { kind: 'card-handed-out', cardSystemId, number },
      ])
    : card;
}

function unblock(passholder: Passholder, number: UitpasNumber): Decision {
  return withOwnCard(passholder, number, (card) => {
    if (card.state !== 'blocked') return refuse({ code: 'card-not-blocked', state: card.state });
    if (membershipIn(passholder, card.cardSystemId)?.status !== 'active')
      return refuse({ code: 'is-no-member' });
    const other = activeCardIn(passholder, card.cardSystemId);
    return other
      ? refuse({ code: 'has-active-card', number: other.number })
      : ok([{ kind: 'card-unblocked', number }]);
  });
}

/** The kansenstatuut is granted or ended by its own act, which brings the card; here it must fit what holds. */
function replace(
  passholder: Passholder,
  { number, by, reason, finer }: Extract<PassholderCommand, { kind: 'replace-card' }>,
  facts: PassholderFacts,
): Decision {
  if (finer !== undefined && !isOffered(facts.replaceReasons, reason, finer))
    return refuse({ code: 'reason-not-offered' });
  return withOwnCard(passholder, number, (card) => {
    if (card.state === 'replaced') return refuse({ code: 'card-not-active', state: card.state });
    const membership = membershipIn(passholder, card.cardSystemId);
    if (membership?.status !== 'active') return refuse({ code: 'is-no-member' });
    const other = activeCardIn(passholder, card.cardSystemId);
    if (other && other.number !== number) return refuse({ code: 'has-active-card', number: other.number });
    const next = checkHandOut(facts.cards.get(by), {
      cardSystemId: card.cardSystemId,
      place: facts.place,
      kansenstatuut: cardShouldSay(membership.kansenstatuut, facts),
    });
    if (!next.ok) return next;
    const fits = checkReplace(number, by, reason);
    if (!fits.ok) return fits;
    return ok([{ kind: 'card-replaced', number, by, reason, ...(finer !== undefined && { finer }) }]);
  });
}

/** Expired is no kansenstatuut for a new card; suspended comes back by itself. */
function cardShouldSay(kansenstatuut: Kansenstatuut | null, { today, graceDays }: PassholderFacts): boolean {
  const status = kansenstatuutOn(kansenstatuut, today, graceDays);
  return status !== 'none' && status !== 'expired';
}

function setKansenstatuut(
  passholder: Passholder,
  command: Extract<PassholderCommand, { kind: 'grant-kansenstatuut' | 'renew-kansenstatuut' }>,
  facts: PassholderFacts,
): Decision {
  const { cardSystemId, grant, by } = command;
  const membership = membershipIn(passholder, cardSystemId);
  if (membership?.status !== 'active') return refuse({ code: 'is-no-member' });
  const granting = command.kind === 'grant-kansenstatuut';
  const decided = grantAt(homeOn(passholder, facts.today), membership.kansenstatuut, grant, facts, granting);
  if (!decided.ok) return decided;
  const card = cardToSay(passholder, cardSystemId, by, true, facts);
  if (!card.ok) return card;
  const act = granting ? 'granted' : 'renewed';
  // Who is known to move out of the region has it until then.
  const kansenstatuut = kansenstatuutAfterMove(decided.value, passholder.homes, facts.today);
  return ok([{ kind: 'kansenstatuut-set', cardSystemId, act, kansenstatuut }, ...card.value]);
}

function grantAt(
  nisCode: string | null,
  current: Kansenstatuut | null,
  grant: GrantInput,
  facts: PassholderFacts,
  granting = true,
): Result<Kansenstatuut, KansenstatuutRefusal> {
  if (nisCode === null) return refuse({ code: 'lives-outside' });
  const given = { today: facts.today, accepted: facts.acceptedProofs(nisCode) };
  return granting ? grantKansenstatuut(current, grant, given) : renewKansenstatuut(current, grant, given);
}

function suspend(
  passholder: Passholder,
  cardSystemId: string,
  until: CivilDay,
  { today, graceDays }: PassholderFacts,
): Decision {
  const kansenstatuut = membershipIn(passholder, cardSystemId)?.kansenstatuut ?? null;
  const status = kansenstatuutOn(kansenstatuut, today, graceDays);
  if (kansenstatuut === null || status === 'none' || status === 'expired')
    return refuse({ code: 'no-kansenstatuut' });
  if (until < today) return refuse({ code: 'end-passed', today });
  const act = until === today ? 'resumed' : 'suspended';
  return ok([
    {
      kind: 'kansenstatuut-set',
      cardSystemId,
      act,
      kansenstatuut: { ...kansenstatuut, suspendedUntil: until },
    },
  ]);
}

function endKansenstatuut(
  passholder: Passholder,
  { cardSystemId, by }: Extract<PassholderCommand, { kind: 'end-kansenstatuut' }>,
  facts: PassholderFacts,
): Decision {
  const kansenstatuut = membershipIn(passholder, cardSystemId)?.kansenstatuut ?? null;
  if (kansenstatuut === null || (kansenstatuut.endedOn !== undefined && kansenstatuut.endedOn <= facts.today))
    return refuse({ code: 'no-kansenstatuut' });
  const card = cardToSay(passholder, cardSystemId, by, false, facts);
  if (!card.ok) return card;
  return ok([
    {
      kind: 'kansenstatuut-set',
      cardSystemId,
      act: 'ended',
      kansenstatuut: { ...kansenstatuut, endedOn: facts.today },
    },
    ...card.value,
  ]);
}

/** The active card says the right thing, or is replaced by one that does. Without an active card nothing says anything. */
function cardToSay(
  passholder: Passholder,
  cardSystemId: string,
  by: UitpasNumber | undefined,
  kansenstatuut: boolean,
  { cards, place }: PassholderFacts,
): Decision {
  const active = activeCardIn(passholder, cardSystemId);
  if (!active) return by === undefined ? ok([]) : refuse({ code: 'card-not-theirs' });
  const saysSo = saysKansenstatuut(active.number) === kansenstatuut;
  if (by === undefined)
    return saysSo ? ok([]) : refuse({ code: 'card-digit-differs', wanted: kansenstatuut });
  const next = checkHandOut(cards.get(by), { cardSystemId, place, kansenstatuut });
  if (!next.ok) return next;
  const changed = kansenstatuut ? 'kansenstatuut-obtained' : 'kansenstatuut-lost';
  return ok([{ kind: 'card-replaced', number: active.number, by, reason: saysSo ? 'defect' : changed }]);
}

function withPerson(person: Person, { today }: PassholderFacts, decide: () => Decision): Decision {
  const problems = problemsOf(person, today);
  return problems.length > 0 ? refuse({ code: 'person', problems }) : decide();
}

function withOwnCard(
  passholder: Passholder,
  number: UitpasNumber,
  decide: (card: Passholder['cards'][number]) => Decision,
): Decision {
  const card = passholder.cards.find((each) => each.number === number);
  return card ? decide(card) : refuse({ code: 'card-not-theirs' });
}
