// The phone's side of enrolling: spend a code, then ask whether the coordinator has approved. Nobody is signed in here:
// the code is the permission to ask, the approval by two words the permission to send.
import { createPublicKey } from 'node:crypto';
import { limits } from '#domain/kernel/limits.ts';
import { must } from '#domain/kernel/assert.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import {
  requestText,
  type EnrolRequest,
  type EnrolResponse,
  type EnrolStatusRequest,
  type EnrolStatusResponse,
  type PublicKey,
} from '#domain/sync/exchange.ts';
import { readActivities } from '../activities/repository.ts';
import { countAttempt, forgiveAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import type { Context } from '../context.ts';
import { publish } from '../events.ts';
import { findOrganisation, findRegion } from '../organisations/repository.ts';
import { isSignedBy } from './device-signatures.ts';
import { enrolCodeHash, readEnrolCode } from './enrol-code.ts';
import {
  findDevice,
  findEnrolment,
  insertDevice,
  lockEnrolLink,
  useEnrolLink,
  type EnrolLinkRow,
} from './repository.ts';
import { isApprovalExpired } from './service.ts';

type EnrolContext = Pick<Context, 'db' | 'clock' | 'ids' | 'keys'>;

// 40 bits and ten minutes: a thousand tries a window find one open code in twenty thousand years, and then the coordinator
// still compares two words. Beyond them nobody is shut out: an address that has not tried yet keeps some tries.
const BY_ADDRESS: AttemptRule = { purpose: 'enrol-address', max: 20, windowMs: limits.enrolLinkMs };
const BY_ALL: AttemptRule = { purpose: 'enrol-all', max: 1_000, windowMs: limits.enrolLinkMs };
const BY_ADDRESS_WHEN_BUSY: AttemptRule = { purpose: 'enrol-busy', max: 3, windowMs: limits.enrolLinkMs };

export type EnrolRefusal =
  | {
      readonly code: 'enrol-code-malformed' | 'enrol-code-unknown' | 'enrol-code-used' | 'enrol-code-expired';
    }
  | { readonly code: 'bad-key' | 'not-this-device' }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

export async function enrol(
  context: EnrolContext,
  request: EnrolRequest,
  address: string,
): Promise<Result<EnrolResponse, EnrolRefusal>> {
  const code = readEnrolCode(request.code);
  if (code === undefined) return refuse({ code: 'enrol-code-malformed' });
  const rules = [
    [BY_ADDRESS, address],
    [BY_ADDRESS_WHEN_BUSY, address],
    [BY_ALL, 'all'],
  ] as const;
  const own = await countAttempt(context, BY_ADDRESS, address);
  if (!own.allowed) return refuse({ code: 'too-many-requests', retryAfterS: own.retryAfterS });
  const whenBusy = await countAttempt(context, BY_ADDRESS_WHEN_BUSY, address);
  const all = await countAttempt(context, BY_ALL, 'all');
  if (!all.allowed && !whenBusy.allowed)
    return refuse({ code: 'too-many-requests', retryAfterS: whenBusy.retryAfterS });
  if (!isOnCurve(request.publicKey)) return refuse({ code: 'bad-key' });
  const spent = await spendCode(context, request, code);
  // Thirty phones on the wifi of one hall are no guesses.
  if (spent.ok) for (const [rule, subject] of rules) await forgiveAttempt(context, rule, subject);
  return spent;
}

function spendCode(
  context: EnrolContext,
  request: EnrolRequest,
  code: string,
): Promise<Result<EnrolResponse, EnrolRefusal>> {
  const { db, clock, keys } = context;
  const now = clock.now();
  return db.transaction().execute(async (trx) => {
    const link = await lockEnrolLink(
      trx,
      keys.mailLink.map((key) => enrolCodeHash(key, code)),
    );
    if (!link) return refuse({ code: 'enrol-code-unknown' });
    if (link.deviceId !== null) {
      // The answer of the first time may have been lost: the same key gets it again, another phone does not.
      const first = await findDevice(trx, link.regionId, link.deviceId);
      const same = first?.state === 'pending' && first.publicKey?.x === request.publicKey.x;
      if (!same) return refuse({ code: 'enrol-code-used' });
      return ok(await answer({ ...context, db: trx }, link, first.deviceId, first.requestedAt));
    }
    if (link.expiresAt <= now) return refuse({ code: 'enrol-code-expired' });
    const deviceId = await addPhone({ ...context, db: trx }, link, request, now);
    await useEnrolLink(trx, link, deviceId, now);
    return ok(await answer({ ...context, db: trx }, link, deviceId, now));
  });
}

/** `signature` covers the exact body: only the phone that asked hears the answer. */
export async function readEnrolStatus(
  { db, clock }: EnrolContext,
  body: string,
  { device: deviceId }: EnrolStatusRequest,
  signature: string,
): Promise<Result<EnrolStatusResponse, EnrolRefusal>> {
  const device = await findEnrolment(db, deviceId);
  if (!device?.publicKey || !isSignedBy(device.publicKey, requestText(deviceId, body), signature)) {
    return refuse({ code: 'not-this-device' });
  }
  return ok({ state: isApprovalExpired(device, clock.now()) ? 'expired' : device.state });
}

async function addPhone(
  { db, ids }: EnrolContext,
  link: EnrolLinkRow,
  request: EnrolRequest,
  now: number,
): Promise<string> {
  const { regionId, organisationId } = link;
  const deviceId = ids.newId();
  // The coordinator knows which phone it comes for; else the phone itself, when it lost its storage.
  const named = link.replaces ?? request.replaces;
  const former = named && (await findDevice(db, regionId, named));
  await insertDevice(db, {
    regionId,
    deviceId,
    organisationId,
    name: request.name,
    kind: 'phone',
    publicKey: request.publicKey,
    enrolledBy: link.createdBy,
    at: now,
    replaces: former && former.organisationId === organisationId ? former.deviceId : null,
    platform: request.platform,
    appVersion: request.appVersion,
    activityIds: link.activityIds,
  });
  await appendAudit(db, {
    regionId,
    at: now,
    actor: `device:${deviceId}`,
    action: 'phone-asked',
    subject: `enrol-link:${link.linkId}`,
  });
  await publish(db, { regionId, topic: 'devices', deviceId });
  return deviceId;
}

async function answer(
  { db, keys }: EnrolContext,
  link: EnrolLinkRow,
  deviceId: string,
  requestedAt: number,
): Promise<EnrolResponse> {
  const region = must(await findRegion(db, link.regionId), 'region of the link');
  const organisation = must(
    await findOrganisation(db, link.regionId, link.organisationId),
    'its organisation',
  );
  const activities = await readActivities(db, link.regionId, link.activityIds);
  const { replaces } = must(await findDevice(db, link.regionId, deviceId), 'the phone that asks');
  const former = replaces !== null && (await findDevice(db, link.regionId, replaces));
  return {
    device: deviceId,
    region: region.slug,
    regionName: region.name,
    organisationName: organisation.name,
    activityTitles: activities.map(({ title }) => title),
    serverKey: keys.receiptSigning[0].publicJwk,
    rescueKey: keys.rescueSealing[0].publicJwk,
    ...(former && {
      replaced: { device: former.deviceId, name: former.name, inCustody: former.ackedSeq },
    }),
    expiresAt: requestedAt + limits.enrolApprovalMs,
  };
}

function isOnCurve(key: PublicKey): boolean {
  try {
    createPublicKey({ key: { ...key }, format: 'jwk' });
    return true;
  } catch {
    return false; // no point of P-256
  }
}
