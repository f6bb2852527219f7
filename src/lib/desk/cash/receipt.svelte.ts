import { Receipt } from '#domain/cash-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

export class OpenReceipt extends Resource<Receipt> {
  read(entryId: string): void {
    void this.load((signal) =>
      api.get(`/api/cash/entries/${encodeURIComponent(entryId)}`, Receipt, { signal }),
    );
  }
}
