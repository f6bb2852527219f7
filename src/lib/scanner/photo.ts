// A photo of a card, read by the same decoder as the camera's picture. It stays in memory for as long as that takes: it is
// stored nowhere and sent nowhere, nor is what the camera wrote into the file (place, time, phone).
import { bestCode } from './code-gate.ts';
import { startDecoder, type Decoder } from './decoder.ts';
import type { SeenCode } from './seen-code.ts';

export type PhotoReading =
  | { readonly kind: 'code'; readonly code: SeenCode }
  /** A picture without a code that can be read; a file that is no picture; a decoder that does not run. */
  | { readonly kind: 'no-code' | 'no-picture' | 'no-decoder' };

/** Twelve million pixels take the decoder seconds. First at a size that shows a card well, then finer, then coarser. */
const WIDTHS = [1_600, 2_800, 800];

export async function readPhoto(file: Blob, newDecoder: () => Decoder = startDecoder): Promise<PhotoReading> {
  const whole = await createImageBitmap(file).catch(() => undefined);
  if (!whole) return { kind: 'no-picture' };
  const decoder = newDecoder();
  try {
    for (const width of widthsFor(whole.width)) {
      const picture = await createImageBitmap(whole, { resizeWidth: width, resizeQuality: 'medium' });
      const code = bestCode(await decoder.decode(picture));
      if (code) return { kind: 'code', code };
    }
    return { kind: 'no-code' };
  } catch (error) {
    console.warn('The photo was not read.', error);
    return { kind: 'no-decoder' };
  } finally {
    whole.close();
    decoder.close();
  }
}

/** Never larger than it is. */
const widthsFor = (width: number): readonly number[] => [
  ...new Set(WIDTHS.map((wanted) => Math.min(wanted, width))),
];
