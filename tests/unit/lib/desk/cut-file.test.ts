import { expect, it } from 'vitest';
import { limits } from '#domain/kernel/limits.ts';
import { cutFile, piecesOf } from '../../../../src/lib/desk/uitdatabank/cut-file.ts';
import { anEvent, searchPage } from '#tests/_support/uitdatabank-events.ts';

const events = Array.from({ length: 250 }, () => anEvent(Date.now()));

it.each([
  ['a page of the Search API', searchPage(events, 0, 250), 250],
  ['a list', events, 250],
  ['one event', events[0], 1],
])('%s is cut into its events, without what nobody takes over', (_, file, count) => {
  const { texts } = cutFile(`\uFEFF${JSON.stringify(file)}`) as { texts: string[] };
  expect(texts).toHaveLength(count);
  expect(texts[0]).toContain('Lezing over de polder');
  expect(texts[0]).not.toContain('description');
});

it.each([
  ['geen json', 'file-malformed'],
  ['{"member": []}', 'file-none'],
  ['"tekst"', 'file-none'],
  [JSON.stringify(Array.from({ length: limits.importEventsMax + 1 }, () => 0)), 'too-many-events'],
])('%.20s is refused with a reason', (text, problem) => {
  expect(cutFile(text)).toEqual({ problem });
});

it('an event that is too large goes up as an empty text, and each piece fits', () => {
  const large = anEvent(Date.now(), { name: { nl: 'x'.repeat(limits.importEventTextMax) } });
  const file = cutFile(JSON.stringify([large, ...events]));
  if (file.problem !== undefined) throw new Error(file.problem);
  const { texts } = file;
  expect(texts[0]).toBe('');
  const heavy = Array.from({ length: 90 }, () => 'x'.repeat(60_000));
  const pieces = piecesOf([...texts, ...heavy]);
  expect(pieces.flatMap((piece) => piece.texts)).toEqual([...texts, ...heavy]);
  for (const { start, texts: some } of pieces) {
    expect(some.length).toBeLessThanOrEqual(limits.importPieceEvents);
    expect(some.join('').length).toBeLessThanOrEqual(limits.importPieceTextMax);
    expect([...texts, ...heavy][start]).toBe(some[0]);
  }
});
