// Sending a paper list: one list, one request id, whatever the network and the fingers do.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DeskActivity } from '#domain/desk-api.ts';
import { PaperList } from '../../../../src/lib/desk/paper/paper-list.svelte.ts';

// The session of the desk looks there when it is loaded.
vi.hoisted(() => vi.stubGlobal('localStorage', { getItem: () => null }));

const HOUR_MS = 3_600_000;
const startsAt = Date.now() - HOUR_MS;
const ACTIVITY: DeskActivity = {
  activityId: '018f0000-0000-7000-8000-000000000001',
  organisationId: '018f0000-0000-7000-8000-000000000002',
  organisationName: 'Bibliotheek Ieper',
  version: 1,
  title: 'Jeugdboekenweek',
  place: 'Leeszaal',
  points: 1,
  limit: null,
  marginBeforeMin: null,
  marginAfterMin: null,
  occurrences: [
    {
      occurrenceId: '018f0000-0000-7000-8000-000000000003',
      startsAt,
      endsAt: startsAt + 4 * HOUR_MS,
      opensAt: startsAt - HOUR_MS,
      closesAt: startsAt + 5 * HOUR_MS,
    },
  ],
  schedule: { kind: 'dates' },
  priceClasses: [],
  cardSystemIds: [],
  warnings: [],
  checkInsToday: 0,
  mayWrite: true,
};

type Answer = { resolve: (response: Response) => void; reject: (error: Error) => void; requestId: string };
let sent: Answer[];

beforeEach(() => {
  sent = [];
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal('fetch', (_path: string, init: { body: string }) => {
    const { requestId } = JSON.parse(init.body) as { requestId: string };
    return new Promise<Response>((resolve, reject) => sent.push({ resolve, reject, requestId }));
  });
});
afterEach(() => vi.unstubAllGlobals());

function filledList(): PaperList {
  const list = new PaperList(ACTIVITY);
  list.draft.reason = 'Geen stroom';
  const [row] = list.draft.rows;
  if (row) row.number = '0900000095902';
  return list;
}

test('a second press while the list is under way changes nothing: what is sent again is the same list', async () => {
  const list = filledList();
  const first = list.send();
  expect(list.locked).toBe(true);
  expect(await list.send()).toBe(false);
  sent[0]?.reject(new TypeError('the network went away'));
  expect(await first).toBe(false);
  expect([list.uncertain, list.locked]).toEqual([true, true]);
  void list.send();
  expect(sent.map(({ requestId }) => requestId)).toEqual([sent[0]?.requestId, sent[0]?.requestId]);
});

test('a list that was refused as a whole is another one when it is sent again', async () => {
  const list = filledList();
  const first = list.send();
  const problem = { type: 'urn:x', title: 'not-found', status: 404, code: 'not-found' };
  sent[0]?.resolve(Response.json(problem, { status: 404 }));
  expect(await first).toBe(false);
  expect([list.uncertain, list.locked]).toEqual([false, false]);
  void list.send();
  expect(sent[1]?.requestId).not.toBe(sent[0]?.requestId);
});
