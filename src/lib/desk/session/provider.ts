// Signing in with the account of one's own organisation: the browser goes to the provider and comes back to
// /balie/aanmelden/terug. Where one was going is remembered in this tab only.
import { ProviderAddress, ProviderAnswer } from '#domain/account-api.ts';
import { api } from '../../api.ts';
import { tabNotes } from '../../notes.ts';

const BACK_KEY = 'streekbalie.back-from-provider';

/** Leaves this page. */
export async function signInAtProvider(
  back: string,
  options: { readonly invitation?: string; readonly again?: boolean } = {},
): Promise<void> {
  await leaveFor('/api/auth/provider/begin', options, back);
}

/** Leaves this page. */
export const linkAtProvider = (back: string): Promise<void> =>
  leaveFor('/api/account/provider/link', {}, back);

export const finishAtProvider = (query: string): Promise<ProviderAnswer> =>
  api.post('/api/auth/provider/finish', { query }, ProviderAnswer);

/** Where one was going before. */
export function takeWayBack(): string | undefined {
  const back = tabNotes.getItem(BACK_KEY) ?? undefined;
  tabNotes.removeItem(BACK_KEY);
  return back;
}

async function leaveFor(path: string, body: object, back: string): Promise<void> {
  const { url } = await api.post(path, body, ProviderAddress);
  tabNotes.setItem(BACK_KEY, back);
  location.assign(url);
}
