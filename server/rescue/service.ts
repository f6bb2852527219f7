// Unsent scans of one phone, brought by another phone or at a desk: what it is, whose, and what became of it. Who brings them
// need only be known here; what they hold is proven by the phone that made them (docs/adr/012).
import type { DeskRescues } from '#domain/desk-api.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { must } from '#domain/kernel/assert.ts';
import { fromBase64url } from '#domain/kernel/bytes.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { headText } from '#domain/sync/command.ts';
import { PROTOCOL, requestText } from '#domain/sync/exchange.ts';
import {
  readRescue,
  rescueText,
  type CarriedRequest,
  type CarriedResponse,
  type RescueOutcome,
  type RescueRefusal,
} from '#domain/sync/rescue.ts';
import type { Outcome } from '#domain/sync/ruling.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermissionSomewhere } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { isSignedBy, sha256, signAnswer } from '../devices/device-signatures.ts';
import { findEnrolment } from '../devices/repository.ts';
import { publish } from '../events.ts';
import { findRegion, listOrganisations } from '../organisations/repository.ts';
import { openRescue, type OpenedRescue } from './open-rescue.ts';
import { findRescuedDevice, insertRescue, listRescues } from './repository.ts';
import type { RescuedDevice, TakeCommands, TakenCommands } from './take-commands.ts';

export type RescueContext = Pick<Context, 'db' | 'clock' | 'ids' | 'keys' | 'log'> & {
  readonly takeCommands: TakeCommands;
};

type Taken = Result<RescueOutcome, { readonly code: RescueRefusal }>;

const LISTED_MAX = 50;

/** At a desk. */
export async function bringRescue(context: RescueContext, actor: Actor, bundle: string): Promise<Taken> {
  await requirePermissionSomewhere(context, actor, 'rescue.bring');
  return take(context, { regionId: actor.regionId, name: actorName(actor) }, bundle);
}

/** By another phone: `signature` covers the exact `text`, and only that phone hears the answer. */
export async function carryRescue(
  context: RescueContext,
  text: string,
  { device, sentAt, bundle }: CarriedRequest,
  signature: string,
): Promise<Result<{ body: string; signature: string }, { readonly code: 'not-this-device' }>> {
  const carrier = await findEnrolment(context.db, device);
  const known = carrier?.state === 'active' || carrier?.state === 'revoked';
  if (!known || !carrier.publicKey || !isSignedBy(carrier.publicKey, requestText(device, text), signature))
    return refuse({ code: 'not-this-device' });
  const taken = await take(context, { regionId: carrier.regionId, name: `device:${device}` }, bundle);
  const answer: CarriedResponse = {
    protocol: PROTOCOL,
    device,
    sentAt,
    outcome: taken.ok ? taken.value : null,
    refused: taken.ok ? null : taken.error.code,
  };
  const body = JSON.stringify(answer);
  return ok({ body, signature: signAnswer(context.keys, device, body) });
}

export async function readRescues(
  context: Pick<RescueContext, 'db' | 'clock'>,
  actor: Actor,
  organisationId: string | undefined,
): Promise<DeskRescues> {
  const { regionId } = actor;
  await requirePermissionSomewhere(context, actor, 'device.read');
  const organisationIds = (await listOrganisations(context.db, regionId))
    .filter((place) => isAllowed(actor.grants, 'device.read', { regionId, ...place }))
    .map((place) => place.organisationId)
    .filter((id) => organisationId === undefined || id === organisationId);
  return { rescues: await listRescues(context.db, regionId, organisationIds, LISTED_MAX) };
}

type Bringer = { readonly regionId: number; readonly name: string };

async function take(context: RescueContext, bringer: Bringer, bundle: string): Promise<Taken> {
  const bytes = fromBase64url(bundle);
  const file = bytes ? readRescue(sha256, bytes) : refuse({ code: 'rescue-not-ours' as const });
  if (!bytes || !file.ok) return file.ok ? refuse({ code: 'rescue-not-ours' }) : file;
  const { head } = file.value;
  const region = must(await findRegion(context.db, bringer.regionId), 'region of who brings it');
  if (head.region !== region.slug) return refuse({ code: 'rescue-other-region' });
  const opened = openRescue(context.keys, file.value);
  if (!opened.ok) return opened;
  const { body } = opened.value;
  const count = body.runs.reduce((sum, run) => sum + run.commands.length, 0);
  // The lines that anybody reads are bound to the seal, but a seal can be made by anybody: what counts is what was signed.
  if (body.region !== head.region || body.device !== head.device || count > limits.rescueCommandsMax)
    return refuse({ code: 'rescue-damaged' });
  const device = await findRescuedDevice(context.db, bringer.regionId, body.device);
  if (!device?.publicKey || (device.state !== 'active' && device.state !== 'revoked'))
    return refuse({ code: 'rescue-unknown-device' });
  const { text, signature } = opened.value;
  if (!isSignedBy(device.publicKey, rescueText(body.device, text), signature))
    return refuse({ code: 'rescue-not-proven' });

  const receivedAt = context.clock.now();
  const taken = await context.takeCommands(device, body.runs, headSeqOf(opened.value, device), receivedAt);
  const outcome = outcomeOf(device, count, taken);
  await note(context, bringer, sha256(bytes), outcome, receivedAt);
  return ok(outcome);
}

/** The newest head of all, also of what is not in the bundle: names what the phone still owes. */
function headSeqOf({ body: { head, region } }: OpenedRescue, { deviceId, publicKey }: RescuedDevice): number {
  if (!head || !publicKey) return 0;
  const good = isSignedBy(publicKey, headText(region, deviceId, head.seq, head.hash), head.signature);
  return good ? head.seq : 0;
}

/** What the desk finds in its review; a refusal is decided, and asks for nobody. */
const WAITS_FOR_A_PERSON: ReadonlySet<Outcome> = new Set([
  'quarantined',
  'pending',
  'exists-with-different',
] satisfies Outcome[]);

function outcomeOf(
  { deviceId, name }: RescuedDevice,
  count: number,
  { outcomes, undos, known, unproven }: TakenCommands,
): RescueOutcome {
  const counted = outcomes.filter(
    (outcome) => outcome === 'accepted' || outcome === 'accepted-with-note',
  ).length;
  const already = outcomes.filter((outcome) => outcome === 'duplicate').length;
  const toLookAt = outcomes.filter((outcome) => WAITS_FOR_A_PERSON.has(outcome)).length;
  const refused = outcomes.length - counted - already - toLookAt + unproven;
  return { device: deviceId, name, count: count - undos, undos, counted, already, known, toLookAt, refused };
}

async function note(
  { db, ids, log }: RescueContext,
  { regionId, name }: Bringer,
  digest: Uint8Array,
  outcome: RescueOutcome,
  at: number,
): Promise<void> {
  const { device: deviceId, count, undos, counted, already, known, toLookAt, refused } = outcome;
  await db.transaction().execute(async (trx) => {
    await insertRescue(trx, regionId, {
      rescueId: ids.newId(),
      digest,
      broughtBy: name,
      broughtAt: at,
      outcome,
    });
    await appendAudit(trx, {
      regionId,
      at,
      actor: name,
      action: 'rescue-brought',
      subject: `device:${deviceId}`,
      detail: { count, undos, counted, already, known, toLookAt, refused },
    });
    await publish(trx, { regionId, topic: 'devices', deviceId });
  });
  log.info({ deviceId, count, undos, known }, 'rescued commands came in');
}
