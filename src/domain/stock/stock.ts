// Cards that nobody has yet: where each of them lies, and how it gets to another cupboard. Rule: publiq, life cycle of a card
// (STOCK, SENT_TO_BALIE, LOCAL_STOCK): only the counter where a card lies can hand it out, and a card under way lies
// nowhere until the other side says that it came. What did not come goes back on the sender's account: the sender looks for it or writes
// it off. Invariant: a card is in one place, under way in one transfer, with somebody, or gone; never in two of them.
import type { CardState } from '../cards/card-facts.ts';
import type { UitpasNumber } from '../cards/uitpas-number.ts';
import type { Instant } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';

/** A municipality (NIS code); null: the region's own cupboard. */
export type Place = string | null;

/** A card in the books of the stock. */
export type StockCard = {
  readonly number: UitpasNumber;
  readonly cardSystemId: string;
  readonly state: CardState;
  readonly place: Place;
  /** In which transfer it is under way; null: it lies at its place. */
  readonly transferId: string | null;
};

export type Transfer = {
  readonly transferId: string;
  readonly cardSystemId: string;
  readonly from: Place;
  readonly to: Place;
  readonly state: 'under-way' | 'received' | 'withdrawn';
  readonly sentAt: Instant;
  /** The cards that were sent; what became of them is known when it is closed. */
  readonly numbers: readonly UitpasNumber[];
};

/** What becomes of a card: it lies somewhere, is under way, or is written off. */
export type StockChange = {
  readonly number: UitpasNumber;
  readonly place: Place;
  readonly transferId: string | null;
  readonly writtenOff: boolean;
};

export const WRITE_OFF_REASONS = ['lost', 'stolen', 'defect', 'misprint', 'too-old'] as const;
export type WriteOffReason = (typeof WRITE_OFF_REASONS)[number];

export type StockRefusal =
  | { readonly code: 'nothing-chosen' }
  | { readonly code: 'too-many-cards'; readonly max: number }
  | { readonly code: 'same-place' }
  /** The first of them by number, and how many there are. */
  | { readonly code: 'not-in-this-stock'; readonly number: string; readonly count: number }
  | { readonly code: 'closed-already'; readonly state: Transfer['state'] }
  | { readonly code: 'not-in-this-transfer'; readonly number: string; readonly count: number };

type Decision = Result<readonly StockChange[], StockRefusal>;

/** Out of one cupboard, on the way to another. `cards`: what is known of the numbers that were asked for. */
export function decideSend(
  asked: readonly string[],
  cards: ReadonlyMap<string, StockCard>,
  transfer: Pick<Transfer, 'transferId' | 'cardSystemId' | 'from' | 'to'>,
): Decision {
  const { transferId, cardSystemId, from, to } = transfer;
  if (from === to) return refuse({ code: 'same-place' });
  const here = lyingHere(asked, cards, from, cardSystemId);
  return here.ok
    ? ok(here.value.map(({ number }) => ({ number, place: from, transferId, writtenOff: false })))
    : here;
}

/** The other side opened the box: what is `missing` goes back to who sent it. */
export function decideReceive(transfer: Transfer, missing: readonly string[]): Decision {
  if (transfer.state !== 'under-way') return refuse({ code: 'closed-already', state: transfer.state });
  const sent = new Set<string>(transfer.numbers);
  const strange = [...new Set(missing)].filter((number) => !sent.has(number)).sort();
  if (strange[0] !== undefined)
    return refuse({ code: 'not-in-this-transfer', number: strange[0], count: strange.length });
  const isMissing = new Set(missing);
  return ok(
    transfer.numbers.map((number) => ({
      number,
      place: isMissing.has(number) ? transfer.from : transfer.to,
      transferId: null,
      writtenOff: false,
    })),
  );
}

/** The box never left, or came back unopened. */
export function decideWithdraw(transfer: Transfer): Decision {
  if (transfer.state !== 'under-way') return refuse({ code: 'closed-already', state: transfer.state });
  return ok(
    transfer.numbers.map((number) => ({
      number,
      place: transfer.from,
      transferId: null,
      writtenOff: false,
    })),
  );
}

/** Cards that nobody will ever hand out; the number is never used again. */
export function decideWriteOff(
  asked: readonly string[],
  cards: ReadonlyMap<string, StockCard>,
  place: Place,
): Decision {
  const here = lyingHere(asked, cards, place);
  return here.ok
    ? ok(here.value.map(({ number }) => ({ number, place, transferId: null, writtenOff: true })))
    : here;
}

function lyingHere(
  asked: readonly string[],
  cards: ReadonlyMap<string, StockCard>,
  place: Place,
  cardSystemId?: string,
): Result<readonly StockCard[], StockRefusal> {
  const numbers = [...new Set(asked)].sort();
  if (numbers.length === 0) return refuse({ code: 'nothing-chosen' });
  if (numbers.length > limits.transferCardsMax)
    return refuse({ code: 'too-many-cards', max: limits.transferCardsMax });
  const here: StockCard[] = [];
  const elsewhere: string[] = [];
  for (const number of numbers) {
    const card = cards.get(number);
    const lies = card?.state === 'stock' && card.place === place && card.transferId === null;
    if (card && lies && (cardSystemId === undefined || card.cardSystemId === cardSystemId)) here.push(card);
    else elsewhere.push(number);
  }
  return elsewhere[0] === undefined
    ? ok(here)
    : refuse({ code: 'not-in-this-stock', number: elsewhere[0], count: elsewhere.length });
}
