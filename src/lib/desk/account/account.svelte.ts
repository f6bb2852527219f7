// One's own account; read again after each act.
import { Account, RecoveryCodes, TotpSetUp } from '#domain/account-api.ts';
import { Done } from '#domain/staff-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';
import { makePasskey } from '../session/passkey.ts';
import { session } from '../session/session.svelte.ts';

const own = new Resource<Account>();

export const account = {
  own,
  reload: (): Promise<void> => own.load((signal) => api.get('/api/account', Account, { signal })),
  async rename(name: string): Promise<void> {
    await api.post('/api/account/name', { name }, Done);
    await Promise.all([account.reload(), session.load()]);
  },
  changePassword: (currentPassword: string, newPassword: string): Promise<void> =>
    thenReload('/api/account/password', { currentPassword, newPassword }),
  endSession: (sessionId: string): Promise<void> => thenReload(`/api/account/sessions/${sessionId}/end`, {}),
  endOthers: (): Promise<void> => thenReload('/api/account/end-other-sessions', {}),
  beginTotp: (): Promise<TotpSetUp> => api.post('/api/account/totp/begin', {}, TotpSetUp),
  confirmTotp: (code: string): Promise<readonly string[]> => readCodes('/api/account/totp/confirm', { code }),
  renewCodes: (): Promise<readonly string[]> => readCodes('/api/account/recovery-codes', {}),
  async addPasskey(name: string): Promise<void> {
    await thenReload('/api/account/passkeys/finish', { name, answer: await makePasskey() });
  },
  removePasskey: (passkeyId: string): Promise<void> =>
    thenReload(`/api/account/passkeys/${passkeyId}/remove`, {}),
  unlinkProvider: (): Promise<void> => thenReload('/api/account/provider/unlink', {}),
  removeTotp: (): Promise<void> => thenReload('/api/account/totp/remove', {}),
};

async function thenReload(path: string, body: unknown): Promise<void> {
  await api.post(path, body, Done);
  await account.reload();
}

async function readCodes(path: string, body: unknown): Promise<readonly string[]> {
  const { recoveryCodes } = await api.post(path, body, RecoveryCodes);
  await account.reload();
  return recoveryCodes;
}
