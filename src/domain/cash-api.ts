// The contract for what is paid at a counter. As desk-api.ts: one schema for each body, versioned by addition only. Ids are made
// by the screen, once: a second sending is the same act.
import * as z from 'zod/mini';
import { PAYMENT_MEANS } from './cash/sale.ts';
import { ENTRY_KINDS, TillCount, TillMove } from './cash/till.ts';
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

/** What a line of the journal is about: an act at the desk, or something of the till alone. */
export const JOURNAL_KINDS = [
  'registered',
  'card-replaced',
  'membership-started',
  'membership-ended',
  'details-changed',
  'moved',
  'card-blocked',
  'card-unblocked',
  'erased',
  'merged',
  'kansenstatuut-granted',
  'kansenstatuut-renewed',
  'kansenstatuut-suspended',
  'kansenstatuut-resumed',
  'kansenstatuut-ended',
  'scans-entered',
  'scans-undone',
  'sale',
  'correction',
  'change-in',
  'change-out',
] as const;
export type JournalKind = (typeof JOURNAL_KINDS)[number];

export const JournalLine = z.object({
  at: Instant,
  /** Empty where it is not known. */
  by: z.string(),
  kind: z.enum(JOURNAL_KINDS),
  passholderId: z.nullable(Id),
  firstName: z.nullable(z.string()),
  /** Of scans entered or undone by hand. */
  activity: z.optional(z.string()),
  count: z.optional(z.int()),
  /** Of change that went into the till or out of it. */
  moved: z.optional(z.object({ entryId: Id, cents: z.int(), why: z.string() })),
  paid: z.optional(
    z.object({
      entryId: Id,
      receipt: z.string(),
      means: z.enum(PAYMENT_MEANS),
      dueCents: z.int(),
      discountCents: z.int(),
      why: z.string(),
      /** The day of the till on which it stands: a later one once today is closed. */
      day: Day,
      corrected: z.boolean(),
    }),
  ),
});
export type JournalLine = z.infer<typeof JournalLine>;

/** GET /api/tills/:id?day= of one counter; without a day today. */
export const DayJournal = z.object({
  organisationName: z.string(),
  today: Day,
  day: Day,
  /** On which day of the till something is written down now. */
  openDay: Day,
  closedThrough: z.nullable(Day),
  mayManage: z.boolean(),
  /** The newest first. */
  lines: z.array(JournalLine),
  more: z.boolean(),
  /** Of the day of the till. */
  money: z.array(z.object({ means: z.enum(PAYMENT_MEANS), count: z.int(), cents: z.int() })),
  /** What should lie in the till now. */
  expectedCents: z.int(),
  /** What stays in it as change, usually (settings). */
  changeCents: z.int(),
  close: z.nullable(
    z.object({
      at: Instant,
      by: z.string(),
      expectedCents: z.int(),
      countedCents: z.int(),
      keptCents: z.int(),
      why: z.string(),
    }),
  ),
});
export type DayJournal = z.infer<typeof DayJournal>;

/** POST /api/tills/:id/close */
export const CloseInput = z.object({
  closeId: Id,
  day: Day,
  /** What the screen said should be there: a payment in between is told before anything is written down. */
  expectedCents: z.int(),
  ...TillCount.shape,
});
export type CloseInput = z.infer<typeof CloseInput>;
export const CloseAnswer = z.object({ day: Day, differenceCents: z.int() });
export type CloseAnswer = z.infer<typeof CloseAnswer>;

/** POST /api/cash/entries/:id/correct */
export const CorrectInput = z.object({
  entryId: Id,
  why: lineOf(limits.reasonMax).check(z.minLength(1)),
});
export type CorrectInput = z.infer<typeof CorrectInput>;

/** POST /api/tills/:id/change: answered with what should lie in the till now. */
export const MoveInput = z.object({ entryId: Id, ...TillMove.shape });
export type MoveInput = z.infer<typeof MoveInput>;
export const MoveAnswer = z.object({ expectedCents: z.int() });
export type MoveAnswer = z.infer<typeof MoveAnswer>;
