// The server's hint that something changed (SSE event `changed`), read by fetch because EventSource carries no token.
// A hint is not believed, only followed by an exchange; while there is no stream the timer does the work.
import { limits } from '#domain/kernel/limits.ts';
import type { Clock } from '../clock.ts';
import type { Chance } from '../ids.ts';

export type OpenStream = (token: string, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;

export type FollowParts = {
  readonly open: OpenStream;
  /** Undefined while there is none: then it is asked for again later. */
  readonly token: () => Promise<string | undefined>;
  readonly onChanged: () => void;
  readonly clock: Clock;
  readonly chance: Chance;
};

export type Following = {
  readonly stop: () => void;
  /** The network is back: no need to wait out the pause after the last failure. */
  readonly retry: () => void;
};

export function followChanges({ open, token, onChanged, clock, chance }: FollowParts): Following {
  const stopping = new AbortController();
  let cancel = (): void => undefined;
  let pausing = false;
  let failures = 0;

  const follow = async (): Promise<void> => {
    pausing = false;
    try {
      const value = await token();
      if (value === undefined) failures++;
      else {
        const events = await open(value, stopping.signal);
        failures = 0;
        onChanged(); // whatever happened while nobody listened
        await readEvents(events, onChanged);
      }
    } catch {
      failures++; // expected without network; the exchange itself says what is wrong
    }
    if (stopping.signal.aborted) return;
    const pause = Math.min(limits.syncBackoffMaxMs, 1_000 * 2 ** failures);
    pausing = true;
    cancel = clock.after(pause * (0.5 + chance.fraction() / 2), () => void follow());
  };

  void follow();
  return {
    stop() {
      stopping.abort();
      cancel();
    },
    retry() {
      failures = 0;
      if (!pausing || stopping.signal.aborted) return;
      cancel();
      void follow();
    },
  };
}

/** Ends when the stream ends. */
export async function readEvents(events: ReadableStream<Uint8Array>, onChanged: () => void): Promise<void> {
  const reader = events.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + decoder.decode(value, { stream: true })).split(/\r?\n/);
    // A line without an end stays for the next piece; one that never ends is not ours.
    rest = (lines.pop() ?? '').slice(0, LINE_MAX);
    if (lines.some((line) => /^event: ?changed$/.test(line))) onChanged();
  }
}

const LINE_MAX = 1_000;
