import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { setSoundOn, Signals, type Signal } from '../../../../src/lib/scanner/signals.ts';

/** What would be heard: the pitches, in order. */
let heard: number[] = [];

class FakeAudio {
  readonly state = 'running';
  readonly currentTime = 0;
  readonly destination = {};
  createOscillator() {
    const frequency = {
      set value(hz: number) {
        heard.push(hz);
      },
    };
    return { type: '', frequency, connect: (to: unknown) => to, start: vi.fn(), stop: vi.fn() };
  }
  createGain() {
    const gain = { setValueAtTime: vi.fn(), linearRampToValueAtTime: vi.fn() };
    return { gain, connect: (to: unknown) => to };
  }
  resume = () => Promise.resolve();
  close = () => Promise.resolve();
}

beforeEach(() => {
  heard = [];
  vi.useFakeTimers();
  vi.stubGlobal('window', { AudioContext: FakeAudio });
  vi.stubGlobal('AudioContext', FakeAudio);
  vi.stubGlobal('navigator', {});
  setSoundOn(true);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function ready(): Signals {
  const signals = new Signals();
  signals.unlock();
  return signals;
}

function pitchesOf(signal: Signal): number[] {
  heard = [];
  ready().give(signal);
  return heard;
}

it('good rises, attention stays low, bad falls: no two share a pitch', () => {
  const [first = 0, second = 0] = pitchesOf('saved');
  expect(second).toBeGreaterThan(first);
  const attention = pitchesOf('attention');
  expect(new Set(attention).size).toBe(1);
  expect(attention).toHaveLength(2);
  const [high = 0, low = 0] = pitchesOf('refused');
  expect(low).toBeLessThan(high);
  const all = (['saved', 'attention', 'refused', 'noted'] as const).map(
    (signal) => new Set(pitchesOf(signal)),
  );
  expect(new Set(all.flatMap((pitches) => [...pitches])).size).toBe(
    all.reduce((sum, { size }) => sum + size, 0),
  );
});

it('lets the three be heard one after the other, and stops when the shift begins', () => {
  const told: (Signal | undefined)[] = [];
  const signals = ready();
  signals.demonstrate((signal) => told.push(signal));
  vi.advanceTimersByTime(10_000);
  expect(told).toEqual(['saved', 'attention', 'refused', undefined]);
  heard = [];
  signals.demonstrate(() => undefined);
  signals.stopDemonstration();
  vi.advanceTimersByTime(10_000);
  expect(heard).toHaveLength(2);
});

it('is silent when the sound is off, but for the alarm; vibrates where a phone can, and goes on where it cannot', () => {
  setSoundOn(false);
  expect(pitchesOf('refused')).toEqual([]);
  expect(pitchesOf('alarm').length).toBeGreaterThan(4);
  const vibrate = vi.fn(() => false);
  vi.stubGlobal('navigator', { vibrate });
  ready().give('attention');
  expect(vibrate).toHaveBeenCalledWith([120, 80, 120]);
});

it('says nothing before a tap, and breaks nothing', () => {
  new Signals().give('saved');
  expect(heard).toEqual([]);
});
