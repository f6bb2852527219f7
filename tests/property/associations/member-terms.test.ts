// Laws of memberships: whatever a counter does in whatever order, days only move on and one screen renews once.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { END_RULES } from '#domain/associations/association.ts';
import {
  decideMember,
  decideRenewal,
  decideStop,
  memberStatus,
  standingTerm,
  type Term,
} from '#domain/associations/member-terms.ts';
import { addCivilDays, addCivilMonths, isCivilDay } from '#domain/kernel/civil-time.ts';

const day = fc.integer({ min: 0, max: 20_000 }).map((days) => addCivilDays('1990-01-01', days));
const club = fc
  .record({ endRule: fc.constantFrom(...END_RULES), months: fc.integer({ min: 1, max: 300 }) })
  .map(({ endRule, months }) => ({
    kind: endRule === 'school-year' ? ('school' as const) : ('association' as const),
    endedOn: null,
    endRule,
    endMonths: endRule === 'birth-date' || endRule === 'registration-date' ? months : null,
  }));
const act = fc.record({
  kind: fc.constantFrom('join', 'renew', 'stop'),
  after: fc.integer({ min: 0, max: 400 }),
  back: fc.integer({ min: 0, max: 60 }),
  ahead: fc.option(fc.integer({ min: -5, max: 800 }), { nil: null }),
});

it('a month later is a day of the calendar, in the next month, and never skips one', () => {
  fc.assert(
    fc.property(day, fc.integer({ min: 1, max: 500 }), (from, months) => {
      const later = addCivilMonths(from, months);
      expect(isCivilDay(later)).toBe(true);
      const monthsOf = (text: string): number => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
      expect(monthsOf(later) - monthsOf(from)).toBe(months);
      expect(later.slice(8) <= from.slice(8)).toBe(true);
      expect(later < addCivilMonths(from, months + 1)).toBe(true);
    }),
  );
});

it('no order of joining, renewing and stopping gives a day twice, an end that comes nearer, or a member who was stopped', () => {
  fc.assert(
    fc.property(club, day, fc.boolean(), fc.array(act, { maxLength: 20 }), (rules, born, entitled, acts) => {
      let terms: Term[] = [];
      let today = '2026-01-01';
      for (const { kind, after, back, ahead } of acts) {
        today = addCivilDays(today, after);
        const until = ahead === null ? null : addCivilDays(today, ahead);
        const member = { dateOfBirth: born, entitled };
        const facts = { today, terms, elsewhere: false };
        const before = standingTerm(terms);
        if (kind === 'stop') {
          const stopped = decideStop(terms, addCivilDays(today, -back), today);
          if (!stopped.ok) continue;
          const ids = new Set(stopped.value.map(({ termId }) => termId));
          terms = terms.map((term) => (ids.has(term.termId) ? { ...term, stoppedOn: today } : term));
          expect(memberStatus(terms, today)).toBe('none');
          continue;
        }
        const decided =
          kind === 'join'
            ? decideMember(rules, member, { from: addCivilDays(today, -back), until }, facts)
            : decideRenewal(rules, member, { basedOn: before?.until ?? '', until }, facts);
        if (!decided.ok) continue;
        expect(rules.kind === 'association' || entitled).toBe(true);
        terms = [...terms, { termId: String(terms.length), stoppedOn: null, ...decided.value }];
        expect(memberStatus(terms, today)).toBe('active');
        expect(standingTerm(terms)?.until).toBe(decided.value.until);
        if (before) expect(decided.value.until > before.until).toBe(true);
        // The same screen again is refused: nobody pays or counts twice.
        if (kind === 'renew') {
          const again = { basedOn: before?.until ?? '', until };
          expect(decideRenewal(rules, member, again, { ...facts, terms }).ok).toBe(false);
          if (before) expect(decided.value.from > before.until).toBe(true);
        } else
          expect(decideMember(rules, member, { from: today, until }, { ...facts, terms }).ok).toBe(false);
      }
    }),
    { numRuns: 300 },
  );
});
