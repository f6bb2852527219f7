// Collects the codes that another screen shows, in whatever order the camera catches them.
import { sha256 } from '@noble/hashes/sha2.js';
import { joinFrames, readFrame, type RescueFrame } from '#domain/sync/rescue-frames.ts';
import { gapsIn, toRanges } from '#domain/sync/seq-ranges.ts';
import type { SeqRange } from '#domain/sync/exchange.ts';

export class FrameCatcher {
  seen = $state(0);
  total = $state(0);
  /** The last code was of another bundle than the ones before. */
  other = $state(false);
  missing = $state.raw<readonly SeqRange[]>([]);
  #frames = new Map<number, RescueFrame>();

  /** The whole bundle with its last code; undefined until then, and for what is no code of ours. */
  take(text: string): Uint8Array<ArrayBuffer> | undefined {
    const frame = readFrame(text);
    if (!frame) return undefined;
    const [known] = this.#frames.values();
    this.other = known !== undefined && (known.mark !== frame.mark || known.total !== frame.total);
    if (this.other || this.#frames.has(frame.index)) return undefined;
    this.#frames.set(frame.index, frame);
    this.total = frame.total;
    this.seen = this.#frames.size;
    this.missing = gapsIn(toRanges([...this.#frames.keys()]), frame.total);
    const whole = joinFrames(sha256, this.#frames);
    if (whole) return new Uint8Array(whole);
    // All there, and yet not what was shown: one was misread, nobody knows which.
    if (this.seen === this.total) this.restart();
    return undefined;
  }

  restart(): void {
    this.#frames = new Map();
    this.seen = this.total = 0;
    this.other = false;
    this.missing = [];
  }
}
