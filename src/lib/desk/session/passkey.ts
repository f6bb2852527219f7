// The browser's half of a passkey: it asks the device, which asks for a finger, a face or a PIN.
import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import * as z from 'zod/mini';
import { api } from '../../api.ts';

const Options = z.object({ options: z.unknown() });

export const hasPasskeys = (): boolean => browserSupportsWebAuthn();

/** The person closed the question of the device, or nothing fitted: not a failure of ours. */
export class PasskeyLeft extends Error {}

export async function makePasskey(): Promise<unknown> {
  const { options } = await api.post('/api/account/passkeys/begin', {}, Options);
  // The options are the library's own, from its server half.
  return ask(() => startRegistration({ optionsJSON: options as PublicKeyCredentialCreationOptionsJSON }));
}

export async function usePasskey(): Promise<unknown> {
  const { options } = await api.post('/api/auth/passkey/begin', {}, Options);
  return ask(() => startAuthentication({ optionsJSON: options as PublicKeyCredentialRequestOptionsJSON }));
}

async function ask(device: () => Promise<unknown>): Promise<unknown> {
  try {
    return await device();
  } catch (cause) {
    throw new PasskeyLeft('no passkey was given', { cause });
  }
}
