// Files whose names are those of somebody at a counter, or one mistake away. The functions of migration 016 say what that is.
import { sql, type Kysely } from 'kysely';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import type { Identity } from '#domain/passholders/duplicate.ts';
import type { Database } from '../db/tables.ts';
import { deskOf, KEYS } from './search-repository.ts';

/** More namesakes born on a day than any region has. */
const MATCHES_MAX = 20;

export type NamedFile = Identity & {
  readonly passholderId: string;
  /** Whose file it is (target.ts). */
  readonly nisCode: string | null;
};

/** First and last name may stand in each other's place. */
export async function findNamed(
  db: Kysely<Database>,
  regionId: number,
  { firstName, lastName }: Identity,
  days: readonly CivilDay[],
  today: CivilDay,
): Promise<NamedFile[]> {
  const born = days.map((day) => `b${day.replaceAll('-', '')}`);
  // + 0: by the birth date, as in search-repository.ts.
  const { rows } = await sql<NamedFile>`
    with asked as (
      select sound_keys(w[1]) as last, sound_keys(w[2]) as first from name_words(${firstName}, ${lastName}) w
    )
    select p.passholder_id as "passholderId", p.first_name as "firstName", p.last_name as "lastName",
      p.date_of_birth as "dateOfBirth", ${deskOf(today)} as "nisCode"
    from passholder p, asked
    where p.region_id + 0 = ${regionId} and p.state = 'active' and ${KEYS} && ${born}::text[]
      and ((sound_keys(p.name_words[1]) && asked.last and sound_keys(p.name_words[2]) && asked.first)
        or (sound_keys(p.name_words[1]) && asked.first and sound_keys(p.name_words[2]) && asked.last))
    order by p.passholder_id limit ${MATCHES_MAX}
  `.execute(db);
  return rows;
}

/** One file, whatever it is called. */
export async function findNamedById(
  db: Kysely<Database>,
  regionId: number,
  passholderId: string,
  today: CivilDay,
): Promise<NamedFile | undefined> {
  const { rows } = await sql<NamedFile>`
    select p.passholder_id as "passholderId", p.first_name as "firstName", p.last_name as "lastName",
      p.date_of_birth as "dateOfBirth", ${deskOf(today)} as "nisCode"
    from passholder p where p.region_id = ${regionId} and p.passholder_id = ${passholderId} and p.state = 'active'
  `.execute(db);
  return rows[0];
}
