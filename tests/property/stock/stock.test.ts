// No sequence of acts in two cupboards and the region's leaves a card in two places, in none, or under way in a box that was
// opened; and none comes or goes without a delivery, a hand-out or a write-off.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { Result } from '#domain/kernel/result.ts';
import {
  decideReceive,
  decideSend,
  decideWithdraw,
  decideWriteOff,
  type Place,
  type StockCard,
  type StockChange,
  type StockRefusal,
  type Transfer,
} from '#domain/stock/stock.ts';

const PLACES: Place[] = [null, '33011', '38025'];
const NUMBERS = Array.from({ length: 12 }, (_, n) =>
  makeUitpasNumber(`0991${String(n).padStart(7, '0')}`, '0'),
);

const place = fc.constantFrom(...PLACES);
const some = fc.subarray(NUMBERS);
const box = fc.nat(9);
const send = fc.record({
  kind: fc.constant('send' as const),
  from: place,
  to: place,
  numbers: some,
  box,
  sure: fc.boolean(),
});
const acts = fc.array(
  fc.oneof(
    send,
    send,
    send,
    fc.record({ kind: fc.constant('receive' as const), box, missing: some }),
    fc.record({ kind: fc.constant('withdraw' as const), box }),
    fc.record({
      kind: fc.constant('write-off' as const),
      from: place,
      numbers: fc.subarray(NUMBERS, { maxLength: 2 }),
    }),
    fc.record({ kind: fc.constant('hand-out' as const), number: fc.constantFrom(...NUMBERS), at: place }),
  ),
  { maxLength: 60 },
);

class Region {
  readonly cards = new Map<string, StockCard>(
    NUMBERS.map((number) => [
      number,
      { number, cardSystemId: 'uitpas', state: 'stock', place: null, transferId: null },
    ]),
  );
  readonly transfers = new Map<string, Transfer>();

  lyingAt(place: Place, numbers: readonly UitpasNumber[]): UitpasNumber[] {
    return numbers.filter((number) => {
      const card = this.cards.get(number);
      return card?.state === 'stock' && card.place === place && card.transferId === null;
    });
  }

  take(decided: Result<readonly StockChange[], StockRefusal>): boolean {
    if (!decided.ok) return false;
    for (const { number, place: to, transferId, writtenOff } of decided.value) {
      const card = this.cards.get(number);
      if (card)
        this.cards.set(number, {
          ...card,
          place: to,
          transferId,
          state: writtenOff ? 'deleted' : card.state,
        });
    }
    return true;
  }
}

it('keeps every card in exactly one place', () => {
  let sent = 0;
  fc.assert(
    fc.property(acts, (list) => {
      const region = new Region();
      for (const act of list) {
        const before = new Map(region.cards);
        if (act.kind === 'send') {
          const transfer = { transferId: `t${act.box}`, cardSystemId: 'uitpas', from: act.from, to: act.to };
          if (region.transfers.has(transfer.transferId)) continue;
          const asked = act.sure ? region.lyingAt(act.from, act.numbers) : act.numbers;
          if (region.take(decideSend(asked, region.cards, transfer))) {
            region.transfers.set(transfer.transferId, {
              ...transfer,
              state: 'under-way',
              sentAt: 0,
              numbers: asked,
            });
            sent += 1;
            for (const number of asked)
              expect(before.get(number)).toMatchObject({ place: act.from, transferId: null });
          }
        } else if (act.kind === 'receive' || act.kind === 'withdraw') {
          const transfer = region.transfers.get(`t${act.box}`);
          if (!transfer) continue;
          const missing =
            act.kind === 'receive' ? act.missing.filter((n) => transfer.numbers.includes(n)) : [];
          const decided =
            act.kind === 'receive' ? decideReceive(transfer, missing) : decideWithdraw(transfer);
          expect(decided.ok).toBe(transfer.state === 'under-way');
          if (!region.take(decided)) continue;
          region.transfers.set(transfer.transferId, {
            ...transfer,
            state: act.kind === 'receive' ? 'received' : 'withdrawn',
          });
          for (const number of transfer.numbers) {
            const arrived = act.kind === 'receive' && !missing.includes(number);
            expect(region.cards.get(number)?.place).toBe(arrived ? transfer.to : transfer.from);
          }
        } else if (act.kind === 'write-off') {
          region.take(decideWriteOff(act.numbers, region.cards, act.from));
        } else {
          const card = region.cards.get(act.number);
          const lies = card?.state === 'stock' && card.place === act.at && card.transferId === null;
          if (card && lies) region.cards.set(act.number, { ...card, state: 'active', place: null });
        }

        expect(region.cards.size).toBe(NUMBERS.length);
        for (const card of region.cards.values()) {
          const boxes = [...region.transfers.values()].filter(
            ({ state, numbers }) => state === 'under-way' && numbers.includes(card.number),
          );
          // In a box that is under way exactly when the card says so, and then it can only be stock.
          expect(boxes.map(({ transferId }) => transferId)).toEqual(
            card.transferId === null ? [] : [card.transferId],
          );
          if (boxes[0]) expect(card).toMatchObject({ state: 'stock', place: boxes[0].from });
          // Nothing comes back from having been handed out or written off.
          const was = before.get(card.number);
          if (was && was.state !== 'stock') expect(card).toEqual(was);
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(sent).toBeGreaterThan(30);
});
