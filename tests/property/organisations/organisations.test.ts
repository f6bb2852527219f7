import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addCivilDays } from '#domain/kernel/civil-time.ts';
import { coveredUntil, faultInNew, type Agreement } from '#domain/organisations/agreement.ts';
import { formatIban, parseIban } from '#domain/organisations/iban.ts';
import { formatKboNumber, parseKboNumber } from '#domain/organisations/kbo-number.ts';

const digits = (count: number): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count })
    .map((list) => list.join(''));
const kbo = fc
  .tuple(fc.constantFrom('0', '1'), digits(7))
  .map(([first, rest]) => `${first}${rest}`)
  .map((eight) => `${eight}${String(97 - (Number(eight) % 97)).padStart(2, '0')}`);
const iban = digits(12).map((account) => {
  const check = 98n - (BigInt(`${account}111400`) % 97n);
  return `BE${String(check).padStart(2, '0')}${account}`;
});
/** A number with one digit typed wrong. */
const oneWrong = (number: string, at: number, other: number): string =>
  `${number.slice(0, at)}${(Number(number[at]) + other) % 10}${number.slice(at + 1)}`;

it('each right enterprise number is taken as it is written on letters, and no single wrong digit passes', () => {
  fc.assert(
    fc.property(kbo, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 9 }), (number, at, other) => {
      expect(parseKboNumber(formatKboNumber(number))).toEqual({ ok: true, value: number });
      expect(parseKboNumber(oneWrong(number, at, other)).ok).toBe(false);
    }),
  );
});

it('each right account is taken as it is written on cards; no wrong digit and no two swapped ones pass', () => {
  fc.assert(
    fc.property(
      iban,
      fc.integer({ min: 2, max: 14 }),
      fc.integer({ min: 1, max: 9 }),
      (number, at, other) => {
        expect(parseIban(formatIban(number))).toEqual({ ok: true, value: number });
        expect(parseIban(oneWrong(number, at, other)).ok).toBe(false);
        const [left = '', right = ''] = number.slice(at, at + 2);
        const swapped = `${number.slice(0, at)}${right}${left}${number.slice(at + 2)}`;
        if (left !== right) expect(parseIban(swapped).ok).toBe(false);
      },
    ),
  );
});

it('agreements that were let in one by one give each day one answer, and the cover is what the days say', () => {
  const agreement = fc
    .tuple(fc.integer({ min: 0, max: 60 }), fc.option(fc.integer({ min: 0, max: 20 })))
    .map(([start, length]): Agreement => {
      const fromDay = addCivilDays('2026-01-01', start);
      return { fromDay, untilDay: length === null ? null : addCivilDays(fromDay, length) };
    });
  fc.assert(
    fc.property(fc.array(agreement, { maxLength: 8 }), fc.integer({ min: 0, max: 90 }), (asked, days) => {
      const taken: Agreement[] = [];
      for (const one of asked) if (!faultInNew(taken, one)) taken.push(one);
      const holdsOn = (day: string): number =>
        taken.filter(({ fromDay, untilDay }) => fromDay <= day && (untilDay === null || day <= untilDay))
          .length;
      for (let day = 0; day < 90; day++)
        expect(holdsOn(addCivilDays('2026-01-01', day))).toBeLessThanOrEqual(1);

      const day = addCivilDays('2026-01-01', days);
      const until = coveredUntil(taken, day);
      if (until === undefined) expect(holdsOn(day)).toBe(0);
      else if (until === null) expect(holdsOn(addCivilDays(day, 400))).toBe(1);
      else {
        expect(holdsOn(day)).toBe(1);
        expect(holdsOn(until)).toBe(1);
        expect(holdsOn(addCivilDays(until, 1))).toBe(0);
      }
    }),
  );
});
