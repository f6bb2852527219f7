// What waits for a person's decision at the organisation one works for. Followed by the whole desk, for the count beside
// the room: who tidies up the evening after must not have to look for it.
import {
  HeldDecided,
  HeldScans,
  Quarantine,
  type HeldDecisionRow,
  type HeldGroup,
} from '#domain/desk-api.ts';
import type { SeqRange } from '#domain/sync/exchange.ts';
import type { HeldDecision } from '#domain/sync/held-decision.ts';
import { api } from '../../api.ts';
import { onDeskChange } from '../desk-stream.svelte.ts';
import { Resource } from '../resource.svelte.ts';

const list = new Resource<Quarantine>();
let organisationId: string | undefined;

const waiting = $derived(list.value?.groups.reduce((sum, { count }) => sum + count, 0) ?? 0);

export const quarantine = {
  list,
  /** Scans that wait. */
  get waiting(): number {
    return waiting;
  },
  reload(): void {
    if (organisationId === undefined) return;
    const path = `/api/quarantine?organisationId=${encodeURIComponent(organisationId)}`;
    void list.load((signal) => api.get(path, Quarantine, { signal }));
  },
  /** In an $effect: reads now and at each change. */
  follow(ofOrganisationId: string): () => void {
    organisationId = ofOrganisationId;
    list.clear();
    quarantine.reload();
    return onDeskChange('devices', quarantine.reload);
  },
  async decide(
    { deviceId, reason }: HeldGroup,
    seqs: readonly SeqRange[],
    decision: HeldDecision,
    why: string,
  ): Promise<HeldDecided> {
    const body = { reason, seqs, decision, why };
    const decided = await api.post(`/api/devices/${deviceId}/quarantine`, body, HeldDecided);
    quarantine.reload();
    return decided;
  },
  async reverse({ decisionId }: HeldDecisionRow, why: string): Promise<HeldDecided> {
    const decided = await api.post(`/api/quarantine-decisions/${decisionId}/reverse`, { why }, HeldDecided);
    quarantine.reload();
    return decided;
  },
};

/** The scans of one group, read when somebody wants to see them. */
export class GroupScans extends Resource<HeldScans['scans']> {
  read({ deviceId, reason }: HeldGroup): void {
    void this.load(async (signal) => {
      const path = `/api/devices/${deviceId}/quarantine?reason=${reason}`;
      return (await api.get(path, HeldScans, { signal })).scans;
    });
  }
}
