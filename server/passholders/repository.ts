// Pass holders in the tables: as they stand, and what happened to them. The tables that stand are the sum of the events.
import { sql, type Kysely, type Selectable } from 'kysely';
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { civilDayOf, type CivilDay } from '#domain/kernel/civil-time.ts';
import type { RegionCard } from '#domain/passholders/card-life.ts';
import type { Kansenstatuut } from '#domain/passholders/kansenstatuut.ts';
import {
  nobody,
  type Membership,
  type OwnCard,
  type Passholder,
  type PassholderEvent,
} from '#domain/passholders/passholder.ts';
import type { Person } from '#domain/passholders/person.ts';
import { carryTerms, forgetTerms } from '../associations/carry-terms.ts';
import type { Database, Personal } from '../db/tables.ts';
import { deletePicture } from './picture-repository.ts';

type Db = Kysely<Database>;

/** As it stands; nobody when the id is new. With `lock` until the end of the transaction. */
export async function readPassholder(
  db: Db,
  regionId: number,
  passholderId: string,
  lock: boolean,
): Promise<Passholder> {
  const own = { region_id: regionId, passholder_id: passholderId };
  const row = await db
    .selectFrom('passholder as p')
    .leftJoin('municipality as m', (join) =>
      join.onRef('m.region_id', '=', 'p.region_id').onRef('m.nis_code', '=', 'p.nis_code'),
    )
    .selectAll('p')
    .select('m.name as city')
    .where('p.region_id', '=', regionId)
    .where('p.passholder_id', '=', passholderId)
    .$if(lock, (query) => query.forUpdate('p'))
    .executeTakeFirst();
  if (!row) return nobody(passholderId);
  const [homes, memberships, cards] = await Promise.all([
    db.selectFrom('passholder_home').selectAll().where(matches(own)).orderBy('from_day').execute(),
    db.selectFrom('membership').selectAll().where(matches(own)).orderBy('card_system_id').execute(),
    db
      .selectFrom('card')
      .selectAll()
      .where(matches(own))
      .orderBy('state_since')
      .orderBy('uitpas_number')
      .execute(),
  ]);
  return passholderOf(row, homes, memberships, cards);
}

/** The same of many at once, without a lock; who is unknown is not in it. */
export async function readPassholders(
  db: Db,
  regionId: number,
  ids: readonly string[],
): Promise<Map<string, Passholder>> {
  if (ids.length === 0) return new Map();
  const among = sql<boolean>`region_id = ${regionId} and passholder_id = any(${ids}::uuid[])`;
  const [rows, homes, memberships, cards] = await Promise.all([
    db
      .selectFrom('passholder as p')
      .leftJoin('municipality as m', (join) =>
        join.onRef('m.region_id', '=', 'p.region_id').onRef('m.nis_code', '=', 'p.nis_code'),
      )
      .selectAll('p')
      .select('m.name as city')
      .where('p.region_id', '=', regionId)
      .where('p.passholder_id', '=', sql<string>`any(${ids}::uuid[])`)
      .execute(),
    db.selectFrom('passholder_home').selectAll().where(among).orderBy('from_day').execute(),
    db.selectFrom('membership').selectAll().where(among).orderBy('card_system_id').execute(),
    db.selectFrom('card').selectAll().where(among).orderBy('state_since').orderBy('uitpas_number').execute(),
  ]);
  const [homesOf, membershipsOf, cardsOf] = [byPerson(homes), byPerson(memberships), byPerson(cards)];
  return new Map(
    rows.map((row) => [row.passholder_id, passholderOf(row, homesOf(row), membershipsOf(row), cardsOf(row))]),
  );
}

function byPerson<Row extends { passholder_id: string | null }>(
  rows: readonly Row[],
): (person: { passholder_id: string }) => readonly Row[] {
  const grouped = new Map<string | null, Row[]>();
  for (const row of rows) {
    const group = grouped.get(row.passholder_id);
    if (group) group.push(row);
    else grouped.set(row.passholder_id, [row]);
  }
  return ({ passholder_id }) => grouped.get(passholder_id) ?? [];
}

