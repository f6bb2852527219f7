// Server-sent events that say "look again". What is pending is a set: a slow reader gets each hint once, however often it
// came, so memory stays constant. The stream ends with the right to it, at the latest one heartbeat later.
import type { Context as RequestContext } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { Context } from './context.ts';
import { Problem } from './errors.ts';
import type { News, NewsFeed } from './events.ts';

const HEARTBEAT_MS = 25_000;
const RETRY_MS = 3_000;
const STREAMS_MAX = 1_000;
const STREAMS_PER_SUBJECT_MAX = 8;

export type StreamParts = {
  /** Whose stream it is; the oldest of too many of one subject ends. */
  readonly subject: string;
  /** The data of the event `changed`, or undefined when it is none of the reader's business. */
  readonly toEvent: (news: News) => object | undefined;
  /** Told after this, so that what concerns hundreds of phones does not bring them all back at once; 0 or absent: now. */
  readonly waitMs?: (news: News) => number;
  /** News may have been missed: everything may have changed. */
  readonly everything: readonly object[];
  readonly stillAllowed: () => Promise<boolean>;
};

export interface EventStreams {
  open(c: RequestContext, parts: StreamParts): Response;
}

export function createEventStreams(
  feed: NewsFeed,
  { stopping, metrics, ids }: Pick<Context, 'stopping' | 'metrics' | 'ids'>,
): EventStreams {
  const endings = new Map<string, (() => void)[]>();
  let count = 0;
  // One listener for all of them.
  stopping.addEventListener('abort', () => [...endings.values()].flat().forEach((end) => end()));

  return {
    open(c, { subject, toEvent, waitMs, everything, stillAllowed }) {
      // The next try reaches another process, or the one that comes after this.
      if (stopping.aborted) throw new Problem(503, 'stopping', { headers: { 'retry-after': '2' } });
      if (count >= STREAMS_MAX)
        throw new Problem(503, 'too-many-streams', { headers: { 'retry-after': '60' } });
      const pending = new Set<string>();
      let over = false;
      let wake = (): void => undefined;
      const end = (): void => {
        over = true;
        wake();
      };
      const tell = (events: readonly object[]): void => {
        for (const event of events) pending.add(JSON.stringify(event));
        wake();
      };
      // What is told later is told once: a second hint meanwhile says nothing more.
      const later = new Map<string, NodeJS.Timeout>();
      const tellLater = (event: object, ms: number): void => {
        const key = JSON.stringify(event);
        if (later.has(key)) return;
        later.set(
          key,
          setTimeout(() => {
            later.delete(key);
            tell([event]);
          }, ms),
        );
      };
      const stop = feed.subscribe({
        onNews: (news) => {
          const event = toEvent(news);
          const ms = waitMs?.(news) ?? 0;
          if (event && ms > 0) tellLater(event, ms);
          else if (event) tell([event]);
        },
        onGap: () => tell(everything),
      });
      const own = [...(endings.get(subject) ?? []), end];
      while (own.length > STREAMS_PER_SUBJECT_MAX) own.shift()?.();
      endings.set(subject, own);
      count += 1;
      metrics.streamOpened();
      const close = (): void => {
        stop();
        later.forEach((timer) => clearTimeout(timer));
        count -= 1;
        metrics.streamClosed();
        const left = (endings.get(subject) ?? []).filter((other) => other !== end);
        if (left.length > 0) endings.set(subject, left);
        else endings.delete(subject);
      };

      /** True when something is to be sent or it is over, false after a quiet while. */
      const news = (): Promise<boolean> =>
        new Promise((resolve) => {
          const timer = setTimeout(() => resolve(false), HEARTBEAT_MS);
          wake = () => {
            clearTimeout(timer);
            resolve(true);
          };
          if (over || pending.size > 0) wake();
        });

      // A proxy that buffers would make this a very slow poll.
      c.header('x-accel-buffering', 'no');
      return streamSSE(c, async (stream) => {
        stream.onAbort(end);
        try {
          await feed.ready();
          await stream.write(`retry: ${RETRY_MS}\n: open\n\n`);
          for (let checkedAt = performance.now(); !over;) {
            const quiet = !(await news());
            // Also on a busy evening without a quiet moment.
            if (quiet || performance.now() - checkedAt >= HEARTBEAT_MS) {
              // When that cannot be known now, the reader comes back and is asked at the door.
              if (!(await stillAllowed().catch(() => false))) return;
              checkedAt = performance.now();
            }
            const events = [...pending];
            pending.clear();
            for (const data of events) await stream.writeSSE({ event: 'changed', data });
            if (quiet) await stream.write(': still here\n\n');
          }
          // Not all at once: hundreds of phones come back to one other process.
          if (stopping.aborted) await stream.write(`retry: ${retryMs(ids)}\n: stopping\n\n`);
        } finally {
          close();
        }
      });
    },
  };
}

/** Between once and twice the usual time. */
const retryMs = (ids: Context['ids']): number =>
  RETRY_MS + Math.round(((ids.bytes(1)[0] ?? 0) / 255) * RETRY_MS);
