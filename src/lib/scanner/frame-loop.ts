// Camera picture to decoder, one frame in flight: a slow phone reads fewer frames, never a longer queue of old ones.
import { now } from '../clock.ts';
import { CodeGate } from './code-gate.ts';
import { startDecoder, type Decoder } from './decoder.ts';
import type { Picture, SeenCode } from './seen-code.ts';
import { visiblePart, type Rect } from './visible-part.ts';

/** Twelve reads a second are plenty, and leave the battery for the whole evening. */
const FRAME_EVERY_MS = 80;
/** A broken decoder is started again, this often. */
const RESTARTS_MAX = 3;

/** Of the codes in one picture the one to act on. */
export type Gate = Pick<CodeGate, 'pass' | 'forget'>;

export class FrameLoop {
  readonly #video: HTMLVideoElement;
  readonly #onCode: (code: SeenCode) => void;
  readonly #onBroken: () => void;
  readonly #newDecoder: () => Decoder;
  readonly #gate: Gate;
  #decoder: Decoder | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running = false;
  /** A frame is with the decoder: its end goes on with the loop, also when there was a pause meanwhile. */
  #inFlight = false;
  #restarts = 0;

  constructor(
    video: HTMLVideoElement,
    on: { code: (code: SeenCode) => void; broken: () => void },
    newDecoder = startDecoder,
    gate: Gate = new CodeGate(),
  ) {
    this.#gate = gate;
    this.#video = video;
    this.#newDecoder = newDecoder;
    this.#onCode = on.code;
    this.#onBroken = on.broken;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    if (!this.#decoder) {
      this.#decoder = this.#newDecoder();
      this.#restarts = 0;
    }
    if (!this.#inFlight) void this.#next();
  }

  /** Stops reading; the decoder stays warm for the next start. */
  pause(): void {
    this.#running = false;
    clearTimeout(this.#timer);
  }

  close(): void {
    this.pause();
    this.#decoder?.close();
    this.#decoder = undefined;
  }

  forget(): void {
    this.#gate.forget();
  }

  async #next(): Promise<void> {
    const startedAt = now();
    this.#inFlight = true;
    const failure = await this.#read().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    this.#inFlight = false;
    if (!this.#running) return;
    if (failure) {
      console.warn('A frame was not read.', failure.error);
      if (!this.#restart()) return;
    }
    this.#timer = setTimeout(() => void this.#next(), Math.max(0, FRAME_EVERY_MS - (now() - startedAt)));
  }

  async #read(): Promise<void> {
    const picture = await this.#grab();
    const codes = picture && (await this.#decoder?.decode(picture));
    const code = codes && this.#gate.pass(codes, now());
    if (code && this.#running) this.#onCode(code);
  }

  #restart(): boolean {
    this.#restarts += 1;
    if (this.#restarts > RESTARTS_MAX) {
      this.close();
      this.#onBroken();
      return false;
    }
    this.#decoder?.close();
    this.#decoder = this.#newDecoder();
    return true;
  }

  /** What is seen now; undefined while there is no picture yet. */
  async #grab(): Promise<Picture | undefined> {
    const video = this.#video;
    if (video.readyState < video.HAVE_CURRENT_DATA || video.videoWidth === 0) return undefined;
    const part = visiblePart(
      { width: video.videoWidth, height: video.videoHeight },
      { width: video.clientWidth, height: video.clientHeight },
    );
    const { x, y, width, height } = part;
    // Only a handle changes hands; cutting out a bitmap here took a fifth of the time of this thread.
    if (typeof VideoFrame !== 'undefined') return frameOf(video, part);
    if (typeof OffscreenCanvas !== 'undefined') return createImageBitmap(video, x, y, width, height);
    // Safari before 16.4 draws in no worker: the picture is taken here.
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context?.drawImage(video, x, y, width, height, 0, 0, width, height);
    return context?.getImageData(0, 0, width, height);
  }
}

/** A camera held upright may give frames that lie on their side: then all of it is read. */
function frameOf(video: HTMLVideoElement, part: Rect): Picture {
  const frame = new VideoFrame(video);
  const { displayWidth: width, displayHeight: height } = frame;
  const upright = width === video.videoWidth && height === video.videoHeight;
  return { frame, part: upright ? part : { x: 0, y: 0, width, height } };
}
