import {
  GroupPassFile,
  GroupPassList,
  type GroupPassAct,
  type GroupPassInput,
} from '#domain/group-pass-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

export class GroupPasses extends Resource<GroupPassList> {
  readonly read = (): void => {
    void this.load((signal) => api.get('/api/group-passes', GroupPassList, { signal }));
  };

  async make(input: GroupPassInput): Promise<void> {
    this.#keep(await api.post('/api/group-passes', input, GroupPassFile));
  }

  async act(groupPassId: string, act: GroupPassAct): Promise<void> {
    this.#keep(await api.post(`/api/group-passes/${groupPassId}/acts`, act, GroupPassFile));
  }

  /** The answer is the pass as it is now. */
  #keep(pass: GroupPassFile): void {
    if (!this.value) return;
    const others = this.value.passes.filter(({ groupPassId }) => groupPassId !== pass.groupPassId);
    const passes = [...others, pass].sort((a, b) => a.name.localeCompare(b.name));
    this.value = { ...this.value, passes };
  }
}
