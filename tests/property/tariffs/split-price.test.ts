// Whatever the key and the bounds: shares are whole cents, none below nothing, they add up to the price, and nobody is beyond a bound.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { limits } from '#domain/kernel/limits.ts';
import { percentOf } from '#domain/kernel/money.ts';
import { splitPrice } from '#domain/tariffs/split-price.ts';

const percent = fc.integer({ min: 0, max: 100 });
const cents = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: limits.centsMax }));
const bounds = fc.record({
  personPercentMax: percent,
  personMayPayNothing: fc.boolean(),
  organisationPercentMin: percent,
});
const person = fc.oneof(
  fc.record({ kind: fc.constant('percent' as const), value: percent }),
  fc.record({ kind: fc.constant('amount' as const), value: fc.integer({ min: 0, max: limits.centsMax }) }),
);

it('three shares are the price, to the cent', () => {
  fc.assert(
    fc.property(cents, person, percent, bounds, (price, pays, organisationPercent, within) => {
      const split = splitPrice(price, { person: pays, organisationPercent }, within);
      const shares = [split.person, split.organisation, split.municipality];
      expect(shares.reduce((sum, each) => sum + each, 0)).toBe(price);
      for (const share of shares) {
        expect(Number.isSafeInteger(share)).toBe(true);
        expect(share).toBeGreaterThanOrEqual(0);
      }
      const most = percentOf(price, within.personPercentMax);
      expect(split.person).toBeLessThanOrEqual(within.personMayPayNothing ? most : Math.max(1, most));
      if (!within.personMayPayNothing) expect(split.person).toBeGreaterThanOrEqual(1);
      expect(split.organisation).toBeGreaterThanOrEqual(
        Math.min(percentOf(price, within.organisationPercentMin), price - split.person),
      );
      // The last step of each is what holds.
      expect(split.steps.person.at(-1)?.cents).toBe(split.person);
      expect(split.steps.organisation.at(-1)?.cents).toBe(split.organisation);
    }),
  );
});
