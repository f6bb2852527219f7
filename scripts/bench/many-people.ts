// 600,000 invented pass holders with the names of Flanders: some hundred very common ones, and tens of thousands of rare
// ones behind them, as telephone books have it. Set-based, so that it takes a minute.
import { sql, type Kysely } from 'kysely';
import { must } from '#domain/kernel/assert.ts';
import type { Database } from '#server/db/tables.ts';

/** The most common last names of Belgium, then of West Flanders; the rest is put together as family names are. */
const COMMON_LAST = (
  'Peeters,Janssens,Maes,Jacobs,Mertens,Willems,Claes,Goossens,Wouters,De Smet,Vermeulen,Pauwels,Hermans,Aerts,Michiels,' +
  'Martens,Desmet,Van den Broeck,Claeys,De Clercq,Vandenberghe,Declercq,Van Damme,Dewulf,Vermeersch,Lefevere,Deprez,' +
  'Verhaeghe,Vandewalle,Debruyne,Vandamme,Vanhoutte,Demeulenaere,Vandenbroucke,Dehaene,Verschaeve,Vanneste,Degryse,' +
  'Masschelein,Boone,Vercruysse,Callens,Parmentier,Devos,De Vos,Lambert,Dubois,Dupont,Van de Velde,Vande Velde,' +
  'Vandevelde,D’Hondt,D’Hoore,El Amrani,Yildiz,Nguyen,Kowalski,Kovalenko,Şahin,Öztürk,Benali,Ouali,Diallo,Hoste,Maertens'
).split(',');
const BEFORE = ['', 'Van', 'Van ', 'Van de ', 'Vanden ', 'Vander', 'De ', 'De', 'Ver', 'Vande'];
const STEMS = (
  'berg bosch broeck brugg bulck bunder buss cant cauter claer cleem coor couck cruys daele damm dooren driess eeck elst ' +
  'eynd gael gheer ghin goor gucht haegh haut hecke heed heul hill hoeck hoor houck huys kerck keyser knock kop lae land ' +
  'leen leut lind loo maer meer meul moer moor muyl naes nes nieuw noor oost oyen paep pamel peer plas poel praet putt ' +
  'rae rein roy ryck sand schae schoor schuer sijp slyp smeer snick speel staes steen stich straet strom swaen teir tem ' +
  'thienpont toll tuyn vaer veen vel ver vliet voor vreck waes wall weer wiel wijn wind woest wulf zeeb zell zwaen'
).split(' ');
const AFTER = 'e,en,s,aert,aerts,inck,inckx,mans,ens,ers,eke,eel,oot,ere,em,ynck,aerde,ghem,hove,man'.split(
  ',',
);
const FIRST = (
  'Jan Marie Luc Maria Marc Rita Johan Anna Dirk Christine Patrick Nicole Koen Martine Bart Greet Tom Els Pieter Sofie ' +
  'Noah Emma Arthur Olivia Jules Louise Liam Mila Adam Ella Finn Juliette Victor Lotte Lars Lucas Kobe Hanne Wout Femke ' +
  'Jonas Lien Bram Katrien Jeroen An Ilse Godelieve Willy Simonne Roger Yvonne Jozef Irma Albert Yasmine Mohamed Aya Amir ' +
  'Fatima Elif Ahmad Oksana Danylo Zofia Jakub Priya Samuel Grace Kristof Christophe Sophie Stefan Steven Bruno Frank Geert ' +
  'Griet Heidi Inge Joke Karel Kris Leen Lieve Mieke Nele Nathalie Peter Philippe Ruben Sarah Seppe Stijn Thomas Veerle Wim'
).split(' ');

/** How steep: of 600,000 some 1,500 bear the most common last name, and 9,000 the most common first name. */
const LAST_NAMES = 40_000;
const LAST_STEEP = 60;
const FIRST_NAMES = 2_000;
const FIRST_STEEP = 12;
const SYSTEM = 'uitpas-westhoek';

