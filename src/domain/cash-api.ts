// The contract for what is paid at a counter. As desk-api.ts: one schema for each body, versioned by addition only. Ids are made
// by the screen, once: a second sending is the same act.
import * as z from 'zod/mini';
import { PAYMENT_MEANS } from './cash/sale.ts';
import { ENTRY_KINDS } from './cash/till.ts';
import { VOUCHER_KINDS, VoucherCode } from './cash/voucher.ts';
import { limits } from './kernel/limits.ts';
import { lineOf, tokenOf } from './kernel/plain-text.ts';
import { Day } from './passholders/person.ts';

const Id = z.uuid();
const Instant = z.int();
const Nis = z.nullable(tokenOf(limits.idMax));

/** In the answer to an act for which a card was handed out. */
export const PaidFor = z.object({ entryId: Id, receipt: z.string(), dueCents: z.int() });
export type PaidFor = z.infer<typeof PaidFor>;

/**
 * GET /api/cash/entries/:id. A receipt lies on a counter and goes home in a pocket: nothing on it says who it is, which card, why
 * it was replaced, or by which rule the price is what it is.
 */
export const Receipt = z.object({
  entryId: Id,
  receipt: z.string(),
  kind: z.enum(ENTRY_KINDS),
  /** Of a correction: what it corrects. */
  corrects: z.nullable(z.string()),
  at: Instant,
  organisationName: z.string(),
  regionName: z.string(),
  listCents: z.int(),
  discountCents: z.int(),
  dueCents: z.int(),
  means: z.enum(PAYMENT_MEANS),
  /** Of the counter (settings). */
  text: z.string(),
});
export type Receipt = z.infer<typeof Receipt>;

/** POST /api/vouchers/check: may this code be used at this counter today? Nothing is reserved: the act decides. */
export const CheckVoucherInput = z.object({
  organisationId: Id,
  code: z.string().check(z.maxLength(limits.idMax)),
});
export type CheckVoucherInput = z.infer<typeof CheckVoucherInput>;
export const CheckedVoucher = z.object({
  voucherId: Id,
  code: z.string(),
  kind: z.enum(VOUCHER_KINDS),
  value: z.int(),
  until: Day,
});
export type CheckedVoucher = z.infer<typeof CheckedVoucher>;

/** POST /api/vouchers */
export const VoucherInput = z
  .object({
    voucherId: Id,
    code: VoucherCode,
    label: lineOf(limits.settingTextMax).check(z.minLength(1)),
    kind: z.enum(VOUCHER_KINDS),
    value: z.int().check(z.minimum(1), z.maximum(limits.centsMax)),
    nisCode: Nis,
    from: Day,
    until: Day,
    usesMax: z.int().check(z.minimum(1), z.maximum(limits.voucherUsesMax)),
  })
  .check(
    z.refine(({ from, until }) => from <= until, { path: ['until'] }),
    z.refine(({ kind, value }) => kind === 'amount' || value <= limits.percentMax, { path: ['value'] }),
  );
export type VoucherInput = z.infer<typeof VoucherInput>;

/** GET /api/vouchers: the region's, and of the municipalities that one may see. */
export const VoucherList = z.object({
  today: Day,
  vouchers: z.array(
    z.object({
      ...CheckedVoucher.shape,
      label: z.string(),
      nisCode: Nis,
      placeName: z.string(),
      from: Day,
      usesMax: z.int(),
      used: z.int(),
      state: z.enum(['coming', 'open', 'used-up', 'over', 'ended']),
      mayEnd: z.boolean(),
    }),
  ),
  /** For which places one may make one; a null code is the region. */
  places: z.array(z.object({ nisCode: Nis, name: z.string() })),
});
export type VoucherList = z.infer<typeof VoucherList>;
export const VoucherSaved = z.object({ voucherId: Id });
