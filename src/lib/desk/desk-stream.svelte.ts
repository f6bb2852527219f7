// Word from the server that something changed; the screen then reads it again. Without a stream it asks every minute.
import { DeskEvent } from '#domain/desk-api.ts';
import { limits } from '#domain/kernel/limits.ts';
import { openSharedEventStream } from '../api.ts';

type Topic = DeskEvent['topic'];
type Listener = { topic: Topic; activityId: string | undefined; read: () => void };

/** A busy door gives many events a second: reading once a second is live enough. */
const READ_AT_MOST_EVERY_MS = 1_000;

const listeners = new Set<Listener>();
let close: (() => void) | undefined;
let timer: ReturnType<typeof setInterval> | undefined;

/**
 * Reads again whenever the topic changed. Call it in an $effect: it returns how to stop.
 * The first reading is the caller's own.
 */
export function onDeskChange(topic: Topic, read: () => void, activityId?: string): () => void {
  const { throttled, cancel } = throttle(read);
  const listener = { topic, activityId, read: throttled };
  listeners.add(listener);
  if (listeners.size === 1) start();
  return () => {
    cancel();
    listeners.delete(listener);
    if (listeners.size === 0) stop();
  };
}

function start(): void {
  let openedBefore = false;
  close = openSharedEventStream('/api/desk/stream', 'changed', DeskEvent, {
    onOpen: () => {
      if (openedBefore) readAll();
      openedBefore = true;
    },
    onEvent: (event) => {
      for (const listener of listeners) if (concerns(listener, event)) listener.read();
    },
  });
  timer = setInterval(readAll, limits.syncPollMs);
}

function stop(): void {
  close?.();
  clearInterval(timer);
}

const readAll = (): void => listeners.forEach((listener) => listener.read());

const concerns = (listener: Listener, event: DeskEvent): boolean =>
  listener.topic === event.topic &&
  (listener.activityId === undefined ||
    event.activityId === undefined ||
    listener.activityId === event.activityId);

/** At once, then at most once in a while, and always once more after the last call. */
function throttle(read: () => void): { throttled: () => void; cancel: () => void } {
  let resting: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const throttled = (): void => {
    if (resting !== undefined) {
      again = true;
      return;
    }
    read();
    resting = setTimeout(() => {
      resting = undefined;
      if (!again) return;
      again = false;
      throttled();
    }, READ_AT_MOST_EVERY_MS);
  };
  return { throttled, cancel: () => clearTimeout(resting) };
}
