import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ActivityList, DeskActivity } from '#domain/desk-api.ts';
import { ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import { civilDayOf, clockTimeOf, instantOfLocal } from '#domain/kernel/civil-time.ts';
import { planAhead } from '#server/activities/plan-moments.ts';
import { readPolicies } from '#server/activities/policies.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
let world: DeskWorld;
let now: number;

beforeAll(async () => {
  world = await openDeskWorld();
  now = world.context.clock.now();
});
afterAll(() => world.close());

const edit = (activity: DeskActivity, over: Record<string, unknown>) =>
  world.bib.put(`/api/activities/${activity.activityId}`, {
    organisationId: activity.organisationId,
    title: activity.title,
    place: activity.place,
    points: activity.points,
    limit: activity.limit,
    marginBeforeMin: null,
    marginAfterMin: null,
    occurrences: activity.occurrences.map(({ occurrenceId, startsAt, endsAt }) => ({
      occurrenceId,
      startsAt,
      endsAt,
    })),
    version: activity.version,
    ...over,
  });

test('the kind is chosen of those of UiTdatabank, kept by who says nothing of it, and refused when there is none such', async () => {
  const made = await world.activity({ kindId: '0.50.4.0.0' });
  expect(made.kind).toEqual({ id: '0.50.4.0.0', name: 'Concert' });
  const kept = DeskActivity.parse((await edit(made, { title: 'Anders' })).body);
  expect(kept.kind?.name).toBe('Concert');
  const film = DeskActivity.parse((await edit(kept, { kindId: '0.50.6.0.0' })).body);
  expect(film.kind?.name).toBe('Film');
  expect(await edit(film, { kindId: '9.9.9.9.9' })).toMatchObject({
    status: 422,
    body: { fields: [{ path: 'kindId', code: 'kind-unknown' }] },
  });
  expect(DeskActivity.parse((await edit(film, { kindId: null })).body).kind).toBeNull();
});

test('a new activity has the margins of the region, and an edit keeps what phones were promised', async () => {
  const made = await world.activity();
  const [first] = made.occurrences;
  expect(made).toMatchObject({ version: 1, mayWrite: true, checkInsToday: 0 });
  expect(first?.opensAt).toBe((first?.startsAt ?? 0) - 60 * MINUTE_MS);

  const later = { startsAt: now + DAY_MS, endsAt: now + DAY_MS + HOUR_MS };
  const moments = [
    { occurrenceId: first?.occurrenceId, startsAt: first?.startsAt, endsAt: first?.endsAt },
    later,
  ];
  const edited = DeskActivity.parse(
    (await edit(made, { title: 'Andere titel', marginBeforeMin: 5, occurrences: moments })).body,
  );
  expect(edited).toMatchObject({ version: 2, title: 'Andere titel' });
  expect(edited.occurrences[0]).toMatchObject({ occurrenceId: first?.occurrenceId });
  expect(edited.occurrences[0]?.opensAt).toBe((first?.startsAt ?? 0) - 5 * MINUTE_MS);

  const versions = await world.context.db
    .selectFrom('activity_version')
    .select(['version', 'occurrences'])
    .where('activity_id', '=', made.activityId)
    .orderBy('version')
    .execute();
  expect(
    versions.map(({ version, occurrences }) => [version, occurrences.length, occurrences[0]?.opensAt]),
  ).toEqual([
    [1, 1, first?.opensAt],
    [2, 2, edited.occurrences[0]?.opensAt],
  ]);
  const audit = await world.context.db
    .selectFrom('audit_entry')
    .select(['action', 'detail'])
    .where('subject', '=', `activity:${made.activityId}`)
    .orderBy('audit_id')
    .execute();
  expect(audit).toEqual([
    { action: 'activity-created', detail: { version: 1 } },
    { action: 'activity-changed', detail: { version: 2 } },
  ]);
});

test('of ten edits of the same version one wins, the others hear that it changed', async () => {
  const made = await world.activity();
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) => edit(made, { title: `Titel ${index}` })),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(
    answers.filter((answer) => answer.status === 409 && answer.code === 'changed-meanwhile'),
  ).toHaveLength(9);
});

