// Rows that nobody asks for any more go, once an hour and a batch at a time. Of several server processes one does a table:
// each batch takes the lock of its table, and whoever finds it taken leaves that table to the other. Opening hours that go on
// get their next moments here too, and memberships end on the day that was planned.
import { setTimeout as delay } from 'node:timers/promises';
import { sql, type RawBuilder } from 'kysely';
import { limits } from '#domain/kernel/limits.ts';
import { planAhead } from './activities/plan-moments.ts';
import type { Context } from './context.ts';
import { endPlanned } from './passholders/planned-ends.ts';

const EVERY_MS = 3_600_000;
const LOCK = 'streekbalie housekeeping';
/** Each with its rows, ten thousand at most. */
const BULK_BATCH = 50;

type HousekeepingContext = Pick<Context, 'db' | 'clock' | 'ids' | 'log' | 'stopping' | 'metrics'>;

/** Ends when the server stops; resolves after the batch under way. */
export async function runHousekeeping(context: HousekeepingContext): Promise<void> {
  while (!context.stopping.aborted) {
    try {
      const deleted = await tidyUp(context);
      context.metrics.housekeeping(
        'done',
        Object.values(deleted).reduce((sum, rows) => sum + rows, 0),
      );
      const planned = await planAhead(context);
      const ended = await endPlanned(context);
      if (ended > 0) context.log.info({ memberships: ended }, 'memberships of who moved away ended');
      if (planned > 0) context.log.info({ activities: planned }, 'opening hours planned on');
      if (Object.values(deleted).some((rows) => rows > 0)) context.log.info(deleted, 'housekeeping');
    } catch (error) {
      context.metrics.housekeeping('failed', 0);
      context.log.warn({ err: error }, 'housekeeping failed; trying again in an hour');
    }
    await delay(EVERY_MS, undefined, { signal: context.stopping }).catch(() => undefined); // stopping ends it
  }
}

/** Rows deleted, by table. */
export async function tidyUp(context: HousekeepingContext): Promise<Record<string, number>> {
  const deleted: Record<string, number> = {};
  for (const [table, deletion] of Object.entries(deletionsAt(context.clock.now()))) {
    deleted[table] = 0;
    while (deleted[table] < limits.tidyRoundRows && !context.stopping.aborted) {
      const rows = await deleteBatch(context, table, deletion);
      deleted[table] += rows;
      if (rows < limits.tidyBatchRows) break;
    }
  }
  return deleted;
}

async function deleteBatch(
  { db }: HousekeepingContext,
  table: string,
  deletion: RawBuilder<unknown>,
): Promise<number> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ ours: boolean }>`
      select pg_try_advisory_xact_lock(hashtext(${`${LOCK} ${table}`})) as ours
    `.execute(trx);
    if (!rows[0]?.ours) return 0;
    return Number((await deletion.execute(trx)).numAffectedRows ?? 0);
  });
}

function deletionsAt(now: number): Record<string, RawBuilder<unknown>> {
  const batch = limits.tidyBatchRows;
  return {
    // A phone keeps what it could not send for weeks and still names what it heard then. The first answer of each hour
    // stays: a lower bound that is at most an hour too early (domain/sync/trusted-time.ts).
    device_sync: sql`
      delete from device_sync s using (
        select region_id, device_id, sync_no from (
          select region_id, device_id, sync_no, server_time / 3600000 as hour,
            lag(server_time / 3600000) over (partition by region_id, device_id order by sync_no) as hour_before
          from device_sync where server_time < ${now - limits.anchorsAllKeptMs}
        ) old where hour = hour_before limit ${batch}
      ) gone
      where s.region_id = gone.region_id and s.device_id = gone.device_id and s.sync_no = gone.sync_no`,
    auth_session: sql`
      delete from auth_session where id in (
        select id from auth_session where expires_at < ${new Date(now)} limit ${batch})`,
    auth_verification: sql`
      delete from auth_verification where id in (
        select id from auth_verification where expires_at < ${new Date(now)} limit ${batch})`,
    enrol_link: sql`
      delete from enrol_link where (region_id, link_id) in (
        select region_id, link_id from enrol_link
        where expires_at < ${now - limits.enrolLinkKeptMs} limit ${batch})`,
    // Who was invited and who accepted stands in the audit; an address of someone who never came is nobody's to keep.
    invitation: sql`
      delete from invitation where (region_id, invitation_id) in (
        select region_id, invitation_id from invitation
        where expires_at < ${now - limits.invitationKeptMs} limit ${batch})`,
    // What was done stands in the files of the people and in the audit; its rows go along.
    bulk_list: sql`
      delete from bulk_list where (region_id, list_id) in (
        select region_id, list_id from bulk_list
        where (state in ('draft', 'withdrawn') and made_at < ${now - limits.bulkDraftKeptMs})
          or (state in ('stopped', 'done') and made_at < ${now - limits.bulkKeptMs}) limit ${BULK_BATCH})`,
    // Who asked and who did it stands in the audit.
    desk_task: sql`
      delete from desk_task where (region_id, task_id) in (
        select region_id, task_id from desk_task
        where done_at < ${now - limits.taskKeptMs} limit ${batch})`,
    // What it stored stands in the activities and in the audit; its rows go along.
    uitdatabank_import: sql`
      delete from uitdatabank_import where (region_id, import_id) in (
        select region_id, import_id from uitdatabank_import
        where made_at < ${now - limits.importKeptMs} limit ${BULK_BATCH})`,
    outgoing_mail: sql`
      delete from outgoing_mail where (region_id, mail_id) in (
        select region_id, mail_id from outgoing_mail
        where created_at < ${now - limits.mailKeptMs} limit ${batch})`,
  };
}
