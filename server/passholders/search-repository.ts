// People by what somebody typed. Three looks, each only when the one before found too few: the words as they are, what
// begins so, what is one mistake away. The functions of migration 016 make names and questions comparable.
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { Kansenstatuut } from '#domain/passholders/kansenstatuut.ts';
import type { OwnCard } from '#domain/passholders/passholder.ts';
import type { Born, PeopleSearch, SearchPlace } from '#domain/passholders/search-text.ts';
import type { Database } from '../db/tables.ts';
import { kansenstatuutOf } from './repository.ts';

type Db = Kysely<Database>;

export type PeopleQuestion = Pick<PeopleSearch, 'names' | 'born' | 'homes'> & {
  /** Municipalities whose desk one works at; undefined: the whole region. */
  readonly scope: readonly string[] | undefined;
  readonly today: CivilDay;
  readonly rowsMax: number;
};

/** Of more that fit one look, so many are put in order: who sees "more" types on. */
const CANDIDATES_MAX = 2_000;
/** What the index knows of how a word begins. */
const START_LETTERS = 6;

/** Their ids, the best first: exact, then what begins so, then typing mistakes; within that by name. */
export async function findPeople(db: Db, regionId: number, question: PeopleQuestion): Promise<string[]> {
  const { names, homes, born, rowsMax } = question;
  const words = await comparable(db, names);
  const fixed = [
    ...(born === undefined ? [] : [[bornKey(born)]]),
    ...(await Promise.all(homes.map((home) => homeKeys(db, home)))),
    ...(question.scope === undefined ? [] : [question.scope.map(homeKey)]),
  ];
  const starts = words.map(({ word }) => `^${word.slice(0, START_LETTERS)}`);
  const looks: readonly Look[] = [
    { keys: words.map(({ word }) => [`=${word}`]) },
    {
      keys: starts.map((start) => [start]),
      begins: words.map(({ word }) => word).filter((word) => word.length > START_LETTERS),
    },
    { keys: words.map(({ sounds }, i) => [starts[i] ?? '', ...sounds.map((sound) => `~${sound}`)]) },
  ];
  const found: string[] = [];
  // A birth date alone is found at the first look.
  for (const look of words.length === 0 ? looks.slice(0, 1) : looks) {
    if (found.length >= rowsMax) break;
    found.push(...(await lookFor(db, regionId, question, words, fixed, look, found)));
  }
  return found;
}

type Look = { readonly keys: readonly (readonly string[])[]; readonly begins?: readonly string[] };
type Word = { readonly word: string; readonly sounds: readonly string[] };

/** As names are kept: the database knows how. */
async function comparable(db: Db, text: string): Promise<Word[]> {
  const { rows } = await sql<Word>`
    select word, sound_keys(word) || sound_keys(name_tail(word)) as sounds
    from unnest(string_to_array(name_form(${text}), ' ')) with ordinality as w (word, n)
    where word <> '' order by n limit ${limits.searchWordsMax}
  `.execute(db);
  return rows;
}

const bornKey = (born: Born): string =>
  'day' in born ? `b${born.day.replaceAll('-', '')}` : `y${born.year}`;
const homeKey = (nisCode: string): string => `@${nisCode}`;

/** Somebody may also be called as a municipality is. */
async function homeKeys(db: Db, home: PeopleSearch['homes'][number]): Promise<string[]> {
  if ('postalCode' in home) return [`p${home.postalCode}`];
  const words = await comparable(db, home.name);
  return [homeKey(home.nisCode), `=${words.map(({ word }) => word).join('')}`];
}

/** The index of migration 016, by the very expression it was made of. */
export const KEYS = sql`search_keys(p.name_words, p.date_of_birth, p.postal_code, p.desks || p.nis_code)`;

async function lookFor(
  db: Db,
  regionId: number,
  { scope, today, rowsMax }: PeopleQuestion,
  words: readonly Word[],
  fixed: readonly (readonly string[])[],
  { keys, begins = [] }: Look,
  known: readonly string[],
): Promise<string[]> {
  const conditions = [
    ...[...keys, ...fixed].map((any) => sql`${KEYS} && ${any}::text[]`),
    ...begins.map((word) => sql`exists (select from unnest(p.name_words) w where starts_with(w, ${word}))`),
    ...(scope === undefined ? [] : [belongsTo(scope, today)]),
    ...(known.length === 0 ? [] : [sql`p.passholder_id <> all(${known}::uuid[])`]),
  ];
  const asked = words.map(({ word }) => word);
  // + 0: by the primary key the whole region would be read, and the keys of each person made anew.
  const { rows } = await sql<{ id: string }>`
    with found as materialized (
      select p.passholder_id, p.name_words from passholder p
      where p.region_id + 0 = ${regionId} and p.state = 'active' and ${sql.join(conditions, sql` and `)}
      limit ${CANDIDATES_MAX}
    )
    select passholder_id as id from found
    order by (
      select coalesce(sum(case
        when word = any(name_words) then 0
        when exists (select from unnest(name_words) w where starts_with(w, word)) then 1
        else 2 end), 0)
      from unnest(${asked}::text[]) word
    ), name_words, passholder_id
    limit ${rowsMax - known.length}
  `.execute(db);
  return rows.map(({ id }) => id);
}

