// The state of sync for screens: one device at a time, the one this phone is.
import { INITIAL_STATUS, type SyncStatus } from './sync-status.ts';
import type { SyncLoop } from './sync-loop.ts';

let current = $state.raw<SyncStatus>(INITIAL_STATUS);

export const syncStatus = {
  get current(): SyncStatus {
    return current;
  },
};

/** Returns how to stop following. */
export function followStatus(loop: SyncLoop): () => void {
  return loop.subscribe((status) => {
    current = status;
  });
}
