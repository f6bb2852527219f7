// One row of a list against the rules: which act it is, and whether the person as it stands now lets it. The same judgement when
// the list is looked over and when it is carried out, so that somebody who changed in between is judged anew. Rules: those of one
// act (decide-passholder.ts); besides them a list never touches who has only blocked cards: somebody meant that.
import type { UitpasNumber } from '../cards/uitpas-number.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import {
  decidePassholder,
  type PassholderFacts,
  type PassholderRefusal,
} from '../passholders/decide-passholder.ts';
import type { PassholderAct } from '../passholders/passholder-command.ts';
import { activeCardIn, type Passholder, type PassholderEvent } from '../passholders/passholder.ts';
import type { PersonWork, Wanted } from './bulk-work.ts';

/** `number`: the card that the list names; null where a person was chosen without one. */
export type AskedRow = { readonly number: UitpasNumber | null; readonly wanted: Wanted };

export type RowRefusal =
  | PassholderRefusal
  | { readonly code: 'card-is-of-other-system' }
  | { readonly code: 'card-is-blocked' }
  | { readonly code: 'street-differs' }
  | { readonly code: 'lives-there' };

export function judgeRow(
  passholder: Passholder,
  work: PersonWork,
  row: AskedRow,
  facts: PassholderFacts,
): Result<{ readonly act: PassholderAct; readonly events: readonly PassholderEvent[] }, RowRefusal> {
  const here = judgeHere(passholder);
  if (!here.ok) return here;
  const act = actOf(passholder, work, row);
  if (!act.ok) return act;
  const decided = decidePassholder(passholder, act.value, facts);
  return decided.ok ? ok({ act: act.value, events: decided.value }) : decided;
}

/** Somebody to do something with: not erased, and not gone into another file. */
export const judgeHere = ({ state }: Passholder): Result<undefined, RowRefusal> =>
  state === 'active' ? ok(undefined) : refuse({ code: 'not-here', state });

function actOf(
  passholder: Passholder,
  work: PersonWork,
  { number, wanted }: AskedRow,
): Result<PassholderAct, RowRefusal> {
  const card = number === null ? undefined : passholder.cards.find((each) => each.number === number);
  if (number !== null && !card) return refuse({ code: 'card-not-theirs' });
  switch (work.kind) {
    case 'renew-kansenstatuut': {
      const { cardSystemId } = work;
      if (card && card.cardSystemId !== cardSystemId) return refuse({ code: 'card-is-of-other-system' });
      if (hasOnlyBlocked(passholder, cardSystemId)) return refuse({ code: 'card-is-blocked' });
      const grant = { proof: wanted.proof ?? work.proof, until: wanted.until ?? work.until };
      return ok({ kind: 'renew-kansenstatuut', cardSystemId, grant });
    }
    case 'block-card': {
      const target = card ?? passholder.cards.find(({ state }) => state === 'active');
      return target
        ? ok({ kind: 'block-card', number: target.number, reason: work.reason })
        : refuse({ code: 'card-not-active', state: passholder.cards.at(-1)?.state ?? 'deleted' });
    }
    case 'rename-street':
      return renameStreet(passholder, work);
    case 'change-address':
      return changeAddress(passholder, work);
  }
}

const hasOnlyBlocked = (passholder: Passholder, cardSystemId: string): boolean =>
  activeCardIn(passholder, cardSystemId) === undefined &&
  passholder.cards.some((card) => card.cardSystemId === cardSystemId && card.state === 'blocked');

/** Only where the street is this one, whole: `Kerkstraat 12` and not `Kerkstraatje 12`. */
function renameStreet(
  { person }: Passholder,
  { from, to, postalCode }: Extract<PersonWork, { kind: 'rename-street' }>,
): Result<PassholderAct, RowRefusal> {
  const street = person?.address.street;
  if (!person || street === undefined || person.address.postalCode !== postalCode)
    return refuse({ code: 'street-differs' });
  const rest = street.slice(from.length);
  if (street.slice(0, from.length).toLowerCase() !== from.toLowerCase() || /^[^\s,]/.test(rest))
    return refuse({ code: 'street-differs' });
  const address = { ...person.address, street: `${to}${rest}` };
  return ok({ kind: 'change-details', person: { ...person, address } });
}

function changeAddress(
  { person }: Passholder,
  { postalCode, city, street }: Extract<PersonWork, { kind: 'change-address' }>,
): Result<PassholderAct, RowRefusal> {
  // Who was erased has no address, and is not here either.
  if (!person) return refuse({ code: 'street-differs' });
  const now = person.address;
  if (now.postalCode === postalCode && now.street === street && now.city === city)
    return refuse({ code: 'lives-there' });
  const address = { country: 'BE', postalCode, city, street };
  return ok({ kind: 'change-details', person: { ...person, address } });
}
