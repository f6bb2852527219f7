// The body of a large answer, a piece at a time as the other side takes it: a Response of bytes holds a copy of its own, for as
// long as nobody reads it.
const PIECE_BYTES = 64 * 1024;

export function bodyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> {
  if (bytes.byteLength <= PIECE_BYTES) return new Uint8Array(bytes);
  let at = 0;
  return new ReadableStream(
    {
      pull(controller) {
        controller.enqueue(bytes.subarray(at, at + PIECE_BYTES));
        at += PIECE_BYTES;
        if (at >= bytes.byteLength) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