test('what is wrong is named by its field, and nothing is stored', async () => {
  const made = await world.activity();
  const [first] = made.occurrences;
  const faults: [Record<string, unknown>, { path: string; code: string }][] = [
    [{ title: '   ' }, { path: 'title', code: 'too_small' }],
    [{ points: 101 }, { path: 'points', code: 'too_big' }],
    [{ limit: { volume: 0, period: 'DAY' } }, { path: 'limit.volume', code: 'too_small' }],
    [{ occurrences: [] }, { path: 'occurrences', code: 'too_small' }],
    [
      { occurrences: [{ startsAt: now, endsAt: now }] },
      { path: 'occurrences.0.endsAt', code: 'occurrence-ends-before-start' },
    ],
    [
      { occurrences: [{ occurrenceId: crypto.randomUUID(), startsAt: now, endsAt: now + 1 }] },
      { path: 'occurrences.0.occurrenceId', code: 'occurrence-unknown' },
    ],
    [
      {
        occurrences: [1, 2].map(() => ({
          occurrenceId: first?.occurrenceId,
          startsAt: now,
          endsAt: now + 1,
        })),
      },
      { path: 'occurrences.1.occurrenceId', code: 'occurrence-unknown' },
    ],
    [{ version: undefined }, { path: 'version', code: 'version-missing' }],
    [
      { organisationId: world.staffed.organisations.museum.organisationId },
      { path: 'organisationId', code: 'organisation-fixed' },
    ],
  ];
  for (const [over, field] of faults) {
    const answer = await edit(made, over);
    expect(answer).toMatchObject({ status: 422, code: 'invalid', body: { fields: [field] } });
  }
  expect((await world.bib.get(`/api/activities/${made.activityId}`)).body).toMatchObject({ version: 1 });
});

test('the list is filtered by time, text and organisation, soonest first', async () => {
  const at = (startsAt: number, title: string) =>
    world.activity({ title, occurrences: [{ startsAt, endsAt: startsAt + HOUR_MS }] });
  await at(now - 30 * DAY_MS, 'Filter: voorbij');
  await at(now + 30 * DAY_MS, 'Filter: volgende maand');
  await at(now + 3 * DAY_MS, 'Filter: deze week');
  await at(now - HOUR_MS / 2, 'Filter: nu');
  await at(now - 90 * MINUTE_MS, 'Filter: in de marge');
  const titles = async (query: string): Promise<string[]> =>
    ActivityList.parse((await world.bib.get(`/api/activities?q=filter%3A&${query}`)).body).activities.map(
      ({ title }) => title.slice('Filter: '.length),
    );
  expect(await titles('when=all')).toEqual(['nu', 'deze week', 'volgende maand', 'in de marge', 'voorbij']);
  expect((await titles('when=open')).sort()).toEqual(['in de marge', 'nu']);
  expect(await titles('when=coming')).toEqual(['deze week', 'volgende maand']);
  expect(await titles('when=past')).toEqual(['in de marge', 'voorbij']);
  expect(await titles(`organisationId=${world.staffed.organisations.museum.organisationId}`)).toEqual([]);
  expect(await world.bib.get('/api/activities?when=ooit')).toMatchObject({ status: 422 });
  const percent = ActivityList.parse((await world.bib.get('/api/activities?q=%25')).body);
  expect(percent.total).toBe(0);
});

test('a phone gets windows and the periods of the limit as instants', async () => {
  const made = await world.activity({ limit: { volume: 2, period: 'WEEK' } });
  const [policy] = await readPolicies(world.context.db, 1, [made.activityId], now);
  expect(ActivityPolicy.parse(policy)).toEqual(policy);
  expect(policy).toMatchObject({ version: 1, limit: { volume: 2, period: 'WEEK' }, sells: false });
  expect(policy?.occurrences).toEqual(made.occurrences);
  expect(policy?.periods).toHaveLength(4);
});

const TRAINING = {
  kind: 'weekly',
  fromDay: '2026-09-07',
  untilDay: '2026-12-21',
  hours: [{ weekday: 1, from: '19:30', to: '21:00' }],
  except: [{ fromDay: '2026-11-02', untilDay: '2026-11-08' }],
};

