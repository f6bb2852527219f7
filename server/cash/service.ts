// Receipts and vouchers at the desk.
import type {
  CheckedVoucher,
  CheckVoucherInput,
  Receipt,
  VoucherInput,
  VoucherList,
} from '#domain/cash-api.ts';
import { checkVoucher, voucherCodeOf, type VoucherRefusal } from '#domain/cash/voucher.ts';
import { isAllowed, type Target } from '#domain/devices/permissions.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { settingFor } from '#domain/settings/settings.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission, requirePermissionSomewhere } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import {
  findMunicipality,
  findOrganisation,
  findRegion,
  listMunicipalities,
} from '../organisations/repository.ts';
import { listSettings } from '../settings/repository.ts';
import {
  countVoucherUses,
  endVoucher,
  findCashEntry,
  findVoucher,
  findVoucherById,
  insertVoucher,
  listVouchers,
  receiptText,
  voucherOf,
} from './repository.ts';

export type CashContext = Pick<Context, 'db' | 'clock'>;

export type CashRefusal =
  | VoucherRefusal
  | { readonly code: 'not-found' | 'voucher-code-taken' | 'voucher-ended-already' }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

export async function readReceipt(
  { db, ...context }: CashContext,
  actor: Actor,
  entryId: string,
): Promise<Result<Receipt, CashRefusal>> {
  const { regionId } = actor;
  const row = await findCashEntry(db, regionId, entryId);
  const organisation = row && (await findOrganisation(db, regionId, row.organisation_id));
  await requirePermission({ db, ...context }, actor, 'till.read', organisation);
  if (!row || !organisation || row.means === null) return refuse({ code: 'not-found' });
  const [region, settings, corrected] = await Promise.all([
    findRegion(db, regionId),
    listSettings(db, regionId),
    row.corrects === null ? undefined : findCashEntry(db, regionId, row.corrects),
  ]);
  const { organisationId, nisCode = null } = organisation;
  return ok({
    entryId,
    receipt: receiptText(row),
    kind: row.kind,
    corrects: corrected ? receiptText(corrected) : null,
    at: row.at,
    organisationName: organisation.name,
    regionName: region?.name ?? '',
    listCents: row.list_cents,
    discountCents: row.discount_cents,
    dueCents: row.due_cents,
    means: row.means,
    // As it was then: a receipt printed again is the same.
    text: settingFor(settings, 'receiptText', { nisCode, organisationId }, civilDayOf(row.at)).value,
  });
}

const HOUR_MS = 3_600_000;
/** Codes can be guessed: more than a counter mistypes, too few to find one. */
const WRONG_CODES: AttemptRule = { purpose: 'voucher-wrong', max: 30, windowMs: HOUR_MS };

export async function checkVoucherCode(
  context: CashContext,
  actor: Actor,
  { organisationId, code }: CheckVoucherInput,
): Promise<Result<CheckedVoucher, CashRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const organisation = await findOrganisation(db, regionId, organisationId);
  await requirePermission(context, actor, 'passholder.register', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const voucher = await findVoucher(db, regionId, voucherCodeOf(code), false);
  const used = voucher ? await countVoucherUses(db, regionId, [voucher.voucherId]) : undefined;
  const checked = checkVoucher(voucher, {
    today: civilDayOf(clock.now()),
    place: organisation.nisCode ?? null,
    used: used?.get(voucher?.voucherId ?? '') ?? 0,
  });
  if (!checked.ok) return countWrongCode(context, actor, checked.error);
  const { voucherId, kind, value, until } = checked.value;
  return ok({ voucherId, code: checked.value.code, kind, value, until });
}

/** Also of an act: the same answer to the same guess. */
export async function countWrongCode<E extends { readonly code: string }>(
  context: CashContext,
  actor: Actor,
  refusal: E,
): Promise<Result<never, E | { readonly code: 'too-many-requests'; readonly retryAfterS: number }>> {
  if (!refusal.code.startsWith('voucher-')) return refuse(refusal);
  const tries = await countAttempt(context, WRONG_CODES, actor.userId);
  return refuse(tries.allowed ? refusal : { code: 'too-many-requests', retryAfterS: tries.retryAfterS });
}

const VOUCHERS_SHOWN = 200;
const targetOf = (nisCode: string | null): Omit<Target, 'regionId'> => (nisCode === null ? {} : { nisCode });

