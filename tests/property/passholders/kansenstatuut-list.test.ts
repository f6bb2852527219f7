// The views of the work list, told as days for an index, are the one rule of the kansenstatuut.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addCivilDays } from '#domain/kernel/civil-time.ts';
import { kansenstatuutOn } from '#domain/passholders/kansenstatuut.ts';
import { endWindow, LIST_VIEWS, statusOfView } from '#domain/passholders/kansenstatuut-list.ts';

const TODAY = '2026-11-23';

test('who is in a view has its status, and who has it within reach is in the view', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -700, max: 700 }),
      fc.option(fc.integer({ min: -50, max: 50 }), { nil: undefined }),
      fc.integer({ min: 0, max: 60 }),
      (endsIn, suspendedFor, graceDays) => {
        const until = addCivilDays(TODAY, endsIn);
        const suspendedUntil = suspendedFor === undefined ? undefined : addCivilDays(TODAY, suspendedFor);
        const facts = { since: '2020-01-01', until, proof: '', ...(suspendedUntil && { suspendedUntil }) };
        const isSuspended = suspendedUntil !== undefined && suspendedUntil > TODAY;
        const views = LIST_VIEWS.filter((view) => {
          const { from, to, suspended } = endWindow(view, { today: TODAY, graceDays, soonDays: 366 });
          return until >= from && until <= to && (suspended === undefined || suspended === isSuspended);
        });
        const status = kansenstatuutOn(facts, TODAY, graceDays);
        expect(views.map(statusOfView)).toEqual(status === 'active' && endsIn > 366 ? [] : [status]);
      },
    ),
  );
});
