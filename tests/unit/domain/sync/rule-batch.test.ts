import { describe, expect, it } from 'vitest';
import type { CheckInLimit } from '#domain/checkins/activity-policy.ts';
import { must } from '#domain/kernel/assert.ts';
import {
  placeCheckIn,
  ruleGroups,
  type GroupVisit,
  type Placed,
  type ServerCard,
} from '#domain/sync/rule-batch.ts';

const HOUR = 3_600_000;
const EVENING = Date.UTC(2026, 10, 20, 19);
const TOMORROW = EVENING + 24 * HOUR;
const card: ServerCard = {
  accountId: 'holder',
  state: 'active',
  stateSince: 0,
  groupPass: false,
  cardSystemIds: ['here'],
};

type Scan = { id: string; at?: number; from?: number; to?: number; certain?: boolean; limit?: CheckInLimit };

/** A scan of one card; its window is the moment itself unless said otherwise. */
function place({ id, at = EVENING, from = at, to = at, certain = true, limit }: Scan): Placed {
  const occurrences = [EVENING, TOMORROW].map((startsAt) => ({
    occurrenceId: String(startsAt),
    startsAt,
    endsAt: startsAt + 3 * HOUR,
    opensAt: startsAt - HOUR,
    closesAt: startsAt + 4 * HOUR,
  }));
  const placement = placeCheckIn({
    commandId: id,
    deviceId: 'phone',
    seq: 1,
    number: '0900010959113',
    card,
    foreignAccountId: 'foreign',
    activity: {
      activityId: 'a',
      organisationId: 'o',
      cardSystemIds: ['here'],
      volume: limit?.volume ?? 1,
      periodType: limit?.period ?? 'DAY',
      currentVersion: 1,
      versions: new Map([[1, { points: 1, occurrences }]]),
    },
    activityVersion: 1,
    enrolled: true,
    time: { at, earliest: from, latest: to, plausible: certain },
  });
  return must(placement.placed ? placement.visit : undefined, 'placed visit');
}

/** Takes the scans one by one; returns id and outcome of each in the end, and what was posted. */
function ruled(scans: readonly Placed[]): { outcomes: string; points: number } {
  let visits: GroupVisit[] = [];
  let points = 0;
  for (const scan of scans) {
    const existing = visits.filter(({ periodKey }) => periodKey === scan.periodKey);
    const result = ruleGroups(existing, [scan], new Set(), new Map([['a', 1]]));
    const changed = new Map(
      result.visits.map(({ judgement, ...visit }) => [visit.commandId, { ...visit, ruled: judgement }]),
    );
    visits = [...visits.filter(({ commandId }) => !changed.has(commandId)), ...changed.values()];
    for (const { postings } of result.entries)
      for (const { accountId, amount } of postings) if (accountId === 'holder') points += amount;
  }
  const outcomes = visits
    .sort((a, b) => (a.commandId < b.commandId ? -1 : 1))
    .map(({ commandId, ruled: is }) => `${commandId} ${is?.outcome} ${is?.code ?? ''}`.trim());
  return { outcomes: outcomes.join(', '), points };
}

describe('a clock that cannot be believed', () => {
  const doubtful = { at: TOMORROW, from: EVENING, to: TOMORROW, certain: false };

  it('takes no certain visit’s place, whichever came in first', () => {
    const scans = [place({ id: 'certain' }), place({ id: 'doubtful', ...doubtful })];
    const expected = { outcomes: 'certain accepted, doubtful accepted-with-note clock-uncertain', points: 2 };
    expect(ruled(scans)).toEqual(expected);
    expect(ruled([...scans].reverse())).toEqual(expected);
  });

  it('does not give more than the limit among doubtful visits themselves', () => {
    const scans = [place({ id: 'x', ...doubtful }), place({ id: 'y', ...doubtful })];
    const expected = { outcomes: 'x accepted-with-note clock-uncertain, y duplicate', points: 1 };
    expect(ruled(scans)).toEqual(expected);
    expect(ruled([...scans].reverse())).toEqual(expected);
  });

  it('is no doubt when the whole window lies in one period', () => {
    const narrow = { at: EVENING + HOUR, from: EVENING, to: EVENING + HOUR, certain: false };
    expect(ruled([place({ id: 'a' }), place({ id: 'b', ...narrow })]).outcomes).toBe(
      'a accepted, b duplicate',
    );
  });

  it('is moved to the nearest moment at which check-in was open', () => {
    const night = EVENING + 10 * HOUR;
    expect(place({ id: 'a', at: night, from: EVENING, to: night, certain: false }).at).toBe(
      EVENING + 4 * HOUR - 1,
    );
  });
});

it('an earlier scan that arrives later takes the place, and the point moves with it', () => {
  const scans = [place({ id: 'late', at: EVENING + HOUR }), place({ id: 'early' })];
  expect(ruled(scans)).toEqual({ outcomes: 'early accepted, late duplicate', points: 1 });
});
