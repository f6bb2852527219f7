import type { PublicFacts } from '#domain/desk-api.ts';
import type { Context } from '../context.ts';
import { VERSION } from '../version.ts';
import { findFirstRegion } from './repository.ts';

/** Nothing here is a secret: the name of the region, whether its people are invented, whether letters leave. */
export async function readPublicFacts({
  db,
  mail,
  config,
}: Pick<Context, 'db' | 'mail' | 'config'>): Promise<PublicFacts> {
  const region = await findFirstRegion(db);
  return {
    demo: region?.demo ?? false,
    regionName: region?.name ?? '',
    version: VERSION,
    sendsMail: mail.canSend,
    ...(config.oidc && { signInProvider: config.oidc.name }),
  };
}
