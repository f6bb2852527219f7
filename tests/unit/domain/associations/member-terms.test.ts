import { describe, expect, it, test } from 'vitest';
import type { Association } from '#domain/associations/association.ts';
import {
  decideMember,
  decideRenewal,
  decideStop,
  decideUndo,
  memberStatus,
  proposedEnd,
  renewalOf,
  schoolYearEnd,
  standingTerm,
  type Member,
  type Term,
} from '#domain/associations/member-terms.ts';

type Club = Pick<Association, 'kind' | 'endedOn' | 'endRule' | 'endMonths'>;
const TODAY = '2026-11-24';
const PICKED: Club = { kind: 'association', endedOn: null, endRule: 'custom', endMonths: null };
const MONTHS: Club = { ...PICKED, endRule: 'registration-date', endMonths: 12 };
const UNTIL_18: Club = { ...PICKED, endRule: 'birth-date', endMonths: 216 };
const SCHOOL: Club = { kind: 'school', endedOn: null, endRule: 'school-year', endMonths: null };
const child: Member = { dateOfBirth: '2014-02-02', entitled: true };
const grown: Member = { dateOfBirth: '1990-01-01', entitled: false };

const term = (from: string, until: string, stoppedOn: string | null = null): Term => ({
  ...{ termId: `${from}/${until}`, from, until, stoppedOn },
});
const join = (club: Club, member: Member, over: Record<string, unknown> = {}) => {
  const { terms = [], elsewhere = false, from = TODAY, until = null } = over as never;
  return decideMember(club, member, { from, until }, { today: TODAY, terms, elsewhere });
};
const codeOf = (result: { ok: boolean; error?: { code: string } }): string | undefined =>
  result.ok ? undefined : result.error?.code;

describe('until when', () => {
  it.each([
    ['a year from the registration', MONTHS, TODAY, child, '2027-11-24'],
    ['until an age', UNTIL_18, TODAY, child, '2032-02-02'],
    ['proposed where it is picked', PICKED, TODAY, child, '2027-11-24'],
    ['a school year', SCHOOL, TODAY, child, '2027-08-31'],
    ['nobody knows when somebody was born', UNTIL_18, TODAY, { ...child, dateOfBirth: '' }, undefined],
    [
      'born on 29 February',
      { ...UNTIL_18, endMonths: 12 },
      TODAY,
      { ...child, dateOfBirth: '2024-02-29' },
      '2025-02-28',
    ],
  ])('%s', (_, club, from, member, until) => {
    expect(proposedEnd(club, from, member.dateOfBirth)).toBe(until);
  });

  it.each([
    ['2026-08-31', '2026-08-31'],
    ['2026-09-01', '2027-08-31'],
    ['2027-01-01', '2027-08-31'],
  ])('the school year of %s ends on %s', (day, end) => expect(schoolYearEnd(day)).toBe(end));
});

describe('who joins', () => {
  it.each([
    ['with an end that is picked', PICKED, child, { until: '2027-08-31' }, undefined],
    ['without one', PICKED, child, {}, 'member-end-needed'],
    ['an end that has passed', PICKED, child, { until: '2026-11-23' }, 'member-end-passed'],
    ['an end far ahead', PICKED, child, { until: '2099-01-01' }, 'member-end-too-far'],
    ['today', MONTHS, child, {}, undefined],
    ['since last month', MONTHS, child, { from: '2026-10-24' }, undefined],
    ['from tomorrow', MONTHS, child, { from: '2026-11-25' }, 'member-day-to-come'],
    ['since long ago', MONTHS, child, { from: '2020-01-01' }, 'member-day-too-early'],
    ['so long ago that it is over', MONTHS, child, { from: '2025-11-01' }, 'member-end-passed'],
    ['a member', MONTHS, child, { terms: [term('2026-01-01', TODAY)] }, 'member-already'],
    ['whose membership is over', MONTHS, child, { terms: [term('2025-01-01', '2026-11-23')] }, undefined],
    ['who was stopped', MONTHS, child, { terms: [term('2026-01-01', '2027-01-01', TODAY)] }, undefined],
    ['an association that ended', { ...MONTHS, endedOn: TODAY }, child, {}, 'association-ended'],
    ['too old', UNTIL_18, grown, {}, 'member-too-old'],
    ['of unknown age', UNTIL_18, { ...grown, dateOfBirth: '' }, {}, 'member-birth-date-unknown'],
    ['a pupil', SCHOOL, child, {}, undefined],
    ['a pupil without kansenstatuut', SCHOOL, { ...child, entitled: false }, {}, 'pupil-no-kansenstatuut'],
    ['a pupil of another school', SCHOOL, child, { elsewhere: true }, 'pupil-elsewhere'],
    ['a pupil in a club', MONTHS, child, { elsewhere: true }, undefined],
    ['a club asks no kansenstatuut', MONTHS, grown, {}, undefined],
  ])('%s', (_, club, member, over, refused) => expect(codeOf(join(club, member, over))).toBe(refused));
});

