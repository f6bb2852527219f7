import { expect, it } from 'vitest';
import { standingOf, tallyShift, type ScanFacts } from '#domain/sync/scan-life.ts';

const shown = (verdict: ScanFacts['shown']['verdict']): ScanFacts['shown'] => ({ verdict, points: 1 });
const ruled = (outcome: NonNullable<ScanFacts['ruling']>['outcome'], code?: string) => ({
  outcome,
  points: outcome.startsWith('accepted') ? 1 : 0,
  ...(code && { code }),
});
const look = (facts: Omit<ScanFacts, 'undone'> & { undone?: 0 | 1 }): string | undefined =>
  standingOf({ undone: 0, ...facts }).look;

it.each<[string, ScanFacts['shown']['verdict'], ScanFacts['ruling']]>([
  ['went as shown', 'saved', ruled('accepted')],
  ['not ruled yet', 'refused', undefined],
  ['refused at the door', 'refused', ruled('refused', 'card-blocked')],
  ['already, and so it was said', 'attention', ruled('duplicate')],
  ['replaced card, and so it was said', 'attention', ruled('accepted-with-note', 'card-replaced')],
  ['a number of another region', 'noted', ruled('accepted-with-note', 'foreign')],
  ['kept, and it turned out well', 'noted', ruled('accepted')],
])('told at the door is not to be looked at: %s', (_name, verdict, ruling) => {
  expect(look({ shown: shown(verdict), ...(ruling && { ruling }) })).toBeUndefined();
});

it.each<[string, ScanFacts['shown']['verdict'], NonNullable<ScanFacts['ruling']>, string]>([
  ['refused after the fact', 'saved', ruled('refused', 'card-blocked'), 'card-blocked'],
  ['kept, and then refused', 'noted', ruled('refused', 'card-blocked'), 'card-blocked'],
  ['another phone was earlier', 'saved', ruled('duplicate'), 'already'],
  ['the screen said no', 'refused', ruled('accepted'), 'counts-after-all'],
  ['held for the organiser', 'attention', ruled('quarantined', 'device-revoked'), 'device-revoked'],
  ['of a later version of the app', 'saved', ruled('pending', 'unknown-kind'), 'unknown-kind'],
  ['two contents', 'attention', ruled('exists-with-different'), 'differs'],
  ['a clock in doubt', 'saved', ruled('accepted-with-note', 'clock-uncertain'), 'clock-uncertain'],
])('is to be looked at: %s', (_name, verdict, ruling, reason) => {
  expect(look({ shown: shown(verdict), ruling })).toBe(reason);
});

it('what was taken back asks for nobody, an undo that was refused does', () => {
  expect(look({ shown: shown('saved'), ruling: ruled('refused', 'undone') })).toBeUndefined();
  expect(look({ shown: shown('saved'), ruling: ruled('duplicate'), undone: 1 })).toBeUndefined();
  expect(look({ shown: shown('saved'), undoRefused: 'undo-too-late' })).toBe('undo-refused');
});

it('counts every card that was shown and not taken back', () => {
  const facts: ScanFacts[] = [
    { shown: shown('saved'), ruling: ruled('accepted'), undone: 0 },
    { shown: shown('attention'), ruling: ruled('duplicate'), undone: 0 },
    { shown: shown('saved'), ruling: ruled('refused', 'undone'), undone: 1 },
    { shown: shown('saved'), ruling: ruled('refused', 'card-blocked'), undone: 0 },
  ];
  expect(tallyShift(facts.map(standingOf))).toEqual({ scanned: 3, points: 1, toLookAt: 1 });
  expect(tallyShift([{ undone: false, points: 2, look: 'already', times: 3 }])).toEqual({
    scanned: 3,
    points: 6,
    toLookAt: 3,
  });
});