function passholderOf(
  row: Selectable<Database['passholder']> & { city: string | null },
  homes: readonly Selectable<Database['passholder_home']>[],
  memberships: readonly Selectable<Database['membership']>[],
  cards: readonly Selectable<Database['card']>[],
): Passholder {
  return {
    passholderId: row.passholder_id,
    n: row.n,
    state: row.state,
    ...(row.merged_into !== null && { mergedInto: row.merged_into }),
    ...(row.notes.length > 0 && { notes: row.notes }),
    person: row.state === 'active' ? (row.person ?? personOfBefore(row)) : null,
    homes:
      homes.length > 0
        ? homes.map(({ nis_code, from_day }) => ({ nisCode: nis_code, from: from_day }))
        : [{ nisCode: row.nis_code, from: civilDayOf(row.created_at) }],
    memberships: memberships.map((membership): Membership => ({
      cardSystemId: membership.card_system_id,
      status: membership.status === 'active' ? 'active' : 'ended',
      kansenstatuut: kansenstatuutOf(membership, civilDayOf(row.created_at)),
      ...(membership.ends_on !== null && { endsOn: membership.ends_on }),
    })),
    cards: cards.flatMap(ownCardOf),
  };
}

const matches = (own: { region_id: number; passholder_id: string }) =>
  sql<boolean>`region_id = ${own.region_id} and passholder_id = ${own.passholder_id}`;

/** Of what was written down before a person had a whole file. */
function personOfBefore(row: {
  first_name: string | null;
  last_name: string | null;
  date_of_birth: string | null;
  postal_code: string | null;
  city: string | null;
}): Person {
  return {
    firstName: row.first_name ?? '',
    lastName: row.last_name ?? '',
    dateOfBirth: row.date_of_birth ?? '',
    address: { country: 'BE', postalCode: row.postal_code ?? '', ...(row.city && { city: row.city }) },
    optIns: { service: false, milestones: false, newsByMail: false, newsBySms: false, newsByPost: false },
  };
}

export function kansenstatuutOf(
  row: {
    kansenstatuut_since: string | null;
    kansenstatuut_until: string | null;
    kansenstatuut_proof: string | null;
    kansenstatuut_suspended_until: string | null;
    kansenstatuut_ended_on: string | null;
    kansenstatuut_ended_by_move: boolean;
  },
  knownSince: CivilDay,
): Kansenstatuut | null {
  if (row.kansenstatuut_until === null) return null;
  return {
    since: row.kansenstatuut_since ?? knownSince,
    until: row.kansenstatuut_until,
    proof: row.kansenstatuut_proof ?? '',
    ...(row.kansenstatuut_suspended_until && { suspendedUntil: row.kansenstatuut_suspended_until }),
    ...(row.kansenstatuut_ended_on && { endedOn: row.kansenstatuut_ended_on }),
    ...(row.kansenstatuut_ended_by_move && { endedBy: 'move' as const }),
  };
}

function ownCardOf(row: {
  uitpas_number: string;
  card_system_id: string;
  state: RegionCard['state'];
  state_since: number;
  replaced_by: string | null;
}): OwnCard[] {
  if (row.state === 'stock' || row.state === 'deleted') return [];
  return [
    {
      number: row.uitpas_number as UitpasNumber, // checked by the table
      cardSystemId: row.card_system_id,
      state: row.state,
      since: row.state_since,
      ...(row.replaced_by && { replacedBy: row.replaced_by as UitpasNumber }),
    },
  ];
}

/** The cards that an act names, locked in the order of their numbers. */
export async function lockCards(
  db: Db,
  regionId: number,
  numbers: readonly string[],
): Promise<Map<string, RegionCard>> {
  if (numbers.length === 0) return new Map();
  const rows = await db
    .selectFrom('card')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('uitpas_number', 'in', numbers)
    .orderBy('uitpas_number')
    .forUpdate()
    .execute();
  return new Map(rows.map((row) => [row.uitpas_number, regionCardOf(row)]));
}

const regionCardOf = (row: Selectable<Database['card']>): RegionCard => ({
  number: row.uitpas_number as UitpasNumber, // checked by the table
  cardSystemId: row.card_system_id,
  state: row.state,
  place: row.place_nis,
  underWay: row.transfer_id !== null,
  passholderId: row.passholder_id,
  groupPass: row.kind === 'group-pass',
});

