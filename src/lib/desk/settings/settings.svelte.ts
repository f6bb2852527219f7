// Settings of the place one looks at; without one the region's.
import {
  SettingSaved,
  SettingsAnswer,
  type SettingInput,
  type WithdrawSettingInput,
} from '#domain/settings-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

type Place = SettingsAnswer['place'];

const answer = new Resource<SettingsAnswer>();
let place: Pick<Place, 'nisCode' | 'organisationId'> = { nisCode: null, organisationId: null };

export const settings = {
  answer,
  reload(): void {
    const { nisCode, organisationId } = place;
    const query = new URLSearchParams({
      ...(nisCode !== null && { nisCode }),
      ...(organisationId !== null && { organisationId }),
    });
    void answer.load((signal) => api.get(`/api/settings?${query}`, SettingsAnswer, { signal }));
  },
  /** Clears what another place had, so that nothing is changed at the wrong one. */
  open(next: Pick<Place, 'nisCode' | 'organisationId'>): void {
    place = next;
    answer.clear();
    settings.reload();
  },
  change: (input: SettingInput): Promise<unknown> => write('/api/settings', input),
  withdraw: (input: WithdrawSettingInput): Promise<unknown> => write('/api/settings/withdraw', input),
};

async function write(path: string, body: unknown): Promise<unknown> {
  try {
    return await api.post(path, body, SettingSaved);
  } finally {
    settings.reload(); // also after a refusal: somebody else may have been first
  }
}
