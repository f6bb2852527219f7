// Somebody with something in every room, of two files that became one, is erased: no word of that person is left anywhere, and every
// table that knows people is known here, so that a new one is thought of.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PassholderFile } from '#domain/passholder-api.ts';
import type { PassholderAct } from '#domain/passholders/passholder-command.ts';
import { addTask } from '#server/tasks/service.ts';
import type { DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER, aPerson } from '#tests/_support/people-builder.ts';
import { smallJpeg } from '#tests/_support/small-jpeg.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const INSZ = '83030201540';
/** What may be left of nobody. */
const WORDS = [
  'Zonderling',
  'Nergensnaam',
  'Wegstraat',
  'verdwijn@test.invalid',
  'Geheimnotitie',
  'bewijsgeheim',
];

/** What a merge and an erasure do with the rows of each table that names people. */
const TABLES: Readonly<Record<string, string>> = {
  passholder: 'stays without a person, and leads on',
  passholder_home: 'stays: who paid on which day',
  passholder_event: 'stays, its personal part is emptied',
  passholder_insz: 'goes along, and goes',
  passholder_picture: 'goes along where there was none, and goes',
  membership: 'goes along, and ends without a proof',
  card: 'goes along, and is blocked',
  desk_act: 'stays, without what it said',
  desk_task: 'leads on, and goes',
  bulk_row: 'leads on, without what it said',
  family_member: 'a new stretch, and stays without the person',
  association_term: 'goes along, and stays without the person',
  cash_entry: 'stays: what was paid that day',
};

let world: DeskWorld;
let admin: DeskClient;
let organisationId: string;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  admin = await world.client('admin');
  ({ organisationId } = world.staffed.organisations.bib);
});
afterAll(() => world.close());

const fileOf = async (id: string): Promise<PassholderFile> =>
  PassholderFile.parse((await admin.get(`/api/passholders/${id}`)).body);
async function act(id: string, wanted: PassholderAct): Promise<void> {
  const { n } = await fileOf(id);
  const answer = await admin.post(`/api/passholders/${id}/acts`, {
    ...{ actId: randomUUID(), organisationId, basedOn: n, act: wanted },
  });
  expect([wanted.kind, answer.status]).toEqual([wanted.kind, 200]);
}

/** Where a word stands in the database, as text of a whole row. */
async function placesOf(word: string): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public'`.execute(world.context.db);
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from ${sql.table(name)} t where strpos(lower(t::text), lower(${word})) > 0
    `.execute(world.context.db);
    if ((rows[0]?.count ?? 0) > 0) found.push(name);
  }
  return found;
}

/** One with a file of which there is something in every room. */
async function somebody(): Promise<{ passholderId: string; number: string }> {
  const card = await world.card();
  const { passholderId, number } = card;
  await world.context.db
    .updateTable('passholder')
    .set({ nis_code: IEPER })
    .where('passholder_id', '=', passholderId)
    .execute();
  const address = { country: 'BE', postalCode: '8900', city: 'Ieper', street: 'Wegstraat 1' };
  const person = aPerson({
    ...{ firstName: 'Nergensnaam', lastName: 'Zonderling', address, email: 'verdwijn@test.invalid' },
  });
  await act(passholderId, { kind: 'change-details', person });
  await act(passholderId, { kind: 'add-note', noteId: randomUUID(), text: 'Geheimnotitie' });
  await world.context.db
    .updateTable('membership')
    .set({ kansenstatuut_until: '2027-04-30', kansenstatuut_proof: 'bewijsgeheim' })
    .where('passholder_id', '=', passholderId)
    .execute();
  const picture = smallJpeg(20, 30).toString('base64url');
  expect((await admin.put(`/api/passholders/${passholderId}/picture`, { data: picture })).status).toBe(200);
  const family = await admin.post('/api/families', {
    ...{ familyId: randomUUID(), organisationId, members: [{ memberId: randomUUID(), passholderId }] },
  });
  expect(family.status).toBe(201);
  const made = { at: NOW, actor: 'system' };
  await world.context.db.transaction().execute(async (trx) => {
    const byFile = { kind: 'known-here', from: '32003', to: IEPER, passholderId, number: null } as const;
    await addTask(trx, 1, randomUUID(), byFile, made);
    const there = { fromRegionId: 1, from: IEPER, to: '44021', passholderId: null, number } as const;
    await addTask(trx, 2, randomUUID(), { kind: 'comes-here', ...there }, made);
    const here = { fromRegionId: 2, from: '44021', to: IEPER, passholderId: null, number } as const;
    await addTask(trx, 1, randomUUID(), { kind: 'went-elsewhere', ...here }, made);
  });
  return card;
}

test('every table that names people is one of these', async () => {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.columns
    where table_schema = 'public' and column_name = 'passholder_id' order by 1`.execute(world.context.db);
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(TABLES).sort());
});

test('two files become one and are erased: nothing of either is left', async () => {
  await world.context.db
    .insertInto('setting')
    .values({
      ...{ region_id: 1, key: 'inszAsked', nis_code: null, organisation_id: null, value: 'true' },
      ...{ from_day: '2020-01-01', withdraws: null, set_at: 0, set_by: 'system', reason: 'proef' },
    })
    .execute();
  const [into, from] = [await somebody(), await somebody()];
  const ids = [into.passholderId, from.passholderId];
  const written = await admin.post(`/api/passholders/${from.passholderId}/insz`, {
    organisationId,
    insz: INSZ,
  });
  expect(written.status).toBe(200);
  for (const word of WORDS) expect([word, await placesOf(word)]).not.toEqual([word, []]);

  const [a, b] = [await fileOf(into.passholderId), await fileOf(from.passholderId)];
  const merged = await admin.post(`/api/passholders/${into.passholderId}/merge`, {
    ...{ actId: randomUUID(), organisationId, other: from.passholderId, basedOn: a.n, otherBasedOn: b.n },
    ...{ person: a.person, stays: [into.number] },
  });
  expect(merged.status).toBe(200);
  // Nothing of today hangs on the file that went: a family and the number came along.
  const { rows: hanging } = await sql<{ found: string }>`
    select 'membership' as found from membership where passholder_id = ${from.passholderId}
    union all select 'card' from card where passholder_id = ${from.passholderId}
    union all select 'passholder_insz' from passholder_insz where passholder_id = ${from.passholderId}
    union all select 'passholder_picture' from passholder_picture where passholder_id = ${from.passholderId}
    union all select 'family_member' from family_member where passholder_id = ${from.passholderId} and until_day is null
  `.execute(world.context.db);
  expect(hanging).toEqual([]);
  expect(await fileOf(into.passholderId)).toMatchObject({ inszWrittenAt: NOW, picture: { at: NOW } });

  await act(into.passholderId, { kind: 'erase' });
  for (const word of [...WORDS, INSZ]) expect([word, await placesOf(word)]).toEqual([word, []]);
  const { rows: left } = await sql<{ found: string }>`
    select 'desk_task' as found from desk_task where passholder_id = any(${ids}::uuid[])
      or uitpas_number in (${into.number}, ${from.number})
    union all select 'passholder_insz' from passholder_insz where passholder_id = any(${ids}::uuid[])
    union all select 'passholder_picture' from passholder_picture where passholder_id = any(${ids}::uuid[])
    union all select 'family_member' from family_member where passholder_id = any(${ids}::uuid[])
    union all select 'card' from card where passholder_id = any(${ids}::uuid[]) and state = 'active'
    union all select 'membership' from membership where passholder_id = any(${ids}::uuid[]) and status = 'active'
  `.execute(world.context.db);
  expect(left).toEqual([]);
});
