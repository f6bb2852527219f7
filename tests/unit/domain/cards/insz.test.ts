import { describe, expect, it } from 'vitest';
import { inszFacts, parseInsz, type InszFacts } from '#domain/cards/insz.ts';
import { must } from '#domain/kernel/assert.ts';
import dataset from '#server/demo/data/publiq-test-dataset.json' with { type: 'json' };

const facts = (text: string): InszFacts => {
  const parsed = parseInsz(text);
  return inszFacts(must(parsed.ok ? parsed.value : undefined, `INSZ of the test: ${text}`));
};

const numbers = dataset.cards.flatMap((card) => card.inszNumber ?? []);
it.each(numbers)('%s of the publiq test data set is accepted', (insz) => {
  expect(parseInsz(insz)).toEqual({ ok: true, value: insz });
});

describe('what the number says of its owner', () => {
  const born: [insz: string, facts: InszFacts][] = [
    ['83030201540', { year: 1983, month: 3, day: 2, bis: false, gender: 'male' }],
    ['66010101785', { year: 1966, month: 1, day: 1, bis: false, gender: 'male' }],
    // Born in 2000 or later: the check digits are over a 2 in front.
    ['08091860684', { year: 2008, month: 9, day: 18, bis: false, gender: 'female' }],
    ['17010180147', { year: 2017, month: 1, day: 1, bis: false, gender: 'male' }],
  ];
  it.each(born)('%s', (insz, expected) => {
    expect(facts(insz)).toEqual(expected);
  });

  it('the same digits are of another century with other check digits', () => {
    expect(facts(withCheck('170101801', 1900)).year).toBe(1917);
    expect(facts(withCheck('170101801', 2000)).year).toBe(2017);
  });

  it('a bis number adds 20 to the month when the gender was unknown, 40 when known', () => {
    expect(facts(withCheck('852412001', 1900))).toEqual({
      year: 1985,
      month: 4,
      day: 12,
      bis: true,
      gender: undefined,
    });
    expect(facts(withCheck('854412002', 1900))).toMatchObject({ month: 4, bis: true, gender: 'female' });
    expect(facts(withCheck('054412001', 2000))).toMatchObject({ year: 2005, month: 4, gender: 'male' });
  });

  it('an unknown birth day stays unknown', () => {
    expect(facts(withCheck('850000001', 1900))).toMatchObject({ month: 0, day: 0, bis: false });
    expect(facts(withCheck('854000001', 1900))).toMatchObject({ month: 0, day: 0, bis: true });
  });
});

it('reads the notation on a card: 83.03.02-015.40', () => {
  expect(parseInsz('83.03.02-015.40')).toEqual({ ok: true, value: '83030201540' });
});

it.each([
  ['8303020154', { code: 'length', length: 10 }],
  ['8303020154O', { code: 'not-a-digit' }],
  ['83030201541', { code: 'check-digits' }],
  ['83030201504', { code: 'check-digits' }],
])('%s is refused', (text, problem) => {
  expect(parseInsz(text)).toEqual({ ok: false, error: problem });
});

function withCheck(nine: string, century: 1900 | 2000): string {
  const whole = Number(nine) + (century === 2000 ? 2_000_000_000 : 0);
  return nine + String(97 - (whole % 97)).padStart(2, '0');
}
