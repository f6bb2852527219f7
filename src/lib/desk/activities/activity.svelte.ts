import { DeskActivity } from '#domain/desk-api.ts';
import { api } from '../../api.ts';
import { onDeskChange } from '../desk-stream.svelte.ts';
import { Resource } from '../resource.svelte.ts';

/** One evening does not take place; without a reason it does after all. */
export const callOff = (
  { activityId, version }: DeskActivity,
  { occurrenceId }: { readonly occurrenceId: string },
  because: string | null,
): Promise<DeskActivity> =>
  api.post(
    `/api/activities/${activityId}/occurrences/${occurrenceId}/cancel`,
    { because, version },
    DeskActivity,
  );

/** One activity, kept up to date while it is looked at. */
export class Activity extends Resource<DeskActivity> {
  follow(activityId: string): () => void {
    const read = (): void => this.read(activityId);
    read();
    return onDeskChange('activities', read, activityId);
  }

  read(activityId: string): void {
    void this.load((signal) =>
      api.get(`/api/activities/${encodeURIComponent(activityId)}`, DeskActivity, { signal }),
    );
  }
}
