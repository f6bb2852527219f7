// A page of activities, as the address asks for it.
import { ActivityList } from '#domain/desk-api.ts';
import { isCivilDay } from '#domain/kernel/civil-time.ts';
import { api } from '../../api.ts';
import { onDeskChange } from '../desk-stream.svelte.ts';
import { Resource } from '../resource.svelte.ts';

export const WHENS = ['open', 'today', 'coming', 'attention', 'past', 'all'] as const;
export type When = (typeof WHENS)[number];

export type ActivityQuery = {
  /** Undefined: of every organisation that one may see. */
  readonly organisationId: string | undefined;
  readonly when: When;
  /** Empty: wherever. */
  readonly nisCode?: string;
  /** Days, both included; empty: whenever. */
  readonly fromDay?: string;
  readonly untilDay?: string;
  readonly q: string;
  readonly page: number;
};

/** The address holds the filters, so that back, reload and a shared link show the same list. */
export function queryOf(params: URLSearchParams, organisationId: string, fallback: When): ActivityQuery {
  return {
    organisationId: params.get('van') === EVERYONE ? undefined : organisationId,
    when: WHENS.find((known) => known === params.get('wanneer')) ?? fallback,
    nisCode: /^\d{5}$/.exec(params.get('gemeente') ?? '')?.[0] ?? '',
    fromDay: dayIn(params, 'vanaf'),
    untilDay: dayIn(params, 'tot'),
    q: params.get('q') ?? '',
    page: Math.max(1, Number.parseInt(params.get('pagina') ?? '1', 10) || 1),
  };
}

const dayIn = (params: URLSearchParams, name: string): string => {
  const day = params.get(name) ?? '';
  return isCivilDay(day) ? day : '';
};

export const EVERYONE = 'iedereen';

/** Of one organisation unless the query says that it is of all of them. */
export function addressOf(path: string, query: Partial<ActivityQuery>): string {
  const { when, nisCode, fromDay, untilDay, q, page } = query;
  const params = new URLSearchParams();
  if ('organisationId' in query && query.organisationId === undefined) params.set('van', EVERYONE);
  if (when) params.set('wanneer', when);
  if (nisCode) params.set('gemeente', nisCode);
  if (fromDay) params.set('vanaf', fromDay);
  if (untilDay) params.set('tot', untilDay);
  if (q) params.set('q', q);
  if (page !== undefined && page > 1) params.set('pagina', String(page));
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

export class Activities extends Resource<ActivityList> {
  read({ organisationId, when, nisCode, fromDay, untilDay, q, page }: ActivityQuery): void {
    const query = new URLSearchParams({
      ...(organisationId !== undefined && { organisationId }),
      when,
      page: String(page),
      ...(nisCode && { nisCode }),
      ...(fromDay && { from: fromDay }),
      ...(untilDay && { until: untilDay }),
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
