// What the rules need to know of cards and activities.
import { sql, type Kysely } from 'kysely';
import type { Database } from '#server/db/tables.ts';
import type { Occurrence } from '#domain/checkins/activity-policy.ts';
import type { ServerActivity, ServerCard } from '#domain/sync/rule-batch.ts';
import { plain } from '../db/array-parameter.ts';

type Trx = Kysely<Database>;

export async function cardsByNumber(
  trx: Trx,
  regionId: number,
  numbers: readonly string[],
): Promise<Map<string, ServerCard>> {
  const { rows } = await sql<{
    uitpas_number: string;
    passholder_id: string | null;
    state: ServerCard['state'];
    state_since: number;
    group_pass: boolean;
    systems: string[] | null;
  }>`
    select c.uitpas_number, c.passholder_id, c.state, c.state_since, c.kind = 'group-pass' as group_pass,
      (select array_agg(m.card_system_id) from membership m
        where m.region_id = c.region_id and m.passholder_id = c.passholder_id and m.status = 'active') as systems
    from card c where c.region_id = ${regionId} and c.uitpas_number = any(${numbers}::text[])
  `.execute(trx);
  return new Map(
    rows.map((row) => [
      row.uitpas_number,
      {
        accountId: row.passholder_id,
        state: row.state,
        stateSince: row.state_since,
        groupPass: row.group_pass,
        cardSystemIds: row.systems ?? [],
      },
    ]),
  );
}

export async function numbersByChip(
  trx: Trx,
  regionId: number,
  chips: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ chip_number: string; uitpas_number: string }>`
    select chip_number, uitpas_number from card where region_id = ${regionId} and chip_number = any(${chips}::text[])
  `.execute(trx);
  return new Map(rows.map((row) => [row.chip_number, row.uitpas_number]));
}

export async function activities(
  trx: Trx,
  regionId: number,
  ids: readonly string[],
): Promise<Map<string, ServerActivity>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{
    activity_id: string;
    organisation_id: string;
    version: number;
    limit_volume: number | null;
    limit_period: ServerActivity['periodType'];
    systems: string[] | null;
    versions: { version: number; points: number; occurrences: Occurrence[] }[] | null;
  }>`
    select a.activity_id, a.organisation_id, a.version, a.limit_volume, a.limit_period,
      (select array_agg(s.card_system_id) from activity_card_system s
        where s.region_id = a.region_id and s.activity_id = a.activity_id) as systems,
      (select json_agg(json_build_object('version', v.version, 'points', v.points, 'occurrences', v.occurrences))
        from activity_version v where v.region_id = a.region_id and v.activity_id = a.activity_id) as versions
    from activity a where a.region_id = ${regionId} and a.activity_id = any(${plain(ids)}::uuid[])
  `.execute(trx);
  return new Map(
    rows.map((row) => [
      row.activity_id,
      {
        activityId: row.activity_id,
        organisationId: row.organisation_id,
        cardSystemIds: row.systems ?? [],
        volume: row.limit_volume,
        periodType: row.limit_period,
        currentVersion: row.version,
        versions: new Map((row.versions ?? []).map((v) => [v.version, v])),
      },
    ]),
  );
}
