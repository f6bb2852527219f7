import { describe, expect, it } from 'vitest';
import { decideSale, entryOfSale, type Payment, type SaleFacts } from '#domain/cash/sale.ts';
import { checkVoucher, discountOf, voucherCodeOf, type Voucher } from '#domain/cash/voucher.ts';

const TODAY = '2026-11-23';
const voucher = (over: Partial<Voucher> = {}): Voucher => ({
  voucherId: 'v',
  code: 'WELKOM26',
  kind: 'amount',
  value: 200,
  nisCode: null,
  from: '2026-01-01',
  until: '2026-12-31',
  usesMax: 1,
  ended: false,
  ...over,
});
const facts = (over: Partial<SaleFacts> = {}): SaleFacts => ({
  rules: [{ reasons: ['first-card'], cents: 500 }],
  means: ['cash', 'payconiq'],
  price: { reason: 'first-card', ageYears: 40, nisCode: null, kansentarief: false },
  voucher: undefined,
  ...over,
});
const FREE = facts({ rules: [{ reasons: ['first-card'], cents: 0 }] });

describe('what is paid', () => {
  it.each<[what: string, given: SaleFacts, payment: Payment | undefined, answer: object]>([
    ['nothing said of a card that costs', facts(), undefined, { code: 'payment-needed', cents: 500 }],
    [
      'another amount than the price',
      facts(),
      { means: 'cash', cents: 400 },
      { code: 'price-changed', cents: 500 },
    ],
    [
      'by card, where nobody takes cards',
      facts(),
      { means: 'card', cents: 500 },
      { code: 'means-not-offered' },
    ],
    ['nothing asked, nobody says why', facts(), { means: 'free', cents: 500 }, { code: 'reason-needed' }],
    [
      'the price without the voucher',
      facts({ voucher: voucher() }),
      { means: 'cash', cents: 500 },
      { code: 'price-changed', cents: 300 },
    ],
  ])('is refused: %s', (_, given, payment, error) => {
    expect(decideSale(given, payment)).toMatchObject({ ok: false, error });
  });

  it.each<[what: string, given: SaleFacts, payment: Payment | undefined, sale: object]>([
    ['cash', facts(), { means: 'cash', cents: 500 }, { means: 'cash', dueCents: 500, voucherId: null }],
    [
      'a voucher',
      facts({ voucher: voucher() }),
      { means: 'cash', cents: 300 },
      { discountCents: 200, dueCents: 300, voucherId: 'v' },
    ],
    ['a card without a price', FREE, undefined, { means: 'free', dueCents: 0 }],
    ['whatever is chosen for it', FREE, { means: 'card', cents: 0 }, { means: 'free', why: '' }],
    [
      'nothing, and why',
      facts(),
      { means: 'free', cents: 500, why: 'fout van de balie' },
      { means: 'free', dueCents: 500, why: 'fout van de balie' },
    ],
    [
      'a voucher for what costs nothing',
      { ...FREE, voucher: voucher() },
      undefined,
      { discountCents: 0, voucherId: null },
    ],
  ])('is taken: %s', (_, given, payment, sale) => {
    expect(decideSale(given, payment)).toMatchObject({ ok: true, value: sale });
  });

  it('is written down from income to what came in', () => {
    const decided = decideSale(facts({ voucher: voucher() }), { means: 'payconiq', cents: 300 });
    const lines = decided.ok ? entryOfSale('e', decided.value).postings : [];
    expect(lines.map(({ accountId, amount }) => [accountId, amount])).toEqual([
      ['income', -500],
      ['voucher', 200],
      ['payconiq', 300],
    ]);
  });
});

describe('a voucher', () => {
  const given = { today: TODAY, place: '33011', used: 0 };
  it.each<[what: string, which: Voucher | undefined, over: Partial<typeof given>, code: string | undefined]>([
    ['holds', voucher(), {}, undefined],
    ['holds on its last day', voucher({ until: TODAY }), {}, undefined],
    ['holds in its own municipality', voucher({ nisCode: '33011' }), {}, undefined],
    ['that nobody made', undefined, {}, 'voucher-unknown'],
    ['of another municipality', voucher({ nisCode: '32003' }), {}, 'voucher-elsewhere'],
    ['that was stopped', voucher({ ended: true }), {}, 'voucher-ended'],
    ['that begins later', voucher({ from: '2026-12-01' }), {}, 'voucher-not-yet'],
    ['that is over', voucher({ until: '2026-11-22' }), {}, 'voucher-over'],
    ['that was used', voucher(), { used: 1 }, 'voucher-used-up'],
  ])('%s', (_, which, over, code) => {
    expect(checkVoucher(which, { ...given, ...over })).toMatchObject(
      code === undefined ? { ok: true } : { ok: false, error: { code } },
    );
  });

  it('is never worth more than the price, and a share is rounded half up', () => {
    expect(discountOf({ kind: 'amount', value: 700 }, 500)).toBe(500);
    expect(discountOf({ kind: 'percent', value: 50 }, 505)).toBe(253);
    expect(discountOf({ kind: 'percent', value: 33 }, 100)).toBe(33);
  });

  it('is the same code however it is typed', () => {
    expect(voucherCodeOf(' welkom-26 ')).toBe('WELKOM26');
  });
});
