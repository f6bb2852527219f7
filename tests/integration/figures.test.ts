// Figures for policy makers, counted from real visits: who sees which place, what is hidden, what a month counts.
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Figures } from '#domain/figures-api.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import type { DeskClient } from '#tests/_support/desk-client.ts';
import { IEPER } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const OCTOBER = Date.UTC(2026, 9, 10, 12);
/** In Brussels it is the first of November already. */
const LATE_OCTOBER = Date.UTC(2026, 9, 31, 23, 30);
let world: DeskWorld;
let admin: DeskClient;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  admin = await world.client('admin');
  const { activityId } = await world.activity();
  const living = async (count: number, nisCode: string | null, until: string | null): Promise<string[]> => {
    const ids: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const { passholderId } = await world.card();
      ids.push(passholderId);
      await sql`update passholder set nis_code = ${nisCode} where passholder_id = ${passholderId}`.execute(
        world.context.db,
      );
      await sql`update membership set kansenstatuut_until = ${until}, kansenstatuut_since = '2026-01-01'
        where passholder_id = ${passholderId} and ${until}::text is not null`.execute(world.context.db);
    }
    return ids;
  };
  const visit = (accountId: string, at: number, slot: number | null = 0, undone = false) =>
    sql`
    insert into visit (region_id, command_id, activity_id, account_id, period_key, at, slot, device_id, issuer_id, points, undone)
    values (1, gen_random_uuid(), ${activityId}, ${accountId}, ${String(at)}, ${at}, ${slot}, gen_random_uuid(), gen_random_uuid(), 1, ${undone})
  `.execute(world.context.db);
  const ieper = await living(12, IEPER, null);
  // Thirty days of grace: 1 November is in it, 1 October is past it.
  const grace = await living(6, IEPER, '2026-11-01');
  await living(2, IEPER, '2026-10-01');
  await living(3, '32003', '2027-04-30');
  await living(9, '32003', null);
  for (const id of [...ieper, ...grace]) await visit(id, OCTOBER);
  for (const id of ieper.slice(0, 7)) await visit(id, LATE_OCTOBER);
  await visit(ieper[0] ?? '', NOW, null);
  await visit(ieper[1] ?? '', NOW, 0, true);
});
afterAll(() => world.close());

const figures = async (query = '', by = admin): Promise<Figures> =>
  Figures.parse((await by.get(`/api/figures${query}`)).body);

test('people by where they live, in grace still with kansenstatuut, and three people are not shown', async () => {
  const { people, peopleTotals, place } = await figures();
  expect(place).toBeNull();
  expect(people).toMatchObject([
    { name: 'Diksmuide', passholders: 12, withKansenstatuut: null, without: null },
    { name: 'Ieper', passholders: 20, withKansenstatuut: null, without: null },
  ]);
  expect(peopleTotals).toEqual({ passholders: 32, withKansenstatuut: 9, without: 23 });
  expect((await figures(`?nisCode=${IEPER}`)).people).toMatchObject([{ withKansenstatuut: 6, without: 14 }]);
});

test('a month begins at midnight in Brussels; new is who never came before', async () => {
  const { months, visits } = await figures();
  expect(months).toHaveLength(13);
  expect(months.slice(-2)).toEqual([
    { month: '2026-10', visits: 18, newcomers: 18, returning: 0, visitors: 18 },
    { month: '2026-11', visits: 7, newcomers: 0, returning: 7, visitors: 7 },
  ]);
  expect(visits).toBe(25);
  expect((await figures('?until=2026-10')).months.at(-1)).toMatchObject({ month: '2026-10', visits: 18 });
});

test('what nobody may see of another municipality: its desk sees its own and no other', async () => {
  const desk = await world.client('desk');
  const own = await figures('', desk);
  expect(own).toMatchObject({ seesRegion: false, place: { name: 'Ieper' }, places: [{ name: 'Ieper' }] });
  expect((await desk.get('/api/figures?nisCode=32003')).status).toBe(403);
  expect((await world.bib.get('/api/figures')).status).toBe(403);
  expect((await admin.get('/api/figures?nisCode=99999')).status).toBe(404);
  expect(await admin.get('/api/figures?until=2026-13')).toMatchObject({ status: 422, code: 'invalid' });
});

test('visits by kind of activity: those of which nobody said a kind stand last, few of them are not shown', async () => {
  const { db } = world.context;
  const before = await figures('?until=2027-06');
  expect(before.kinds).toEqual([{ name: null, visits: before.visits }]);
  await db.updateTable('activity').set({ kind_id: '0.50.4.0.0', kind_name: 'Concert' }).execute();
  await world.activity();
  expect((await figures('?until=2027-07')).kinds).toEqual([{ name: 'Concert', visits: before.visits }]);
});
