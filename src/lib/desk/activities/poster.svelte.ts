import { DeskPoster } from '#domain/poster-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

/** The poster of one activity. */
export class Poster extends Resource<DeskPoster> {
  read(activityId: string): void {
    void this.load((signal) => api.get(`/api/activities/${activityId}/poster`, DeskPoster, { signal }));
  }

  async make(activityId: string): Promise<void> {
    this.value = await api.post(`/api/activities/${activityId}/poster`, {}, DeskPoster);
  }
}
