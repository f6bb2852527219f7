// What a counter does with its till: count it and close the day, and take a payment back. One till is written by one at a time, so
// that two who close at once see each other; the tables refuse whatever would change a closed day.
import { createHash } from 'node:crypto';
import type {
  CloseAnswer,
  CloseInput,
  CorrectInput,
  MoveAnswer,
  MoveInput,
  PaidFor,
} from '#domain/cash-api.ts';
import {
  bookDayOf,
  decideClose,
  decideCorrection,
  decideMove,
  type CloseRefusal,
  type CorrectionRefusal,
} from '#domain/cash/till.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { findOrganisation } from '../organisations/repository.ts';
import {
  findKeptClose,
  findLastEntryDay,
  insertClose,
  readEntry,
  readTillBalance,
} from './journal-repository.ts';
import {
  findCashEntry,
  findClosedThrough,
  insertCashEntry,
  lockTill,
  nextReceiptNo,
  receiptText,
  type CashRow,
} from './repository.ts';

export type TillContext = Pick<Context, 'db' | 'clock' | 'ids'>;

export type TillRefusal =
  | CloseRefusal
  | CorrectionRefusal
  | { readonly code: 'not-found' | 'other-act-with-this-id' }
  | { readonly code: 'too-little-in-till'; readonly expectedCents: number }
  /** Something was paid since: what should be there now. */
  | { readonly code: 'till-changed'; readonly expectedCents: number };

