import type { DeskActivity } from '#domain/desk-api.ts';
import { instantOfLocal } from '#domain/kernel/civil-time.ts';
import { expect, test } from 'vitest';
import {
  checkActivityText,
  emptyActivityText,
  fieldOfPath,
  momentAfter,
  textOfActivity,
  type ActivityText,
} from '../../../../src/lib/desk/activities/activity-text.ts';

const ORGANISATION = '0198c0de-0000-7000-8000-000000000001';

const NEW = { stored: [], now: instantOfLocal('2026-11-20', '12:00') };

const good = (changes: Partial<ActivityText> = {}): ActivityText => ({
  ...emptyActivityText(ORGANISATION, '2026-11-20'),
  title: ' Fuif ',
  place: 'JH De Piere',
  moments: [{ day: '20/11/2026', from: '20u', to: '3' }],
  ...changes,
});

const weekly = (over: Partial<ActivityText> = {}): Partial<ActivityText> => ({
  kind: 'weekly',
  fromDay: '7/9/2026',
  untilDay: '21/12/2026',
  hours: [{ weekday: '1', from: '1930', to: '21u' }],
  ...over,
});

test('a training is its week, and a single day off needs no second date', () => {
  const checked = checkActivityText(good(weekly({ except: [{ from: '2/11/2026', until: '' }] })), NEW);
  expect(checked).toMatchObject({
    input: {
      occurrences: [],
      schedule: {
        kind: 'weekly',
        fromDay: '2026-09-07',
        untilDay: '2026-12-21',
        hours: [{ weekday: 1, from: '19:30', to: '21:00' }],
        except: [{ fromDay: '2026-11-02', untilDay: '2026-11-02' }],
      },
    },
  });
});

test('a party until three in the morning ends the next day', () => {
  expect(checkActivityText(good(), NEW)).toEqual({
    input: {
      organisationId: ORGANISATION,
      title: 'Fuif',
      place: 'JH De Piere',
      points: 1,
      limit: { volume: 1, period: 'DAY' },
      marginBeforeMin: null,
      marginAfterMin: null,
      kindId: null,
      occurrences: [
        { startsAt: instantOfLocal('2026-11-20', '20:00'), endsAt: instantOfLocal('2026-11-21', '03:00') },
      ],
      schedule: { kind: 'dates' },
      priceClasses: [],
    },
  });
});

test.each<[string, Partial<ActivityText>, Record<string, string>]>([
  ['no title', { title: '  ' }, { title: 'required' }],
  ['points in words', { points: 'een' }, { points: 'number' }],
  ['too many points', { points: '101' }, { points: 'number' }],
  ['a limit of nothing', { volume: '0' }, { limit: 'number' }],
  ['margins of two days', { ownMargins: true, before: '2880' }, { marginBeforeMin: 'number' }],
  [
    'a price in words',
    { prices: [{ label: '', euros: 'twee' }] },
    {
      'priceClasses.0.label': 'required',
      'priceClasses.0.euros': 'euros',
    },
  ],
  ['a training without hours', weekly({ hours: [] }), { schedule: 'no-moments' }],
  [
    'a training that ends before it begins',
    weekly({ untilDay: '1/9/2026' }),
    { schedule: 'schedule-ends-before' },
  ],
  [
    'a holiday of which only the end is known',
    weekly({ except: [{ from: '', until: '8/11/2026' }] }),
    {
      'schedule.except.0.from': 'date',
    },
  ],
  ['no moments', { moments: [] }, { occurrences: 'no-moments' }],
  [
    'a moment half filled in',
    { moments: [{ day: '31/11/2026', from: '', to: '22:00' }] },
    { 'occurrences.0.day': 'date', 'occurrences.0.from': 'time' },
  ],
])('%s is named at its field', (_, changes, expected) => {
  const checked = checkActivityText(good(changes), NEW);
  const problems = 'problems' in checked ? [...checked.problems] : [];
  expect(Object.fromEntries(problems.map(([field, { code }]) => [field, code]))).toEqual(expected);
});

test('no limit and no margins are null, and the version goes along', () => {
  expect(checkActivityText(good({ limited: false }), NEW, 3)).toMatchObject({
    input: { limit: null, version: 3 },
  });
});

test('an activity that is opened and saved untouched stays as it was', () => {
  const occurrence = {
    occurrenceId: '0198c0de-0000-7000-8000-000000000002',
    startsAt: instantOfLocal('2026-10-24', '22:00'),
    endsAt: instantOfLocal('2026-10-25', '04:00'),
  };
  const activity: DeskActivity = {
    activityId: '0198c0de-0000-7000-8000-000000000003',
    organisationId: ORGANISATION,
    organisationName: 'JH De Piere',
    version: 2,
    title: 'Nacht van het winteruur',
    place: 'Poperinge',
    points: 2,
    limit: null,
    marginBeforeMin: 30,
    marginAfterMin: null,
    occurrences: [{ ...occurrence, opensAt: 0, closesAt: 0 }],
    schedule: { kind: 'dates' },
    priceClasses: [{ label: 'Basisprijs', cents: 250 }],
    cardSystemIds: ['uitpas-westhoek'],
    kind: { id: 'of-later', name: 'Een soort van later' },
    warnings: [],
    checkInsToday: 0,
    mayWrite: true,
  };
  expect(checkActivityText(textOfActivity(activity), NEW, 2)).toEqual({
    input: {
      organisationId: ORGANISATION,
      title: activity.title,
      place: activity.place,
      points: 2,
      limit: null,
      marginBeforeMin: 30,
      marginAfterMin: null,
      kindId: 'of-later',
      occurrences: [occurrence],
      schedule: { kind: 'dates' },
      priceClasses: [{ label: 'Basisprijs', cents: 250 }],
      cardSystemIds: ['uitpas-westhoek'],
      version: 2,
    },
  });
});

test('the next week keeps the hours, also over the end of the year', () => {
  expect(momentAfter({ day: '28/12/2026', from: '19:30', to: '22:00' }, 7)).toEqual({
    day: '04/01/2027',
    from: '19:30',
    to: '22:00',
  });
});

test.each([
  ['title', 'title'],
  ['occurrences.2.endsAt', 'occurrences.2.from'],
  ['/occurrences/0/startsAt', 'occurrences.0.from'],
])('the path %s is the field %s', (path, field) => {
  expect(fieldOfPath(path)).toBe(field);
});