/** Read only, with what a screen calls its card system and its place. */
export async function findCardToGive(
  db: Db,
  regionId: number,
  number: string,
): Promise<{ card: RegionCard; cardSystemName: string; placeName: string | null } | undefined> {
  const row = await db
    .selectFrom('card as c')
    .innerJoin('card_system as s', (join) =>
      join.onRef('s.region_id', '=', 'c.region_id').onRef('s.card_system_id', '=', 'c.card_system_id'),
    )
    .leftJoin('municipality as m', (join) =>
      join.onRef('m.region_id', '=', 'c.region_id').onRef('m.nis_code', '=', 'c.place_nis'),
    )
    .selectAll('c')
    .select(['s.name as card_system_name', 'm.name as place_name'])
    .where('c.region_id', '=', regionId)
    .where('c.uitpas_number', '=', number)
    .executeTakeFirst();
  return row && { card: regionCardOf(row), cardSystemName: row.card_system_name, placeName: row.place_name };
}

export type Act = {
  readonly actId: string;
  readonly at: number;
  readonly day: CivilDay;
  readonly actor: string;
  readonly organisationId: string;
};

/** `before` is what stood; `events` made `after` of it. */
export async function storeAct(
  db: Db,
  regionId: number,
  act: Act,
  before: Passholder,
  after: Passholder,
  events: readonly PassholderEvent[],
): Promise<void> {
  await storePassholder(db, regionId, act, before, after);
  await storeMemberships(db, regionId, before, after);
  for (const card of after.cards) {
    if (before.n > 0 && before.cards.some((other) => isSameCard(other, card))) continue;
    await db
      .updateTable('card')
      .set({
        state: card.state,
        state_since: card.since,
        passholder_id: after.passholderId,
        place_nis: null,
        replaced_by: card.replacedBy ?? null,
      })
      .where('region_id', '=', regionId)
      .where('uitpas_number', '=', card.number)
      .execute();
  }
  await db
    .insertInto('passholder_event')
    .values(
      events.map((event, index) => ({
        region_id: regionId,
        passholder_id: after.passholderId,
        n: after.n - events.length + index + 1,
        act_id: act.actId,
        kind: event.kind,
        at: act.at,
        day: act.day,
        actor: act.actor,
        organisation_id: act.organisationId,
        ...rowOfEvent(event),
      })),
    )
    .execute();
  if (after.state === 'erased') await erase(db, regionId, after.passholderId, act);
  else if (after.state === 'merged') await leadOn(db, regionId, after.passholderId, after.mergedInto, act);
  else await storeDesks(db, regionId, after.passholderId);
}

/** Which desks could ever find this person by name; empty where it is the newest home alone (docs/adr/017). */
async function storeDesks(db: Db, regionId: number, passholderId: string): Promise<void> {
  await sql`
    update passholder p set desks = known.desks
    from (select coalesce(array_agg(distinct nis_code order by nis_code), '{}') as desks from (
      select nis_code from passholder_home where region_id = ${regionId} and passholder_id = ${passholderId}
      union select o.nis_code from passholder_event e
        join organisation o on o.region_id = e.region_id and o.organisation_id = e.organisation_id
        where e.region_id = ${regionId} and e.passholder_id = ${passholderId} and e.n = 1
    ) d where nis_code is not null) known
    where p.region_id = ${regionId} and p.passholder_id = ${passholderId} and p.desks <> known.desks
      and (p.desks <> '{}' or known.desks <> array[p.nis_code])
  `.execute(db);
}

/** What stood in the file stands in the other one; whoever led here before leads there too. */
async function leadOn(
  db: Db,
  regionId: number,
  passholderId: string,
  into: string | undefined,
  act: Act,
): Promise<void> {
  const own = matches({ region_id: regionId, passholder_id: passholderId });
  await db.deleteFrom('membership').where(own).execute();
  await db.updateTable('passholder').set({ upstream_reason: null, desks: [] }).where(own).execute();
  await db
    .updateTable('passholder')
    .set({ merged_into: into ?? null })
    .where('region_id', '=', regionId)
    .where('merged_into', '=', passholderId)
    .execute();
  if (into === undefined) return;
  await takePlaceInFamilies(db, regionId, passholderId, into, act);
  await carryTerms(db, regionId, passholderId, into, act);
}

