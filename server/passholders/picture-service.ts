// The picture in a file (docs/adr/027): set, replaced, taken away. It is read as a part of the file, by whoever may read that.
import type { PictureAnswer, PictureInput } from '#domain/passholder-api.ts';
import { fromBase64url } from '#domain/kernel/bytes.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { readPicture, type PictureProblem } from '#domain/passholders/picture.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { deletePicture, storePicture } from './picture-repository.ts';
import { readPassholder } from './repository.ts';
import { targetOf } from './target.ts';
import { isUnknown } from './weigh-act.ts';

export type PictureRefusal = PictureProblem | { readonly code: 'not-found' | 'not-here' };

export async function setPicture(
  context: Pick<Context, 'db' | 'clock'>,
  actor: Actor,
  passholderId: string,
  { data }: PictureInput,
): Promise<Result<PictureAnswer, PictureRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const at = clock.now();
  const file = await readPassholder(db, regionId, passholderId, false);
  const target = await targetOf(db, regionId, file, civilDayOf(at));
  await requirePermission(context, actor, 'passholder.change', target);
  if (isUnknown(file)) return refuse({ code: 'not-found' });
  const bytes = data === null ? null : (fromBase64url(data) ?? new Uint8Array());
  const header = bytes && readPicture(bytes);
  if (header && !header.ok) return header;
  return db.transaction().execute(async (trx) => {
    // Locked: who is being erased or merged gets no picture any more.
    const standing = await readPassholder(trx, regionId, passholderId, true);
    if (standing.state !== 'active') return refuse({ code: 'not-here' } as const);
    const by = { at, actor: actorName(actor) };
    if (bytes && header) await storePicture(trx, regionId, passholderId, { ...header.value, bytes, ...by });
    else if (!(await deletePicture(trx, regionId, passholderId))) return ok({ pictureAt: null });
    await appendAudit(trx, {
      ...{ regionId, ...by, action: bytes ? 'picture-set' : 'picture-removed' },
      subject: `passholder:${passholderId}`,
    });
    return ok({ pictureAt: bytes ? at : null });
  });
}