describe('a weekly training', () => {
  const at = (day: string, time: string): number => instantOfLocal(day, time);
  let season: DeskWorld;
  beforeAll(async () => {
    season = await openDeskWorld(at('2026-10-20', '12:00'));
  });
  afterAll(() => season.close());
  const save = async (activity: DeskActivity, over: Record<string, unknown>): Promise<DeskActivity> => {
    const { activityId, organisationId, title, place, points, limit, version } = activity;
    const kept = { organisationId, title, place, points, limit, version };
    const answer = await season.bib.put(`/api/activities/${activityId}`, {
      ...kept,
      marginBeforeMin: null,
      marginAfterMin: null,
      occurrences: [],
      ...over,
    });
    expect(answer.status).toBe(200);
    return DeskActivity.parse(answer.body);
  };
  const days = ({ occurrences }: Pick<DeskActivity, 'occurrences'>): string[] =>
    occurrences.map(({ startsAt }) => `${civilDayOf(startsAt)} ${clockTimeOf(startsAt)}`);

  test('becomes its evenings, by the clock on the wall before and after the end of summer time', async () => {
    const made = await season.activity({ schedule: TRAINING, occurrences: [] });
    expect(days(made)).toHaveLength(15);
    expect(days(made)).toEqual(expect.arrayContaining(['2026-10-19 19:30', '2026-10-26 19:30']));
    expect(days(made).join()).not.toContain('2026-11-02');
    const [policy] = await readPolicies(season.context.db, 1, [made.activityId], season.context.clock.now());
    // What apps of any age know: instants, and no more of them than fit.
    expect(ActivityPolicy.parse(policy)).toEqual(policy);
    expect(policy?.occurrences.map(({ startsAt }) => startsAt)).toEqual(
      made.occurrences.map(({ startsAt }) => startsAt),
    );
  });

  test('that moves to another hour keeps the evenings that are over, and the ids of the rest', async () => {
    const made = await season.activity({ schedule: TRAINING, occurrences: [] });
    const moved = await save(made, {
      schedule: { ...TRAINING, hours: [{ weekday: 1, from: '20:00', to: '21:30' }] },
    });
    expect(days(moved).filter((day) => day < '2026-10-20')).toEqual(
      days(made).filter((day) => day < '2026-10-20'),
    );
    expect(days(moved)).toContain('2026-10-26 20:00');
    expect(moved.occurrences.map(({ occurrenceId }) => occurrenceId)).toEqual(
      made.occurrences.map(({ occurrenceId }) => occurrenceId),
    );
  });

  test('called off one evening has no window that evening, and has it back when it takes place after all', async () => {
    const made = await season.activity({ schedule: TRAINING, occurrences: [], priceClasses: [] });
    const next = made.occurrences.find(({ startsAt }) => startsAt === at('2026-10-26', '19:30'));
    const path = `/api/activities/${made.activityId}/occurrences/${next?.occurrenceId ?? ''}/cancel`;
    const cancelled = DeskActivity.parse(
      (await season.bib.post(path, { because: 'zaal bezet', version: 1 })).body,
    );
    expect(cancelled.occurrences.filter(({ cancelledBecause }) => cancelledBecause)).toEqual([
      { ...next, cancelledBecause: 'zaal bezet' },
    ]);
    const windows = async (): Promise<number[]> => {
      const now = season.context.clock.now();
      const [policy] = await readPolicies(season.context.db, 1, [made.activityId], now);
      return policy?.occurrences.map(({ startsAt }) => startsAt) ?? [];
    };
    expect(await windows()).not.toContain(next?.startsAt);
    const version = await season.context.db
      .selectFrom('activity_version')
      .select('occurrences')
      .where('activity_id', '=', made.activityId)
      .where('version', '=', 2)
      .executeTakeFirstOrThrow();
    expect(version.occurrences).toHaveLength(14);
    // An edit of something else does not bring it back.
    const edited = await save(cancelled, { title: 'Training', schedule: TRAINING });
    expect(edited.occurrences.filter(({ cancelledBecause }) => cancelledBecause)).toHaveLength(1);
    expect(await season.bib.post(path, { because: 'x', version: 1 })).toMatchObject({
      status: 409,
      code: 'changed-meanwhile',
    });
    await season.bib.post(path, { because: null, version: 3 });
    expect(await windows()).toContain(next?.startsAt);
    const over = made.occurrences[0]?.occurrenceId ?? '';
    expect(
      await season.bib.post(`/api/activities/${made.activityId}/occurrences/${over}/cancel`, {
        because: 'x',
        version: 4,
      }),
    ).toMatchObject({ status: 409, code: 'occurrence-over' });
    const audit = await season.context.db
      .selectFrom('audit_entry')
      .select('action')
      .where('subject', '=', `activity:${made.activityId}`)
      .orderBy('audit_id')
      .execute();
    expect(audit.map(({ action }) => action)).toEqual([
      'activity-created',
      'occurrence-cancelled',
      'activity-changed',
      'occurrence-resumed',
    ]);
  });

  test('saved by an older screen, which knows of no schedule, stays a weekly training', async () => {
    const made = await season.activity({
      schedule: TRAINING,
      occurrences: [],
      priceClasses: [{ label: 'Basisprijs', cents: 250 }],
      cardSystemIds: ['testregio'],
    });
    const saved = await save(made, {
      title: 'Andere naam',
      occurrences: made.occurrences.slice(0, 2).map(({ startsAt, endsAt }) => ({ startsAt, endsAt })),
    });
    expect(saved).toMatchObject({
      title: 'Andere naam',
      schedule: TRAINING,
      priceClasses: [{ label: 'Basisprijs', cents: 250 }],
      cardSystemIds: ['testregio'],
    });
    expect(saved.occurrences).toHaveLength(15);
  });

  test('opening hours are planned on by themselves, once by two servers', async () => {
    const made = await season.activity({
      occurrences: [],
      schedule: {
        kind: 'opening-hours',
        fromDay: '2026-01-01',
        untilDay: null,
        except: [],
        hours: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '09:00', to: '17:00' })),
      },
    });
    const last = made.occurrences.at(-1)?.startsAt ?? 0;
    const now = season.context.clock.now();
    season.setNow(last - 20 * DAY_MS);
    const planned = await Promise.all([planAhead(season.context), planAhead(season.context)]);
    expect(planned.reduce((sum, count) => sum + count, 0)).toBe(1);
    const [policy] = await readPolicies(season.context.db, 1, [made.activityId], now);
    expect(policy).toMatchObject({ version: 2 });
    expect(policy?.occurrences.at(-1)?.startsAt).toBeGreaterThan(last);
    expect(await planAhead(season.context)).toBe(0);
    season.setNow(now);
  });
});

