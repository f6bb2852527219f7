// Whatever a counter sells, corrects and closes: every account together is nothing, the till holds what was left in it plus what came
// in since, a closed day never changes, and no voucher is used more often than it may.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CARD_REASONS, priceRuleFor, uncoveredReasons, type PriceRule } from '#domain/cash/card-price.ts';
import { decideSale, entryOfSale, PAYMENT_MEANS, priceOf, type SaleFacts } from '#domain/cash/sale.ts';
import { bookDayOf, decideClose, decideCorrection, decideMove, type EntryKind } from '#domain/cash/till.ts';
import { checkVoucher, discountOf, type Voucher } from '#domain/cash/voucher.ts';
import { addCivilDays } from '#domain/kernel/civil-time.ts';
import { mirrorOf, sumByUnit, type Entry } from '#domain/ledger/ledger.ts';

const FIRST = '2026-11-23';
const VOUCHER: Voucher = {
  voucherId: 'v',
  code: 'WELKOM26',
  kind: 'percent',
  value: 40,
  nisCode: null,
  from: FIRST,
  until: '2027-12-31',
  usesMax: 3,
  ended: false,
};
type Booked = {
  readonly kind: EntryKind;
  readonly day: string;
  readonly entry: Entry;
  readonly voucher: boolean;
};

class Till {
  readonly booked: Booked[] = [];
  today = FIRST;
  closedThrough: string | undefined;
  kept = 0;
  #serial = 0;

