// Passkeys (WebAuthn level 2): made under a fresh proof, used to sign in or to show again who one is. The browser signs a
// challenge of ours that works once, for our address only; the device must have checked its person (user verification).
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import type { PasskeyAnswer, PasskeyNew } from '#domain/account-api.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import type { Context } from '../context.ts';
import { actorName, type Actor } from './actor.ts';
import { tellOwner } from './change-notice.ts';
import { requireFreshProof } from './fresh-proof.ts';
import {
  deletePasskey,
  findPasskey,
  insertPasskey,
  listPasskeys,
  notePasskeyUse,
} from './passkey-repository.ts';
import { auditSignIn, readPersonEmail } from './repository.ts';
import { openProvenSession, prove, type AuthRefusal, type From, type SignedIn } from './service.ts';
import type { SignIn } from './sign-in.ts';

type PasskeyContext = Pick<Context, 'db' | 'clock' | 'ids' | 'keys' | 'appUrl'>;
type ChangeContext = PasskeyContext & Pick<Context, 'mail'>;

export type PasskeyRefusal =
  { readonly code: 'passkey-wrong' | 'passkey-unknown' | 'passkey-known' | 'passkeys-full' } | AuthRefusal;

const CHALLENGE_MS = 5 * 60_000;
const PASSKEYS_MAX = 20;
const BEGIN_BY_ADDRESS: AttemptRule = { purpose: 'passkey-begin', max: 200, windowMs: 15 * 60_000 };

