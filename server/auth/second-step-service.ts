// The second step: a code of an authenticator app, or one from paper. Setting it up and taking it away are sensitive acts.
import { createHmac } from 'node:crypto';
import * as bwip from 'bwip-js/node';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import type { RecoveryCodes, TotpSetUp } from '#domain/account-api.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { appendAudit } from '../audit.ts';
import type { Context } from '../context.ts';
import { openBytes, sealBytes } from '../sealed-bytes.ts';
import { actorName, type Actor } from './actor.ts';
import { tellOwner } from './change-notice.ts';
import { requireFreshProof } from './fresh-proof.ts';
import { base32, matchTotp, totpAddress, TOTP_SECRET_BYTES } from './totp.ts';
import {
  deleteSecondStep,
  findTotp,
  insertTotp,
  replaceRecoveryCodes,
  useRecoveryCode,
  useTotpStep,
} from './second-step-repository.ts';

type SecondStepContext = Pick<Context, 'db' | 'clock' | 'ids' | 'keys'>;
type ChangeContext = SecondStepContext & Pick<Context, 'mail'>;

export type SecondStepRefusal = { readonly code: 'already-on' | 'not-on' | 'code-wrong' };

const RECOVERY_CODES = 10;
/** 60 bits: with the limit on attempts nobody guesses one in a lifetime. */
const RECOVERY_BYTES = 8;
const RECOVERY_CHARACTERS = 12;

export async function beginTotp(
  context: SecondStepContext,
  actor: Actor,
): Promise<Result<TotpSetUp, SecondStepRefusal>> {
  requireFreshProof(context, actor);
  const secret = context.ids.bytes(TOTP_SECRET_BYTES);
  const sealed = sealBytes(context.keys.secondFactor, context.ids, actor.userId, secret);
  if (!(await insertTotp(context.db, actor.userId, sealed))) return refuse({ code: 'already-on' });
  const address = totpAddress(secret, actor.email);
  return ok({ secret: base32(secret), qrSvg: bwip.toSVG({ bcid: 'qrcode', text: address }) });
}

/** From the first right code on it is asked at each sign-in; the codes on paper are shown once. */
export async function confirmTotp(
  context: ChangeContext,
  actor: Actor,
  code: string,
): Promise<Result<RecoveryCodes, SecondStepRefusal>> {
  requireFreshProof(context, actor);
  const found = await findTotp(context.db, actor.userId);
  if (!found) return refuse({ code: 'not-on' });
  if (found.confirmedAt !== null) return refuse({ code: 'already-on' });
  if (!(await useTotpCode(context, actor.userId, code))) return refuse({ code: 'code-wrong' });
  const made = await makeRecoveryCodes(context, actor);
  await note(context.db, context, actor, 'second-step-on');
  await tellOwner(context, actor.regionId, actor.email, 'second-step-on');
  return ok(made);
}

/** The ones before stop working. */
export async function renewRecoveryCodes(
  context: ChangeContext,
  actor: Actor,
): Promise<Result<RecoveryCodes, SecondStepRefusal>> {
  requireFreshProof(context, actor);
  if (!(await hasSecondStep(context, actor.userId))) return refuse({ code: 'not-on' });
  const made = await makeRecoveryCodes(context, actor);
  await note(context.db, context, actor, 'recovery-codes-renewed');
  await tellOwner(context, actor.regionId, actor.email, 'recovery-codes-renewed');
  return ok(made);
}

export async function removeSecondStep(
  context: ChangeContext,
  actor: Actor,
): Promise<Result<undefined, SecondStepRefusal>> {
  requireFreshProof(context, actor);
  const removed = await context.db.transaction().execute(async (trx) => {
    if (!(await deleteSecondStep(trx, actor.userId))) return false;
    await note(trx, context, actor, 'second-step-off');
    return true;
  });
  if (!removed) return refuse({ code: 'not-on' });
  await tellOwner(context, actor.regionId, actor.email, 'second-step-off');
  return ok(undefined);
}

export async function hasSecondStep({ db }: Pick<Context, 'db'>, userId: string): Promise<boolean> {
  return ((await findTotp(db, userId))?.confirmedAt ?? null) !== null;
}

/** A code of the app or one from paper, as people type it; each works once. */
export async function useCode(context: SecondStepContext, userId: string, typed: string): Promise<boolean> {
  const code = typed.replace(/[\s-]/g, '').toUpperCase();
  if (/^\d{6}$/.test(code)) {
    return (await hasSecondStep(context, userId)) && (await useTotpCode(context, userId, code));
  }
  if (code.length !== RECOVERY_CHARACTERS) return false;
  const hashes = context.keys.secondFactor.map((key) => hashOf(key.bytes, code));
  return useRecoveryCode(context.db, userId, hashes, context.clock.now());
}

async function useTotpCode(
  { db, clock, keys }: SecondStepContext,
  userId: string,
  code: string,
): Promise<boolean> {
  const found = await findTotp(db, userId);
  const secret = found && openBytes(keys.secondFactor, userId, found);
  if (!secret) return false;
  const step = matchTotp(secret, code, clock.now(), found.lastStep);
  return step !== undefined && useTotpStep(db, userId, step, clock.now());
}

async function makeRecoveryCodes(context: SecondStepContext, actor: Actor): Promise<RecoveryCodes> {
  const [key] = context.keys.secondFactor;
  const codes = Array.from({ length: RECOVERY_CODES }, () =>
    base32(context.ids.bytes(RECOVERY_BYTES)).slice(0, RECOVERY_CHARACTERS),
  );
  const hashes = codes.map((code) => hashOf(key.bytes, code));
  await context.db.transaction().execute((trx) => replaceRecoveryCodes(trx, actor.userId, hashes));
  return { recoveryCodes: codes.map((code) => code.replace(/(.{4})(?=.)/g, '$1-').toLowerCase()) };
}

const hashOf = (key: Uint8Array, code: string): Buffer =>
  createHmac('sha256', key).update(`recovery|${code}`).digest();

async function note(
  db: Context['db'],
  { clock }: SecondStepContext,
  actor: Actor,
  action: AuditAction,
): Promise<void> {
  const subject = `user:${actor.userId}`;
  const { regionId } = actor;
  await appendAudit(db, { regionId, at: clock.now(), actor: actorName(actor), action, subject });
}
