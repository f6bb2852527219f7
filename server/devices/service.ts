// The coordinator's side: a link, the two words, the list of phones with how they are, rename, revoke.
import * as bwip from 'bwip-js/node';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import type { DeskDevice, DeviceList, EnrolLink, EnrolLinkInput, EnrolLinkState } from '#domain/desk-api.ts';
import { enrolWords } from '#domain/devices/enrol-words.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { must } from '#domain/kernel/assert.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { publicKeyText } from '#domain/sync/exchange.ts';
import { readActivities } from '../activities/repository.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requireFreshProof } from '../auth/fresh-proof.ts';
import { requirePermission, requirePermissionSomewhere } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { publish } from '../events.ts';
import { findOrganisation, listOrganisations } from '../organisations/repository.ts';
import { sha256 } from './device-signatures.ts';
import { enrolCodeHash, newEnrolCode } from './enrol-code.ts';
import {
  findDevice,
  findEnrolLink,
  insertEnrolLink,
  listPhones,
  markLost,
  renameDevice,
  revokeDevice,
  settlePending,
  type Device,
} from './repository.ts';
import { readRestored } from './restored.ts';

type DeviceContext = Pick<Context, 'db' | 'clock' | 'ids' | 'keys' | 'appUrl'>;

export type DeviceRefusal = {
  readonly code:
    'not-found' | 'words-differ' | 'not-pending' | 'approval-expired' | 'not-active' | 'activity-unknown';
};
type DeviceResult = Result<DeskDevice, DeviceRefusal>;

export async function listDevices(
  context: DeviceContext,
  actor: Actor,
  organisationId: string | undefined,
): Promise<DeviceList> {
  await requirePermissionSomewhere(context, actor, 'device.read');
  const organisationIds = (await listOrganisations(context.db, actor.regionId))
    .filter((place) => isAllowed(actor.grants, 'device.read', { regionId: actor.regionId, ...place }))
    .map((place) => place.organisationId)
    .filter((id) => organisationId === undefined || id === organisationId);
  const now = context.clock.now();
  const devices = await listPhones(context.db, actor.regionId, organisationIds);
  return {
    devices: devices.filter((device) => !isApprovalExpired(device, now)).map(toDeskDevice),
    restored: await readRestored(context.db, actor.regionId, organisationIds, now),
  };
}