export async function beginPasskey(
  context: PasskeyContext,
  signIn: SignIn,
  actor: Actor,
): Promise<Result<unknown, PasskeyRefusal>> {
  requireFreshProof(context, actor);
  const known = await listPasskeys(context.db, actor.userId);
  if (known.length >= PASSKEYS_MAX) return refuse({ code: 'passkeys-full' });
  const options = await generateRegistrationOptions({
    rpName: 'Streekbalie',
    rpID: new URL(context.appUrl).hostname,
    userName: actor.email,
    userDisplayName: actor.name,
    userID: new TextEncoder().encode(actor.userId),
    attestationType: 'none',
    excludeCredentials: known.map(({ credentialId }) => ({ id: credentialId })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  await keepChallenge(context, signIn, options.challenge, actor.userId);
  return ok(options);
}

export async function finishPasskey(
  context: ChangeContext,
  signIn: SignIn,
  actor: Actor,
  { name, answer }: PasskeyNew,
): Promise<Result<undefined, PasskeyRefusal>> {
  requireFreshProof(context, actor);
  const challenge = await takeChallenge(context, signIn, answer, actor.userId);
  const verified =
    challenge !== undefined &&
    (await verifyRegistrationResponse({
      response: answer as unknown as RegistrationResponseJSON, // its own checks refuse every other shape
      expectedChallenge: challenge,
      expectedOrigin: context.appUrl,
      expectedRPID: new URL(context.appUrl).hostname,
      requireUserVerification: true,
    }).catch(() => undefined)); // says why in words for programmers; the answer is the same
  if (!verified || !verified.verified) return refuse({ code: 'passkey-wrong' });
  const { credential } = verified.registrationInfo;
  const passkeyId = context.ids.newId();
  const inserted = await insertPasskey(context.db, {
    passkeyId,
    userId: actor.userId,
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey),
    counter: credential.counter,
    name,
    createdAt: context.clock.now(),
    lastUsedAt: null,
  });
  if (!inserted) return refuse({ code: 'passkey-known' });
  await note(context, actor, 'passkey-added', passkeyId);
  await tellOwner(context, actor.regionId, actor.email, 'passkey-added');
  return ok(undefined);
}

/** False when it is no passkey of this person. */
export async function removePasskey(
  context: ChangeContext,
  actor: Actor,
  passkeyId: string,
): Promise<boolean> {
  requireFreshProof(context, actor);
  const removed = await deletePasskey(context.db, actor.userId, passkeyId);
  if (!removed) return false;
  await note(context, actor, 'passkey-removed', passkeyId);
  await tellOwner(context, actor.regionId, actor.email, 'passkey-removed');
  return true;
}

/** For signing in and for a proof: nobody says beforehand who it is, the device offers what it has. */
export async function askPasskey(
  context: PasskeyContext,
  signIn: SignIn,
  { address }: From,
): Promise<Result<unknown, PasskeyRefusal>> {
  const attempt = await countAttempt(context, BEGIN_BY_ADDRESS, address);
  if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  const options = await generateAuthenticationOptions({
    rpID: new URL(context.appUrl).hostname,
    userVerification: 'required',
  });
  await keepChallenge(context, signIn, options.challenge, ANYONE);
  return ok(options);
}

export async function signInWithPasskey(
  context: PasskeyContext,
  signIn: SignIn,
  answer: PasskeyAnswer,
  { headers }: From,
): Promise<Result<SignedIn, PasskeyRefusal>> {
  const userId = await usePasskey(context, signIn, answer);
  const email = userId && (await readPersonEmail(context.db, userId));
  if (!userId || !email) return refuse({ code: 'passkey-unknown' });
  await auditSignIn(context.db, email, true, context.clock.now());
  return ok({ cookies: await openProvenSession(context, signIn, { userId, email }, headers) });
}

export const proveByPasskey = (
  context: PasskeyContext,
  signIn: SignIn,
  actor: Actor,
  answer: PasskeyAnswer,
): Promise<Result<undefined, AuthRefusal>> =>
  prove(context, actor, async () => (await usePasskey(context, signIn, answer)) === actor.userId);

/** Whose passkey signed our challenge just now. */
async function usePasskey(
  context: PasskeyContext,
  signIn: SignIn,
  answer: PasskeyAnswer,
): Promise<string | undefined> {
  const challenge = await takeChallenge(context, signIn, answer, ANYONE);
  const passkey = await findPasskey(context.db, answer.id);
  if (challenge === undefined || !passkey) return undefined;
  const verified = await verifyAuthenticationResponse({
    response: answer as unknown as AuthenticationResponseJSON, // its own checks refuse every other shape
    expectedChallenge: challenge,
    expectedOrigin: context.appUrl,
    expectedRPID: new URL(context.appUrl).hostname,
    credential: {
      id: passkey.credentialId,
      publicKey: new Uint8Array(passkey.publicKey),
      counter: passkey.counter,
    },
    requireUserVerification: true,
  }).catch(() => undefined); // a counter that goes back (a copied key) or a wrong signature: not this person
  if (!verified?.verified) return undefined;
  await notePasskeyUse(
    context.db,
    passkey.passkeyId,
    verified.authenticationInfo.newCounter,
    context.clock.now(),
  );
  return passkey.userId;
}

/** A challenge of signing in is nobody's; one of a new passkey is its person's. */
const ANYONE = 'anyone';

async function keepChallenge(
  { clock }: PasskeyContext,
  signIn: SignIn,
  challenge: string,
  whose: string,
): Promise<void> {
  const { internalAdapter } = await signIn.newest.$context;
  await internalAdapter.createVerificationValue({
    identifier: `passkey:${challenge}`,
    value: whose,
    expiresAt: new Date(clock.now() + CHALLENGE_MS),
  });
}

/** The challenge that the browser says it signed, if it is one of ours: taken, so that it works once. */
async function takeChallenge(
  { clock }: PasskeyContext,
  signIn: SignIn,
  answer: PasskeyAnswer,
  whose: string,
): Promise<string | undefined> {
  const challenge = challengeIn(answer);
  if (challenge === undefined) return undefined;
  const { internalAdapter } = await signIn.newest.$context;
  const kept = await internalAdapter.consumeVerificationValue(`passkey:${challenge}`);
  return kept?.value === whose && kept.expiresAt.getTime() > clock.now() ? challenge : undefined;
}

function challengeIn({ response }: PasskeyAnswer): string | undefined {
  try {
    const client: unknown = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString('utf8'));
    const said = typeof client === 'object' && client !== null && 'challenge' in client && client.challenge;
    return typeof said === 'string' ? said : undefined;
  } catch {
    return undefined; // no client data: no challenge of ours
  }
}

async function note(
  { db, clock }: PasskeyContext,
  actor: Actor,
  action: AuditAction,
  passkeyId: string,
): Promise<void> {
  const { regionId } = actor;
  const subject = `passkey:${passkeyId}`;
  await appendAudit(db, { regionId, at: clock.now(), actor: actorName(actor), action, subject });
}
