// Settings in their table: only ever added to, the database itself refuses the rest.
import { sql, type Kysely } from 'kysely';
import type { SettingEntry, SettingPlace } from '#domain/settings/settings.ts';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import type { Database } from '../db/tables.ts';

export type Db = Kysely<Database>;

/** With who wrote it down, when and why. */
export type KeptSetting = SettingEntry & {
  readonly setAt: number;
  readonly setBy: string;
  readonly reason: string;
};

export async function listSettings(db: Db, regionId: number): Promise<KeptSetting[]> {
  const rows = await db.selectFrom('setting').selectAll().where('region_id', '=', regionId).execute();
  return rows.map((row) => ({
    settingId: row.setting_id,
    key: row.key,
    nisCode: row.nis_code,
    organisationId: row.organisation_id,
    value: row.value,
    from: row.from_day,
    withdraws: row.withdraws,
    setAt: row.set_at,
    setBy: row.set_by,
    reason: row.reason,
  }));
}

/** Until the end of the transaction nobody else writes a setting of this region: what a change is based on holds. */
export async function lockSettings(db: Db, regionId: number): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('streekbalie settings'), ${regionId}::integer)`.execute(db);
}

/**
 * Until the end of the transaction no setting of this region changes; many may hold it at once. Taken before any row of an
 * activity: whoever changes a margin waits for its holders, and then takes those rows.
 */
export async function holdSettings(db: Db, regionId: number): Promise<void> {
  await sql`
    select pg_advisory_xact_lock_shared(hashtext('streekbalie settings'), ${regionId}::integer)
  `.execute(db);
}

export async function insertSetting(
  db: Db,
  regionId: number,
  setting: SettingPlace & {
    readonly key: string;
    readonly value: unknown;
    readonly from: CivilDay;
    readonly withdraws: number | null;
    readonly at: number;
    readonly actor: string;
    readonly reason: string;
  },
): Promise<number> {
  const { setting_id } = await db
    .insertInto('setting')
    .values({
      region_id: regionId,
      key: setting.key,
      nis_code: setting.nisCode,
      organisation_id: setting.organisationId,
      value: JSON.stringify(setting.value),
      from_day: setting.from,
      withdraws: setting.withdraws,
      set_at: setting.at,
      set_by: setting.actor,
      reason: setting.reason,
    })
    .returning('setting_id')
    .executeTakeFirstOrThrow();
  return setting_id;
}
