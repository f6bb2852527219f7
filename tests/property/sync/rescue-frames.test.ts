// Codes on a screen: whatever order a camera catches them in, and however often, the bundle comes out whole or not at all.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FRAME_BYTES,
  frameTexts,
  joinFrames,
  readFrame,
  type RescueFrame,
} from '#domain/sync/rescue-frames.ts';
import { must } from '#domain/kernel/assert.ts';
import { isUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { sha256 } from '#server/devices/device-signatures.ts';

const bundle = fc.uint8Array({ minLength: 1, maxLength: 4_000 });
const framesOf = (texts: readonly string[]): Map<number, RescueFrame> =>
  new Map(texts.map((text) => must(readFrame(text), 'a frame')).map((frame) => [frame.index, frame]));

describe('rescue frames', () => {
  it('come together again in any order and seen any number of times', () => {
    const shown = bundle.chain((bytes) => {
      const texts = frameTexts(sha256, bytes, 60);
      return fc.record({
        bytes: fc.constant(bytes),
        order: fc.shuffledSubarray(texts, { minLength: texts.length, maxLength: texts.length }),
        again: fc.array(fc.constantFrom(...texts), { maxLength: 20 }),
      });
    });
    fc.assert(
      fc.property(shown, ({ bytes, order, again }) => {
        expect(joinFrames(sha256, framesOf([...order, ...again]))).toEqual(bytes);
      }),
    );
  });

  it('give nothing while one is missing, or when one is of another bundle', () => {
    fc.assert(
      fc.property(bundle, fc.nat(), (bytes, pick) => {
        const texts = frameTexts(sha256, bytes, 60);
        const at = pick % texts.length;
        expect(joinFrames(sha256, framesOf(texts.filter((_, i) => i !== at)))).toBeUndefined();
        const other = frameTexts(
          sha256,
          bytes.map((byte) => byte ^ 1),
          60,
        );
        const mixed = framesOf(texts.map((text, i) => (i === at ? (other[i] ?? '') : text)));
        if (texts.length > 1) expect(joinFrames(sha256, mixed)).toBeUndefined();
      }),
    );
  });

  it('survive a reader that trims, are packed as digits and capitals, and are never a card', () => {
    fc.assert(
      fc.property(bundle, (bytes) => {
        for (const text of frameTexts(sha256, bytes)) {
          expect(text).toMatch(/^[0-9A-Z $%*+\-./:]+$/);
          expect(text.trim()).toBe(text);
          expect(isUitpasNumber(text)).toBe(false);
        }
      }),
    );
  });

  it('are nothing but ours', () => {
    const texts = ['', 'SBR1', 'https://streekbalie.example/koppel#ABCD', '0900000001217', 'SBR1/0/1/1//'];
    const [one = ''] = frameTexts(sha256, new Uint8Array(FRAME_BYTES));
    const spoiled = [one.replace('/1/1/', '/2/1/'), one.replace('/1/1/', '/0/1/'), one.toLowerCase()];
    for (const text of [...texts, ...spoiled]) expect(readFrame(text)).toBeUndefined();
    fc.assert(fc.property(fc.string(), (text) => readFrame(text) === undefined));
  });
});
