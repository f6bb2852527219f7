import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  civilDayOf,
  clockTimeOf,
  instantOfLocal,
  periodOf,
  PERIOD_TYPES,
  startOfCivilDay,
} from '#domain/kernel/civil-time.ts';

const instant = fc.integer({ min: Date.UTC(1997, 0), max: Date.UTC(2100, 0) });
const type = fc.constantFrom(...PERIOD_TYPES);

it('periods tile time: each moment lies in exactly one, and the next begins where it ends', () => {
  fc.assert(
    fc.property(type, instant, (kind, at) => {
      const period = periodOf(kind, at);
      expect(at).toBeGreaterThanOrEqual(period.startsAt);
      expect(at).toBeLessThan(period.endsAt);
      expect(periodOf(kind, period.startsAt)).toEqual(period);
      expect(periodOf(kind, period.endsAt - 1)).toEqual(period);
      if (kind === 'ABSOLUTE') return;
      const next = periodOf(kind, period.endsAt);
      expect(next.startsAt).toBe(period.endsAt);
      expect(next.key > period.key).toBe(true);
      expect(periodOf(kind, period.startsAt - 1).endsAt).toBe(period.startsAt);
    }),
  );
});

it('each day lies in one week, one month, one quarter and one year', () => {
  fc.assert(
    fc.property(instant, (at) => {
      const day = periodOf('DAY', at);
      for (const wider of ['WEEK', 'MONTH', 'QUARTER', 'YEAR'] as const)
        expect(periodOf(wider, day.startsAt)).toEqual(periodOf(wider, day.endsAt - 1));
    }),
  );
});

it('a moment read as day and clock is that minute again, but for the doubled hour', () => {
  fc.assert(
    fc.property(instant, (at) => {
      const minute = Math.floor(at / 60_000) * 60_000;
      const back = instantOfLocal(civilDayOf(at), clockTimeOf(at));
      expect([minute, minute - 3_600_000]).toContain(back);
      expect(clockTimeOf(back)).toBe(clockTimeOf(at));
    }),
  );
});

it('a civil day starts its own day period', () => {
  fc.assert(
    fc.property(instant, (at) => {
      expect(startOfCivilDay(civilDayOf(at))).toBe(periodOf('DAY', at).startsAt);
    }),
  );
});
