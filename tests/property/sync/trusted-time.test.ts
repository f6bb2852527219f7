import fc from 'fast-check';
import { expect, it } from 'vitest';
import { trustedTimeOf } from '#domain/sync/trusted-time.ts';

const time = fc.integer({ min: 0, max: 1_000 });
const claim = fc.record({
  occurredAt: fc.integer({ min: -5_000, max: 5_000 }),
  monoMs: fc.double({ min: 0, max: 2_000, noNaN: true }),
  anchor: fc.option(
    fc.record({ serverTime: time, syncNo: fc.nat(9), monoMs: fc.option(fc.nat(2_000), { nil: null }) }),
    { nil: null },
  ),
});

it('whatever a phone claims, the time lies in the window, and a true claim stands', () => {
  fc.assert(
    fc.property(claim, time, time, (envelope, enrolledAt, receivedAt) => {
      const known = { anchorTime: envelope.anchor?.serverTime, enrolledAt, receivedAt };
      const { at, earliest, latest, plausible } = trustedTimeOf(envelope, known);
      expect(latest).toBe(receivedAt);
      expect(earliest).toBeLessThanOrEqual(latest);
      expect(at).toBeGreaterThanOrEqual(earliest);
      expect(at).toBeLessThanOrEqual(latest);
      expect(Number.isSafeInteger(at)).toBe(true);
      expect(plausible).toBe(envelope.occurredAt >= earliest && envelope.occurredAt <= latest);
      if (plausible) expect(at).toBe(envelope.occurredAt);
    }),
  );
});
