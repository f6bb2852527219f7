import type { PublicFacts } from '#domain/desk-api.ts';
import type { Context } from '../context.ts';
import { VERSION } from '../version.ts';
import { findFirstRegion } from './repository.ts';

/** Nothing here is a secret: the name of the region, and whether its people are invented. */
export async function readPublicFacts({ db }: Pick<Context, 'db'>): Promise<PublicFacts> {
  const region = await findFirstRegion(db);
  return { demo: region?.demo ?? false, regionName: region?.name ?? '', version: VERSION };
}
