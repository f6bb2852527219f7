// What lies inside a sealed backup: one after the other, frames of a kind, a length and bytes. First the manifest, then
// each table (its name and columns, its rows as COPY writes them, their count), then the sequences, then the end.
import { z } from 'zod';
import { damaged } from './sealed-file.ts';

export const Manifest = z.object({
  createdAt: z.string(),
  version: z.string(),
  /** Names of the migrations that made the schema, in order. */
  migrations: z.array(z.string()),
});
export type Manifest = z.infer<typeof Manifest>;

export const TableStart = z.object({ name: z.string(), columns: z.array(z.string()) });
export type TableStart = z.infer<typeof TableStart>;

export const TableEnd = z.object({ rows: z.number() });

export const Sequence = z.object({ name: z.string(), lastValue: z.string(), isCalled: z.boolean() });
export type Sequence = z.infer<typeof Sequence>;

const KINDS = { manifest: 1, table: 2, rows: 3, tableEnd: 4, sequence: 5, end: 6 } as const;
export type FrameKind = keyof typeof KINDS;

export interface Frame {
  kind: FrameKind;
  bytes: Buffer;
}

const HEAD_BYTES = 5;
/** COPY gives pieces of 64 kB; a longer frame is not one of ours. */
const FRAME_BYTES_MAX = 64 * 1024 * 1024;

export function encodeFrame(kind: FrameKind, content: Uint8Array | object = {}): Buffer {
  const bytes = content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content));
  const head = Buffer.alloc(HEAD_BYTES);
  head[0] = KINDS[kind];
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

export async function* decodeFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let waiting = Buffer.alloc(0);
  for await (const piece of source) {
    waiting = waiting.length === 0 ? Buffer.from(piece) : Buffer.concat([waiting, piece]);
    for (let frame = firstFrame(waiting); frame; frame = firstFrame(waiting)) {
      waiting = waiting.subarray(HEAD_BYTES + frame.bytes.length);
      yield frame;
    }
  }
  if (waiting.length > 0) throw damaged();
}

export function readJson<T>(frame: Frame, schema: z.ZodType<T>): T {
  return schema.parse(JSON.parse(frame.bytes.toString('utf8')));
}

function firstFrame(waiting: Buffer): Frame | undefined {
  if (waiting.length < HEAD_BYTES) return undefined;
  const length = waiting.readUInt32BE(1);
  const kind = kindOf(waiting[0]);
  if (kind === undefined || length > FRAME_BYTES_MAX) throw damaged();
  if (waiting.length < HEAD_BYTES + length) return undefined;
  return { kind, bytes: waiting.subarray(HEAD_BYTES, HEAD_BYTES + length) };
}

function kindOf(code: number | undefined): FrameKind | undefined {
  return (Object.keys(KINDS) as FrameKind[]).find((kind) => KINDS[kind] === code);
}
