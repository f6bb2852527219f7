// After a restored backup: which phones have been here since, and what they sent again (docs/adr/002: settled commands stay
// on the phone longer than a backup is old). Counted from what is stored, not from what phones tell.
import { sql, type Kysely } from 'kysely';
import type { DeviceList } from '#domain/desk-api.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { Database } from '../db/tables.ts';

type PhoneSince = {
  readonly device_id: string;
  readonly name: string;
  readonly last_seen_at: number | null;
  readonly again: number;
};

export async function readRestored(
  db: Kysely<Database>,
  regionId: number,
  organisationIds: readonly string[],
  now: number,
): Promise<DeviceList['restored']> {
  const region = await db
    .selectFrom('region')
    .select(['restored_at', 'restored_from'])
    .where('region_id', '=', regionId)
    .executeTakeFirst();
  const at = region?.restored_at ?? null;
  const from = region?.restored_from ?? null;
  if (at === null || from === null || now - at > limits.rescueShownMs) return null;
  const { rows } = await sql<PhoneSince>`
    select d.device_id, d.name, d.last_seen_at,
      (select count(*)::int from command c
        join visit v on v.region_id = c.region_id and v.command_id = c.command_id
        where c.region_id = d.region_id and c.device_id = d.device_id and c.received_at >= ${at} and v.at < ${at}) as again
    from device d
    where d.region_id = ${regionId} and d.organisation_id = any(${organisationIds}::uuid[]) and d.kind = 'phone'
      and d.state = 'active' and d.enrolled_at <= ${at} and d.last_seen_at >= ${from - limits.settledKeptMs}
    order by d.name, d.device_id
  `.execute(db);
  const isHeard = ({ last_seen_at: seenAt }: PhoneSince): boolean => seenAt !== null && seenAt >= at;
  return {
    at,
    from,
    phones: rows.length,
    heard: rows.filter(isHeard).length,
    awaited: rows
      .filter((phone) => !isHeard(phone))
      .map((phone) => ({ deviceId: phone.device_id, name: phone.name, lastSeenAt: phone.last_seen_at })),
    again: rows.reduce((sum, { again }) => sum + again, 0),
  };
}
