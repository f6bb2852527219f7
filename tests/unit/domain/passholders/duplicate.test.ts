import { describe, expect, it } from 'vitest';
import { alikeDays, isWhole, sortMatches, type Match } from '#domain/passholders/duplicate.ts';

const noor = { firstName: 'Noor', lastName: 'Vandevoorde', dateOfBirth: '1988-03-14' };

describe('nothing is asked before there is a whole person', () => {
  it.each([
    ['name, first name and day', noor, true],
    ['a letter of a name', { ...noor, lastName: 'V' }, false],
    ['signs are no letters', { ...noor, lastName: "V.-'" }, false],
    ['a short name', { ...noor, lastName: 'Ly' }, true],
    ['another script', { ...noor, firstName: 'Нина' }, true],
    ['no day', { ...noor, dateOfBirth: '' }, false],
    ['a day that no calendar has', { ...noor, dateOfBirth: '1988-02-30' }, false],
  ] as const)('%s', (_, identity, whole) => expect(isWhole(identity)).toBe(whole));
});

describe('a day, and what a slip of the hand makes of it', () => {
  it.each([
    ['2015-04-03', ['2015-04-03', '2015-03-04', '2051-04-03', '2015-04-30']],
    // The fourteenth month does not exist, nor the thirtieth or the forty-first day.
    ['1988-03-14', ['1988-03-14']],
    ['1991-11-11', ['1991-11-11', '1919-11-11']],
    ['2012-12-21', ['2012-12-21', '2021-12-21', '2012-12-12']],
  ])('%s', (day, days) => expect(alikeDays(day)).toEqual(days));
});

describe('what is told of whom', () => {
  const match = (passholderId: string, change: Partial<Match> = {}): Match => ({
    ...{ ...noor, passholderId, own: true, nisCode: '33011', certain: false },
    ...change,
  });
  const told = (...matches: Match[]) => {
    const { own, elsewhere } = sortMatches(matches, noor);
    return {
      own: own.map(({ passholderId: id }) => id),
      elsewhere: elsewhere.map(({ passholderId: id }) => id),
    };
  };

  it('of one’s own desk also a birth date with a slip, after who fits', () => {
    expect(told(match('slip', { dateOfBirth: '1988-03-15' }), match('fits'))).toEqual({
      own: ['fits', 'slip'],
      elsewhere: [],
    });
  });
  it('who has the same national number comes first, whatever else differs', () => {
    const married = { lastName: 'Anders', dateOfBirth: '1988-01-01', certain: true };
    expect(told(match('fits'), match('married', married))).toEqual({
      own: ['married', 'fits'],
      elsewhere: [],
    });
    expect(told(match('there', { ...married, own: false })).elsewhere).toEqual(['there']);
  });
  it('of another desk only who fits wholly', () => {
    const other = { own: false, nisCode: '33040' };
    expect(told(match('there', other), match('slip', { ...other, dateOfBirth: '1988-03-15' }))).toEqual({
      own: [],
      elsewhere: ['there'],
    });
  });
});
