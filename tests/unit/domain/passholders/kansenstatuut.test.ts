import { describe, expect, it } from 'vitest';
import {
  acceptedProofs,
  defaultEndOf,
  grantKansenstatuut,
  isEntitled,
  kansenstatuutOn,
  renewKansenstatuut,
  type Kansenstatuut,
  type KansenstatuutStatus,
} from '#domain/passholders/kansenstatuut.ts';

const GRACE = 30;
const granted: Kansenstatuut = {
  since: '2026-02-10',
  until: '2027-04-30',
  proof: 'verhoogde-tegemoetkoming',
};

describe('what it is worth on a day', () => {
  const rows: [what: string, facts: Kansenstatuut | null, day: string, status: KansenstatuutStatus][] = [
    ['nobody granted one', null, '2026-05-01', 'none'],
    ['the day before it was granted', granted, '2026-02-09', 'none'],
    ['the day it was granted', granted, '2026-02-10', 'active'],
    ['its last day', granted, '2027-04-30', 'active'],
    ['the day after', granted, '2027-05-01', 'grace'],
    ['the thirtieth day after', granted, '2027-05-30', 'grace'],
    ['the day after the grace', granted, '2027-05-31', 'expired'],
    ['suspended', { ...granted, suspendedUntil: '2026-06-01' }, '2026-05-31', 'suspended'],
    ['the day the suspension ends', { ...granted, suspendedUntil: '2026-06-01' }, '2026-06-01', 'active'],
    ['suspended beyond its end', { ...granted, suspendedUntil: '2028-01-01' }, '2027-05-20', 'suspended'],
    [
      'suspended, and its grace is over',
      { ...granted, suspendedUntil: '2028-01-01' },
      '2027-06-01',
      'expired',
    ],
    ['taken away', { ...granted, endedOn: '2026-06-01' }, '2026-06-01', 'none'],
    ['the day before it was taken away', { ...granted, endedOn: '2026-06-01' }, '2026-05-31', 'active'],
  ];
  it.each(rows)('%s', (_what, facts, day, status) => {
    expect(kansenstatuutOn(facts, day, GRACE)).toBe(status);
  });

  it('pays less while it is active or in its grace, never suspended or expired', () => {
    expect((['none', 'active', 'grace', 'suspended', 'expired'] as const).filter(isEntitled)).toEqual([
      'active',
      'grace',
    ]);
  });
});

it.each([
  ['2026-01-02', '2027-04-30'],
  ['2026-04-30', '2027-04-30'],
  ['2026-12-31', '2027-04-30'],
])('granted on %s it ends on %s', (today, end) => {
  expect(defaultEndOf(today)).toBe(end);
});

it('a municipality may narrow the target group and never widen it', () => {
  const region = ['verhoogde-tegemoetkoming', 'leefloon', 'schuldbemiddeling'];
  expect(acceptedProofs(region, ['verhoogde-tegemoetkoming', 'iets-anders'])).toEqual([
    'leefloon',
    'schuldbemiddeling',
  ]);
  expect(acceptedProofs(region, undefined)).toEqual(region);
});

describe('granting and renewing', () => {
  const facts = { today: '2027-05-10', accepted: ['verhoogde-tegemoetkoming', 'leefloon'] };
  const until = '2028-04-30';

  it('renews in its grace and long after it, with another proof', () => {
    expect(renewKansenstatuut(granted, { proof: 'leefloon', until }, facts)).toEqual({
      ok: true,
      value: { since: '2026-02-10', until, proof: 'leefloon' },
    });
    const late = { ...facts, today: '2028-01-10' };
    expect(renewKansenstatuut(granted, { proof: 'leefloon', until }, late).ok).toBe(true);
  });

  it('a renewal ends the suspension', () => {
    const suspended = { ...granted, suspendedUntil: '2027-12-31' };
    expect(renewKansenstatuut(suspended, { proof: 'leefloon', until }, facts)).toMatchObject({
      value: { since: '2026-02-10', until },
    });
  });

  it.each([
    ['a proof that the municipality does not accept', { proof: 'attest', until }, 'proof-not-accepted'],
    ['a day that has passed', { proof: 'leefloon', until: '2027-05-09' }, 'end-passed'],
    ['a day too far ahead', { proof: 'leefloon', until: '2029-05-11' }, 'end-too-far'],
  ])('refuses %s', (_what, grant, code) => {
    expect(grantKansenstatuut(null, grant, facts)).toMatchObject({ ok: false, error: { code } });
  });

  it('does not grant what holds, nor renew what was taken away or never was', () => {
    const grant = { proof: 'leefloon', until };
    expect(grantKansenstatuut(granted, grant, facts)).toMatchObject({ error: { code: 'has-kansenstatuut' } });
    expect(renewKansenstatuut(null, grant, facts)).toMatchObject({ error: { code: 'no-kansenstatuut' } });
    const ended = { ...granted, endedOn: '2026-06-01' };
    expect(renewKansenstatuut(ended, grant, facts)).toMatchObject({ error: { code: 'no-kansenstatuut' } });
    expect(grantKansenstatuut(ended, grant, facts)).toMatchObject({ value: { since: '2027-05-10', until } });
  });

  it('does not renew to an earlier day than it has', () => {
    expect(
      renewKansenstatuut(
        { ...granted, until: '2028-04-30' },
        { proof: 'leefloon', until: '2028-04-29' },
        facts,
      ),
    ).toMatchObject({ error: { code: 'end-not-later', current: '2028-04-30' } });
  });
});
