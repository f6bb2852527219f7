// Settings over HTTP and on real tables: they hold from their day, nothing is overwritten, and two who change the same see it.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { CounterFacts } from '#domain/passholder-api.ts';
import { SettingsAnswer, type SettingState } from '#domain/settings-api.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const TODAY = '2026-11-23';
const DAY_MS = 24 * 3_600_000;
const DIKSMUIDE = '32003';

let world: DeskWorld;
let admin: DeskClient;
let desk: DeskClient;
let organisationId: string;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  ({ organisationId } = world.staffed.organisations.bib);
});
beforeEach(async () => {
  world.setNow(NOW);
  [admin, desk] = await Promise.all([world.client('admin'), world.client('desk')]);
});
afterAll(() => world.close());

const read = async (by: DeskClient, query = ''): Promise<SettingsAnswer> =>
  SettingsAnswer.parse((await by.get(`/api/settings${query}`)).body);
const stateOf = async (key: SettingState['key'], query = '', by = admin): Promise<SettingState> => {
  const found = (await read(by, query)).settings.find((setting) => setting.key === key);
  if (!found) throw new Error(`no setting ${key}`);
  return found;
};
const change = async (over: Record<string, unknown>, by = admin): Promise<Answer> => {
  const { key, nisCode = null } = over as { key: SettingState['key']; nisCode?: string | null };
  const { newest } = await stateOf(key, nisCode === null ? '' : `?nisCode=${nisCode}`, by);
  return by.post('/api/settings', {
    ...{ nisCode: null, organisationId: null, from: TODAY, reason: 'besluit van de raad', basedOn: newest },
    ...over,
  });
};
const counter = async (): Promise<CounterFacts> =>
  CounterFacts.parse((await desk.get(`/api/organisations/${organisationId}/counter`)).body);

test('what the region decides holds at each counter from its day, and the history tells who and why', async () => {
  expect(await stateOf('kansenstatuutGraceDays')).toMatchObject({
    value: 30,
    source: 'default',
    versions: [],
  });
  const saved = await change({ key: 'kansenstatuutGraceDays', value: 14 });
  expect(saved.status).toBe(201);
  expect((await counter()).graceDays).toBe(14);
  const tomorrow = '2026-11-24';
  expect((await change({ key: 'kansenstatuutGraceDays', value: 21, from: tomorrow })).status).toBe(201);
  const { value, source, versions } = await stateOf('kansenstatuutGraceDays');
  expect({ value, source }).toEqual({ value: 14, source: 'region' });
  expect(versions).toMatchObject([
    { value: 21, from: tomorrow, state: 'planned', by: 'admin', reason: 'besluit van de raad' },
    { value: 14, from: TODAY, state: 'holds' },
  ]);
  world.setNow(NOW + DAY_MS);
  expect((await counter()).graceDays).toBe(21);
});

test('what is planned is taken back by a later entry, once, and only before its day', async () => {
  await change({ key: 'moveBackDays', value: 60, from: '2026-11-24' });
  const [planned] = (await stateOf('moveBackDays')).versions;
  const withdraw = (reason: string) =>
    admin.post('/api/settings/withdraw', { settingId: planned?.settingId, reason });
  const answers = await Promise.all([withdraw('uitgesteld'), withdraw('uitgesteld')]);
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  expect((await stateOf('moveBackDays')).versions).toMatchObject([
    { state: 'withdrawn', withdrawn: { by: 'admin', reason: 'uitgesteld' } },
  ]);
  world.setNow(NOW + DAY_MS);
  expect((await counter()).moveBackDays).toBe(92);
  world.setNow(NOW);
  await change({ key: 'moveAheadDays', value: 60 });
  const [holds] = (await stateOf('moveAheadDays')).versions;
  expect(
    await admin.post('/api/settings/withdraw', { settingId: holds?.settingId, reason: 'toch niet' }),
  ).toMatchObject({ status: 422, code: 'setting-in-force' });
});

