// Enrolling (offline-and-sync part 4): keys are made here and never leave; phone and coordinator see the same two words,
// and only after the coordinator's yes is anything sent to this phone.
import * as z from 'zod/mini';
import { sha256 } from '@noble/hashes/sha2.js';
import { enrolWords } from '#domain/devices/enrol-words.ts';
import { toBase64url } from '#domain/kernel/bytes.ts';
import { limits } from '#domain/kernel/limits.ts';
import { GENESIS_HASH } from '#domain/sync/command.ts';
import {
  EnrolResponse,
  EnrolStatusResponse,
  PROTOCOL,
  publicKeyText,
  requestText,
  responseText,
  type EnrolRequest,
  type EnrolStatusRequest,
} from '#domain/sync/exchange.ts';
import { api, ApiRefusal, Unreachable } from '../api.ts';
import type { Clock } from '../clock.ts';
import { importServerKey, isSigned, makeDeviceKeys, signBytes, type DeviceKeys } from '../db/device-keys.ts';
import { keepKnownDevice, type TraceStore } from '../db/known-device.ts';
import type { DeviceRow, PhoneDb } from '../db/phone-db.ts';
import type { Transport } from '../sync/transport.ts';

export type EnrolAsk = Pick<EnrolRequest, 'code' | 'name' | 'platform' | 'appVersion' | 'replaces'>;

/** Up to where the device that this phone was is known to have written. */
export type FormerTrace = { readonly device: string; readonly seq: number };

export type EnrolOutcome =
  | { readonly ok: true; readonly device: DeviceRow }
  /** `code` of the server's problem: unknown, used or expired link. */
  | { readonly ok: false; readonly why: 'refused'; readonly code: string }
  | { readonly ok: false; readonly why: 'unreachable' };

export type EnrolPost = (body: EnrolRequest) => Promise<EnrolResponse>;

export const postEnrol: EnrolPost = (body) => api.post('/api/enrol', body, EnrolResponse);

/** Spends the code; from here on the device waits for approval. */
export async function requestEnrolment(
  db: PhoneDb,
  clock: Clock,
  ask: EnrolAsk,
  { post = postEnrol, former }: { readonly post?: EnrolPost; readonly former?: FormerTrace } = {},
): Promise<EnrolOutcome> {
  const keys = await keysFor(db, ask.code);
  let answer: EnrolResponse;
  try {
    answer = await post({ protocol: PROTOCOL, ...ask, publicKey: keys.publicKey });
  } catch (error) {
    if (error instanceof ApiRefusal)
      return { ok: false, why: 'refused', code: error.problem.code ?? 'unknown' };
    if (error instanceof Unreachable) return { ok: false, why: 'unreachable' };
    throw error;
  }
  const device: DeviceRow = {
    id: answer.device,
    region: answer.region,
    regionName: answer.regionName,
    organisationName: answer.organisationName,
    activityTitles: answer.activityTitles,
    name: ask.name,
    state: 'pending',
    ...keys,
    serverKey: await importServerKey(answer.serverKey),
    enrolledAt: clock.now(),
    expiresAt: answer.expiresAt,
    ...(answer.rescueKey && { rescueKey: answer.rescueKey }),
    ...(ask.replaces !== undefined && { replaces: ask.replaces }),
    ...(former &&
      answer.replaced?.device === former.device && {
        former: {
          name: answer.replaced.name,
          inCustody: answer.replaced.inCustody,
          written: Math.max(former.seq, answer.replaced.inCustody),
        },
      }),
  };
  await db.transaction('rw', db.devices, db.chains, db.meta, async () => {
    await db.devices.put(device);
    await db.chains.put({ device: device.id, seq: 0, hash: toBase64url(GENESIS_HASH) });
    await db.meta.put({ key: 'enrolling', device: device.id });
    await db.meta.delete('asking');
  });
  return { ok: true, device };
}

/** The same keys for the same code: when the answer was lost, the server knows who asks again. */
async function keysFor(db: PhoneDb, code: string): Promise<DeviceKeys> {
  const asked = await db.meta.get('asking');
  if (asked?.key === 'asking' && asked.code === code) return asked.keys;
  const keys = await makeDeviceKeys();
  await db.meta.put({ key: 'asking', code, keys });
  return keys;
}

export const wordsOf = (device: DeviceRow): readonly [string, string] =>
  enrolWords(sha256, device.id, publicKeyText(device.publicKey));

/** Asks once. Undefined when there was no answer that counts: ask again later. */
export async function askApproval(
  device: DeviceRow,
  transport: Transport,
  clock: Clock,
): Promise<EnrolStatusResponse['state'] | undefined> {
  const request: EnrolStatusRequest = { protocol: PROTOCOL, device: device.id, sentAt: clock.now() };
  const body = JSON.stringify(request);
  try {
    const { text, signature } = await transport.post({
      path: '/api/enrol/status',
      device: device.id,
      body,
      signature: await signBytes(device.signKey, requestText(device.id, body)),
      timeoutMs: limits.syncTimeoutMs,
    });
    if (signature === null || !(await isSigned(device.serverKey, responseText(device.id, text), signature)))
      return undefined;
    const parsed = z.safeParse(EnrolStatusResponse, JSON.parse(text));
    return parsed.success ? parsed.data.state : undefined;
  } catch (error) {
    if (error instanceof Unreachable) return undefined;
    throw error;
  }
}

/** What the server said of a waiting device; `active` makes it the device of this phone, and the former one leaves. */
export async function settleEnrolment(
  db: PhoneDb,
  trace: TraceStore,
  device: DeviceRow,
  state: Exclude<EnrolStatusResponse['state'], 'pending'>,
): Promise<DeviceRow> {
  await db.transaction('rw', db.devices, db.meta, async () => {
    await db.devices.update(device.id, { state });
    await db.meta.delete('enrolling');
    if (state !== 'active') return;
    const former = await db.meta.get('current');
    if (former?.key === 'current') await db.devices.update(former.device, { state: 'left' });
    await db.meta.put({ key: 'current', device: device.id });
  });
  if (state === 'active') keepKnownDevice(trace, { device: device.id, seq: 0 });
  return { ...device, state };
}
