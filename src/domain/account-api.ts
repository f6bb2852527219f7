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
});
export type Account = z.infer<typeof Account>;

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
