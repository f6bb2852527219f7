// A page of activities, as the address asks for it.
import { ActivityList } from '#domain/desk-api.ts';
import { api } from '../../api.ts';
import { onDeskChange } from '../desk-stream.svelte.ts';
import { Resource } from '../resource.svelte.ts';

export const WHENS = ['open', 'today', 'coming', 'attention', 'past', 'all'] as const;
export type When = (typeof WHENS)[number];

export type ActivityQuery = {
  /** Undefined: of every organisation that one may see. */
  readonly organisationId: string | undefined;
  readonly when: When;
  readonly q: string;
  readonly page: number;
};

/** The address holds the filters, so that back, reload and a shared link show the same list. */
export function queryOf(params: URLSearchParams, organisationId: string, fallback: When): ActivityQuery {
  return {
    organisationId: params.get('van') === EVERYONE ? undefined : organisationId,
    when: WHENS.find((known) => known === params.get('wanneer')) ?? fallback,
    q: params.get('q') ?? '',
    page: Math.max(1, Number.parseInt(params.get('pagina') ?? '1', 10) || 1),
  };
}

export const EVERYONE = 'iedereen';

/** Of one organisation unless the query says that it is of all of them. */
export function addressOf(path: string, query: Partial<ActivityQuery>): string {
  const { when, q, page } = query;
  const params = new URLSearchParams();
  if ('organisationId' in query && query.organisationId === undefined) params.set('van', EVERYONE);
  if (when) params.set('wanneer', when);
  if (q) params.set('q', q);
  if (page !== undefined && page > 1) params.set('pagina', String(page));
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

export class Activities extends Resource<ActivityList> {
  read({ organisationId, when, q, page }: ActivityQuery): void {
    const query = new URLSearchParams({
      ...(organisationId !== undefined && { organisationId }),
      when,
      page: String(page),
      ...(q && { q }),
    });
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
