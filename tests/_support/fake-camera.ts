// A film for Chromium's fake camera: cards held before it one after the other, as YUV4MPEG2 (640x480, I420).
// Chromium plays it round and round: --use-file-for-fake-video-capture=FILE.
import { writeFile } from 'node:fs/promises';
import bwip from 'bwip-js/node';
import { assert } from '#domain/kernel/assert.ts';

export type Scene =
  | { readonly show: 'code-128' | 'qr' | 'ean-13'; readonly text: string; readonly frames: number }
  /** The screen of another phone: grey values of a square picture of `side` pixels, in base64. */
  | { readonly show: 'screen'; readonly luma: string; readonly side: number; readonly frames: number }
  /** An empty table. */
  | { readonly show: 'nothing'; readonly frames: number };

const WIDTH = 640;
const HEIGHT = 480;
const FRAMES_PER_SECOND = 10;
const TABLE = 96;
const CARD = 235;
const INK = 24;
const SYMBOLS = { 'code-128': 'code128', qr: 'qrcode', 'ean-13': 'ean13' } as const;

/** A card in view for `seconds` of every round; the rest of the round the table is empty. */
export const heldCard = (show: 'code-128' | 'qr', text: string, frames = 20): Scene => ({
  show,
  text,
  frames,
});

export async function writeFakeCamera(file: string, scenes: readonly Scene[]): Promise<void> {
  const parts: Uint8Array[] = [
    Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\n`),
  ];
  const grey = new Uint8Array((WIDTH * HEIGHT) / 2).fill(128); // U and V, a quarter each
  for (const scene of scenes) {
    const luma = lumaOf(scene);
    for (let i = 0; i < scene.frames; i++) parts.push(Buffer.from('FRAME\n'), luma, grey);
  }
  await writeFile(file, Buffer.concat(parts));
}

function lumaOf(scene: Scene): Uint8Array {
  if (scene.show === 'nothing') return emptyTable();
  if (scene.show === 'screen') return screenOnTable(scene.luma, scene.side);
  return cardOnTable(scene.show, scene.text);
}

function screenOnTable(base64: string, side: number): Uint8Array {
  const luma = emptyTable();
  const screen = Buffer.from(base64, 'base64');
  const [left, top] = [Math.round((WIDTH - side) / 2), Math.round((HEIGHT - side) / 2)];
  for (let y = 0; y < side; y++)
    luma.set(screen.subarray(y * side, (y + 1) * side), (top + y) * WIDTH + left);
  return luma;
}

const emptyTable = (): Uint8Array => new Uint8Array(WIDTH * HEIGHT).fill(TABLE);

function cardOnTable(show: keyof typeof SYMBOLS, text: string): Uint8Array {
  const luma = emptyTable();
  fill(luma, { x: 60, y: 90, width: 520, height: 300 }, CARD);
  const [symbol] = bwip.raw({ bcid: SYMBOLS[show], text });
  assert(symbol, `bwip-js draws ${show}`);
  if ('pixs' in symbol) drawMatrix(luma, symbol);
  else drawBars(luma, symbol.sbs);
  return luma;
}

/** `sbs`: widths of bar, space, bar … in modules. */
function drawBars(luma: Uint8Array, widths: readonly number[]): void {
  const modules = widths.reduce((sum, width) => sum + width, 0);
  const scale = Math.floor(460 / modules);
  let x = Math.round((WIDTH - modules * scale) / 2);
  widths.forEach((width, i) => {
    if (i % 2 === 0) fill(luma, { x, y: 170, width: width * scale, height: 140 }, INK);
    x += width * scale;
  });
}

function drawMatrix(luma: Uint8Array, symbol: { pixs: readonly number[]; pixx: number; pixy: number }): void {
  const scale = Math.floor(230 / symbol.pixx);
  const left = Math.round((WIDTH - symbol.pixx * scale) / 2);
  const top = Math.round((HEIGHT - symbol.pixy * scale) / 2);
  symbol.pixs.forEach((dark, i) => {
    const x = left + (i % symbol.pixx) * scale;
    const y = top + Math.floor(i / symbol.pixx) * scale;
    if (dark) fill(luma, { x, y, width: scale, height: scale }, INK);
  });
}

function fill(
  luma: Uint8Array,
  area: { x: number; y: number; width: number; height: number },
  value: number,
): void {
  for (let y = area.y; y < area.y + area.height; y++)
    luma.fill(value, y * WIDTH + area.x, y * WIDTH + area.x + area.width);
}
