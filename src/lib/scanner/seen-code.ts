// What a decoder found in one frame, and how a frame reaches it.
import type { Symbology } from '#domain/cards/read-scan.ts';
import type { Rect } from './visible-part.ts';

export type SeenCode = { readonly text: string; readonly symbology: Symbology };

export const CODE_FORMATS = ['code_128', 'qr_code', 'ean_13'] as const;

const SYMBOLOGIES: Readonly<Record<string, Symbology>> = {
  code_128: 'code-128',
  qr_code: 'qr',
  ean_13: 'ean-13',
};

export const symbologyOf = (format: string): Symbology => SYMBOLOGIES[format] ?? 'other';

/** A picture, or a whole frame of the camera of which `part` is to be read. */
export type Picture = ImageBitmap | ImageData | { readonly frame: VideoFrame; readonly part: Rect };

/** To the worker: once where the decoder lies, then frame by frame. */
export type ToDecoder =
  | { readonly kind: 'start'; readonly wasmUrl: string }
  | { readonly kind: 'frame'; readonly no: number; readonly picture: Picture };

export type FromDecoder =
  | { readonly kind: 'ready'; readonly engine: 'native' | 'wasm' }
  | { readonly kind: 'codes'; readonly no: number; readonly codes: readonly SeenCode[] }
  | { readonly kind: 'failed'; readonly no: number | null; readonly why: string };
