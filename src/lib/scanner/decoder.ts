// The decoder as the screen sees it: a frame in, codes out. One worker; it starts with the first camera picture, so
// neither it nor the WebAssembly weighs on the first screen.
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';
import { ownScript } from '../own-script.ts';
import workerUrl from './decode-worker.ts?worker&url';
import type { FromDecoder, Picture, SeenCode, ToDecoder } from './seen-code.ts';

/** A frame takes 16-250 ms; a worker that says nothing for this long is dead. */
const SILENCE_MAX_MS = 8_000;

export type Decoder = {
  /** Resolves to the codes in the frame; rejects when the decoder is broken. One at a time. */
  decode(picture: Picture): Promise<readonly SeenCode[]>;
  close(): void;
};

export function startDecoder(): Decoder {
  const worker = new Worker(ownScript(workerUrl), { type: 'module' });
  let no = 0;
  let waiting:
    { no: number; done: (codes: readonly SeenCode[]) => void; fail: (e: Error) => void } | undefined;
  let broken: Error | undefined;

  const breakDown = (why: string): void => {
    broken = new Error(`The decoder stopped: ${why}`);
    waiting?.fail(broken);
    waiting = undefined;
    worker.terminate();
  };
  worker.onmessage = ({ data }: MessageEvent<FromDecoder>) => {
    if (data.kind === 'failed') breakDown(data.why);
    if (data.kind !== 'codes' || data.no !== waiting?.no) return;
    waiting.done(data.codes);
    waiting = undefined;
  };
  worker.onerror = (event) => breakDown(event.message || 'it did not load');

  const send = (message: ToDecoder, transfer: Transferable[] = []): void =>
    worker.postMessage(message, transfer);
  send({ kind: 'start', wasmUrl: new URL(wasmUrl, location.href).href });

  return {
    decode(picture) {
      if (broken) {
        if ('frame' in picture) picture.frame.close();
        return Promise.reject(broken);
      }
      no += 1;
      return new Promise((done, fail) => {
        const silence = setTimeout(() => breakDown('no answer'), SILENCE_MAX_MS);
        const stop =
          <T>(next: (value: T) => void) =>
          (value: T): void => {
            clearTimeout(silence);
            next(value);
          };
        waiting = { no, done: stop(done), fail: stop(fail) };
        send({ kind: 'frame', no, picture }, [handedOver(picture)]);
      });
    },
    close() {
      breakDown('closed');
    },
  };
}

/** Moved to the worker, not copied. */
function handedOver(picture: Picture): Transferable {
  if ('frame' in picture) return picture.frame;
  return 'close' in picture ? picture : picture.data.buffer;
}
