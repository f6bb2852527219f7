import { describe, expect, it } from 'vitest';
import { readScan } from '#domain/cards/read-scan.ts';
import { REFUSAL_CODES } from '#domain/checkins/decide-check-in.ts';
import { verdictOfNoCard, verdictOfScan, type StoredScan } from '../../../../src/lib/scanner/verdict-text.ts';

/** A Friday, 20:32 in Brussels. */
const AT = Date.UTC(2026, 10, 20, 19, 32, 0);
const saved: StoredScan = {
  commandId: '019a0000-0000-7000-8000-000000000001',
  at: AT,
  masked: '0900 010 959 ···',
  verdict: 'saved',
  outcome: 'accepted',
  points: 1,
};

describe('a verdict in words', () => {
  it.each<[string, Partial<StoredScan>, string, number]>([
    ['a point', {}, 'Gespaard', 1],
    ['only a visit', { points: 0 }, 'Toegelaten', 0],
    ['a number not known here', { verdict: 'noted', code: 'foreign' }, 'Genoteerd', 0],
    ['a repetition', { verdict: 'attention', outcome: 'duplicate' }, 'Let op', 0],
    ['a blocked card', { verdict: 'refused', outcome: 'refused', code: 'card-blocked' }, 'Geweigerd', 0],
  ])('%s: %s', (_name, over, word, points) => {
    const shown = verdictOfScan({ ...saved, ...over });
    expect([shown.word, shown.points]).toEqual([word, points]);
  });

  it('never promises points for what is only noted', () => {
    expect(verdictOfScan({ ...saved, verdict: 'noted', doubt: 'roster-expired' }).points).toBe(0);
  });

  it('says when and on which phone a card was seen before', () => {
    const earlier = { at: AT - 27 * 60_000, here: false, deviceName: 'Inkom 2' };
    const twice = { ...saved, verdict: 'attention', outcome: 'duplicate', earlier } as const;
    expect(verdictOfScan(twice).reason).toBe('Al gescand om 20:05 op Inkom 2. Er komen geen punten bij.');
    expect(verdictOfScan({ ...twice, earlier: { ...earlier, here: true } }).reason).toBe(
      'Al gescand om 20:05 op dit toestel. Er komen geen punten bij.',
    );
    expect(verdictOfScan({ ...twice, earlier: { ...earlier, deviceName: undefined } }).reason).toContain(
      'een ander toestel',
    );
  });

  it('names the day of a visit that was not today', () => {
    const earlier = { at: AT - 2 * 86_400_000, here: true, deviceName: undefined };
    const twice = { ...saved, verdict: 'attention', outcome: 'duplicate', earlier } as const;
    expect(verdictOfScan(twice).reason).toMatch(/^Al gescand op wo.* 18 nov.* om 20:32 /);
  });

  it('says when a closed activity opens', () => {
    const closed = { ...saved, verdict: 'refused', outcome: 'refused', code: 'activity-closed' } as const;
    expect(verdictOfScan({ ...closed, nextOpening: AT + 3_600_000 }).reason).toContain('om 21:32');
  });

  it.each(REFUSAL_CODES)('has a sentence for %s', (code) => {
    const { reason } = verdictOfScan({ ...saved, verdict: 'refused', outcome: 'refused', code });
    expect(reason).toMatch(/^[A-Z].{20,}\.$/);
  });
});

describe('what is no card', () => {
  it.each<[string, Parameters<typeof readScan>, RegExp]>([
    ['a shop article', ['5410041001204', 'camera', 'ean-13'], /winkelartikel/],
    ['a web address', ['https://example.org/x', 'camera', 'qr'], /geen UITPAS/],
    ['a number that is too short', ['0900010959', 'wedge', 'unknown'], /13 cijfers, dit zijn er 10/],
    ['a letter', ['09000109591x3', 'typed', 'unknown'], /plaats 12/],
    ['a twelfth digit that cannot be', ['0900010959153', 'typed', 'unknown'], /twaalfde cijfer/],
    ['a failed check digit, without a place', ['0900010959114', 'typed', 'unknown'], /Controleer de cijfers/],
  ])('%s', (_name, args, text) => {
    const reading = readScan(...args);
    if (reading.kind !== 'no-card') throw new Error('it was taken for a card');
    const shown = verdictOfNoCard(reading, AT);
    expect(shown.reason).toMatch(text);
    expect(shown.word).toBe('Geweigerd');
    expect(JSON.stringify(shown)).not.toContain(args[0]);
  });
});
