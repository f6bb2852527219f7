// Held scans at the desk: what waits for a decision, who decides, and taking a decision back. The rules of the rulings live
// in the domain; this is who may, and what is written down of it.
import { createHash } from 'node:crypto';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import type { HeldDecided, HeldDecisionInput, HeldScans, Quarantine } from '#domain/desk-api.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { HeldReason } from '#domain/sync/held-decision.ts';
import { seqsIn } from '#domain/sync/seq-ranges.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission, requirePermissionSomewhere } from '../auth/permission.ts';
import type { SubmitDeskCommands } from '../checkins/desk-command.ts';
import { maskCard } from '../checkins/service.ts';
import type { Context } from '../context.ts';
import { getDeskDevice } from '../devices/desk-device.ts';
import { findDevice, type Device } from '../devices/repository.ts';
import { listOrganisations } from '../organisations/repository.ts';
import type { DecideHeld } from './decide-held.ts';
import { anchorOf, groupOf, readHeld, toDeskScan, type HeldScan } from './held-scan.ts';
import {
  activityTitles,
  anchorTimesOf,
  findDecision,
  insertDecision,
  listDecisions,
  listHeld,
  markReversed,
  standingVisits,
  type HeldRow,
} from './repository.ts';

export type QuarantineContext = Pick<Context, 'db' | 'clock' | 'ids'> & {
  readonly decideHeld: DecideHeld;
  readonly submit: SubmitDeskCommands;
};

export type QuarantineRefusal = {
  readonly code: 'not-found' | 'reason-needed' | 'too-many' | 'reversed-already';
};

const DECISIONS_SHOWN_MAX = 50;
const AUDITED_AS = { accept: 'quarantine-accepted', refuse: 'quarantine-refused' } as const;

export async function readQuarantine(
  context: QuarantineContext,
  actor: Actor,
  organisationId: string | undefined,
): Promise<Quarantine> {
  const { db } = context;
  const { regionId } = actor;
  await requirePermissionSomewhere(context, actor, 'check-in.read');
  const organisationIds = (await listOrganisations(db, regionId))
    .filter((place) => isAllowed(actor.grants, 'check-in.read', { regionId, ...place }))
    .map((place) => place.organisationId)
    .filter((id) => organisationId === undefined || id === organisationId);
  const [rows, decisions] = await Promise.all([
    listHeld(db, regionId, { organisationIds }, limits.heldReadMax + 1),
    listDecisions(db, regionId, organisationIds, DECISIONS_SHOWN_MAX),
  ]);
  const { scans, titles } = await readScans(context, regionId, rows.slice(0, limits.heldReadMax));
  return {
    groups: inGroups(scans).map((group) => ({
      ...groupOf(group, titles),
      mayDecide: mayDecide(actor, group[0]),
    })),
    decisions: decisions.map((decision) => ({
      decisionId: decision.decisionId,
      deviceName: decision.deviceName,
      reason: decision.reason,
      decision: decision.decision,
      why: decision.why,
      count: decision.count,
      counted: decision.counted,
      decidedAt: decision.decidedAt,
      decidedBy: decision.decidedBy,
      reversedAt: decision.reversedAt,
      mayDecide: mayDecide(actor, decision),
    })),
    more: rows.length > limits.heldReadMax,
  };
}

export async function listHeldScans(
  context: QuarantineContext,
  actor: Actor,
  deviceId: string,
  reason: HeldReason,
): Promise<Result<HeldScans, QuarantineRefusal>> {
  const { db } = context;
  const { regionId } = actor;
  const device = await findDevice(db, regionId, deviceId);
  await requirePermission(context, actor, 'check-in.read', device);
  if (!device) return refuse({ code: 'not-found' });
  const rows = await listHeld(db, regionId, { deviceId }, limits.heldReadMax);
  const ofGroup = rows.filter((row) => row.reason === reason).slice(0, limits.heldDecidedMax);
  const { scans, titles } = await readScans(context, regionId, ofGroup);
  return ok({ scans: scans.map((scan) => toDeskScan(scan, titles, maskCard(scan.card))) });
}

/** Exactly the scans that were on the screen: what came in since then waits for another decision. */
export async function decide(
  context: QuarantineContext,
  actor: Actor,
  deviceId: string,
  input: HeldDecisionInput,
): Promise<Result<HeldDecided, QuarantineRefusal>> {
  const device = await findDevice(context.db, actor.regionId, deviceId);
  await requirePermission(context, actor, 'quarantine.decide', device);
  if (!device) return refuse({ code: 'not-found' });
  if (input.decision === 'refuse' && input.why === '') return refuse({ code: 'reason-needed' });
  const seqs = seqsIn(input.seqs, limits.heldDecidedMax);
  if (!seqs) return refuse({ code: 'too-many' });
  return ok(await decideAndNote(context, actor, device, { ...input, seqs }));
}

