import { afterEach, expect, it, vi } from 'vitest';
import { Nfc, hasNfc, type NfcState } from '../../../../src/lib/scanner/nfc.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

class FakeReader extends EventTarget {
  static all: FakeReader[] = [];
  static refusal: DOMException | undefined;
  signal: AbortSignal | undefined;
  constructor() {
    super();
    FakeReader.all.push(this);
  }
  scan({ signal }: { signal: AbortSignal }): Promise<void> {
    this.signal = signal;
    return FakeReader.refusal ? Promise.reject(FakeReader.refusal) : Promise.resolve();
  }
}

function world(refusal?: DOMException): { nfc: Nfc; states: NfcState[]; chips: string[]; unread: number[] } {
  FakeReader.all = [];
  FakeReader.refusal = refusal;
  vi.stubGlobal('NDEFReader', FakeReader);
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const states: NfcState[] = [];
  const chips: string[] = [];
  const unread: number[] = [];
  return {
    nfc: new Nfc({
      chip: (chip) => chips.push(chip),
      unread: () => unread.push(chips.length),
      state: (next) => states.push(next),
    }),
    states,
    chips,
    unread,
  };
}

it('does nothing on a phone without a reader', async () => {
  const states: NfcState[] = [];
  expect(hasNfc({})).toBe(false);
  const ignore = (): void => undefined;
  await new Nfc({ chip: ignore, unread: ignore, state: (next) => states.push(next) }).start();
  expect(states).toEqual([]);
});

it('tells the number of each chip, once it is on; stops when it is closed', async () => {
  const { nfc, states, chips, unread } = world();
  await nfc.start();
  await nfc.start();
  expect(FakeReader.all).toHaveLength(1);
  const [reader] = FakeReader.all;
  reader?.dispatchEvent(Object.assign(new Event('reading'), { serialNumber: '04:aa' }));
  reader?.dispatchEvent(new Event('readingerror'));
  expect(chips).toEqual(['04:aa']);
  // No number, so no code that is no card either.
  expect(unread).toEqual([1]);
  nfc.close();
  expect(reader?.signal?.aborted).toBe(true);
  expect(states).toEqual(['starting', 'on', 'off']);
});

it.each([
  ['NotAllowedError', 'denied'],
  ['NotSupportedError', 'switched-off'],
  ['NotReadableError', 'switched-off'],
  ['InvalidStateError', 'failed'],
] as const)('%s: %s, and a next tap tries again', async (name, state) => {
  const { nfc, states } = world(new DOMException('no', name));
  await nfc.start();
  FakeReader.refusal = undefined;
  await nfc.start();
  expect(states).toEqual(['starting', state, 'starting', 'on']);
});
