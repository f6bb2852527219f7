// One frame in flight, whatever the screen does around it: a second loop would take the first one's answer away.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Decoder } from '../../../../src/lib/scanner/decoder.ts';
import { FrameLoop } from '../../../../src/lib/scanner/frame-loop.ts';
import type { SeenCode } from '../../../../src/lib/scanner/seen-code.ts';

const CARD: SeenCode = { text: '0900000095902', symbology: 'code-128' };

beforeEach(() => {
  vi.stubGlobal('OffscreenCanvas', vi.fn());
  vi.stubGlobal('createImageBitmap', () => Promise.resolve({}));
});
afterEach(() => vi.unstubAllGlobals());

/** A decoder that answers when it is told to. */
function openLoop() {
  const inFlight: { done: (codes: readonly SeenCode[]) => void; fail: (error: Error) => void }[] = [];
  let started = 0;
  let atOnce = 0;
  let atOnceMost = 0;
  const seen: string[] = [];
  const onBroken = vi.fn();
  const decoder: Decoder = {
    decode: () => {
      atOnceMost = Math.max(atOnceMost, (atOnce += 1));
      const answer = new Promise<readonly SeenCode[]>((done, fail) => inFlight.push({ done, fail }));
      return answer.finally(() => (atOnce -= 1));
    },
    close: () => undefined,
  };
  const picture = { readyState: 4, HAVE_CURRENT_DATA: 2, videoWidth: 640, videoHeight: 480 };
  const video = { ...picture, clientWidth: 320, clientHeight: 240 } as HTMLVideoElement;
  const on = { code: ({ text }: SeenCode) => seen.push(text), broken: onBroken };
  const loop = new FrameLoop(video, on, () => {
    started += 1;
    return decoder;
  });
  return { loop, inFlight, seen, onBroken, started: () => started, atOnceMost: () => atOnceMost };
}

test('a pause in the middle of a frame leaves one loop, not two', async () => {
  const { loop, inFlight, seen, atOnceMost } = openLoop();
  loop.start();
  await expect.poll(() => inFlight.length).toBe(1);
  loop.pause();
  loop.start();
  inFlight[0]?.done([CARD]);
  await expect.poll(() => seen).toEqual([CARD.text]);
  await expect.poll(() => inFlight.length).toBe(2);
  inFlight[1]?.done([]);
  await expect.poll(() => inFlight.length).toBe(3);
  expect(atOnceMost()).toBe(1);
  loop.close();
});

test('a decoder that breaks is started again, and after too many times the screen says so', async () => {
  const { loop, inFlight, onBroken, started } = openLoop();
  loop.start();
  for (let broken = 1; broken <= 4; broken++) {
    await expect.poll(() => inFlight.length).toBe(broken);
    inFlight[broken - 1]?.fail(new Error('it stopped'));
  }
  await expect.poll(() => onBroken.mock.calls.length).toBe(1);
  expect(started()).toBe(4);
  loop.start();
  await expect.poll(() => inFlight.length).toBe(5);
  inFlight[4]?.fail(new Error('once more, hours later'));
  await expect.poll(() => inFlight.length).toBe(6);
  expect(onBroken).toHaveBeenCalledTimes(1);
  loop.close();
});
