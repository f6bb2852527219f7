import { expect, it, vi } from 'vitest';
import { readScan } from '#domain/cards/read-scan.ts';
import { PRACTICE_CARDS } from '../../../../src/lib/scanner/practice-cards.ts';
import { Practice } from '../../../../src/lib/scanner/practice.svelte.ts';

const silent = () => ({ unlock: vi.fn(), give: vi.fn(), close: vi.fn() });

it.each(PRACTICE_CARDS)('$key is no card for a scanner that works', ({ code }) => {
  for (const way of ['camera', 'wedge', 'typed', 'nfc', 'photo'] as const)
    expect(readScan(code, way, 'qr').kind).toBe('no-card');
});

it('shows and sounds every verdict', () => {
  const signals = silent();
  const practice = new Practice(signals);
  const tones = PRACTICE_CARDS.map((card) => {
    practice.tap(card);
    return practice.verdict?.tone;
  });
  expect(new Set(tones)).toEqual(new Set(['saved', 'attention', 'refused', 'noted']));
  expect(signals.give.mock.calls.map(([signal]) => signal)).toEqual([
    'saved',
    'attention',
    'refused',
    'noted',
    'refused',
    'alarm',
  ]);
});

it('of a real card before the camera it keeps nothing', () => {
  const practice = new Practice(silent());
  practice.see('0900001095902');
  expect(JSON.stringify(practice.verdict)).not.toContain('0900');
  practice.see(` ${PRACTICE_CARDS[0].code}\n`);
  expect(practice.verdict?.tone).toBe('saved');
});