  get #day(): string {
    return bookDayOf(this.today, this.closedThrough);
  }
  get uses(): number {
    return this.booked.reduce(
      (sum, { kind, voucher }) => sum + (voucher ? (kind === 'correction' ? -1 : 1) : 0),
      0,
    );
  }
  balance(account: string): number {
    return this.booked
      .flatMap(({ entry }) => entry.postings)
      .reduce((sum, { accountId, amount }) => sum + (accountId === account ? amount : 0), 0);
  }
  sell(cents: number, means: (typeof PAYMENT_MEANS)[number], withVoucher: boolean): void {
    const checked = withVoucher
      ? checkVoucher(VOUCHER, { today: this.today, place: null, used: this.uses })
      : undefined;
    const facts: SaleFacts = {
      rules: [{ reasons: [...CARD_REASONS], cents }],
      means: PAYMENT_MEANS,
      price: { reason: 'lost', ageYears: 8, nisCode: null, kansentarief: false },
      voucher: checked?.ok ? checked.value : undefined,
    };
    const decided = decideSale(facts, { means, cents: priceOf(facts).dueCents, why: 'proef' });
    if (!decided.ok) return;
    const entry = entryOfSale(`${++this.#serial}`, decided.value);
    this.booked.push({ kind: 'sale', day: this.#day, entry, voucher: decided.value.voucherId !== null });
  }
  correct(nth: number): void {
    const found = this.booked[nth];
    if (!found) return;
    const corrected = this.booked.some(({ entry }) => entry.corrects === found.entry.entryId);
    const decided = decideCorrection(`${++this.#serial}`, { ...found, corrected });
    if (decided.ok)
      this.booked.push({ kind: 'correction', day: this.#day, entry: decided.value, voucher: found.voucher });
  }
  move(way: 'in' | 'out', amount: number): void {
    const decided = decideMove(
      `${++this.#serial}`,
      { way, cents: amount, why: 'proef' },
      this.balance('cash'),
    );
    if (decided.ok)
      this.booked.push({ kind: 'change', day: this.#day, entry: decided.value, voucher: false });
  }
  close(off: number, keep: number): void {
    const expectedCents = this.balance('cash');
    const countedCents = Math.max(0, expectedCents + off);
    const keptCents = Math.min(keep, countedCents);
    const { today, closedThrough } = this;
    const decided = decideClose(
      `${++this.#serial}`,
      { countedCents, keptCents, why: 'proef' },
      { day: today, today, closedThrough, lastEntryDay: this.booked.at(-1)?.day, expectedCents },
    );
    if (!decided.ok) return;
    const { entry } = decided.value;
    if (entry) this.booked.push({ kind: 'close', day: today, entry, voucher: false });
    this.closedThrough = today;
    this.kept = keptCents;
    expect(this.balance('cash')).toBe(keptCents);
  }
}

const cents = fc.nat({ max: 2_000 });
const step = fc.oneof(
  fc.record({
    act: fc.constant('sell' as const),
    cents,
    means: fc.constantFrom(...PAYMENT_MEANS),
    voucher: fc.boolean(),
  }),
  fc.record({ act: fc.constant('correct' as const), nth: fc.nat({ max: 40 }) }),
  fc.record({ act: fc.constant('close' as const), off: fc.integer({ min: -300, max: 300 }), keep: cents }),
  fc.record({
    act: fc.constant('move' as const),
    way: fc.constantFrom('in' as const, 'out' as const),
    cents,
  }),
  fc.record({ act: fc.constant('wait' as const) }),
);

it('a till in any order of acts', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const till = new Till();
      const closed = new Map<string, string>();
      for (const next of steps) {
        if (next.act === 'sell') till.sell(next.cents, next.means, next.voucher);
        else if (next.act === 'correct') till.correct(next.nth);
        else if (next.act === 'close') till.close(next.off, next.keep);
        else if (next.act === 'move') till.move(next.way, next.cents);
        else till.today = addCivilDays(till.today, 1);

        expect(sumByUnit(till.booked.map(({ entry }) => entry)).get('cent') ?? 0).toBe(0);
        expect(till.uses).toBeLessThanOrEqual(VOUCHER.usesMax);
        const { closedThrough } = till;
        if (closedThrough === undefined) continue;
        const past = JSON.stringify(till.booked.filter(({ day }) => day <= closedThrough));
        closed.set(closedThrough, closed.get(closedThrough) ?? past);
        for (const [day, then] of closed)
          expect(JSON.stringify(till.booked.filter((each) => each.day <= day))).toBe(then);
      }
    }),
    { numRuns: 300 },
  );
});

it('a sale and its correction leave nothing on any account', () => {
  fc.assert(
    fc.property(cents, fc.constantFrom(...PAYMENT_MEANS), (price, means) => {
      const till = new Till();
      till.sell(price, means, true);
      till.correct(0);
      for (const account of [...PAYMENT_MEANS, 'income', 'voucher']) expect(till.balance(account)).toBe(0);
      for (const { entry } of till.booked)
        expect(mirrorOf(mirrorOf(entry, 'x'), entry.entryId).postings).toEqual(entry.postings);
    }),
  );
});

const rule: fc.Arbitrary<PriceRule> = fc.record(
  {
    reasons: fc.uniqueArray(fc.constantFrom(...CARD_REASONS), { minLength: 1 }),
    ageFrom: fc.nat({ max: 90 }),
    ageTo: fc.nat({ max: 90 }),
    kansentarief: fc.boolean(),
    nisCode: fc.constantFrom('33011', '32003'),
    cents,
  },
  { requiredKeys: ['reasons', 'cents'] },
);

it('a list that covers each reason has one price for everybody, and it does not depend on rules that come after', () => {
  fc.assert(
    fc.property(
      fc.array(rule, { maxLength: 12 }),
      fc.constantFrom(...CARD_REASONS),
      fc.option(fc.nat({ max: 120 })),
      fc.option(fc.constantFrom('33011', '99999')),
      fc.boolean(),
      (some, reason, ageYears, nisCode, kansentarief) => {
        const rules = [...some, { reasons: [...CARD_REASONS], cents: 500 }];
        expect(uncoveredReasons(rules)).toEqual([]);
        const facts = { reason, ageYears, nisCode, kansentarief };
        const found = priceRuleFor(rules, facts);
        expect(rules).toContain(found);
        expect(priceRuleFor([...rules, ...some], facts)).toBe(found);
      },
    ),
  );
});

it('a discount is never negative and never more than the price', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('amount' as const, 'percent' as const),
      fc.integer({ min: 1, max: 5_000 }),
      cents,
      (kind, value, price) => {
        const discount = discountOf({ kind, value }, price);
        expect(discount).toBeGreaterThanOrEqual(0);
        expect(discount).toBeLessThanOrEqual(price);
        expect(Number.isInteger(discount)).toBe(true);
      },
    ),
  );
});
