// What may happen to a card at a counter. Rules: publiq, life cycle of a card: only stock of one's own counter is handed
// out; a counter blocks but only the region unblocks; a replacement whose digit 12 differs says that the kansenstatuut
// came or went, one whose digit 12 is equal says defect, lost or stolen. One number is active per card system; its
// digital forms (Code 128, QR) are the same number and no card of their own.
import type { CardState } from '../cards/card-facts.ts';
import type { UitpasNumber } from '../cards/uitpas-number.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';

/** A card as the region knows it: in stock at a place, or with a person. */
export type RegionCard = {
  readonly number: UitpasNumber;
  readonly cardSystemId: string;
  readonly state: CardState;
  /** Where it lies while it is in stock: the municipality, null for the region's own cupboard. */
  readonly place: string | null;
  /** On its way to another cupboard: nobody can hand it out until it is received. */
  readonly underWay: boolean;
  readonly passholderId: string | null;
  readonly groupPass: boolean;
};

export const BLOCK_REASONS = ['lost', 'stolen', 'defect', 'misuse', 'moved', 'deceased', 'other'] as const;
export type BlockReason = (typeof BLOCK_REASONS)[number];

export const REPLACE_REASONS = [
  'defect',
  'lost-or-stolen',
  'kansenstatuut-obtained',
  'kansenstatuut-lost',
] as const;
export type ReplaceReason = (typeof REPLACE_REASONS)[number];

/** Those of which a counter chooses; what became of a kansenstatuut the two cards say themselves. */
export const NARROWED_REASONS = ['defect', 'lost-or-stolen'] as const satisfies readonly ReplaceReason[];
/** A finer reason of the region (settings): `text` says more, `under` decides what fits and what it costs. */
export type FinerReason = { readonly under: ReplaceReason; readonly text: string };

export const isOffered = (offered: readonly FinerReason[], reason: ReplaceReason, text: string): boolean =>
  offered.some((each) => each.under === reason && each.text === text);

export type CardRefusal =
  | { readonly code: 'card-unknown' }
  /** Says which state, so that the screen can lead on: active opens its holder, deleted asks for the new card. */
  | { readonly code: 'card-not-in-stock'; readonly state: CardState }
  | { readonly code: 'card-is-group-pass' }
  | { readonly code: 'card-of-other-system' }
  | { readonly code: 'card-at-other-counter'; readonly place: string | null }
  | { readonly code: 'card-under-way' }
  /** `wanted`: does the card have to say kansenstatuut? */
  | { readonly code: 'card-digit-differs'; readonly wanted: boolean }
  | { readonly code: 'card-not-theirs' }
  | { readonly code: 'card-not-active'; readonly state: CardState }
  | { readonly code: 'card-not-blocked'; readonly state: CardState }
  | { readonly code: 'has-active-card'; readonly number: UitpasNumber }
  | { readonly code: 'reason-does-not-fit'; readonly fitting: readonly ReplaceReason[] };

export const saysKansenstatuut = (number: UitpasNumber): boolean => number[11] === '1';

/** `place`: the municipality of this counter. */
export type HandOutFacts = {
  readonly cardSystemId: string;
  readonly place: string | null;
  readonly kansenstatuut: boolean;
};

/** Can this card be given to someone at this counter? */
export function checkHandOut(
  card: RegionCard | undefined,
  { cardSystemId, place, kansenstatuut }: HandOutFacts,
): Result<RegionCard, CardRefusal> {
  if (!card) return refuse({ code: 'card-unknown' });
  if (card.groupPass) return refuse({ code: 'card-is-group-pass' });
  if (card.state !== 'stock') return refuse({ code: 'card-not-in-stock', state: card.state });
  if (card.cardSystemId !== cardSystemId) return refuse({ code: 'card-of-other-system' });
  if (card.place !== place) return refuse({ code: 'card-at-other-counter', place: card.place });
  if (card.underWay) return refuse({ code: 'card-under-way' });
  if (saysKansenstatuut(card.number) !== kansenstatuut)
    return refuse({ code: 'card-digit-differs', wanted: kansenstatuut });
  return ok(card);
}

/** Which reasons fit two cards: digit 12 decides. */
export function fittingReasons(old: UitpasNumber, next: UitpasNumber): readonly ReplaceReason[] {
  if (saysKansenstatuut(old) === saysKansenstatuut(next)) return ['defect', 'lost-or-stolen'];
  return saysKansenstatuut(next) ? ['kansenstatuut-obtained'] : ['kansenstatuut-lost'];
}

export function checkReplace(
  old: UitpasNumber,
  next: UitpasNumber,
  reason: ReplaceReason,
): Result<ReplaceReason, CardRefusal> {
  const fitting = fittingReasons(old, next);
  return fitting.includes(reason) ? ok(reason) : refuse({ code: 'reason-does-not-fit', fitting });
}
