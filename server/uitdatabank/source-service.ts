// Where the activities of a region are fetched: an address of the Search API, and the key that UiTdatabank gave for it. The key is
// sealed, goes to that address only, and comes out nowhere: another address asks for it again.
import type { EventSource, EventSourceInput } from '#domain/uitdatabank-api.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requireFreshProof } from '../auth/fresh-proof.ts';
import { requirePermission, requirePermissionSomewhere } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { openBytes, sealBytes } from '../sealed-bytes.ts';
import { sourceUrlOf } from './fetch-page.ts';
import { deleteSource, findSource, writeSource, type StoredSource } from './source-repository.ts';

type SourceContext = Pick<Context, 'db' | 'clock' | 'ids' | 'keys' | 'config'>;

export async function getSource(context: SourceContext, actor: Actor): Promise<EventSource> {
  await requirePermissionSomewhere(context, actor, 'activity.write');
  const { regionId, grants } = actor;
  const stored = await findSource(context.db, regionId);
  const mayChange = isAllowed(grants, 'organisation.write', { regionId });
  // An address may name whose it is: only who keeps it sees it.
  return {
    url: stored ? (mayChange ? stored.url : '') : null,
    hasKey: (stored?.key ?? null) !== null,
    mayChange,
  };
}

/** An empty address takes it away, the key with it. */
export async function changeSource(
  context: SourceContext,
  actor: Actor,
  { url: text, key }: EventSourceInput,
): Promise<Result<EventSource, { readonly code: 'source-address' }>> {
  await requirePermission(context, actor, 'organisation.write', {});
  requireFreshProof(context, actor);
  const { db, clock, config } = context;
  const { regionId } = actor;
  const url = sourceUrlOf(text, config.importFromAnywhere);
  if (text !== '' && !url) return refuse({ code: 'source-address' });
  await db.transaction().execute(async (trx) => {
    const stored = await findSource(trx, regionId);
    const by = { at: clock.now(), by: actorName(actor) };
    if (!url) await deleteSource(trx, regionId);
    else
      await writeSource(trx, regionId, {
        url: url.href,
        key: keyFor(context, regionId, url, key, stored),
        ...by,
      });
    await appendAudit(trx, {
      ...{ regionId, at: by.at, actor: by.by, action: 'uitdatabank-source-changed', subject: 'region' },
      detail: { host: url?.host ?? '', key: key === undefined ? 'as it was' : key === null ? 'none' : 'new' },
    });
  });
  return ok(await getSource(context, actor));
}

/** A key that was kept goes to the machine it was given for and to no other. */
function keyFor(
  { keys, ids }: SourceContext,
  regionId: number,
  url: URL,
  key: string | null | undefined,
  stored: StoredSource | undefined,
): StoredSource['key'] {
  if (typeof key === 'string') return sealBytes(keys.secondFactor, ids, ownerOf(regionId), Buffer.from(key));
  const isSameHost = stored !== undefined && new URL(stored.url).origin === url.origin;
  return key === undefined && isSameHost ? stored.key : null;
}

/** Undefined when there is none, or the key that sealed it is gone. */
export function readKey(
  { keys }: Pick<Context, 'keys'>,
  regionId: number,
  { key }: StoredSource,
): string | undefined {
  return key === null ? undefined : openBytes(keys.secondFactor, ownerOf(regionId), key)?.toString('utf8');
}

/** Part of what is sealed: copied to another region it opens nothing. */
const ownerOf = (regionId: number): string => `uitdatabank of region ${regionId}`;
