// The promise at the door: what could not be stored is never forgotten, however fast the next cards come.
import { expect, test } from 'vitest';
import type { ScanReading } from '#domain/cards/read-scan.ts';
import type { Signal } from '../../../../src/lib/scanner/signals.ts';
import { Door, type ScanOutcome } from '../../../../src/lib/scanner/door.svelte.ts';

const [ANNA, BRAM, CHRIS] = ['0900000095902', '0900000067513', '0900000031618'];

const numberOf = (reading: ScanReading): string => (reading.kind === 'uitpas' ? reading.number : '');

const stored = (number: string): ScanOutcome => ({
  kind: 'scanned',
  again: false,
  verdict: 'saved',
  outcome: 'accepted',
  points: 1,
  commandId: number,
  at: 0,
  masked: number,
});

/** A door behind which each card meets its fate; once it was met, it is stored. */
function openDoor(given: Record<string, 'not-saved' | 'ask'>) {
  const fates = new Map(Object.entries(given));
  const heard: Signal[] = [];
  const written: string[] = [];
  const door = new Door({
    scan: async (reading, { surelyCard }) => {
      const number = numberOf(reading);
      const fate = fates.get(number);
      if (fate === 'ask' && !surelyCard) return { kind: 'ask' };
      if (fate === 'not-saved') {
        fates.delete(number);
        return { kind: 'not-saved', why: 'no-room' };
      }
      written.push(number);
      return stored(number);
    },
    undo: async () => true,
    signals: { give: (signal) => heard.push(signal) },
  });
  const wedge = (...numbers: string[]): Promise<unknown> =>
    Promise.all(numbers.map((number) => door.read(number, 'wedge', 'unknown')));
  return { door, wedge, written, heard };
}

test('the alarm of a card that was not stored stays although the next cards were already read', async () => {
  const { door, wedge, written } = openDoor({ [ANNA]: 'not-saved', [BRAM]: 'not-saved' });
  const read = wedge(ANNA, BRAM, CHRIS);
  await expect.poll(() => door.failed).toBeDefined();
  expect(door.failed && numberOf(door.failed.reading)).toBe(ANNA);
  expect(written).toEqual([]);
  await door.retry();
  expect(door.failed && numberOf(door.failed.reading)).toBe(BRAM);
  door.giveUp();
  await read;
  expect(written).toEqual([ANNA, CHRIS]);
  expect(door.failed).toBeUndefined();
  door.close();
});

test('a question is answered before the cards that came after it', async () => {
  const { door, wedge, written } = openDoor({ [ANNA]: 'ask', [BRAM]: 'ask' });
  const read = wedge(ANNA, BRAM, CHRIS);
  await expect.poll(() => door.asked).toBeDefined();
  await door.answer(true);
  await expect.poll(() => door.asked && numberOf(door.asked.reading)).toBe(BRAM);
  await door.answer(false);
  await read;
  expect(written).toEqual([ANNA, CHRIS]);
  door.close();
});

test('one card after the other, and nothing is read while something wants an answer', async () => {
  const { door, wedge, written, heard } = openDoor({});
  await wedge(ANNA, BRAM);
  expect(written).toEqual([ANNA, BRAM]);
  expect(door.verdict?.commandId).toBe(BRAM);
  expect(heard).toEqual(['saved', 'saved']);
  door.held = true;
  await wedge(CHRIS);
  expect(written).toEqual([ANNA, BRAM]);
  door.close();
});
