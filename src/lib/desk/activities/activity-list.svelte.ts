// A page of activities, as the address asks for it.
import { ActivityList } from '#domain/desk-api.ts';
import { api } from '../../api.ts';
import { onDeskChange } from '../desk-stream.svelte.ts';
import { Resource } from '../resource.svelte.ts';

export const WHENS = ['open', 'today', 'coming', 'past', 'all'] as const;
export type When = (typeof WHENS)[number];

export type ActivityQuery = {
  readonly organisationId: string;
  readonly when: When;
  readonly q: string;
  readonly page: number;
};

/** The address holds the filters, so that back, reload and a shared link show the same list. */
export function queryOf(params: URLSearchParams, organisationId: string, fallback: When): ActivityQuery {
  return {
    organisationId,
    when: WHENS.find((known) => known === params.get('wanneer')) ?? fallback,
    q: params.get('q') ?? '',
    page: Math.max(1, Number.parseInt(params.get('pagina') ?? '1', 10) || 1),
  };
}

export function addressOf(path: string, { when, q, page }: Partial<ActivityQuery>): string {
  const params = new URLSearchParams();
  if (when) params.set('wanneer', when);
  if (q) params.set('q', q);
  if (page !== undefined && page > 1) params.set('pagina', String(page));
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

export class Activities extends Resource<ActivityList> {
  read({ organisationId, when, q, page }: ActivityQuery): void {
    const query = new URLSearchParams({ organisationId, when, page: String(page), ...(q && { q }) });
    void this.load((signal) => api.get(`/api/activities?${query}`, ActivityList, { signal }));
  }

  /** In an $effect: now, and whenever an activity or its check-ins change. */
  follow(query: ActivityQuery): () => void {
    const read = (): void => this.read(query);
    read();
    const stops = [onDeskChange('activities', read), onDeskChange('check-ins', read)];
    return () => stops.forEach((stop) => stop());
  }
}
