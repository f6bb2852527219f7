// The copy of all data that somebody may ask for (GDPR, article 15): made at the desk that may change the file, and written down.
import type { PassholderCopy, PassholderFile } from '#domain/passholder-api.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, type Result } from '#domain/kernel/result.ts';
import type { TaskSide } from '#domain/tasks/desk-task.ts';
import { listTermsOf } from '../associations/term-repository.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import { listPastVisits } from '../cards/repository.ts';
import { listFamilyTimes } from '../families/repository.ts';
import { listRegionNames } from '../organisations/repository.ts';
import { listTasksAbout } from '../tasks/repository.ts';
import { listLooks, listPayments } from './copy-repository.ts';
import { noteUse, openInsz } from './insz-store.ts';
import { readNames } from './names.ts';
import { listMergedFrom, readPassholder } from './repository.ts';
import { readPassholderFile, type PassholderContext, type ReadRefusal } from './service.ts';
import { targetOf } from './target.ts';

export async function copyPassholder(
  context: PassholderContext,
  actor: Actor,
  passholderId: string,
): Promise<Result<PassholderCopy, ReadRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const at = clock.now();
  const standing = await readPassholder(db, regionId, passholderId, false);
  const target = await targetOf(db, regionId, standing, civilDayOf(at));
  await requirePermission(context, actor, 'passholder.change', target);
  // Counted and told as every reading of a file.
  const file = await readPassholderFile(context, actor, passholderId);
  if (!file.ok) return file;
  const rows = limits.copyRowsMax;
  const files = [passholderId, ...(await listMergedFrom(db, regionId, passholderId))];
  const [visits, payments, looks, regions, tasks, { municipalities }, families, terms] = await Promise.all([
    listPastVisits(db, regionId, passholderId, rows + 1),
    listPayments(db, regionId, files, rows + 1),
    listLooks(db, regionId, files, rows + 1),
    listRegionNames(db),
    listTasksAbout(db, regionId, files, rows),
    readNames(db, regionId),
    listFamilyTimes(db, regionId, files),
    listTermsOf(db, regionId, files),
  ]);
  const nameOf = (ofRegion: number, side: TaskSide): string =>
    (ofRegion === regionId && side !== null ? municipalities.get(side) : regions.get(ofRegion)) ?? '';
  const insz = await openInsz(db, context, regionId, passholderId);
  if (insz !== undefined)
    await noteUse(db, { regionId, passholderId, purpose: 'copy', at, actor: actorName(actor) });
  await appendAudit(db, {
    regionId,
    at,
    actor: actorName(actor),
    action: 'passholder-copied',
    subject: `passholder:${passholderId}`,
  });
  return ok({
    madeAt: at,
    regionName: regions.get(regionId) ?? '',
    file: withoutStaff(file.value),
    ...(insz !== undefined && { insz }),
    visits: visits.slice(0, rows).map(({ at: moment, title, organisationName, points, undone }) => ({
      at: moment,
      title,
      organisationName,
      points,
      undone,
    })),
    payments: payments.slice(0, rows),
    looks: looks.slice(0, rows),
    tasks: tasks.map(({ kind, madeAt, doneAt, from, to, ...of }) => ({
      at: madeAt,
      kind,
      fromName: nameOf(of.fromRegionId ?? of.regionId, from),
      toName: nameOf(of.regionId, to),
      doneAt,
    })),
    families,
    associations: terms.map(({ name, kind, from, until, stoppedOn }) => ({
      name,
      kind,
      from,
      until,
      stoppedOn,
    })),
    more: [visits, payments, looks].some((list) => list.length > rows),
  });
}

/** The person hears what happened, not which clerk did it. */
const withoutStaff = ({ history, notes, ...file }: PassholderFile): PassholderFile => ({
  ...file,
  ...(notes && {
    notes: notes.map(({ withdrawn, ...note }) => ({
      ...note,
      by: null,
      withdrawn: withdrawn && { ...withdrawn, by: null },
    })),
  }),
  ...(history && { history: history.map((entry) => ({ ...entry, by: null })) }),
});
