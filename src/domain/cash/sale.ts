// What is paid for a card that was handed out. Rule: the price of the region's list less a voucher; the counter takes what the
// screen showed or nothing. Invariant: what is owed, what a voucher gave and what came in sum to zero, and an entry is only
// ever followed by a mirrored one.
import * as z from 'zod/mini';
import { limits } from '../kernel/limits.ts';
import { Cents } from '../kernel/money.ts';
import { lineOf } from '../kernel/plain-text.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import { centsEntry, type Entry } from '../ledger/ledger.ts';
import { priceRuleFor, type CardReason, type PriceFacts, type PriceRule } from './card-price.ts';
import { discountOf, VoucherCode, type Voucher } from './voucher.ts';

/** How something is paid at a counter; `free`: the counter asks nothing. */
export const PAYMENT_MEANS = ['cash', 'card', 'payconiq', 'invoice', 'free'] as const;
export type PaymentMeans = (typeof PAYMENT_MEANS)[number];

/** As the screen sends it. */
export const Payment = z.object({
  means: z.enum(PAYMENT_MEANS),
  /** What the screen showed: another price in between is told, never charged. */
  cents: Cents,
  voucherCode: z.optional(VoucherCode),
  /** Why nothing is asked for a card that has a price. */
  why: z.optional(lineOf(limits.reasonMax)),
});
export type Payment = z.infer<typeof Payment>;

export type SaleFacts = {
  readonly rules: readonly PriceRule[];
  /** What this counter takes; `free` always. */
  readonly means: readonly PaymentMeans[];
  readonly price: PriceFacts;
  /** Checked: it holds here and today. */
  readonly voucher: Voucher | undefined;
};

export type Sale = {
  readonly reason: CardReason;
  readonly listCents: number;
  readonly discountCents: number;
  readonly dueCents: number;
  readonly means: PaymentMeans;
  readonly voucherId: string | null;
  readonly why: string;
};

export type SaleRefusal =
  | { readonly code: 'payment-needed' | 'price-changed'; readonly cents: number }
  | { readonly code: 'means-not-offered'; readonly means: PaymentMeans }
  | { readonly code: 'reason-needed' };

export type ShownPrice = {
  readonly rule: PriceRule;
  readonly discountCents: number;
  readonly dueCents: number;
};

export function priceOf({ rules, price, voucher }: Omit<SaleFacts, 'means'>): ShownPrice {
  const rule = priceRuleFor(rules, price);
  const discountCents = voucher ? discountOf(voucher, rule.cents) : 0;
  return { rule, discountCents, dueCents: rule.cents - discountCents };
}

export function decideSale(facts: SaleFacts, payment: Payment | undefined): Result<Sale, SaleRefusal> {
  const { rule, discountCents, dueCents } = priceOf(facts);
  if (payment === undefined && dueCents > 0) return refuse({ code: 'payment-needed', cents: dueCents });
  if (payment && payment.cents !== dueCents) return refuse({ code: 'price-changed', cents: dueCents });
  // Where nothing is owed nothing is paid, whatever was chosen.
  const means = dueCents === 0 ? 'free' : (payment?.means ?? 'free');
  const why = dueCents > 0 && means === 'free' ? (payment?.why ?? '') : '';
  if (means === 'free' && dueCents > 0 && why === '') return refuse({ code: 'reason-needed' });
  if (means !== 'free' && !facts.means.includes(means)) return refuse({ code: 'means-not-offered', means });
  return ok({
    reason: facts.price.reason,
    listCents: rule.cents,
    discountCents,
    dueCents,
    means,
    // A voucher that gives nothing is not used up.
    voucherId: discountCents > 0 ? (facts.voucher?.voucherId ?? null) : null,
    why,
  });
}

/** The accounts of a counter. Cash lies in its till; what came in otherwise is only counted. */
export const TILL_ACCOUNTS = [...PAYMENT_MEANS, 'income', 'voucher', 'difference', 'safe'] as const;
export type TillAccount = (typeof TILL_ACCOUNTS)[number];

export const entryOfSale = (entryId: string, { listCents, discountCents, dueCents, means }: Sale): Entry =>
  centsEntry(entryId, [
    ['income', -listCents],
    ['voucher', discountCents],
    [means, dueCents],
  ] satisfies [TillAccount, number][]);
