// A trace outside the database. When the browser threw the database away, the key went with it: the phone must be
// enrolled anew and name the old device, whose numbers are never used again (offline-and-sync part 3).
import * as z from 'zod/mini';

const KEY = 'streekbalie.device';

const KnownDevice = z.object({ device: z.uuid(), seq: z.int() });
export type KnownDevice = z.infer<typeof KnownDevice>;

/** localStorage; a map in tests. */
export type TraceStore = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export function readKnownDevice(store: TraceStore): KnownDevice | undefined {
  const text = store.getItem(KEY);
  if (text === null) return undefined;
  try {
    return z.parse(KnownDevice, JSON.parse(text));
  } catch {
    return undefined; // written by something else: as good as no trace
  }
}

/** Best effort: a full or closed localStorage must not stop a scan that is already safe in the database. */
export function keepKnownDevice(store: TraceStore, known: KnownDevice): void {
  try {
    const before = readKnownDevice(store);
    if (before?.device === known.device && before.seq >= known.seq) return;
    store.setItem(KEY, JSON.stringify(known));
  } catch (error) {
    console.warn('The trace outside the database could not be kept.', error);
  }
}

export const forgetKnownDevice = (store: TraceStore): void => store.removeItem(KEY);
