// The work list of the kansenstatuut: the same people as the rule says one by one, of one's own municipality, page by page, and every
// look written down.
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ListAnswer, SheetAnswer, type ListQuestion } from '#domain/bulk-api.ts';
import { addCivilDays } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { kansenstatuutOn } from '#domain/passholders/kansenstatuut.ts';
import { endWindow, LIST_VIEWS, statusOfView } from '#domain/passholders/kansenstatuut-list.ts';
import { TodayAnswer } from '#domain/today-api.ts';
import { listQuery } from '#server/passholders/kansenstatuut-repository.ts';
import type { DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { holdersIn } from '#tests/_support/kansenstatuut-holders.ts';
import { IEPER } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const TODAY = '2026-11-23';
const GRACE_DAYS = 30;
const DIKSMUIDE = '32003';
const SYSTEM = 'uitpas-westhoek';
/** Every edge of each view, and between them. */
const ENDS_IN = [-760, -700, -100, -31, -30, -29, -1, 0, 1, 29, 30, 31, 200, 366, 367];

let world: DeskWorld;
let desk: DeskClient;
let people: { passholderId: string; until: string; suspendedUntil?: string }[];

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  desk = await world.client('desk');
  const make = holdersIn(world.context.db);
  const facts = ENDS_IN.flatMap((endsIn) =>
    [undefined, -1, 0, 1, 60].map((suspendedFor) => ({
      until: addCivilDays(TODAY, endsIn),
      ...(suspendedFor !== undefined && { suspendedUntil: addCivilDays(TODAY, suspendedFor) }),
    })),
  );
  const membershipOf = (i: number) => ({
    membership: {
      kansenstatuutUntil: facts[i]?.until ?? null,
      suspendedUntil: facts[i]?.suspendedUntil ?? null,
      kansenstatuutSince: '2020-01-01',
    },
  });
  const made = await make(facts.length, membershipOf);
  people = made.map(({ passholderId }, i) => ({ passholderId, ...(facts[i] ?? { until: '' }) }));
  // Whoever is elsewhere, without, ended, blocked or not begun is in no list of Ieper.
  const soon = { kansenstatuutUntil: addCivilDays(TODAY, 5) };
  await make(3, () => ({ membership: soon, passholder: { nisCode: DIKSMUIDE, postalCode: '8600' } }));
  await make(1, () => ({ membership: { kansenstatuutUntil: null } }));
  await make(1, () => ({ membership: { ...soon, status: 'blocked' } }));
  await make(1, () => ({ membership: { ...soon, kansenstatuutSince: addCivilDays(TODAY, 1) } }));
  const [ended] = await make(1, () => ({ membership: soon }));
  await world.context.db
    .updateTable('membership')
    .set({ kansenstatuut_ended_on: TODAY })
    .where('passholder_id', '=', ended?.passholderId ?? '')
    .execute();
});
afterAll(() => world.close());

const question = (over: Partial<ListQuestion> = {}): ListQuestion => ({
  ...{ view: 'soon', cardSystemId: SYSTEM, soonDays: 366, sort: 'until', page: 1 },
  ...over,
});
const ask = async (over: Partial<ListQuestion> = {}, by = desk): Promise<ListAnswer> =>
  ListAnswer.parse((await by.post('/api/kansenstatuut/list', question(over))).body);

test.each(LIST_VIEWS)('%s: whom the rule says, and nobody else', async (view) => {
  const expected = people.filter((facts) => {
    const status = kansenstatuutOn({ since: '2020-01-01', proof: '', ...facts }, TODAY, GRACE_DAYS);
    if (status !== statusOfView(view)) return false;
    if (view === 'soon') return facts.until <= addCivilDays(TODAY, 366);
    return (
      view !== 'expired' || facts.until >= addCivilDays(TODAY, -GRACE_DAYS - limits.kansenstatuutExpiredDays)
    );
  });
  const found = await ask({ view });
  expect(found.people.map(({ passholderId }) => passholderId).sort()).toEqual(
    expected.map(({ passholderId }) => passholderId).sort(),
  );
  expect(found.total).toBe(expected.length);
  expect(found.people.every(({ status }) => status === statusOfView(view))).toBe(true);
  const ends = found.people.map(({ until }) => until);
  expect(ends).toEqual([...ends].sort());
});

