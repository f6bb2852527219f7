import 'fake-indexeddb/auto'; // before Dexie, which looks for it when it is loaded
import { expect, it, vi } from 'vitest';
import { openPhoneDb } from '../../../src/lib/db/phone-db.ts';
import { enrolledDevice } from '#tests/_support/phone-in-test.ts';

it('says that it could not open instead of opening for ever', async () => {
  vi.stubGlobal('__APP_VERSION__', 'test');
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('addEventListener', () => undefined);
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  await enrolledDevice(openPhoneDb());
  // A browser that holds its keys back.
  vi.spyOn(crypto.subtle, 'generateKey').mockRejectedValue(new Error('no keys'));

  const { openSession, session } = await import('../../../src/lib/session/session.svelte.ts');
  await openSession();
  expect(session.state).toEqual({ kind: 'unusable', why: 'failed' });
});