test('of two who change the same thing at once one is told', async () => {
  const { newest } = await stateOf('kansenstatuutEndsOn');
  const answers = await Promise.all(
    ['06-30', '09-30'].map((value) =>
      admin.post('/api/settings', {
        ...{ key: 'kansenstatuutEndsOn', nisCode: null, organisationId: null },
        ...{ value, from: TODAY, reason: 'besluit', basedOn: newest },
      }),
    ),
  );
  expect(answers.map(({ status, code }) => `${status} ${code}`).sort()).toEqual([
    '201 undefined',
    '409 changed-meanwhile',
  ]);
});

test('a municipality narrows the target group, never widens it, and not that of its neighbour', async () => {
  const left = { key: 'kansenstatuutProofsLeftOut', nisCode: IEPER } as const;
  expect((await change({ ...left, value: ['leefloon'] }, desk)).status).toBe(201);
  const proofsOf = async (nisCode: string) =>
    (await counter()).municipalities.find((each) => each.nisCode === nisCode)?.proofs;
  expect(await proofsOf(IEPER)).not.toContain('leefloon');
  expect(await proofsOf(DIKSMUIDE)).toContain('leefloon');
  expect(await change({ ...left, value: ['rijbewijs'] }, desk)).toMatchObject({
    status: 422,
    code: 'proof-not-of-region',
  });
  expect(
    await desk.post('/api/settings', {
      ...{ key: left.key, nisCode: DIKSMUIDE, organisationId: null, value: ['leefloon'] },
      ...{ from: TODAY, reason: 'zomaar', basedOn: 0 },
    }),
  ).toMatchObject({ status: 403, code: 'not-allowed' });
  expect((await desk.get(`/api/settings?nisCode=${DIKSMUIDE}`)).status).toBe(403);
  expect(await change({ key: 'kansenstatuutGraceDays', value: 3 }, desk)).toMatchObject({ status: 403 });
});

test('proofs that a municipality leaves out from a day on count until then', async () => {
  const left = { key: 'kansenstatuutProofsLeftOut', nisCode: IEPER, value: ['schuldbemiddeling'] } as const;
  expect((await change({ ...left, from: '2026-11-24' }, desk)).status).toBe(201);
  const proofs = async () =>
    (await counter()).municipalities.find(({ nisCode }) => nisCode === IEPER)?.proofs;
  expect(await proofs()).toContain('schuldbemiddeling');
  world.setNow(NOW + DAY_MS);
  expect(await proofs()).not.toContain('schuldbemiddeling');
});

test('a counter reads what the region decided, and sees only its own places', async () => {
  const answer = await read(desk);
  expect(answer).toMatchObject({ mayChange: false, place: { name: 'Westhoek' } });
  expect(answer.places.map(({ name }) => name)).toEqual([
    'Westhoek',
    'Ieper',
    'Bibliotheek Ieper',
    'Museum Ieper',
  ]);
  expect((await desk.get(`/api/settings?organisationId=${randomUUID()}`)).status).toBe(403);
});

test('a reason that the region does not offer blocks no card', async () => {
  const { number, passholderId } = await world.card();
  await world.context.db
    .updateTable('passholder')
    .set({ nis_code: IEPER })
    .where('passholder_id', '=', passholderId)
    .execute();
  const block = (reason: string) =>
    desk.post(`/api/passholders/${passholderId}/acts`, {
      ...{ actId: randomUUID(), organisationId, basedOn: 0 },
      act: { kind: 'block-card', number, reason },
    });
  expect((await change({ key: 'blockReasons', value: ['lost', 'stolen'] })).status).toBe(201);
  expect(await block('misuse')).toMatchObject({ status: 422, code: 'reason-not-offered' });
  expect((await block('lost')).status).toBe(200);
});

test('nothing that was written down changes, also not by hand', async () => {
  await change({ key: 'kansenstatuutProofs', value: ['leefloon', 'omnio'] });
  const { db } = world.context;
  await expect(sql`update setting set value = '1'`.execute(db)).rejects.toThrow('never changed');
  await expect(sql`delete from setting`.execute(db)).rejects.toThrow('never changed');
  const { rows } = await sql<{ detail: unknown }>`
    select detail from audit_entry where action = 'setting-changed' order by audit_id desc limit 1
  `.execute(db);
  expect(rows[0]?.detail).toMatchObject({ key: 'kansenstatuutProofs', from: TODAY });
});
