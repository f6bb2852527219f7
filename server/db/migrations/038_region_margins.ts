// The margins of a region become settings, in force from a day (docs/adr/028). What a region had goes on from before all its activities.
import { sql, type Kysely } from 'kysely';

export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    insert into setting (region_id, key, nis_code, organisation_id, value, from_day, set_at, set_by, reason)
      select region_id, margin.key, null, null, to_jsonb(margin.minutes), '2000-01-01',
        (extract(epoch from now()) * 1000)::bigint, 'system', 'Zoals het al was'
      from region, lateral (values ('marginBeforeMin', margin_before_min), ('marginAfterMin', margin_after_min))
        as margin (key, minutes)
      where margin.minutes <> 60;
    alter table region drop column margin_before_min, drop column margin_after_min;
  `.execute(db);
}