/** Refused scans are accepted after all; accepted visits are undone, as the desk undoes any visit. */
export async function reverseDecision(
  context: QuarantineContext,
  actor: Actor,
  decisionId: string,
  why: string,
): Promise<Result<HeldDecided, QuarantineRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const decision = await findDecision(db, regionId, decisionId);
  const device = decision && (await findDevice(db, regionId, decision.deviceId));
  await requirePermission(context, actor, 'quarantine.decide', device);
  if (!decision || !device) return refuse({ code: 'not-found' });
  if (decision.reversedAt !== null) return refuse({ code: 'reversed-already' });
  const seqs = seqsIn(decision.seqs, limits.heldDecidedMax) ?? [];
  if (decision.decision === 'refuse') {
    const { reason } = decision;
    const decided = await decideAndNote(
      context,
      actor,
      device,
      { reason, seqs, decision: 'accept', why },
      decisionId,
    );
    return ok(decided);
  }
  const visits = await standingVisits(db, regionId, decision.deviceId, seqs);
  if (visits.length > 0) {
    const deskId = await getDeskDevice(context, regionId, {
      organisationId: device.organisationId,
      name: device.organisationName,
    });
    // The id of each undo follows from the decision: a second tap is the same undo.
    const undos = visits.map((target) => ({
      id: idFrom(`reverse|${decisionId}|${target}`),
      kind: 'undo-check-in' as const,
      payload: { target, reason: why },
    }));
    await context.submit({ regionId, deviceId: deskId }, undos, clock.now());
  }
  await db.transaction().execute(async (trx) => {
    await markReversed(trx, regionId, decisionId, clock.now());
    await note(trx, context, actor, device, 'quarantine-decision-reversed', {
      decisionId,
      count: visits.length,
    });
  });
  return ok({ count: visits.length, counted: 0 });
}

async function decideAndNote(
  context: QuarantineContext,
  actor: Actor,
  device: Device,
  asked: Pick<HeldDecisionInput, 'reason' | 'decision' | 'why'> & { readonly seqs: readonly number[] },
  reverses?: string,
): Promise<HeldDecided> {
  const { reason, seqs, decision, why } = asked;
  const { regionId } = actor;
  const { deviceId } = device;
  const now = context.clock.now();
  const { count, counted } = await context.decideHeld(
    { regionId, deviceId, seqs, decision, now },
    async (trx, decided) => {
      const decisionId = context.ids.newId();
      await insertDecision(trx, regionId, {
        ...decided,
        decisionId,
        deviceId,
        reason,
        decision,
        why,
        decidedAt: now,
        decidedBy: actorName(actor),
      });
      if (reverses !== undefined) await markReversed(trx, regionId, reverses, now);
      await note(trx, context, actor, device, AUDITED_AS[decision], {
        decisionId,
        reason,
        seqs: decided.seqs,
        count: decided.count,
        counted: decided.counted,
      });
    },
  );
  return { count, counted };
}

const note = (
  trx: QuarantineContext['db'],
  { clock }: QuarantineContext,
  actor: Actor,
  { deviceId }: Device,
  action: AuditAction,
  detail: Readonly<Record<string, unknown>>,
): Promise<void> =>
  appendAudit(trx, {
    regionId: actor.regionId,
    at: clock.now(),
    actor: actorName(actor),
    action,
    subject: `device:${deviceId}`,
    detail,
  });

const mayDecide = (
  { grants, regionId }: Actor,
  { organisationId, nisCode }: { readonly organisationId: string; readonly nisCode: string | null },
): boolean =>
  isAllowed(grants, 'quarantine.decide', {
    regionId,
    organisationId,
    ...(nisCode !== null && { nisCode }),
  });

async function readScans(
  { db }: QuarantineContext,
  regionId: number,
  rows: readonly HeldRow[],
): Promise<{ scans: HeldScan[]; titles: ReadonlyMap<string, string> }> {
  const anchors = rows.flatMap((row) => anchorOf(row) ?? []);
  const times = await anchorTimesOf(db, regionId, anchors);
  const scans = rows.map((row) => readHeld(row, times));
  const activityIds = [...new Set(scans.flatMap(({ activityId }) => activityId ?? []))];
  return { scans, titles: await activityTitles(db, regionId, activityIds) };
}

function inGroups(scans: readonly HeldScan[]): [HeldScan, ...HeldScan[]][] {
  const groups = new Map<string, [HeldScan, ...HeldScan[]]>();
  for (const scan of scans) {
    const key = `${scan.deviceId} ${scan.reason}`;
    const group = groups.get(key);
    if (group) group.push(scan);
    else groups.set(key, [scan]);
  }
  return [...groups.values()];
}

/** A UUID (version 8) of a text. */
function idFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-b${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
