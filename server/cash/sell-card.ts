// What is paid for a card, written down in the transaction of the act that hands it out: both or neither.
import { cardReasonOf } from '#domain/cash/card-price.ts';
import { decideSale, entryOfSale, type Payment, type SaleRefusal } from '#domain/cash/sale.ts';
import { bookDayOf } from '#domain/cash/till.ts';
import { checkVoucher, type Voucher, type VoucherRefusal } from '#domain/cash/voucher.ts';
import type { PaidFor } from '#domain/cash-api.ts';
import { yearsBetween, type CivilDay } from '#domain/kernel/civil-time.ts';
import { ok, type Result } from '#domain/kernel/result.ts';
import { isEntitled, kansenstatuutOn } from '#domain/passholders/kansenstatuut.ts';
import {
  homeOn,
  membershipIn,
  type Passholder,
  type PassholderEvent,
} from '#domain/passholders/passholder.ts';
import { settingFor, settingOn, type SettingEntry } from '#domain/settings/settings.ts';
import type { Organisation } from '../organisations/repository.ts';
import {
  countVoucherUses,
  findClosedThrough,
  findEntryOfAct,
  findVoucher,
  insertCashEntry,
  lockTill,
  nextReceiptNo,
  receiptText,
  type CashRow,
  type Db,
} from './repository.ts';

export type PaymentRefusal = SaleRefusal | VoucherRefusal;

export type CardSale = {
  readonly entryId: string;
  readonly actId: string;
  readonly at: number;
  readonly today: CivilDay;
  readonly actor: string;
  readonly organisation: Organisation;
  readonly settings: readonly SettingEntry[];
  readonly events: readonly PassholderEvent[];
  /** As the person stands after them. */
  readonly after: Passholder;
  readonly payment: Payment | undefined;
};

/** Undefined where no card was handed out. */
export async function sellCard(
  db: Db,
  regionId: number,
  sale: CardSale,
): Promise<Result<PaidFor | undefined, PaymentRefusal>> {
  const { events, after, settings, today, organisation, payment } = sale;
  const { organisationId, nisCode = null } = organisation;
  const reason = cardReasonOf(events);
  if (reason === undefined) return ok(undefined);
  const voucher = await voucherFor(db, regionId, payment, { today, place: nisCode });
  if (!voucher.ok) return voucher;
  const graceDays = settingOn(settings, 'kansenstatuutGraceDays', null, today);
  const kansenstatuut = membershipIn(after, systemOf(events, after))?.kansenstatuut ?? null;
  const born = after.person?.dateOfBirth ?? '';
  const decided = decideSale(
    {
      rules: settingOn(settings, 'cardPrices', null, today),
      means: settingFor(settings, 'paymentMeans', { nisCode, organisationId }, today).value,
      price: {
        reason,
        ageYears: born === '' ? null : yearsBetween(born, today),
        nisCode: homeOn(after, today),
        kansentarief: isEntitled(kansenstatuutOn(kansenstatuut, today, graceDays)),
      },
      voucher: voucher.value,
    },
    payment,
  );
  if (!decided.ok) return decided;

  await lockTill(db, regionId, organisationId);
  const day = bookDayOf(today, await findClosedThrough(db, regionId, organisationId));
  const year = Number(day.slice(0, 4));
  const { value } = decided;
  const row: CashRow = {
    region_id: regionId,
    entry_id: sale.entryId,
    organisation_id: organisationId,
    kind: 'sale',
    day,
    at: sale.at,
    actor: sale.actor,
    act_id: sale.actId,
    passholder_id: after.passholderId,
    receipt_year: year,
    receipt_no: await nextReceiptNo(db, regionId, organisationId, year),
    reason: value.reason,
    means: value.means,
    list_cents: value.listCents,
    discount_cents: value.discountCents,
    due_cents: value.dueCents,
    voucher_id: value.voucherId,
    why: value.why,
    corrects: null,
  };
  await insertCashEntry(db, row, entryOfSale(sale.entryId, value));
  return ok(paidFor(row));
}

/** What was paid for an act that was taken before. */
export async function findPaidFor(db: Db, regionId: number, actId: string): Promise<PaidFor | undefined> {
  const row = await findEntryOfAct(db, regionId, actId);
  return row && paidFor(row);
}

const paidFor = (row: CashRow): PaidFor => ({
  entryId: row.entry_id,
  receipt: receiptText(row),
  dueCents: row.due_cents,
});

async function voucherFor(
  db: Db,
  regionId: number,
  payment: Payment | undefined,
  { today, place }: { readonly today: CivilDay; readonly place: string | null },
): Promise<Result<Voucher | undefined, VoucherRefusal>> {
  if (payment?.voucherCode === undefined) return ok(undefined);
  const voucher = await findVoucher(db, regionId, payment.voucherCode, true);
  const used = voucher
    ? await countVoucherUses(db, regionId, [voucher.voucherId])
    : new Map<string, number>();
  return checkVoucher(voucher, { today, place, used: used.get(voucher?.voucherId ?? '') ?? 0 });
}

/** Of the card that was handed out. */
function systemOf(events: readonly PassholderEvent[], { cards }: Passholder): string {
  for (const event of events) {
    if (event.kind === 'card-handed-out') return event.cardSystemId;
    if (event.kind === 'card-replaced')
      return cards.find(({ number }) => number === event.by)?.cardSystemId ?? '';
  }
  return '';
}
