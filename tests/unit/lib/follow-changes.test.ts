import { describe, expect, it, vi } from 'vitest';
import { chance } from '../../../src/lib/ids.ts';
import { followChanges, readEvents } from '../../../src/lib/sync/follow-changes.ts';
import { testClock } from '../../_support/phone-in-test.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });
const WAIT = { timeout: 30_000, interval: 5 };

function streamOf(...pieces: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
}

async function hintsIn(...pieces: string[]): Promise<number> {
  let hints = 0;
  await readEvents(streamOf(...pieces), () => hints++);
  return hints;
}

describe('the event stream', () => {
  it('finds a hint however it is cut into pieces', async () => {
    expect(await hintsIn('event: changed\ndata: {}\n\n')).toBe(1);
    expect(await hintsIn('event: cha', 'nged\r\nda', 'ta: {}\r\n\r\n')).toBe(1);
    expect(await hintsIn('event:changed\ndata: 1\n\n', 'event:changed\ndata: 2\n\n')).toBe(2);
  });

  it('passes over comments, other events and endless lines', async () => {
    expect(await hintsIn(': ping\n\n', 'event: other\n\n', 'data: event: changed\n\n')).toBe(0);
    expect(await hintsIn('x'.repeat(1_000_000), '\nevent: changed\n\n')).toBe(1);
  });

  it('comes back after it ended or failed, later and later, until it is stopped', async () => {
    const clock = testClock();
    let opened = 0;
    const { stop } = followChanges({
      open: () => (++opened % 2 === 0 ? Promise.reject(new Error('gone')) : Promise.resolve(streamOf())),
      token: () => Promise.resolve('token'),
      onChanged: () => undefined,
      clock,
      chance,
    });
    await vi.waitFor(() => {
      clock.advance(1_000);
      expect(opened).toBeGreaterThan(3);
    }, WAIT);
    stop();
    const before = opened;
    clock.advance(600_000);
    expect(opened).toBe(before);
  });

  it('tells of what it may have missed, and tries at once when the network is back', async () => {
    const clock = testClock();
    let reachable = false;
    let hints = 0;
    let tries = 0;
    const { stop, retry } = followChanges({
      open: () => {
        tries++;
        return reachable ? Promise.resolve(new ReadableStream()) : Promise.reject(new Error('no network'));
      },
      token: () => Promise.resolve('token'),
      onChanged: () => hints++,
      clock,
      chance,
    });
    await vi.waitFor(() => expect(tries).toBe(1), WAIT);
    reachable = true;
    await vi.waitFor(() => {
      retry();
      expect(hints).toBe(1);
    }, WAIT);
    retry();
    expect(tries).toBe(2);
    stop();
  });

  it('does not knock without a token', async () => {
    const open = vi.fn();
    const clock = testClock();
    let asked = 0;
    const { stop } = followChanges({
      open,
      token: () => {
        asked++;
        return Promise.resolve(undefined);
      },
      onChanged: () => undefined,
      clock,
      chance,
    });
    await vi.waitFor(() => {
      clock.advance(1_000);
      expect(asked).toBeGreaterThan(2);
    }, WAIT);
    stop();
    expect(open).not.toHaveBeenCalled();
  });
});
