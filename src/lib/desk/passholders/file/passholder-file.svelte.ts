import { PassholderFile } from '#domain/passholder-api.ts';
import { api } from '../../../api.ts';
import { Resource } from '../../resource.svelte.ts';

/** The file of one person, as it was read last. */
export class OpenFile extends Resource<PassholderFile> {
  async read(passholderId: string): Promise<PassholderFile | undefined> {
    await this.load((signal) =>
      api.get(`/api/passholders/${encodeURIComponent(passholderId)}`, PassholderFile, { signal }),
    );
    return this.error === undefined ? this.value : undefined;
  }
}
