// Cards in stock: what lies where, and the acts on it. Each act has an id that is made when its dialog opens, so that a second
// press or a lost answer never moves a box twice.
import {
  CountAnswer,
  DeliveryReport,
  StockAnswer,
  StockOverview,
  type CountInput,
  type DeliveryInput,
  type TransferInput,
  type WriteOffInput,
} from '#domain/stock-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

const overview = new Resource<StockOverview>();
let organisationId: string | undefined;

/** Ten thousand cards take the server a moment. */
const LONG = { timeoutMs: 60_000 };

export const stock = {
  overview,
  reload(): void {
    if (organisationId === undefined) return;
    const path = `/api/stock?organisationId=${encodeURIComponent(organisationId)}`;
    void overview.load((signal) => api.get(path, StockOverview, { signal }));
  },
  /** In an $effect. */
  follow(ofOrganisationId: string): void {
    organisationId = ofOrganisationId;
    overview.clear();
    stock.reload();
  },
  check: (input: DeliveryInput): Promise<DeliveryReport> =>
    api.post('/api/stock/deliveries/check', input, DeliveryReport, LONG),
  take: (input: DeliveryInput): Promise<StockAnswer> => act('/api/stock/deliveries', input),
  send: (input: TransferInput): Promise<StockAnswer> => act('/api/stock/transfers', input),
  receive: (transferId: string, missing: readonly string[]): Promise<StockAnswer> =>
    act(`/api/stock/transfers/${transferId}/receive`, { missing }),
  withdraw: (transferId: string): Promise<StockAnswer> =>
    act(`/api/stock/transfers/${transferId}/withdraw`, {}),
  async count(input: CountInput): Promise<CountAnswer> {
    const answer = await api.post('/api/stock/counts', input, CountAnswer);
    stock.reload();
    return answer;
  },
  writeOff: (input: WriteOffInput): Promise<StockAnswer> => act('/api/stock/write-offs', input),
};

async function act(path: string, body: unknown): Promise<StockAnswer> {
  const answer = await api.post(path, body, StockAnswer, LONG);
  stock.reload();
  return answer;
}