describe('going on', () => {
  const renew = (club: Club, member: Member, terms: readonly Term[], until: string | null = null) =>
    decideRenewal(
      club,
      member,
      { basedOn: standingTerm(terms)?.until ?? '', until },
      { today: TODAY, terms },
    );

  it.each([
    ['before the end: so many months further', MONTHS, child, '2026-12-01', '2026-12-02', '2027-12-01'],
    ['after a pause: from today', MONTHS, child, '2026-01-01', TODAY, '2027-11-24'],
    ['a season keeps its day', PICKED, child, '2026-08-31', TODAY, '2027-08-31'],
    ['a season of years ago as well', PICKED, child, '2023-12-31', TODAY, '2026-12-31'],
    ['a season that starts again', PICKED, child, '2026-12-31', '2027-01-01', '2027-12-31'],
    ['a school year', SCHOOL, child, '2026-08-31', TODAY, '2027-08-31'],
  ])('%s', (_, club, member, ended, from, until) => {
    expect(renew(club, member, [term('2023-01-01', ended)])).toEqual({ ok: true, value: { from, until } });
    expect(renewalOf(club, member, { today: TODAY, terms: [term('2023-01-01', ended)] })).toBe(until);
  });

  it.each([
    ['too early', MONTHS, child, [term('2026-06-01', '2027-06-01')], 'member-not-renewable'],
    ['by age: it cannot be longer', UNTIL_18, child, [term('2026-01-01', '2026-12-01')], undefined],
    [
      'by age: the end is the end',
      UNTIL_18,
      { ...child, dateOfBirth: '2008-12-01' },
      [term('2020-01-01', '2026-12-01')],
      'member-not-renewable',
    ],
    ['nobody', MONTHS, child, [], 'member-none'],
    ['stopped', MONTHS, child, [term('2026-01-01', '2026-12-01', '2026-06-01')], 'member-none'],
    [
      'an association that ended',
      { ...MONTHS, endedOn: '2026-01-01' },
      child,
      [term('2026-01-01', '2026-12-01')],
      'association-ended',
    ],
    [
      'a pupil who lost the kansenstatuut',
      SCHOOL,
      grown,
      [term('2025-09-01', '2026-08-31')],
      'pupil-no-kansenstatuut',
    ],
  ] as const)('%s', (_, club, member, terms, refused) =>
    expect(codeOf(renew(club, member, terms))).toBe(refused),
  );

  test('a picked end counts, when it is later', () => {
    const terms = [term('2026-01-01', '2026-12-31')];
    expect(renew(PICKED, child, terms, '2027-06-30')).toMatchObject({ value: { until: '2027-06-30' } });
    expect(codeOf(renew(PICKED, child, terms, '2026-12-31'))).toBe('member-not-renewable');
  });

  test('another end on the screen is a change of somebody else', () => {
    const terms = [term('2026-01-01', '2026-12-31')];
    const wish = { basedOn: '2025-12-31', until: null };
    expect(codeOf(decideRenewal(PICKED, child, wish, { today: TODAY, terms }))).toBe(
      'member-changed-meanwhile',
    );
  });
});

describe('stopping', () => {
  const terms = [term('2026-01-01', '2026-12-31'), term('2027-01-01', '2027-12-31')];
  it('stops all that still counts', () => {
    expect(decideStop(terms, TODAY, TODAY)).toEqual({ ok: true, value: terms });
    const after = terms.map((each) => ({ ...each, stoppedOn: TODAY }));
    expect(memberStatus(after, TODAY)).toBe('none');
    expect(decideStop(after, TODAY, TODAY)).toEqual({ ok: true, value: [] });
  });
  it.each([
    ['before it began', terms, '2025-12-31', 'member-day-too-early'],
    ['later', terms, '2026-11-25', 'member-day-to-come'],
    ['nobody', [], TODAY, 'member-none'],
  ])('%s', (_, some, on, refused) => expect(codeOf(decideStop(some, on, TODAY))).toBe(refused));
});

describe('taking a renewal back', () => {
  const first = { ...term('2026-01-01', '2026-12-31'), renews: null };
  const second = { ...term('2027-01-01', '2027-12-31'), renews: first.termId };
  it.each([
    ['the last one', [first, second], second, [second]],
    ['a registration', [first], first, 'member-no-renewal'],
    ['one that was followed', [first, second], first, 'member-no-renewal'],
    ['what went before was stopped', [{ ...first, stoppedOn: TODAY }, second], second, 'member-no-renewal'],
    ['a second time', [first, { ...second, stoppedOn: TODAY }], second, []],
    ['of somebody else', [first, second], { termId: 'other' }, 'member-no-renewal'],
  ])('%s', (_, terms, { termId }, answer) => {
    const decided = decideUndo(terms, termId);
    expect(decided.ok ? decided.value : decided.error.code).toEqual(answer);
  });
});