/** Leaves them that day, and the file that stays is in them from then on, with the same part. */
async function takePlaceInFamilies(
  db: Db,
  regionId: number,
  from: string,
  into: string,
  { at, day, actor }: Act,
): Promise<void> {
  await sql`
    select from family where region_id = ${regionId} and family_id in (
      select family_id from family_member where region_id = ${regionId} and passholder_id = ${from} and until_day is null)
    order by family_id for update
  `.execute(db);
  await sql`
    with gone as (
      update family_member set until_day = greatest(from_day, ${day}), ended_at = ${at}, ended_by = ${actor}
      where region_id = ${regionId} and passholder_id = ${from} and until_day is null returning family_id, member_id
    ), there as (
      select family_id, member_id from family_member
      where region_id = ${regionId} and passholder_id = ${into} and until_day is null
    ), come as (
      insert into family_member (region_id, family_id, member_id, passholder_id, from_day, added_at, added_by)
      select ${regionId}::integer, family_id, gen_random_uuid(), ${into}::uuid, ${day}::date, ${at}::bigint, ${actor} from gone
      where family_id not in (select family_id from there) returning family_id, member_id
    ), place as (
      select g.family_id, g.member_id as old, coalesce(t.member_id, c.member_id) as new from gone g
      left join there t on t.family_id = g.family_id left join come c on c.family_id = g.family_id
    )
    update family f set n = f.n + 1,
      contact_id = case when f.contact_id = p.old then p.new else f.contact_id end,
      consent_id = case when f.consent_id = p.old then p.new else f.consent_id end
    from place p where f.region_id = ${regionId} and f.family_id = p.family_id
  `.execute(db);
}

/** The file, and those that went into it. */
export const ofPerson = (regionId: number, passholderId: string) => sql<boolean>`
  region_id = ${regionId} and (passholder_id = ${passholderId} or passholder_id in (
    select passholder_id from passholder where region_id = ${regionId} and merged_into = ${passholderId}))`;

/** Files that went into this one. */
export async function listMergedFrom(db: Db, regionId: number, passholderId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('passholder')
    .select('passholder_id')
    .where('region_id', '=', regionId)
    .where('merged_into', '=', passholderId)
    .execute();
  return rows.map((row) => row.passholder_id);
}

/** Card numbers, days and what they were worth stay: the figures and the ledger stand on them. */
async function erase(
  db: Db,
  regionId: number,
  passholderId: string,
  { actId, at, day, actor }: Act,
): Promise<void> {
  const own = ofPerson(regionId, passholderId);
  await db.updateTable('passholder_event').set({ personal: null }).where(own).execute();
  await db.updateTable('passholder').set({ upstream_reason: null, desks: [] }).where(own).execute();
  await eraseTasks(db, regionId, passholderId);
  await db.deleteFrom('passholder_insz').where(own).execute();
  await deletePicture(db, regionId, passholderId);
  await sql`
    select from family where region_id = ${regionId} and family_id in (select family_id from family_member where ${own})
    order by family_id for update
  `.execute(db);
  // That somebody lived there stays; who it was does not.
  await sql`
    with gone as (
      update family_member set passholder_id = null, until_day = coalesce(until_day, greatest(from_day, ${day})),
        ended_at = coalesce(ended_at, ${at}), ended_by = coalesce(ended_by, ${actor})
      where ${own} returning member_id, family_id
    )
    update family f set n = f.n + 1,
      contact_id = case when f.contact_id in (select member_id from gone) then null else f.contact_id end,
      consent_id = case when f.consent_id in (select member_id from gone) then null else f.consent_id end
    where f.region_id = ${regionId} and f.family_id in (select family_id from gone)
  `.execute(db);
  await forgetTerms(db, own, { at, day, actor });
  // A row that a list is busy with waits for this very person, and is refused then.
  await sql`
    update bulk_row set wanted = '{}', detail = '{}' where (region_id, list_id, row_no) in (
      select region_id, list_id, row_no from bulk_row where ${own} for update skip locked)
  `.execute(db);
  // Whoever guesses a name could otherwise test it; the act that erases holds none, and may be asked again.
  await db
    .updateTable('desk_act')
    .set({ request_digest: Buffer.alloc(0) })
    .where(own)
    .where('act_id', '<>', actId)
    .execute();
}

