// Scans that a phone could not send itself, read in at the desk: bring a bundle, and what was brought before.
import { DeskRescues, type DeskRescue } from '#domain/desk-api.ts';
import { toBase64url } from '#domain/kernel/bytes.ts';
import { RescueOutcome } from '#domain/sync/rescue.ts';
import { api } from '../../api.ts';
import { onDeskChange } from '../desk-stream.svelte.ts';
import { Resource } from '../resource.svelte.ts';

const list = new Resource<readonly DeskRescue[]>();
let organisationId: string | undefined;

export const rescues = {
  list,
  reload(): void {
    if (organisationId === undefined) return;
    const path = `/api/rescue?organisationId=${encodeURIComponent(organisationId)}`;
    void list.load(async (signal) => (await api.get(path, DeskRescues, { signal })).rescues);
  },
  /** In an $effect: reads now and at each change. */
  follow(ofOrganisationId: string): () => void {
    organisationId = ofOrganisationId;
    list.clear();
    rescues.reload();
    return onDeskChange('devices', rescues.reload);
  },
  bring: (bytes: Uint8Array): Promise<RescueOutcome> =>
    api.post('/api/rescue', { bundle: toBase64url(bytes) }, RescueOutcome, { timeoutMs: 60_000 }),
};
