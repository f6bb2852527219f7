// What a region decides for the door and its posters, on real tables: it holds for what begins from its day, phones hear of it, and a
// scan that was green by what the phone held stays green.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readPolicies } from '#server/activities/policies.ts';
import { CheckInList, type DeskActivity } from '#domain/desk-api.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { DeskPoster, PosterActivity } from '#domain/poster-api.ts';
import { SettingsAnswer, type SettingState } from '#domain/settings-api.ts';
import { DeskClient, type Answer } from '#tests/_support/desk-client.ts';
import { lastAfternoon, openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
let world: DeskWorld;
let admin: DeskClient;
let now: number;

beforeAll(async () => {
  world = await openDeskWorld(lastAfternoon());
  now = world.context.clock.now();
  admin = await world.client('admin');
});
afterAll(() => world.close());

const dayIn = (days: number): string => civilDayOf(now + days * DAY_MS);
const stateOf = async (key: SettingState['key'], by = admin): Promise<SettingState | undefined> =>
  SettingsAnswer.parse((await by.get('/api/settings')).body).settings.find((setting) => setting.key === key);
const change = async (
  key: SettingState['key'],
  value: unknown,
  from = dayIn(0),
  by = admin,
): Promise<Answer> =>
  by.post('/api/settings', {
    ...{ key, nisCode: null, organisationId: null, value, from, reason: 'besluit van de raad' },
    basedOn: (await stateOf(key, by))?.newest ?? 0,
  });
/** As its phones hear of it: minutes before the start, of each moment. */
async function heldBy(regionId: number, { activityId }: DeskActivity) {
  const [policy] = await readPolicies(world.context.db, regionId, [activityId], now);
  return {
    version: policy?.version,
    before: policy?.occurrences.map(({ opensAt, startsAt }) => (startsAt - opensAt) / MINUTE_MS),
  };
}
const evenings = (...days: number[]) => ({
  occurrences: days.map((day) => ({
    startsAt: now + day * DAY_MS + HOUR_MS,
    endsAt: now + day * DAY_MS + 3 * HOUR_MS,
  })),
});

test('a margin holds for what begins from its day, and phones are told at once; taken back all is as it was', async () => {
  const follows = await world.activity(evenings(1, 2, 3));
  const own = await world.activity({ ...evenings(3), marginBeforeMin: 15 });
  const over = await world.activity(evenings(1));
  const reach = await admin.get(`/api/settings/margin-reach?key=marginBeforeMin&from=${dayIn(2)}`);
  expect(reach.body).toEqual({ activities: 1 });
  const foreign = await world.client('foreign');
  expect((await foreign.get(`/api/settings/margin-reach?key=marginBeforeMin&from=${dayIn(0)}`)).body).toEqual(
    {
      activities: 0,
    },
  );

  expect((await change('marginBeforeMin', 20, dayIn(2))).status).toBe(201);
  expect(await heldBy(1, follows)).toEqual({ version: 2, before: [60, 20, 20] });
  expect(await heldBy(1, own)).toEqual({ version: 1, before: [15] });
  expect(await heldBy(1, over)).toEqual({ version: 1, before: [60] });
  expect((await auditOf('setting-changed')).at(-1)).toMatchObject({
    key: 'marginBeforeMin',
    from: dayIn(2),
    activities: 1,
  });
  // What is made afterwards knows it too.
  expect(await heldBy(1, await world.activity(evenings(1, 2)))).toEqual({ version: 1, before: [60, 20] });

  const [planned] = (await stateOf('marginBeforeMin'))?.versions ?? [];
  await admin.post('/api/settings/withdraw', { settingId: planned?.settingId, reason: 'uitgesteld' });
  expect(await heldBy(1, follows)).toEqual({ version: 3, before: [60, 60, 60] });
});

const auditOf = async (action: string): Promise<unknown[]> =>
  (
    await world.context.db
      .selectFrom('audit_entry')
      .select('detail')
      .where('action', '=', action)
      .orderBy('audit_id')
      .execute()
  ).map(({ detail }) => detail);

test('a scan that was early enough for what its phone held counts, and the next one not', async () => {
  const activity = await world.activity({
    occurrences: [{ startsAt: now + HOUR_MS / 2, endsAt: now + 2 * HOUR_MS }],
  });
  const { activityId } = activity;
  expect((await change('marginBeforeMin', 10)).status).toBe(201);
  expect(await heldBy(1, activity)).toEqual({ version: 2, before: [10] });
  const phone = await world.phone([activityId]);
  const [anna, bram] = [await world.card(), await world.card()];
  phone.checkIn({ activityId, number: anna.number }, now, { activityVersion: 1 });
  phone.checkIn({ activityId, number: bram.number }, now, { activityVersion: 2 });
  await world.sync(phone);
  const list = CheckInList.parse((await world.bib.get(`/api/activities/${activityId}/check-ins`)).body);
  expect(list.checkIns.map(({ code, outcome }) => code ?? outcome).sort()).toEqual([
    'accepted',
    'activity-closed',
  ]);
  // Which are open now: the list asks the same rule.
  const open = (await world.bib.get('/api/activities?when=open')).body as { activities: DeskActivity[] };
  expect(open.activities.map((each) => each.activityId)).not.toContain(activityId);
  expect((await change('marginBeforeMin', 60)).status).toBe(201);
});

test('who makes an activity while a margin changes: what its phones hold is what the server judges by', async () => {
  const [, ...made] = await Promise.all([
    change('marginAfterMin', 5),
    ...Array.from({ length: 6 }, () => world.activity(evenings(4))),
  ]);
  for (const { activityId } of made) {
    const [policy] = await readPolicies(world.context.db, 1, [activityId], now);
    const [moment] = policy?.occurrences ?? [];
    expect(((moment?.closesAt ?? 0) - (moment?.endsAt ?? 0)) / MINUTE_MS).toBe(5);
  }
  expect((await change('marginAfterMin', 60)).status).toBe(201);
});

test('a visit is undone for a reason that the region offers, where it offers any', async () => {
  const { activityId } = await world.activity();
  const phone = await world.phone([activityId]);
  const { number } = await world.card();
  const { id } = phone.checkIn({ activityId, number }, now - MINUTE_MS);
  await world.sync(phone);
  expect((await change('undoReasons', ['Verkeerde kaart', 'Dubbel gescand'])).status).toBe(201);
  const list = await world.bib.get(`/api/activities/${activityId}/check-ins`);
  expect(CheckInList.parse(list.body).undoReasons).toEqual(['Verkeerde kaart', 'Dubbel gescand']);
  const undo = (reason: string) => world.bib.post(`/api/check-ins/${id}/undo`, { reason });
  expect(await undo('zomaar')).toMatchObject({ status: 422, code: 'reason-not-offered' });
  expect((await undo('Dubbel gescand')).status).toBe(200);
});

test('the words of a poster and of its page hold from their day, for the own region alone, and are plain text', async () => {
  const { activityId } = await world.activity();
  const made = DeskPoster.parse((await world.bib.post(`/api/activities/${activityId}/poster`, {})).body);
  expect(made).toMatchObject({ heading: '', help: '' });
  const code = new URL(made.poster?.url ?? '').searchParams.get('p');
  const look = async () =>
    PosterActivity.parse(
      (await new DeskClient(world.app, '198.51.100.9').post('/api/ik/look', { code })).body,
    );
  expect((await look()).text).toEqual({ nl: '', en: '' });

  const foreign = await world.client('foreign');
  expect((await change('posterHeading', 'Van een ander', dayIn(0), foreign)).status).toBe(201);
  expect((await change('posterHeading', '<b>Spaar</b> mee')).status).toBe(201);
  expect((await change('posterHelp', 'Bel 057 12 34 56', dayIn(1))).status).toBe(201);
  expect((await change('selfSaveText', { nl: 'Welkom', en: 'Welcome' }, dayIn(1))).status).toBe(201);
  expect((await change('posterHeading', 'x'.repeat(61))).code).toBe('setting-value');
  const read = async () =>
    DeskPoster.parse((await world.bib.get(`/api/activities/${activityId}/poster`)).body);
  expect(await read()).toMatchObject({ heading: '<b>Spaar</b> mee', help: '' });
  expect((await look()).text).toEqual({ nl: '', en: '' });
  world.setNow(now + DAY_MS);
  expect(await read()).toMatchObject({ help: 'Bel 057 12 34 56' });
  expect((await look()).text).toEqual({ nl: 'Welkom', en: 'Welcome' });
  world.setNow(now);
});