/** By file or by one of the cards; also what other regions were asked. */
async function eraseTasks(db: Db, regionId: number, passholderId: string): Promise<void> {
  await sql`
    delete from desk_task t where ${ofPerson(regionId, passholderId)} or (
      (t.region_id = ${regionId} or t.from_region_id = ${regionId}) and t.uitpas_number in (
        select c.uitpas_number from card c where c.region_id = ${regionId} and c.passholder_id = ${passholderId}))
  `.execute(db);
}

const isSameCard = (a: OwnCard, b: OwnCard): boolean =>
  a.number === b.number && a.state === b.state && a.since === b.since && a.replacedBy === b.replacedBy;

/** What an event says of a person besides who it is. */
const ERASABLE_TEXTS = ['proof', 'noteText', 'noteBecause', 'comesWith'];

/** Who it is, what was noted, and by which proof somebody is poor, apart from the rest: that can be erased alone. */
function rowOfEvent(event: PassholderEvent): { facts: string; personal: string | null } {
  const proofs: string[] = [];
  const facts = JSON.stringify(event, (key, value: unknown) => {
    if (key === 'person') return undefined;
    if (!ERASABLE_TEXTS.includes(key)) return value;
    proofs.push(String(value));
    return proofs.length - 1;
  });
  const person = 'person' in event ? event.person : null;
  const nothing = person === null && proofs.length === 0;
  return { facts, personal: nothing ? null : JSON.stringify({ person, proofs }) };
}

/** What rowOfEvent made; of what was erased no person and no proof. */
function eventOf(facts: unknown, personal: Personal | null): PassholderEvent {
  const told = JSON.parse(
    JSON.stringify(facts, (key, value: unknown) =>
      ERASABLE_TEXTS.includes(key) ? (personal?.proofs[Number(value)] ?? '') : value,
    ),
  ) as PassholderEvent; // written from one
  return personal?.person ? ({ ...told, person: personal.person } as PassholderEvent) : told;
}

async function storePassholder(
  db: Db,
  regionId: number,
  { at }: Act,
  before: Passholder,
  after: Passholder,
): Promise<void> {
  const { person, homes } = after;
  const row = {
    first_name: person?.firstName ?? null,
    last_name: person?.lastName ?? null,
    date_of_birth: person?.dateOfBirth ?? null,
    postal_code: person?.address.postalCode ?? null,
    nis_code: homes.at(-1)?.nisCode ?? null,
    n: after.n,
    state: after.state,
    person: person && JSON.stringify(person),
    merged_into: after.mergedInto ?? null,
    notes: JSON.stringify(after.notes ?? []),
  };
  if (before.n === 0 && before.person === null) {
    const own = { region_id: regionId, passholder_id: after.passholderId };
    await db
      .insertInto('passholder')
      .values({ ...own, ...row, created_at: at, upstream_reason: null })
      .execute();
    await db
      .insertInto('account')
      .values({ region_id: regionId, account_id: after.passholderId, kind: 'passholder', balance: 0 })
      .execute();
  } else {
    await db
      .updateTable('passholder')
      .set(row)
      .where('region_id', '=', regionId)
      .where('passholder_id', '=', after.passholderId)
      .execute();
  }
  await db
    .deleteFrom('passholder_home')
    .where('region_id', '=', regionId)
    .where('passholder_id', '=', after.passholderId)
    .execute();
  if (homes.length === 0) return;
  await db
    .insertInto('passholder_home')
    .values(
      homes.map(({ nisCode, from }) => ({
        region_id: regionId,
        passholder_id: after.passholderId,
        from_day: from,
        nis_code: nisCode,
      })),
    )
    .execute();
}

