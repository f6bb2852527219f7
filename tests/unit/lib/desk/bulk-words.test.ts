import { expect, test } from 'vitest';
import type { BulkList, BulkRow } from '#domain/bulk-api.ts';
import { answerText, progressOf, showsOf } from '../../../../src/lib/desk/bulk/bulk-words.ts';

const row = (over: Partial<BulkRow> = {}): BulkRow => ({
  ...{ row: 1, given: '0900000000316', state: 'ready', code: null, detail: {} },
  ...{ passholderId: null, name: null, until: '2027-04-30' },
  ...over,
});

test.each([
  [
    'what it takes the place of',
    row({ detail: { current: '2026-04-30' } }),
    'van 30/04/2026 naar 30/04/2027',
  ],
  ['done', row({ state: 'done' }), 'verlengd tot 30/04/2027'],
  ['other work', row({ until: null }), 'in orde'],
  [
    'another row',
    row({ state: 'bad', code: 'twice', detail: { firstRow: 7 } }),
    'Dit nummer staat ook op rij 7.',
  ],
  [
    'a zero that Excel ate',
    row({ state: 'bad', code: 'number', given: '900000000316' }),
    'Nam Excel de nul vooraan weg?',
  ],
  [
    'a day',
    row({ state: 'bad', code: 'end-not-later', detail: { current: '2027-12-31' } }),
    'Het kansenstatuut loopt al tot 31/12/2027.',
  ],
  ['a reason of a later server', row({ state: 'bad', code: 'new-one' }), 'Dit kan niet voor deze persoon.'],
])('%s', (_, each, expected) => {
  expect(answerText(each)).toContain(expected);
});

test('how far it is, and which rows there are to look at', () => {
  const list: BulkList = {
    listId: '',
    title: '',
    state: 'stopped',
    stoppedBecause: 'asked',
    madeAt: 0,
    madeBy: '',
    startedAt: 0,
    endedAt: null,
    reasons: [],
    work: { kind: 'block-card', reason: 'lost' },
    rows: { bad: 3, ready: 5, done: 2, refused: 0 },
  };
  expect(progressOf(list)).toEqual({ done: 2, total: 7 });
  expect(showsOf(list).map(({ label }) => label)).toEqual([
    ...['Alles (10)', 'Nog te doen (5)', 'Uitgevoerd (2)', 'Kan niet (3)'],
  ]);
});
