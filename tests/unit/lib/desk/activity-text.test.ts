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

const good = (changes: Partial<ActivityText> = {}): ActivityText => ({
  ...emptyActivityText(ORGANISATION, '2026-11-20'),
  title: ' Fuif ',
  place: 'JH De Piere',
  moments: [{ day: '20/11/2026', from: '20u', to: '3' }],
  ...changes,
});

test('a party until three in the morning ends the next day', () => {
  expect(checkActivityText(good())).toEqual({
    input: {
      organisationId: ORGANISATION,
      title: 'Fuif',
      place: 'JH De Piere',
      points: 1,
      limit: { volume: 1, period: 'DAY' },
      marginBeforeMin: null,
      marginAfterMin: null,
      occurrences: [
        { startsAt: instantOfLocal('2026-11-20', '20:00'), endsAt: instantOfLocal('2026-11-21', '03:00') },
      ],
    },
  });
});

test.each<[string, Partial<ActivityText>, Record<string, string>]>([
  ['no title', { title: '  ' }, { title: 'required' }],
  ['points in words', { points: 'een' }, { points: 'number' }],
  ['too many points', { points: '101' }, { points: 'number' }],
  ['a limit of nothing', { volume: '0' }, { limit: 'number' }],
  ['margins of two days', { ownMargins: true, before: '2880' }, { marginBeforeMin: 'number' }],
  ['no moments', { moments: [] }, { occurrences: 'no-moments' }],
  [
    'a moment half filled in',
    { moments: [{ day: '31/11/2026', from: '', to: '22:00' }] },
    { 'occurrences.0.day': 'date', 'occurrences.0.from': 'time' },
  ],
])('%s is named at its field', (_, changes, expected) => {
  const checked = checkActivityText(good(changes));
  const problems = 'problems' in checked ? [...checked.problems] : [];
  expect(Object.fromEntries(problems.map(([field, { code }]) => [field, code]))).toEqual(expected);
});

test('no limit and no margins are null, and the version goes along', () => {
  expect(checkActivityText(good({ limited: false }), 3)).toMatchObject({
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
    checkInsToday: 0,
    mayWrite: true,
  };
  expect(checkActivityText(textOfActivity(activity), 2)).toEqual({
    input: {
      organisationId: ORGANISATION,
      title: activity.title,
      place: activity.place,
      points: 2,
      limit: null,
      marginBeforeMin: 30,
      marginAfterMin: null,
      occurrences: [occurrence],
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