test('what should be looked at is said on the activity, in the list, and by a filter', async () => {
  const made = await world.activity({ title: 'Nazien: dit' });
  expect(made.warnings).toEqual(['no-phone', 'no-agreement', 'price-missing']);
  await world.phone([made.activityId]);
  const agreement = { agreementId: crypto.randomUUID(), fromDay: '2020-01-01', untilDay: null, note: '' };
  const admin = await world.client('admin');
  const agreed = await admin.post(`/api/organisations/${made.organisationId}/agreements`, agreement);
  expect(agreed.status).toBe(200);
  const priced = DeskActivity.parse(
    (await edit(made, { priceClasses: [{ label: 'Basisprijs', cents: 0 }] })).body,
  );
  expect(priced.warnings).toEqual([]);
  const other = await world.activity({ title: 'Nazien: dat' });
  const list = ActivityList.parse((await world.bib.get('/api/activities?q=nazien&when=attention')).body);
  expect(list.activities.map(({ activityId }) => activityId)).toEqual([other.activityId]);
  expect(list.total).toBe(1);
});

test('a municipality sees its own when it asks so', async () => {
  const admin = await world.client('admin');
  const made = await world.activity({ title: 'Gemeente: Ieper' });
  const found = async (nis: string): Promise<string[]> =>
    ActivityList.parse((await admin.get(`/api/activities?q=gemeente%3A&nisCode=${nis}`)).body).activities.map(
      ({ activityId }) => activityId,
    );
  expect(await found('33011')).toEqual([made.activityId]);
  expect(await found('32003')).toEqual([]);
});

test.each([
  [{ schedule: { ...TRAINING, untilDay: '2026-09-01' } }, { path: 'schedule', code: 'schedule-ends-before' }],
  [
    { priceClasses: ['A', 'a'].map((label) => ({ label, cents: 1 })) },
    { path: 'priceClasses.1.label', code: 'price-twice' },
  ],
  [{ cardSystemIds: ['uitpas-elders'] }, { path: 'cardSystemIds', code: 'card-system-unknown' }],
])('%j is refused by its field', async (over, field) => {
  const made = await world.activity();
  expect(await edit(made, over)).toMatchObject({ status: 422, code: 'invalid', body: { fields: [field] } });
});

test('the list by municipality and by days, both included', async () => {
  const day = civilDayOf(now + 40 * DAY_MS);
  const at = instantOfLocal(day, '20:00');
  const title = 'Avond van de filter';
  await world.activity({ title, occurrences: [{ startsAt: at, endsAt: at + HOUR_MS }] });
  const admin = await world.client('admin');
  const list = async (query: string, by = admin): Promise<ActivityList> =>
    ActivityList.parse((await by.get(`/api/activities?q=${encodeURIComponent(title)}&${query}`)).body);
  const dayAfter = civilDayOf(at + DAY_MS);
  expect((await list(`from=${day}&until=${day}`)).total).toBe(1);
  expect((await list(`from=${dayAfter}`)).total).toBe(0);
  expect((await list(`until=${civilDayOf(at - DAY_MS)}`)).total).toBe(0);
  expect((await list(`from=${day}&when=attention`)).total).toBe(1);
  expect((await list('nisCode=33011')).total).toBe(1);
  expect((await list('nisCode=32003')).total).toBe(0);
  expect((await admin.get('/api/activities?from=2026-02-30')).status).toBe(422);
  // One's own places to choose among.
  expect((await list('')).places?.map(({ name }) => name)).toEqual(['Diksmuide', 'Ieper']);
  expect((await list('', world.bib)).places?.map(({ name }) => name)).toEqual(['Ieper']);
});
