// The phones of the organisation one works for. Followed by the whole desk: a volunteer may stand waiting for approval.
import { DeskDevice, DeviceList } from '#domain/desk-api.ts';
import { api } from '../../api.ts';
import { onDeskChange } from '../desk-stream.svelte.ts';
import { Resource } from '../resource.svelte.ts';

const list = new Resource<readonly DeskDevice[]>();
let restored = $state.raw<DeviceList['restored']>(null);
let organisationId: string | undefined;

const pending = $derived(list.value?.filter((device) => device.state === 'pending') ?? []);

export const devices = {
  list,
  /** They show two words and wait. */
  get pending(): readonly DeskDevice[] {
    return pending;
  },
  /** For two weeks after the database was put back from a backup. */
  get restored(): DeviceList['restored'] {
    return restored;
  },
  reload(): void {
    if (organisationId === undefined) return;
    const path = `/api/devices?organisationId=${encodeURIComponent(organisationId)}`;
    void list.load(async (signal) => {
      const read = await api.get(path, DeviceList, { signal });
      restored = read.restored;
      return read.devices;
    });
  },
  /** In an $effect: reads now and at each change. */
  follow(ofOrganisationId: string): () => void {
    organisationId = ofOrganisationId;
    list.clear();
    devices.reload();
    return onDeskChange('devices', devices.reload);
  },
  /** Both sides derive the words; sending them says which ones the coordinator compared. */
  approve: (device: DeskDevice): Promise<void> => act(device, 'approve', { words: device.words }),
  refuse: (device: DeskDevice): Promise<void> => act(device, 'refuse', {}),
  rename: (device: DeskDevice, name: string): Promise<void> => act(device, 'rename', { name }),
  revoke: (device: DeskDevice): Promise<void> => act(device, 'revoke', {}),
  declareLost: (device: DeskDevice): Promise<void> => act(device, 'lost', {}),
};

async function act(device: DeskDevice, verb: string, body: unknown): Promise<void> {
  const changed = await api.post(`/api/devices/${device.deviceId}/${verb}`, body, DeskDevice);
  list.value = list.value?.map((known) => (known.deviceId === changed.deviceId ? changed : known));
}
