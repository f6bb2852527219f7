// The file of a list that was made for it: who the people are whose rows were carried out, page by page. A whole list leaves the
// house: that wants a proof of who one is that is minutes old, and each page stands in the audit.
import type { ExportAnswer, ExportedPerson, ExportQuestion } from '#domain/bulk-api.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { Passholder } from '#domain/passholders/passholder.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requireFreshProof } from '../auth/fresh-proof.ts';
import { readPassholders } from '../passholders/repository.ts';
import { targetOf } from '../passholders/target.ts';
import { readRows, type ShownRow } from './repository.ts';
import { findOwn, type BulkContext, type BulkProblem } from './service.ts';

export async function readExport(
  context: BulkContext,
  actor: Actor,
  listId: string,
  { after = 0 }: ExportQuestion,
): Promise<Result<ExportAnswer, BulkProblem>> {
  const { db, clock } = context;
  const { regionId, grants } = actor;
  const list = await findOwn(context, actor, listId);
  if (list?.work.kind !== 'export') return refuse({ code: 'not-found' });
  requireFreshProof(context, actor);
  const at = clock.now();
  const max = limits.bulkExportRows;
  const rows = await readRows(db, regionId, listId, {
    ...{ state: 'done', code: undefined, after, max: max + 1, places: [] },
  });
  const shown = rows.slice(0, max);
  const people = await readPassholders(
    db,
    regionId,
    shown.flatMap(({ passholderId }) => passholderId ?? []),
  );
  const told: ExportedPerson[] = [];
  for (const row of shown) {
    const person = people.get(row.passholderId ?? '');
    const target = person && (await targetOf(db, regionId, person, civilDayOf(at)));
    // Who moved or was erased since is nobody's of this list any more.
    if (person && isAllowed(grants, 'passholder.read', { ...target, regionId }))
      told.push(...lineOf(row, person));
  }
  await appendAudit(db, {
    ...{ regionId, at, actor: actorName(actor), action: 'bulk-exported', subject: `bulk:${listId}` },
    detail: { rows: told.length, after },
  });
  return ok({ people: told, more: rows.length > max });
}

function lineOf({ row, number }: ShownRow, { person, cards }: Passholder): ExportedPerson[] {
  if (!person) return [];
  const { firstName, lastName, dateOfBirth, address, email = '', phone = '' } = person;
  const { street = '', postalCode, city = '', country } = address;
  const active = cards.find(({ state }) => state === 'active')?.number ?? null;
  return [
    {
      ...{ row, number: number ?? active, firstName, lastName, dateOfBirth },
      ...{ street, postalCode, city, country, email, phone },
    },
  ];
}