test('one sees one’s own municipality; another one by its name is empty, and the region sees both', async () => {
  const near = { soonDays: 10 } as const;
  const own = await ask(near);
  expect((await ask({ ...near, nisCode: DIKSMUIDE })).total).toBe(0);
  const admin = await world.client('admin');
  expect((await ask({ ...near, nisCode: DIKSMUIDE }, admin)).total).toBe(3);
  expect((await ask({ ...near, nisCode: IEPER }, admin)).total).toBe(own.total);
  expect((await ask(near, admin)).total).toBe(own.total + 3);
  expect((await ask({ ...near, cardSystemId: 'testregio' })).total).toBe(0);
});

test('a desk hears how many there are before it opens the list, and never whom', async () => {
  const { organisationId } = world.staffed.organisations.bib;
  const { kansenstatuut } = TodayAnswer.parse((await desk.get(`/api/today/${organisationId}`)).body);
  expect(kansenstatuut).toEqual({
    ...{ cardSystemId: SYSTEM, days: 30 },
    soon: (await ask({ soonDays: 30 })).total,
    grace: (await ask({ view: 'grace' })).total,
  });
});

test('pages follow each other without a hole, and a page too far says how many there are', async () => {
  const make = holdersIn(world.context.db, 'testregio');
  // Numbers of its own: they are those of the other card system otherwise.
  await world.context.db.deleteFrom('card').where('card_system_id', '=', SYSTEM).execute();
  await make(limits.kansenstatuutPageRows + 7, () => ({
    membership: { kansenstatuutUntil: addCivilDays(TODAY, 3) },
  }));
  const pages = [1, 2].map((page) => ask({ cardSystemId: 'testregio', sort: 'name', page }));
  const [first, second] = await Promise.all(pages);
  const ids = [...(first?.people ?? []), ...(second?.people ?? [])].map(({ passholderId }) => passholderId);
  expect(new Set(ids).size).toBe(limits.kansenstatuutPageRows + 7);
  expect(first?.total).toBe(ids.length);
  expect(await ask({ cardSystemId: 'testregio', page: 9 })).toMatchObject({ people: [], total: ids.length });
});

test('each look is in the audit, and so is the file that leaves', async () => {
  await ask({ view: 'grace' });
  const sheet = SheetAnswer.parse((await desk.post('/api/kansenstatuut/sheet', question())).body);
  expect(sheet.more).toBe(false);
  const { rows } = await sql<{ action: string; detail: unknown }>`
    select action, detail from audit_entry where subject = 'kansenstatuut' order by audit_id desc limit 2
  `.execute(world.context.db);
  expect(rows).toEqual([
    { action: 'kansenstatuut-saved', detail: { view: 'soon', page: 1, rows: sheet.people.length } },
    { action: 'kansenstatuut-listed', detail: { view: 'grace', page: 1, rows: expect.any(Number) } },
  ]);
});

test('who goes on asking is stopped', async () => {
  const client = await world.client('desk');
  world.setNow(NOW + 3_600_000);
  const answers = await Promise.all(
    Array.from({ length: 310 }, () => client.post('/api/kansenstatuut/list', question({ soonDays: 1 }))),
  );
  world.setNow(NOW);
  expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0);
});

test('the list is found by its index', async () => {
  const asked = {
    ...{ regionId: 1, cardSystemId: SYSTEM, today: TODAY, proof: undefined, scope: [IEPER] },
    window: endWindow('soon', { today: TODAY, graceDays: GRACE_DAYS, soonDays: 60 }),
    ...({ sort: 'until', max: 50, offset: 0 } as const),
  };
  const plan = await world.context.db.transaction().execute(async (trx) => {
    // A few hundred people are read faster without any index: only whether it can be used is asked.
    await sql`set local enable_seqscan = off`.execute(trx);
    const { rows } = await sql<Record<string, string>>`explain ${listQuery(asked)}`.execute(trx);
    return JSON.stringify(rows);
  });
  expect(plan).toContain('membership_kansenstatuut');
});
