// The check-ins of one activity on one day, growing while one looks.
import { CheckInList, DeskCheckIn } from '#domain/desk-api.ts';
import { api } from '../../api.ts';
import { onDeskChange } from '../desk-stream.svelte.ts';
import { Resource } from '../resource.svelte.ts';

export class CheckIns extends Resource<CheckInList> {
  /** Came in while this screen was open: shown as new for a moment. */
  fresh = $state.raw<ReadonlySet<string>>(new Set());
  #known = new Set<string>();

  follow(activityId: string, day: string): () => void {
    this.clear();
    this.#known = new Set();
    const read = (): void => this.read(activityId, day);
    read();
    return onDeskChange('check-ins', read, activityId);
  }

  read(activityId: string, day: string): void {
    void this.load(async (signal) => {
      const path = `/api/activities/${encodeURIComponent(activityId)}/check-ins?day=${day}`;
      const list = await api.get(path, CheckInList, { signal });
      const first = this.#known.size === 0 && this.value === undefined;
      const arrived = list.checkIns.map(({ commandId }) => commandId).filter((id) => !this.#known.has(id));
      this.fresh = new Set(first ? [] : arrived);
      for (const id of arrived) this.#known.add(id);
      return list;
    });
  }
}

export const undoCheckIn = (commandId: string, reason: string): Promise<DeskCheckIn> =>
  api.post(`/api/check-ins/${commandId}/undo`, { reason }, DeskCheckIn);
