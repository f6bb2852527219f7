import { describe, expect, it } from 'vitest';
import { standingOf, type ScanFacts } from '#domain/sync/scan-life.ts';
import { lifeWord, reasonText, toneOf, type ScanEntry } from '../../../../src/lib/scanner/scan-entry.ts';

const AT = Date.UTC(2026, 10, 20, 19, 32, 0);

function entry(
  facts: Partial<ScanFacts> & { shown: ScanEntry['shown'] },
  life: ScanEntry['life'],
  over: Partial<ScanEntry> = {},
): ScanEntry {
  return {
    ...standingOf({ undone: 0, ...facts }),
    commandId: '019a0000-0000-7000-8000-000000000001',
    at: AT,
    masked: '0900 010 959 ···',
    shown: facts.shown,
    life,
    canUndo: true,
    ...over,
  };
}

const green = { verdict: 'saved', outcome: 'accepted', points: 1 } as const;
const blue = { verdict: 'noted', outcome: 'accepted', code: 'foreign', points: 1 } as const;
const ruled = (outcome: NonNullable<ScanFacts['ruling']>['outcome'], points = 0, code?: string) => ({
  outcome,
  points,
  ...(code && { code }),
});

describe('the life of a scan in words', () => {
  it.each<[string, ScanEntry, string, string]>([
    ['not sent yet', entry({ shown: green }, 'here'), 'saved', 'op dit toestel'],
    ['received', entry({ shown: green }, 'custody'), 'saved', 'aangekomen'],
    ['ruled', entry({ shown: green, ruling: ruled('accepted', 1) }, 'ruled'), 'saved', 'punt gegeven'],
    [
      'two points',
      entry({ shown: green, ruling: ruled('accepted', 2) }, 'ruled'),
      'saved',
      '2 punten gegeven',
    ],
    ['only a visit', entry({ shown: green, ruling: ruled('accepted') }, 'ruled'), 'saved', 'bezoek geteld'],
    [
      'noted and then good',
      entry({ shown: blue, ruling: ruled('accepted', 1) }, 'ruled'),
      'saved',
      'punt gegeven',
    ],
    [
      'refused afterwards',
      entry({ shown: green, ruling: ruled('refused', 0, 'card-blocked') }, 'ruled'),
      'refused',
      'geweigerd',
    ],
    ['undone', entry({ shown: green, undone: 1 }, 'here'), 'undone', 'ongedaan gemaakt'],
  ])('%s', (_name, scan, tone, word) => {
    expect([toneOf(scan), lifeWord(scan)]).toEqual([tone, word]);
  });

  it.each<[string, ScanEntry, RegExp]>([
    ['noted', entry({ shown: blue }, 'here'), /Beslist zodra er bereik is/],
    [
      'blocked in the meantime',
      entry({ shown: green, ruling: ruled('refused', 0, 'card-blocked') }, 'ruled'),
      /geblokkeerd/,
    ],
    [
      'seen on another phone',
      entry({ shown: green, ruling: ruled('duplicate') }, 'ruled', {
        earlier: { at: AT - 60_000, here: false, deviceName: 'Inkom 2' },
      }),
      /Al gescand om 20:31 op Inkom 2/,
    ],
    [
      'held for the organiser',
      entry({ shown: green, ruling: ruled('quarantined', 0, 'device-revoked') }, 'ruled'),
      /organisator/,
    ],
    [
      'held by a newer server',
      entry({ shown: green, ruling: ruled('quarantined', 0, 'x') }, 'ruled'),
      /beslissen/,
    ],
    [
      'two contents',
      entry({ shown: green, ruling: ruled('exists-with-different') }, 'ruled'),
      /Twee versies/,
    ],
  ])('gives the reason when %s', (_name, scan, text) => {
    expect(reasonText(scan)).toMatch(text);
  });

  it('says nothing more about what went as shown', () => {
    expect(reasonText(entry({ shown: green }, 'here'))).toBeUndefined();
    expect(reasonText(entry({ shown: green, ruling: ruled('accepted', 1) }, 'ruled'))).toBeUndefined();
    expect(reasonText(entry({ shown: green, undone: 1 }, 'ruled'))).toBeUndefined();
  });
});
