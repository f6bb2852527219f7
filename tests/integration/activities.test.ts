import { afterAll, beforeAll, expect, test } from 'vitest';
import { ActivityList, DeskActivity } from '#domain/desk-api.ts';
import { ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import { readPolicies } from '#server/activities/service.ts';
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
