import { describe, expect, it } from 'vitest';
import {
  formatUitpasNumber,
  isEan13,
  isUitpasNumber,
  makeUitpasNumber,
  maskUitpasNumber,
  parseUitpasNumber,
  type UitpasNumberProblem,
} from '#domain/cards/uitpas-number.ts';
import dataset from '#server/demo/data/publiq-test-dataset.json' with { type: 'json' };

const code = (text: string): UitpasNumberProblem['code'] | undefined => {
  const parsed = parseUitpasNumber(text);
  return parsed.ok ? undefined : parsed.error.code;
};

describe('every number of the publiq test data set', () => {
  const cards = [...dataset.cards, ...dataset.groupPasses];
  it.each(cards.map((card) => card.uitpasNumber))('%s is accepted', (number) => {
    expect(parseUitpasNumber(number)).toEqual({ ok: true, value: number });
    expect(isUitpasNumber(number)).toBe(true);
  });
});

describe('a number that is none says which rule it breaks', () => {
  const expected: Record<string, UitpasNumberProblem['code']> = {
    '0930000237912': 'check-digit',
    '0930000237931': 'digit-12',
  };
  it.each(dataset.invalidNumbers.map((row) => [row.uitpasNumber, row.why]))('%s: %s', (number) => {
    expect(code(number)).toBe(expected[number]);
  });

  it.each(dataset.doNotUseAsFixtures)('%s, seen in documents, is refused too', (number) => {
    expect(isUitpasNumber(number)).toBe(false);
  });

  const cases: [text: string, problem: UitpasNumberProblem][] = [
    ['', { code: 'length', length: 0 }],
    ['090001095911', { code: 'length', length: 12 }],
    ['09000109591130', { code: 'length', length: 14 }],
    ['0900O10959113', { code: 'not-a-digit', at: 5 }],
    ['090001095911٣', { code: 'not-a-digit', at: 13 }],
    ['0900010959123', { code: 'digit-12', at: 12 }],
    ['0900010959114', { code: 'check-digit' }],
  ];
  it.each(cases)('%j', (text, problem) => {
    expect(parseUitpasNumber(text)).toEqual({ ok: false, error: problem });
  });
});

it('reads what people type: spaces, dots and dashes', () => {
  for (const text of ['0900 010 959 113', '0900.010.959.113', '0900-010-959-113', ' 0900\t010959113\n'])
    expect(parseUitpasNumber(text)).toEqual({ ok: true, value: '0900010959113' });
});

it('groups a number 4-3-3-3 and keeps digits 12 and 13 off a phone', () => {
  const number = makeUitpasNumber('09000109591', '1');
  expect(number).toBe('0900010959113');
  expect(formatUitpasNumber(number)).toBe('0900 010 959 113');
  expect(maskUitpasNumber(number)).toBe('0900 010 959 ···');
});

it('makes no number from more than 11 digits', () => {
  expect(() => makeUitpasNumber('123456789012', '0')).toThrow('no serial');
});

it('knows that about one number in ten could be a shop article', () => {
  let articles = 0;
  for (let serial = 0; serial < 10_000; serial++)
    if (isEan13(makeUitpasNumber(`0900${String(serial).padStart(7, '0')}`, '0'))) articles++;
  expect(articles / 10_000).toBeGreaterThan(0.08);
  expect(articles / 10_000).toBeLessThan(0.12);
});