/** The desk that may read the file, as target.ts says it; `desks` is empty where only one ever could. */
export const belongsTo = (scope: readonly string[], today: CivilDay): RawBuilder<boolean> =>
  sql`${deskOf(today)} = any(${scope}::text[])`;

/** The municipality whose file it is. */
export const deskOf = (today: CivilDay): RawBuilder<string | null> => sql`
  case when p.desks = '{}' then p.nis_code else coalesce(
    (select h.nis_code from passholder_home h where h.region_id = p.region_id
      and h.passholder_id = p.passholder_id and h.from_day <= ${today} order by h.from_day desc limit 1),
    (select h.nis_code from passholder_home h where h.region_id = p.region_id
      and h.passholder_id = p.passholder_id and h.nis_code is not null order by h.from_day desc limit 1),
    (select o.nis_code from passholder_event e
      join organisation o on o.region_id = e.region_id and o.organisation_id = e.organisation_id
      where e.region_id = p.region_id and e.passholder_id = p.passholder_id and e.n = 1)
  ) end`;

export type FoundRow = {
  readonly passholderId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly dateOfBirth: CivilDay;
  readonly home: string | null;
  /** In the largest family somebody is in; null: in none. */
  readonly familySize: number | null;
  /** The newest first. */
  readonly cards: readonly { readonly number: UitpasNumber; readonly state: OwnCard['state'] }[];
  readonly kansenstatuten: readonly (Kansenstatuut | null)[];
};

/** What a clerk needs to see that it is the right person, in the order of the ids. */
export async function readFound(
  db: Db,
  regionId: number,
  ids: readonly string[],
  { today, dayOf }: { readonly today: CivilDay; readonly dayOf: (at: number) => CivilDay },
): Promise<FoundRow[]> {
  const [people, cards, memberships] = await Promise.all([
    sql<Omit<FoundRow, 'cards' | 'kansenstatuten'> & { createdAt: number }>`
      select p.passholder_id as "passholderId", p.first_name as "firstName", p.last_name as "lastName",
        p.date_of_birth as "dateOfBirth", p.created_at as "createdAt",
        coalesce(m.name, p.person->'address'->>'city', p.postal_code) as home,
        (select max((select count(*) from family_member o where o.region_id = own.region_id
            and o.family_id = own.family_id and o.until_day is null))::integer
          from family_member own where own.region_id = p.region_id and own.passholder_id = p.passholder_id
            and own.until_day is null) as "familySize"
      from unnest(${ids}::uuid[]) with ordinality as asked (id, n)
      join passholder p on p.region_id = ${regionId} and p.passholder_id = asked.id and p.state = 'active'
      left join lateral (
        select h.nis_code from passholder_home h where h.region_id = p.region_id
          and h.passholder_id = p.passholder_id and h.from_day <= ${today} order by h.from_day desc limit 1
      ) h on true
      left join municipality m on m.region_id = p.region_id
        and m.nis_code = case when h is null then p.nis_code else h.nis_code end
      order by asked.n
    `.execute(db),
    db
      .selectFrom('card')
      .select(['passholder_id', 'uitpas_number', 'state'])
      .where('region_id', '=', regionId)
      .where('passholder_id', 'in', ids)
      .where('state', 'in', ['active', 'blocked', 'replaced'])
      .orderBy('state_since', 'desc')
      .orderBy('uitpas_number')
      .execute(),
    db
      .selectFrom('membership')
      .selectAll()
      .where('region_id', '=', regionId)
      .where('passholder_id', 'in', ids)
      .where('status', '=', 'active')
      .execute(),
  ]);
  return people.rows.map(({ createdAt, ...person }) => ({
    ...person,
    cards: cards.flatMap(({ passholder_id, uitpas_number, state }) =>
      passholder_id === person.passholderId && state !== 'stock' && state !== 'deleted'
        ? [{ number: uitpas_number as UitpasNumber, state }] // checked by the table
        : [],
    ),
    kansenstatuten: memberships
      .filter(({ passholder_id }) => passholder_id === person.passholderId)
      .map((membership) => kansenstatuutOf(membership, dayOf(createdAt))),
  }));
}

/** The municipalities of the region that take part. */
export async function listSearchPlaces(db: Db, regionId: number): Promise<SearchPlace[]> {
  const rows = await db
    .selectFrom('municipality')
    .select(['nis_code', 'name', 'postal_codes'])
    .where('region_id', '=', regionId)
    .where('uitpas', '=', true)
    .orderBy('name')
    .execute();
  return rows.map(({ nis_code, name, postal_codes }) => ({
    nisCode: nis_code,
    name,
    postalCodes: postal_codes,
  }));
}