export async function createEnrolLink(
  context: DeviceContext,
  actor: Actor,
  input: EnrolLinkInput,
): Promise<Result<EnrolLink, DeviceRefusal>> {
  const { db, clock, ids, keys } = context;
  const organisation = await findOrganisation(db, actor.regionId, input.organisationId);
  await requirePermission(context, actor, 'device.enrol', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const activityIds = [...new Set(input.activityIds)];
  const activities = await readActivities(db, actor.regionId, activityIds);
  const own = activities.filter((activity) => activity.organisationId === input.organisationId);
  if (own.length !== activityIds.length) return refuse({ code: 'activity-unknown' });
  const former = input.replaces && (await findDevice(db, actor.regionId, input.replaces));
  if (input.replaces && (!former || former.organisationId !== input.organisationId))
    return refuse({ code: 'not-found' });
  return ok(
    await makeEnrolLink(
      { db, clock, ids, keys, appUrl: context.appUrl },
      {
        regionId: actor.regionId,
        organisationId: input.organisationId,
        activityIds,
        createdBy: actorName(actor),
        replaces: input.replaces ?? null,
      },
    ),
  );
}

/** Also for the demo, which prints a link at its start. */
export async function makeEnrolLink(
  { db, clock, ids, keys, appUrl }: DeviceContext,
  link: {
    readonly regionId: number;
    readonly organisationId: string;
    readonly activityIds: readonly string[];
    readonly createdBy: string;
    readonly replaces: string | null;
  },
): Promise<EnrolLink> {
  const code = newEnrolCode(ids);
  const linkId = ids.newId();
  const createdAt = clock.now();
  const expiresAt = createdAt + limits.enrolLinkMs;
  await insertEnrolLink(db, {
    ...link,
    linkId,
    codeHash: enrolCodeHash(keys.mailLink[0], code),
    createdAt,
    expiresAt,
  });
  await appendAudit(db, {
    regionId: link.regionId,
    at: createdAt,
    actor: link.createdBy,
    action: 'enrol-link-made',
    subject: `enrol-link:${linkId}`,
    detail: { activityIds: link.activityIds, ...(link.replaces !== null && { replaces: link.replaces }) },
  });
  const url = `${appUrl}/koppel#${code}`;
  return { linkId, code, url, qrSvg: bwip.toSVG({ bcid: 'qrcode', text: url }), expiresAt };
}

export async function readEnrolLinkState(
  context: DeviceContext,
  actor: Actor,
  linkId: string,
): Promise<Result<EnrolLinkState, DeviceRefusal>> {
  const link = await findEnrolLink(context.db, actor.regionId, linkId);
  const organisation = link && (await findOrganisation(context.db, actor.regionId, link.organisationId));
  await requirePermission(context, actor, 'device.enrol', organisation);
  if (!link) return refuse({ code: 'not-found' });
  const device = link.deviceId ? await findDevice(context.db, actor.regionId, link.deviceId) : undefined;
  const state = link.usedAt !== null ? 'used' : link.expiresAt <= context.clock.now() ? 'expired' : 'open';
  return ok({ state, device: device ? toDeskDevice(device) : null });
}

/** The coordinator read both words on the phone: a photographed QR shows other ones. */
export async function approveDevice(
  context: DeviceContext,
  actor: Actor,
  deviceId: string,
  words: readonly [string, string],
): Promise<DeviceResult> {
  const device = await findDevice(context.db, actor.regionId, deviceId);
  await requirePermission(context, actor, 'device.enrol', device);
  if (!device) return refuse({ code: 'not-found' });
  const [first, second] = must(wordsOf(device), 'words of a phone');
  if (words[0] !== first || words[1] !== second) return refuse({ code: 'words-differ' });
  return settle(context, actor, device, 'active');
}

export async function refuseDevice(
  context: DeviceContext,
  actor: Actor,
  deviceId: string,
): Promise<DeviceResult> {
  const device = await findDevice(context.db, actor.regionId, deviceId);
  await requirePermission(context, actor, 'device.enrol', device);
  if (!device) return refuse({ code: 'not-found' });
  return settle(context, actor, device, 'refused');
}

export async function renamePhone(
  context: DeviceContext,
  actor: Actor,
  deviceId: string,
  name: string,
): Promise<DeviceResult> {
  const device = await findDevice(context.db, actor.regionId, deviceId);
  await requirePermission(context, actor, 'device.manage', device);
  if (!device) return refuse({ code: 'not-found' });
  await context.db.transaction().execute(async (trx) => {
    await renameDevice(trx, actor.regionId, deviceId, name);
    await note(trx, context, actor, device, 'phone-renamed');
  });
  return readBack(context, device);
}

/** From here on the phone's answers say `revoked` and `wipe`; what it wrote and did not send is quarantined. */
export async function revokePhone(
  context: DeviceContext,
  actor: Actor,
  deviceId: string,
): Promise<DeviceResult> {
  const device = await findDevice(context.db, actor.regionId, deviceId);
  await requirePermission(context, actor, 'device.manage', device);
  if (!device) return refuse({ code: 'not-found' });
  // Who let it in may put it out at once; a phone of a colleague may be in the middle of a shift.
  if (device.enrolledBy !== actorName(actor)) requireFreshProof(context, actor);
  const done = await context.db.transaction().execute(async (trx) => {
    if (!(await revokeDevice(trx, actor.regionId, deviceId, context.clock.now()))) return false;
    await note(trx, context, actor, device, 'phone-revoked');
    return true;
  });
  return done ? readBack(context, device) : refuse({ code: 'not-active' });
}

/** One act for a phone that nobody has any more: revoked, and known to be lost. What it owes stays in view. */
export async function declareLost(
  context: DeviceContext,
  actor: Actor,
  deviceId: string,
): Promise<DeviceResult> {
  const device = await findDevice(context.db, actor.regionId, deviceId);
  await requirePermission(context, actor, 'device.manage', device);
  if (!device) return refuse({ code: 'not-found' });
  if (device.enrolledBy !== actorName(actor)) requireFreshProof(context, actor);
  if (device.state !== 'active' && device.state !== 'revoked') return refuse({ code: 'not-active' });
  const now = context.clock.now();
  await context.db.transaction().execute(async (trx) => {
    await revokeDevice(trx, actor.regionId, deviceId, now);
    await markLost(trx, actor.regionId, deviceId, now);
    await note(trx, context, actor, device, 'phone-lost');
  });
  return readBack(context, device);
}

export const isApprovalExpired = (device: Pick<Device, 'state' | 'requestedAt'>, now: number): boolean =>
  device.state === 'pending' && device.requestedAt + limits.enrolApprovalMs <= now;

async function settle(
  context: DeviceContext,
  actor: Actor,
  device: Device,
  state: 'active' | 'refused',
): Promise<DeviceResult> {
  const now = context.clock.now();
  if (isApprovalExpired(device, now)) return refuse({ code: 'approval-expired' });
  const done = await context.db.transaction().execute(async (trx) => {
    const by = actorName(actor);
    if (!(await settlePending(trx, actor.regionId, device.deviceId, state, by, now))) return false;
    await note(trx, context, actor, device, state === 'active' ? 'phone-approved' : 'phone-refused');
    return true;
  });
  return done ? readBack(context, device) : refuse({ code: 'not-pending' });
}

async function note(
  trx: DeviceContext['db'],
  { clock }: DeviceContext,
  actor: Actor,
  { regionId, deviceId }: Device,
  action: AuditAction,
): Promise<void> {
  await appendAudit(trx, {
    regionId,
    at: clock.now(),
    actor: actorName(actor),
    action,
    subject: `device:${deviceId}`,
  });
  await publish(trx, { regionId, topic: 'devices', deviceId });
}

async function readBack({ db }: DeviceContext, { regionId, deviceId }: Device): Promise<DeviceResult> {
  return ok(toDeskDevice(must(await findDevice(db, regionId, deviceId), 'the device just written')));
}

const wordsOf = ({ deviceId, publicKey }: Device): readonly [string, string] | undefined =>
  publicKey ? enrolWords(sha256, deviceId, publicKeyText(publicKey)) : undefined;

function toDeskDevice(device: Device): DeskDevice {
  const words = device.state === 'pending' ? wordsOf(device) : undefined;
  return {
    deviceId: device.deviceId,
    name: device.name,
    organisationId: device.organisationId,
    organisationName: device.organisationName,
    activities: [...device.activities],
    state: device.state,
    words: words ? [...words] : null,
    requestedAt: device.requestedAt,
    enrolledAt: device.enrolledAt,
    revokedAt: device.revokedAt,
    lostAt: device.lostAt,
    lastSeenAt: device.lastSeenAt,
    platform: device.platform,
    appVersion: device.appVersion,
    owes: Math.max(0, device.headSeq - device.ackedSeq - device.heldCount),
    owed: device.owed.map(([from, to]) => [from, to]),
    quarantined: device.quarantined,
    inCustody: device.ackedSeq,
    replaces: device.replaces,
    report: device.report,
  };
}
