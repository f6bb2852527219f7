// Whatever is typed around it: an INSZ leaves the box in no part, and a name keeps every letter.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readSearch } from '#domain/passholders/search-text.ts';

const places = [{ nisCode: '33011', name: 'Ieper', postalCodes: ['8900'] }];
const read = (typed: string) => readSearch(typed, { today: '2026-11-23', places });

const two = (max: number): fc.Arbitrary<string> =>
  fc.integer({ min: 1, max }).map((n) => String(n).padStart(2, '0'));
const between = fc.constantFrom('', '.', '-', ' ', '/');
const word = fc.constantFrom('jan', 'peeters', 'ieper', "d'hondt", 'Élise');
const insz = fc
  .tuple(
    two(99),
    two(12),
    two(28),
    fc.integer({ min: 1, max: 997 }),
    fc.boolean(),
    fc.array(between, { minLength: 4, maxLength: 4 }),
  )
  .map(([year, month, day, serial, thisCentury, [a = '', b = '', c = '', d = '']]) => {
    const [first, nine] = [
      `${year}${month}${day}`,
      `${year}${month}${day}${String(serial).padStart(3, '0')}`,
    ];
    const check = 97 - (Number(`${thisCentury ? '2' : ''}${nine}`) % 97);
    const [last, end] = [nine.slice(6), String(check).padStart(2, '0')];
    return `${first.slice(0, 2)}${a}${first.slice(2, 4)}${b}${first.slice(4)}${c}${last}${d}${end}`;
  });

it('an INSZ is never searched, with whatever words beside it', () => {
  fc.assert(
    fc.property(fc.array(word), insz, fc.array(word), (before, number, after) => {
      expect(read([...before, number, ...after].join(' '))).toEqual({ kind: 'insz' });
    }),
  );
});

it('words are asked for as they were typed, in their order, and nothing is ever thrown', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-zé'-]{2,12}$/), { minLength: 1, maxLength: 5 }), (words) => {
      fc.pre(words.some((typed) => /[a-zé]{2}/.test(typed)) && !words.includes('ieper'));
      const found = read(words.join(' '));
      fc.pre(found.kind !== 'chip');
      expect(found).toMatchObject({ kind: 'people' });
      if (found.kind === 'people')
        expect(found.names.split(' ')).toEqual(words.filter((typed) => /[a-zé]/.test(typed)));
    }),
  );
  fc.assert(fc.property(fc.string({ maxLength: 100 }), (typed) => typeof read(typed).kind === 'string'));
});
