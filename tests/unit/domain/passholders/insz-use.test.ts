import { describe, expect, it } from 'vitest';
import { safeParse } from 'zod/mini';
import { inszDoubts, inszOf, InszText } from '#domain/passholders/insz-use.ts';

describe('what gets in', () => {
  it.each([
    ['83.03.02-015.40', true],
    // Born in 2000 or later: the rule of before refuses these.
    ['08091860684', true],
    ['17 01 01 801 47', true],
    ['08091860685', false],
    ['0809186068', false],
    ['08091860684 08091860684', false],
    ['', false],
  ])('%s', (text, good) => expect(safeParse(InszText, text).success).toBe(good));
});

describe('is it the number of this person?', () => {
  it.each([
    ['83030201540', { dateOfBirth: '1983-03-02', gender: 'male' }, []],
    ['83030201540', { dateOfBirth: '1983-03-02', gender: 'x' }, []],
    ['83030201540', { dateOfBirth: '1983-03-02' }, []],
    [
      '83030201540',
      { dateOfBirth: '1983-02-03', gender: 'female' },
      ['birth-date-differs', 'gender-differs'],
    ],
    ['17010180147', { dateOfBirth: '1917-01-01' }, ['birth-date-differs']],
    // Nobody knows the day, in the register or here.
    ['00000009007', { dateOfBirth: '1988-03-14' }, []],
    ['83030201540', { dateOfBirth: '' }, []],
  ] as const)('%s of %o', (insz, person, doubts) => expect(inszDoubts(inszOf(insz), person)).toEqual(doubts));
});
