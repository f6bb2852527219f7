import { expect, it } from 'vitest';
import { nextOpening, openOccurrence, type Occurrence } from '#domain/checkins/activity-policy.ts';

const occurrence = (occurrenceId: string, startsAt: number, endsAt: number): Occurrence => ({
  occurrenceId,
  startsAt,
  endsAt,
  opensAt: startsAt - 10,
  closesAt: endsAt + 10,
});
const evening = [occurrence('late', 150, 200), occurrence('early', 100, 145)];

it.each([
  [89, undefined],
  [90, 'early'],
  [139, 'early'],
  // Both windows are open between 140 and 155: the one that started last.
  [140, 'late'],
  [154, 'late'],
  [209, 'late'],
  [210, undefined],
])('at %d the open occurrence is %s', (at, expected) => {
  expect(openOccurrence(evening, at)?.occurrenceId).toBe(expected);
});

it.each([
  [0, 90],
  [90, 140],
  [140, undefined],
])('after %d check-in opens next at %s', (at, expected) => {
  expect(nextOpening(evening, at)).toBe(expected);
});