async function storeMemberships(
  db: Db,
  regionId: number,
  before: Passholder,
  after: Passholder,
): Promise<void> {
  for (const membership of after.memberships) {
    const { cardSystemId, status, kansenstatuut, endsOn } = membership;
    if (before.memberships.includes(membership)) continue;
    const row = {
      status: status === 'active' ? ('active' as const) : ('blocked' as const),
      kansenstatuut_since: kansenstatuut?.since ?? null,
      kansenstatuut_until: kansenstatuut?.until ?? null,
      kansenstatuut_proof: kansenstatuut?.proof ?? null,
      kansenstatuut_suspended_until: kansenstatuut?.suspendedUntil ?? null,
      kansenstatuut_ended_on: kansenstatuut?.endedOn ?? null,
      kansenstatuut_ended_by_move: kansenstatuut?.endedBy === 'move',
      ends_on: endsOn ?? null,
    };
    await db
      .insertInto('membership')
      .values({
        region_id: regionId,
        passholder_id: after.passholderId,
        card_system_id: cardSystemId,
        ...row,
      })
      .onConflict((conflict) =>
        conflict.columns(['region_id', 'passholder_id', 'card_system_id']).doUpdateSet(row),
      )
      .execute();
  }
}

/** What happened, the oldest first. */
export async function listEvents(
  db: Db,
  regionId: number,
  passholderId: string,
): Promise<{ event: PassholderEvent; at: number; today: CivilDay; actor: string; organisationId: string }[]> {
  const rows = await db
    .selectFrom('passholder_event')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('passholder_id', '=', passholderId)
    .orderBy('n')
    .execute();
  return rows.map(({ facts, personal, at, day, actor, organisation_id }) => ({
    event: eventOf(facts, personal),
    at,
    today: day,
    actor,
    organisationId: organisation_id,
  }));
}

/** False when this act was taken before. */
export async function takeActId(
  db: Db,
  regionId: number,
  act: { actId: string; passholderId: string; requestDigest: Uint8Array; at: number },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('desk_act')
    .values({
      region_id: regionId,
      act_id: act.actId,
      passholder_id: act.passholderId,
      request_digest: act.requestDigest,
      at: act.at,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
}

export async function findAct(
  db: Db,
  regionId: number,
  actId: string,
): Promise<{ passholderId: string; requestDigest: Uint8Array; n: number } | undefined> {
  const row = await db
    .selectFrom('desk_act as a')
    .innerJoin('passholder_event as e', (join) =>
      join
        .onRef('e.region_id', '=', 'a.region_id')
        .onRef('e.act_id', '=', 'a.act_id')
        .onRef('e.passholder_id', '=', 'a.passholder_id'),
    )
    .select((eb) => ['a.passholder_id', 'a.request_digest', eb.fn.max('e.n').as('n')])
    .where('a.region_id', '=', regionId)
    .where('a.act_id', '=', actId)
    .groupBy(['a.passholder_id', 'a.request_digest'])
    .executeTakeFirst();
  return row && { passholderId: row.passholder_id, requestDigest: row.request_digest, n: row.n };
}

/** The municipality of the counter where somebody was registered. */
export async function findRegisteringPlace(
  db: Db,
  regionId: number,
  passholderId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('passholder_event as e')
    .innerJoin('organisation as o', (join) =>
      join.onRef('o.region_id', '=', 'e.region_id').onRef('o.organisation_id', '=', 'e.organisation_id'),
    )
    .select('o.nis_code')
    .where('e.region_id', '=', regionId)
    .where('e.passholder_id', '=', passholderId)
    .where('e.n', '=', 1)
    .executeTakeFirst();
  return row?.nis_code ?? undefined;
}

/** Which municipality of the region a postcode belongs to. */
export async function readPostcodes(db: Db, regionId: number): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('municipality')
    .select(['nis_code', 'postal_codes'])
    .where('region_id', '=', regionId)
    .where('uitpas', '=', true)
    .execute();
  return new Map(rows.flatMap(({ nis_code, postal_codes }) => postal_codes.map((code) => [code, nis_code])));
}

/** The person of an active card, when the birth date that was told is theirs. */
export async function findByCardAndBirth(
  db: Db,
  regionId: number,
  number: string,
  dateOfBirth: CivilDay,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('card as c')
    .innerJoin('passholder as p', (join) =>
      join.onRef('p.region_id', '=', 'c.region_id').onRef('p.passholder_id', '=', 'c.passholder_id'),
    )
    .select('p.passholder_id')
    .where('c.region_id', '=', regionId)
    .where('c.uitpas_number', '=', number)
    .where('c.state', '=', 'active')
    .where('p.state', '=', 'active')
    .where('p.date_of_birth', '=', dateOfBirth)
    .executeTakeFirst();
  return row?.passholder_id;
}