export async function insertManyPeople(
  db: Kysely<Database>,
  regionId: number,
  count: number,
): Promise<{ indexMs: number }> {
  const { rows } = await sql<{ def: string }>`
    select indexdef as def from pg_indexes where indexname = 'passholder_search'`.execute(db);
  let indexMs = 0;
  await db.connection().execute(async (one) => {
    await sql`set statement_timeout = 0`.execute(one);
    await sql`set maintenance_work_mem = '256MB'`.execute(one);
    await sql`select setseed(0.42)`.execute(one);
    // As a restore does it: the rows first, then the index over all of them.
    await sql`drop index passholder_search`.execute(one);
    await sql`create temporary table made as
      select n, gen_random_uuid() as id,
        floor(${LAST_STEEP}::float * (power(${LAST_NAMES}::float / ${LAST_STEEP} + 1, random()) - 1))::integer as last,
        floor(${FIRST_STEEP}::float * (power(${FIRST_NAMES}::float / ${FIRST_STEEP} + 1, random()) - 1))::integer as first,
        date '2023-01-01' - (random() * 31000)::integer as born, floor(random() * 1000)::integer as town
      from generate_series(1, ${count}::integer) n`.execute(one);
    await sql`
      with town as (
        select nis_code, postal_codes[1] as postal_code, row_number() over (order by nis_code) - 1 as i, count(*) over () as n
        from municipality where region_id = ${regionId} and uitpas)
      insert into passholder (region_id, passholder_id, first_name, last_name, date_of_birth, postal_code, nis_code, created_at)
      select ${regionId}, made.id, f.name, l.name, made.born, town.postal_code, town.nis_code, 0
      from made join town on town.i = made.town % town.n
        join unnest(${firstNames()}::text[]) with ordinality as f (name, n) on f.n = made.first + 1
        join unnest(${lastNames()}::text[]) with ordinality as l (name, n) on l.n = made.last + 1`.execute(
      one,
    );
    await sql`insert into membership (region_id, passholder_id, card_system_id, status, kansenstatuut_until)
      select ${regionId}, id, ${SYSTEM}, 'active', case when n % 7 = 0 then date '2027-04-30' end from made`.execute(
      one,
    );
    await sql`
      insert into card (region_id, uitpas_number, card_system_id, passholder_id, kind, state, state_since)
      select ${regionId}, twelve || (10 - total % 10) % 10, ${SYSTEM}, id, 'card', 'active', 0
      from (select id, '0971' || lpad(n::text, 7, '0') || case when n % 7 = 0 then '1' else '0' end as twelve from made) m,
        lateral (select sum(case when i % 2 = 1 then d else d * 2 - case when d > 4 then 9 else 0 end end) as total
          from generate_series(1, 12) i, lateral (select substr(twelve, i, 1)::integer as d) digit) luhn`.execute(
      one,
    );
    const started = performance.now();
    await sql.raw(must(rows[0], 'the index of the search').def).execute(one);
    indexMs = performance.now() - started;
    await sql`drop table made`.execute(one);
    await sql`vacuum analyze`.execute(one);
  });
  return { indexMs };
}

function lastNames(): string[] {
  const made = new Set(COMMON_LAST);
  // The rare ones in an order that mixes all kinds.
  for (let i = 0; made.size < LAST_NAMES; i++) {
    const [round, series] = [Math.floor(i / STEMS.length), Math.floor(i / (STEMS.length * BEFORE.length))];
    const before = BEFORE[round % BEFORE.length] ?? '';
    const second = STEMS[Math.floor(series / AFTER.length) - 1] ?? '';
    const body = (STEMS[i % STEMS.length] ?? '') + second + (AFTER[series % AFTER.length] ?? '');
    const joined = before === '' || before.endsWith(' ') ? capital(body) : body;
    made.add(before + joined);
  }
  return [...made];
}

function firstNames(): string[] {
  const made = new Set(FIRST);
  for (let i = 0; made.size < FIRST_NAMES; i++)
    made.add(
      `${FIRST[i % FIRST.length] ?? ''}-${FIRST[(i * 17 + Math.floor(i / FIRST.length)) % FIRST.length] ?? ''}`,
    );
  return [...made];
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
