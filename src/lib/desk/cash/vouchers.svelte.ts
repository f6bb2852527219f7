import { VoucherList, VoucherSaved, type VoucherInput } from '#domain/cash-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

const list = new Resource<VoucherList>();

export const vouchers = {
  list,
  reload(): void {
    void list.load((signal) => api.get('/api/vouchers', VoucherList, { signal }));
  },
  make: (input: VoucherInput): Promise<unknown> => write('/api/vouchers', input),
  end: (voucherId: string): Promise<unknown> =>
    write(`/api/vouchers/${encodeURIComponent(voucherId)}/end`, {}),
};

async function write(path: string, body: unknown): Promise<unknown> {
  const answer = await api.post(path, body, VoucherSaved);
  vouchers.reload();
  return answer;
}
