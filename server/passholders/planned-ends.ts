// Memberships that end on the day of a move out of the region: ended by the server itself, each in a transaction of its own, as if a
// desk had done it then. Of several servers one does each person: the others find it done.
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { endedBy } from '#domain/passholders/moving-away.ts';
import type { Context } from '../context.ts';
import { idFromText } from '../ids.ts';
import { readPassholder, takeActId } from './repository.ts';
import { beginningOf, storeDecided } from './weigh-act.ts';

type Due = { regionId: number; passholderId: string; organisationId: string };

/** How many memberships ended. */
export async function endPlanned({
  db,
  clock,
  stopping,
}: Pick<Context, 'db' | 'clock' | 'stopping'>): Promise<number> {
  const at = clock.now();
  const today = civilDayOf(at);
  // At the counter that said so.
  const { rows } = await sql<Due>`
    select m.region_id as "regionId", m.passholder_id as "passholderId",
      (select e.organisation_id from passholder_event e where e.region_id = m.region_id and e.passholder_id = m.passholder_id
        order by e.n desc limit 1) as "organisationId"
    from membership m where m.ends_on <= ${today} and m.status = 'active'
    group by m.region_id, m.passholder_id order by m.region_id, m.passholder_id limit ${limits.tidyBatchRows}
  `.execute(db);
  let ended = 0;
  for (const due of rows) {
    if (stopping.aborted) break;
    ended += await db.transaction().execute(async (trx) => {
      const { regionId, passholderId, organisationId } = due;
      const before = await readPassholder(trx, regionId, passholderId, true);
      const systems = endedBy(before, today);
      if (before.state !== 'active' || systems.length === 0) return 0;
      const says = `planned-end|${passholderId}|${before.n}`;
      const actId = idFromText(says);
      const requestDigest = createHash('sha256').update(says).digest();
      if (!(await takeActId(trx, regionId, { actId, passholderId, requestDigest, at }))) return 0;
      const events = systems.map(
        (cardSystemId) => ({ kind: 'membership-ended', cardSystemId, reason: 'moved-away' }) as const,
      );
      const by = { actId, at, today, actor: 'system', organisationId };
      await storeDecided(trx, regionId, before, beginningOf(before, { at, today }), events, 'leave', by);
      return systems.length;
    });
  }
  return ended;
}