export async function readVouchers(context: CashContext, actor: Actor): Promise<VoucherList> {
  await requirePermissionSomewhere(context, actor, 'setting.read');
  const { db, clock } = context;
  const { regionId, grants } = actor;
  const today = civilDayOf(clock.now());
  const [rows, region, municipalities] = await Promise.all([
    listVouchers(db, regionId, VOUCHERS_SHOWN),
    findRegion(db, regionId),
    listMunicipalities(db, regionId),
  ]);
  const may = (action: 'setting.read' | 'setting.change', nisCode: string | null): boolean =>
    isAllowed(grants, action, { regionId, ...targetOf(nisCode) });
  const shown = rows.filter(({ nis_code }) => nis_code === null || may('setting.read', nis_code));
  const used = await countVoucherUses(
    db,
    regionId,
    shown.map(({ voucher_id }) => voucher_id),
  );
  const nameOf = (nisCode: string | null): string =>
    (nisCode === null ? region?.name : municipalities.find((each) => each.nisCode === nisCode)?.name) ?? '';
  return {
    today,
    vouchers: shown.map((row) => {
      const { voucherId, code, kind, value, nisCode, from, until, usesMax, ended } = voucherOf(row);
      const times = used.get(voucherId) ?? 0;
      const isOver = today > until;
      const state = ended
        ? ('ended' as const)
        : isOver
          ? ('over' as const)
          : times >= usesMax
            ? ('used-up' as const)
            : today < from
              ? ('coming' as const)
              : ('open' as const);
      return {
        ...{ voucherId, code, kind, value, nisCode, from, until, usesMax, used: times, state },
        label: row.label,
        placeName: nameOf(nisCode),
        mayEnd: !ended && !isOver && may('setting.change', nisCode),
      };
    }),
    places: [null, ...municipalities.map(({ nisCode }) => nisCode)]
      .filter((nisCode) => may('setting.change', nisCode))
      .map((nisCode) => ({ nisCode, name: nameOf(nisCode) })),
  };
}

export async function makeVoucher(
  context: CashContext,
  actor: Actor,
  { voucherId, nisCode, ...voucher }: VoucherInput,
): Promise<Result<{ voucherId: string }, CashRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const isPlace = nisCode === null || (await findMunicipality(db, regionId, nisCode)) !== undefined;
  await requirePermission(context, actor, 'setting.change', isPlace ? targetOf(nisCode) : undefined);
  if (!isPlace) return refuse({ code: 'not-found' });
  const by = { at: clock.now(), actor: actorName(actor) };
  const made = await insertVoucher(db, {
    region_id: regionId,
    voucher_id: voucherId,
    code: voucher.code,
    label: voucher.label,
    kind: voucher.kind,
    value: voucher.value,
    nis_code: nisCode,
    from_day: voucher.from,
    until_day: voucher.until,
    uses_max: voucher.usesMax,
    made_at: by.at,
    made_by: by.actor,
    ended_at: null,
    ended_by: null,
  });
  if (!made) {
    // The same request again is the same voucher.
    const twin = await findVoucherById(db, regionId, voucherId);
    return twin?.code === voucher.code ? ok({ voucherId }) : refuse({ code: 'voucher-code-taken' });
  }
  await appendAudit(db, {
    ...{ ...by, regionId, action: 'voucher-made', subject: `voucher:${voucherId}` },
    detail: { kind: voucher.kind, value: voucher.value, usesMax: voucher.usesMax, nisCode },
  });
  return ok({ voucherId });
}

/** It cannot be used any more; where it was used stays. */
export async function stopVoucher(
  context: CashContext,
  actor: Actor,
  voucherId: string,
): Promise<Result<{ voucherId: string }, CashRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const voucher = await findVoucherById(db, regionId, voucherId);
  await requirePermission(context, actor, 'setting.change', voucher && targetOf(voucher.nis_code));
  if (!voucher) return refuse({ code: 'not-found' });
  const by = { at: clock.now(), actor: actorName(actor) };
  if (!(await endVoucher(db, regionId, voucherId, by))) return refuse({ code: 'voucher-ended-already' });
  await appendAudit(db, { ...by, regionId, action: 'voucher-ended', subject: `voucher:${voucherId}` });
  return ok({ voucherId });
}
