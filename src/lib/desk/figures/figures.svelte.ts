// The figures that the address asks for.
import { Figures } from '#domain/figures-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

export const FIGURES_PATH = '/balie/cijfers';

/** Empty: the region, and the month that runs. */
export type FiguresChoice = { readonly nisCode: string; readonly until: string };

export const choiceOf = (params: URLSearchParams): FiguresChoice => ({
  nisCode: params.get('gemeente') ?? '',
  until: params.get('tot') ?? '',
});

export function addressOf({ nisCode, until }: FiguresChoice): string {
  const params = new URLSearchParams({ ...(nisCode && { gemeente: nisCode }), ...(until && { tot: until }) });
  return params.size === 0 ? FIGURES_PATH : `${FIGURES_PATH}?${params}`;
}

/** A region of 600,000 people takes some seconds the first time. */
const LONG = { timeoutMs: 45_000 };

export class FiguresOf extends Resource<Figures> {
  read({ nisCode, until }: FiguresChoice): void {
    const query = new URLSearchParams({ ...(nisCode && { nisCode }), ...(until && { until }) });
    void this.load((signal) => api.get(`/api/figures?${query}`, Figures, { ...LONG, signal }));
  }
}
