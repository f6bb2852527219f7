import { expect, test } from 'vitest';
import type { Action } from '#domain/devices/permissions.ts';
import type { PassholderFile } from '#domain/passholder-api.ts';
import { actsOn } from '../../../../../src/lib/desk/passholders/file/file-acts.ts';
import { streamOf } from '../../../../../src/lib/desk/passholders/file/history-stream.ts';
import { timeLineOf } from '../../../../../src/lib/desk/passholders/file/time-line.ts';

const TODAY = '2026-11-23';
type Membership = PassholderFile['memberships'][number];
type Card = PassholderFile['cards'][number];

const membership: Membership = {
  cardSystemId: 'w',
  cardSystemName: 'UITPAS Westhoek',
  status: 'active',
  kansenstatuut: null,
  kansenstatuutStatus: 'none',
};
const card: Card = { number: '0991000050000', cardSystemId: 'w', state: 'active', since: 1 };
const file = (change: Partial<Membership> = {}, cards: Card[] = [card]): PassholderFile => ({
  passholderId: '00000000-0000-4000-8000-000000000001',
  n: 3,
  state: 'active',
  person: null,
  homes: [],
  memberships: [{ ...membership, ...change }],
  cards,
  points: 0,
});
const AT_DESK: readonly Action[] = ['passholder.register', 'passholder.change'];
const kinds = (of: PassholderFile, may: readonly Action[] = AT_DESK): string[] =>
  actsOn(of, (action) => may.includes(action), TODAY).map(({ kind }) => kind);

test('the usual comes first, and only what makes sense is offered', () => {
  expect(kinds(file())).toEqual([
    'change-details',
    'grant-kansenstatuut',
    'replace-card',
    'move',
    'join',
    'block-card',
    'leave',
  ]);
  const kansenstatuut = { since: '2025-01-01', until: '2026-04-30', proof: 'leefloon' };
  expect(kinds(file({ kansenstatuut, kansenstatuutStatus: 'expired' }))[0]).toBe('renew-kansenstatuut');
  const later = { ...kansenstatuut, until: '2027-04-30' };
  expect(kinds(file({ kansenstatuut: later, kansenstatuutStatus: 'active' }))[0]).toBe('change-details');
  const soon = { ...kansenstatuut, until: '2026-12-31' };
  expect(kinds(file({ kansenstatuut: soon, kansenstatuutStatus: 'active' }))[0]).toBe('renew-kansenstatuut');
  expect(kinds(file({ kansenstatuut: later, kansenstatuutStatus: 'suspended' }))).toContain(
    'resume-kansenstatuut',
  );
});

test('a blocked card is replaced first; only the region brings it back and erases', () => {
  const blocked = file({}, [{ ...card, state: 'blocked' }]);
  expect(kinds(blocked)[0]).toBe('replace-card');
  expect(kinds(blocked)).not.toContain('block-card');
  expect(kinds(blocked)).not.toContain('unblock-card');
  const region: Action[] = [...AT_DESK, 'card.unblock', 'passholder.erase'];
  expect(kinds(blocked, region)).toContain('unblock-card');
  expect(kinds(blocked, region).at(-1)).toBe('erase');
  expect(kinds({ ...blocked, state: 'erased' }, region)).toEqual([]);
});

test('the line of a kansenstatuut: its parts fill it, today lies on it, a suspension lies over it', () => {
  const held = { since: '2026-05-01', until: '2027-04-30', proof: 'leefloon' };
  const { parts, today } = timeLineOf(held, 30, TODAY);
  expect(parts.map(({ kind }) => kind)).toEqual(['active', 'grace']);
  expect(parts.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(100);
  expect(today).toBeGreaterThan(50);
  expect(today).toBeLessThan(55);
  const ended = timeLineOf({ ...held, endedOn: '2026-11-23' }, 30, TODAY);
  expect(ended.parts.map(({ kind }) => kind)).toEqual(['active', 'ended']);
  const suspended = timeLineOf({ ...held, suspendedUntil: '2027-01-01' }, 30, TODAY);
  expect(suspended.parts.map(({ kind }) => kind)).toEqual(['active', 'grace', 'suspended']);
  // Long over: today lies beyond the line, and a beginning after the end is no beginning.
  expect(timeLineOf({ ...held, since: '2026-11-23', until: '2025-04-30' }, 30, TODAY).today).toBeUndefined();
});

test('events and visits are one stream, the newest first; of one act the last event leads', () => {
  const entry = (n: number, at: number) =>
    ({ n, at, day: TODAY, kind: 'erased', by: null, organisationName: null }) as const;
  const visit = {
    commandId: 'v',
    at: 15,
    receivedAt: 15,
    title: 'Zwemmen',
    organisationName: 'Zwembad',
    deviceName: 'Inkom',
    outcome: 'accepted',
    points: 1,
    undone: false,
  } as const;
  const stream = streamOf({ history: [entry(3, 20), entry(2, 10), entry(1, 10)], visits: [visit] });
  expect(stream.map(({ key }) => key)).toEqual(['e3', 'v', 'e2', 'e1']);
});
