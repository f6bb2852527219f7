import { describe, expect, it } from 'vitest';
import { caretAfterGrouping, groupNumber, readTyped } from '../../../../src/lib/scanner/typed-number.ts';

describe('a number typed by hand', () => {
  it.each([
    ['', ''],
    ['0900', '0900'],
    ['09000', '0900 0'],
    ['0900010959', '0900 010 959'],
    ['09000109591', '0900 010 959 1'],
    ['0900010959113', '0900 010 959 113'],
    ['0900-010.959 113', '0900 010 959 113'],
    ['0900x1', '0900 x1'],
  ])('groups %j as %j', (text, grouped) => {
    expect(groupNumber(text)).toBe(grouped);
  });

  it.each([
    ['0900', 4, 4],
    ['09000', 5, 6],
    ['0900 010', 8, 8],
    ['0900 0109', 9, 10],
    ['0900 010 959', 2, 2],
  ])('keeps the caret in %j at %i: %i', (text, caret, after) => {
    expect(caretAfterGrouping(text, caret)).toBe(after);
  });

  it('is complete at 13 digits that hold, without another tap', () => {
    expect(readTyped('0900 010 959 113', false)).toEqual({ state: 'complete', number: '0900010959113' });
  });

  it('says nothing while there are fewer, until the person says it is all', () => {
    expect(readTyped('0900 010', false)).toEqual({ state: 'typing', digits: 7 });
    expect(readTyped('0900 010', true)).toEqual({
      state: 'wrong',
      problem: { code: 'length', length: 7 },
    });
  });

  it('points at a place only where the rule knows it', () => {
    expect(readTyped('0900 010 959 x', false)).toEqual({
      state: 'wrong',
      problem: { code: 'not-a-digit', at: 11 },
    });
    expect(readTyped('0900 010 959 153', false)).toEqual({
      state: 'wrong',
      problem: { code: 'digit-12', at: 12 },
    });
    expect(readTyped('0900 010 959 114', false)).toEqual({
      state: 'wrong',
      problem: { code: 'check-digit' },
    });
    expect(readTyped('0900 010 959 1134', false)).toEqual({
      state: 'wrong',
      problem: { code: 'length', length: 14 },
    });
  });
});
