// Whatever is written down and taken back: the past stays what it was, and a municipality never widens the target group.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addCivilDays } from '#domain/kernel/civil-time.ts';
import { acceptedProofs } from '#domain/passholders/kansenstatuut.ts';
import {
  decideSetting,
  decideWithdraw,
  newestOf,
  settingOn,
  type SettingDraft,
  type SettingEntry,
} from '#domain/settings/settings.ts';

const FIRST = '2026-11-23';
const REGION = { nisCode: null, organisationId: null };
const IEPER = { nisCode: '33011', organisationId: null };
const PROOFS = ['a', 'b', 'c', 'd'];

const proofs = fc.uniqueArray(fc.constantFrom(...PROOFS), { maxLength: 4 });
const change = fc.oneof(
  fc.record({ key: fc.constant('kansenstatuutGraceDays' as const), value: fc.nat({ max: 60 }) }),
  fc.record({ key: fc.constant('kansenstatuutProofs' as const), value: proofs }),
  fc.record({ key: fc.constant('kansenstatuutProofsLeftOut' as const), value: proofs }),
);
const step = fc.oneof(
  fc.record({ act: fc.constant('change' as const), change, ahead: fc.integer({ min: -2, max: 20 }) }),
  fc.record({ act: fc.constant('withdraw' as const), nth: fc.nat({ max: 30 }) }),
  fc.record({ act: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 9 }) }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Everything that a desk could ask of one day. */
const heldOn = (entries: readonly SettingEntry[], day: string): string =>
  JSON.stringify([
    settingOn(entries, 'kansenstatuutGraceDays', null, day),
    settingOn(entries, 'kansenstatuutProofs', null, day),
    settingOn(entries, 'kansenstatuutProofsLeftOut', '33011', day),
  ]);

function takeStep(entries: readonly SettingEntry[], today: string, next: Step): SettingEntry[] {
  if (next.act === 'wait') return [...entries];
  const settingId = entries.length + 1;
  if (next.act === 'withdraw') {
    const entry = entries[next.nth];
    if (!entry || !decideWithdraw(entries, entry, today).ok) return [...entries];
    return [...entries, { ...entry, settingId, value: null, withdraws: entry.settingId }];
  }
  const place = next.change.key === 'kansenstatuutProofsLeftOut' ? IEPER : REGION;
  const draft: SettingDraft = {
    ...place,
    ...next.change,
    from: addCivilDays(today, next.ahead),
    basedOn: newestOf(entries, next.change.key, place),
  };
  const decided = decideSetting(entries, draft, today);
  if (!decided.ok) return [...entries];
  const { key, from } = draft;
  return [...entries, { ...place, settingId, key, from, value: decided.value, withdraws: null }];
}

it('what held on a day that is over never changes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let entries: SettingEntry[] = [];
      let today = FIRST;
      const past = new Map<string, string>();
      for (const next of steps) {
        entries = takeStep(entries, today, next);
        if (next.act === 'wait')
          for (let i = 0; i < next.days; i++, today = addCivilDays(today, 1))
            past.set(today, heldOn(entries, today));
        for (const [day, held] of past) expect(heldOn(entries, day)).toBe(held);
      }
    }),
    { numRuns: 200 },
  );
});

it('a municipality accepts no proof that the region does not, on any day', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.nat({ max: 40 }), (steps, ahead) => {
      const entries = steps.reduce<SettingEntry[]>((now, next) => takeStep(now, FIRST, next), []);
      const day = addCivilDays(FIRST, ahead);
      const region = settingOn(entries, 'kansenstatuutProofs', null, day);
      const leftOut = settingOn(entries, 'kansenstatuutProofsLeftOut', '33011', day);
      for (const proof of acceptedProofs(region, leftOut)) {
        expect(region).toContain(proof);
        expect(leftOut).not.toContain(proof);
      }
    }),
    { numRuns: 200 },
  );
});