export async function closeDay(
  context: TillContext,
  actor: Actor,
  organisationId: string,
  input: CloseInput,
): Promise<Result<CloseAnswer, TillRefusal>> {
  const { db, clock, ids } = context;
  const { regionId } = actor;
  const organisation = await findOrganisation(db, regionId, organisationId);
  await requirePermission(context, actor, 'till.manage', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const requestDigest = createHash('sha256').update(JSON.stringify(input)).digest();
  const place = [regionId, organisationId] as const;

  return db.transaction().execute(async (trx): Promise<Result<CloseAnswer, TillRefusal>> => {
    await lockTill(trx, ...place);
    // Looked for after the till is locked: a twin that was under way is done by then.
    const known = await findKeptClose(trx, regionId, input.closeId);
    if (known)
      return requestDigest.equals(known.requestDigest)
        ? ok({ day: known.day, differenceCents: known.countedCents - known.expectedCents })
        : refuse({ code: 'other-act-with-this-id' });
    const at = clock.now();
    const closedThrough = await findClosedThrough(trx, ...place);
    const expectedCents = await readTillBalance(trx, ...place, 'cash');
    const entryId = ids.newId();
    const { day } = input;
    const decided = decideClose(entryId, input, {
      ...{ day, today: civilDayOf(at), closedThrough, expectedCents },
      lastEntryDay: await findLastEntryDay(trx, ...place),
    });
    if (!decided.ok && decided.error.code !== 'difference-needs-reason') return decided;
    if (input.expectedCents !== expectedCents) return refuse({ code: 'till-changed', expectedCents });
    if (!decided.ok) return decided;
    const { entry, why, differenceCents } = decided.value;
    const by = { at, actor: actorName(actor) };
    if (entry)
      await insertCashEntry(trx, { ...emptyRow(...place, entryId), ...by, kind: 'close', day, why }, entry);
    await insertClose(trx, regionId, {
      ...{ ...by, organisationId, day, closeId: input.closeId, requestDigest, why },
      ...{ entryId: entry ? entryId : null, expectedCents },
      ...{ countedCents: input.countedCents, keptCents: input.keptCents },
    });
    await appendAudit(trx, {
      ...{ ...by, regionId, action: 'till-closed', subject: `organisation:${organisationId}` },
      detail: { day, differenceCents },
    });
    return ok({ day, differenceCents });
  });
}

/** Change into the till or out of it, on the first open day. Sent again it is the same act. */
export async function moveChange(
  context: TillContext,
  actor: Actor,
  organisationId: string,
  { entryId, ...move }: MoveInput,
): Promise<Result<MoveAnswer, TillRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const organisation = await findOrganisation(db, regionId, organisationId);
  await requirePermission(context, actor, 'till.manage', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const place = [regionId, organisationId] as const;
  const cents = move.way === 'in' ? move.cents : -move.cents;

  return db.transaction().execute(async (trx): Promise<Result<MoveAnswer, TillRefusal>> => {
    await lockTill(trx, ...place);
    const expectedCents = await readTillBalance(trx, ...place, 'cash');
    const twin = await findCashEntry(trx, regionId, entryId);
    if (twin)
      return twin.kind === 'change' && twin.organisation_id === organisationId && twin.due_cents === cents
        ? ok({ expectedCents })
        : refuse({ code: 'other-act-with-this-id' });
    const decided = decideMove(entryId, move, expectedCents);
    if (!decided.ok) return decided;
    const at = clock.now();
    const day = bookDayOf(civilDayOf(at), await findClosedThrough(trx, ...place));
    const by = { at, actor: actorName(actor) };
    const row = { ...emptyRow(...place, entryId), ...by, kind: 'change' as const, day, why: move.why };
    await insertCashEntry(trx, { ...row, due_cents: cents }, decided.value);
    await appendAudit(trx, {
      ...{ ...by, regionId, action: 'till-change-moved', subject: `organisation:${organisationId}` },
      detail: { day, cents },
    });
    return ok({ expectedCents: expectedCents + cents });
  });
}

/** The amount goes back the way it came, on the first open day; a voucher can be used again. */
export async function correctPayment(
  context: TillContext,
  actor: Actor,
  correctsId: string,
  { entryId, why }: CorrectInput,
): Promise<Result<PaidFor, TillRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const standing = await findCashEntry(db, regionId, correctsId);
  const organisation = standing && (await findOrganisation(db, regionId, standing.organisation_id));
  await requirePermission(context, actor, 'till.manage', organisation);
  if (!standing) return refuse({ code: 'not-found' });
  const place = [regionId, standing.organisation_id] as const;

  return db.transaction().execute(async (trx): Promise<Result<PaidFor, TillRefusal>> => {
    await lockTill(trx, ...place);
    const twin = await findCashEntry(trx, regionId, entryId);
    if (twin)
      return twin.corrects === correctsId ? ok(paidFor(twin)) : refuse({ code: 'other-act-with-this-id' });
    const { entry, corrected } = await readEntry(trx, regionId, correctsId);
    const decided = decideCorrection(entryId, { kind: standing.kind, corrected, entry });
    if (!decided.ok) return decided;
    const at = clock.now();
    const day = bookDayOf(civilDayOf(at), await findClosedThrough(trx, ...place));
    const year = Number(day.slice(0, 4));
    const row: CashRow = {
      ...standing,
      ...{ entry_id: entryId, kind: 'correction', corrects: correctsId, act_id: null },
      ...{ day, at, actor: actorName(actor), why },
      ...{ receipt_year: year, receipt_no: await nextReceiptNo(trx, ...place, year) },
      ...{ list_cents: -standing.list_cents, discount_cents: -standing.discount_cents },
      due_cents: -standing.due_cents,
    };
    await insertCashEntry(trx, row, decided.value);
    await appendAudit(trx, {
      ...{
        regionId,
        at,
        actor: actorName(actor),
        action: 'payment-corrected',
        subject: `payment:${correctsId}`,
      },
    });
    return ok(paidFor(row));
  });
}

const paidFor = (row: CashRow): PaidFor => ({
  entryId: row.entry_id,
  receipt: receiptText(row),
  dueCents: row.due_cents,
});

const emptyRow = (
  regionId: number,
  organisationId: string,
  entryId: string,
): Omit<CashRow, 'kind' | 'day' | 'at' | 'actor' | 'why'> => ({
  ...{ region_id: regionId, entry_id: entryId, organisation_id: organisationId },
  ...{ act_id: null, passholder_id: null, receipt_year: null, receipt_no: null, reason: null, means: null },
  ...{ list_cents: 0, discount_cents: 0, due_cents: 0, voucher_id: null, corrects: null },
});
