// The desk of an organisation is a device too: its paper lists and undos are commands in a chain of their own, made here.
import type { Context } from '../context.ts';
import { must } from '#domain/kernel/assert.ts';
import { findDeskDevice, insertDevice } from './repository.ts';

/** Made with the first command; of two requests at once one makes it and both get the same. */
export async function getDeskDevice(
  { db, clock, ids }: Pick<Context, 'db' | 'clock' | 'ids'>,
  regionId: number,
  organisation: { readonly organisationId: string; readonly name: string },
): Promise<string> {
  const known = await findDeskDevice(db, regionId, organisation.organisationId);
  if (known !== undefined) return known;
  await insertDevice(db, {
    regionId,
    deviceId: ids.newId(),
    organisationId: organisation.organisationId,
    name: `Balie ${organisation.name}`,
    kind: 'desk',
    publicKey: null,
    enrolledBy: 'system',
    at: clock.now(),
    replaces: null,
    platform: 'server',
    appVersion: '',
    activityIds: [],
  });
  return must(await findDeskDevice(db, regionId, organisation.organisationId), 'the desk just made');
}
