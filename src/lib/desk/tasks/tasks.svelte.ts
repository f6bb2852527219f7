// What another counter asked of ours. Followed by the whole desk, for the count beside the room.
import { TaskList, type TaskLine } from '#domain/task-api.ts';
import { api } from '../../api.ts';
import { onDeskChange } from '../desk-stream.svelte.ts';
import { Resource } from '../resource.svelte.ts';

const list = new Resource<TaskList>();

export const tasks = {
  list,
  get waiting(): number {
    return list.value?.open.length ?? 0;
  },
  reload(): void {
    void list.load((signal) => api.get('/api/tasks', TaskList, { signal }));
  },
  /** In an $effect: reads now and at each change. */
  follow(): () => void {
    list.clear();
    tasks.reload();
    return onDeskChange('tasks', tasks.reload);
  },
  async finish({ taskId }: TaskLine): Promise<void> {
    list.value = await api.post(`/api/tasks/${taskId}/done`, {}, TaskList);
  },
};
