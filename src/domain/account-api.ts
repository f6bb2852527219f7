// The contract for one's own account: name, password, where one is signed in, and the second step. As desk-api.ts.
import * as z from 'zod/mini';
import { limits } from './kernel/limits.ts';
import { lineOf, tokenOf } from './kernel/plain-text.ts';

const Id = z.uuid();
const Instant = z.int();
/** Its length is judged by the server in words of its own; this only keeps a body small. */
const Password = z.string().check(z.maxLength(200));
const Code = z.string().check(z.maxLength(40));

/** GET /api/account */
export const Account = z.object({
  name: z.string(),
  email: z.string(),
  hasPassword: z.boolean(),
  /** Where one is signed in, the newest use first. */
  sessions: z.array(
    z.object({
      sessionId: Id,
      isThis: z.boolean(),
      /** "Chrome · Windows", or empty. */
      browser: z.string(),
      since: Instant,
      lastSeenAt: Instant,
    }),
  ),
  /** A code of an app is asked at each sign-in with a password. */
  secondStep: z.boolean(),
  recoveryCodesLeft: z.int(),
  passkeys: z.array(
    z.object({ passkeyId: Id, name: z.string(), createdAt: Instant, lastUsedAt: z.nullable(Instant) }),
  ),
  /** Null where this installation knows no other place to sign in. */
  provider: z.nullable(z.object({ name: z.string(), linkedAt: z.nullable(Instant) })),
});
export type Account = z.infer<typeof Account>;
export type ProviderLink = NonNullable<Account['provider']>;

/** POST /api/account/name -> Done */
export const NameChange = z.object({ name: lineOf(limits.personNameMax).check(z.minLength(1)) });

/** POST /api/account/password -> Done: ends every other session. */
export const PasswordChange = z.object({ currentPassword: Password, newPassword: Password });
export type PasswordChange = z.infer<typeof PasswordChange>;
// POST /api/account/sessions/:id/end {} | /api/account/end-other-sessions {} -> Done

/** POST /api/account/totp/begin {}: shown once, and worth nothing until a first code confirms it. */
export const TotpSetUp = z.object({ secret: z.string(), qrSvg: z.string() });
export type TotpSetUp = z.infer<typeof TotpSetUp>;

/** POST /api/account/totp/confirm -> RecoveryCodes */
export const TotpConfirmation = z.object({ code: Code });
/** POST /api/account/recovery-codes {}: shown once; the ones before stop working. */
export const RecoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });
export type RecoveryCodes = z.infer<typeof RecoveryCodes>;
// POST /api/account/totp/remove {} -> Done

/** POST /api/auth/sign-in/email: signed in, or on to the second step with this challenge. */
export const SignInAnswer = z.object({ ok: z.boolean(), challenge: z.optional(z.string()) });
/** POST /api/auth/sign-in/second -> SignInAnswer */
export const SecondStep = z.object({ challenge: tokenOf(100), code: Code });

/** POST /api/auth/prove: one of both. */
export const Proof = z.union([z.object({ password: Password }), z.object({ code: Code })]);
export type Proof = z.infer<typeof Proof>;

/** What the device answered, as WebAuthn level 2 writes it in JSON; the server's library checks the rest. */
export const PasskeyAnswer = z.looseObject({
  id: tokenOf(1_400),
  rawId: tokenOf(1_400),
  type: z.literal('public-key'),
  response: z.looseObject({ clientDataJSON: tokenOf(4_000) }),
  clientExtensionResults: z.looseObject({}),
});
export type PasskeyAnswer = z.infer<typeof PasskeyAnswer>;

/** POST /api/account/passkeys/begin {} -> {options}; then /api/account/passkeys/finish -> Done; /:id/remove {} -> Done. */
export const PasskeyNew = z.object({
  name: lineOf(limits.deviceNameMax).check(z.minLength(1)),
  answer: PasskeyAnswer,
});
export type PasskeyNew = z.infer<typeof PasskeyNew>;
// POST /api/auth/passkey/begin {} -> {options}; then /api/auth/passkey/finish {answer} -> SignInAnswer, or
// /api/auth/prove/passkey {answer} -> Done.

/**
 * POST /api/auth/provider/begin, or /api/account/provider/link {}: where the browser goes, to sign in with the account of
 * one's own organisation. `invitation` takes that one up; `again`: also who is signed in there proves anew who it is.
 */
export const ProviderBegin = z.object({
  invitation: z.optional(tokenOf(100)),
  again: z.optional(z.boolean()),
});
export const ProviderAddress = z.object({ url: z.url() });

/** POST /api/auth/provider/finish: what the provider sent the browser back with, as it stands in the address. */
export const ProviderReturn = z.object({ query: z.string().check(z.maxLength(8_000)) });
export const ProviderAnswer = z.discriminatedUnion('did', [
  z.object({ did: z.enum(['signed-in', 'linked']) }),
  /** On to the second step, as after a password. */
  z.object({ did: z.literal('half'), challenge: z.string() }),
]);
export type ProviderAnswer = z.infer<typeof ProviderAnswer>;
// POST /api/account/provider/unlink {} -> Done

/** POST /api/auth/sign-out {}: `providerUrl` is where one signs out at the provider too. */
export const SignOutAnswer = z.object({ ok: z.boolean(), providerUrl: z.optional(z.url()) });
