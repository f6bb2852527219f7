// The work list of the kansenstatuut, as the address asks for it: the filters stand in it, the names never do.
import { ListAnswer, ListChoices, SheetAnswer, type ListQuestion } from '#domain/bulk-api.ts';
import { limits } from '#domain/kernel/limits.ts';
import { LIST_VIEWS } from '#domain/passholders/kansenstatuut-list.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

export const SOON_DAYS = [30, 60, 120, limits.kansenstatuutSoonDaysMax] as const;
const USUAL_DAYS = 60;

/** `kaarten` absent: the first card system there is. */
export function questionOf(params: URLSearchParams, cardSystemId: string): ListQuestion {
  const days = Number(params.get('dagen'));
  const place = params.get('gemeente');
  const proof = params.get('bewijs');
  return {
    view: LIST_VIEWS.find((view) => view === params.get('toon')) ?? 'soon',
    cardSystemId: params.get('kaarten') ?? cardSystemId,
    soonDays: SOON_DAYS.find((known) => known === days) ?? USUAL_DAYS,
    sort: params.get('volgorde') === 'name' ? 'name' : 'until',
    page: Math.max(1, Number.parseInt(params.get('pagina') ?? '1', 10) || 1),
    ...(place !== null && { nisCode: place }),
    ...(proof !== null && { proof }),
  };
}

/** The same list with something changed begins at its first page. */
export function addressWith(params: URLSearchParams, change: Readonly<Record<string, string>>): string {
  const next = new URLSearchParams(params);
  next.delete('pagina');
  for (const [key, value] of Object.entries(change)) {
    if (value === '') next.delete(key);
    else next.set(key, value);
  }
  const text = next.toString();
  return text === '' ? '/balie/kansenstatuut' : `/balie/kansenstatuut?${text}`;
}

export class Choices extends Resource<ListChoices> {
  read = (): void => {
    void this.load((signal) => api.get('/api/kansenstatuut/choices', ListChoices, { signal }));
  };
}

export class Renewals extends Resource<ListAnswer> {
  #question: ListQuestion | undefined;

  ask(question: ListQuestion): void {
    this.#question = question;
    this.read();
  }

  read = (): void => {
    const question = this.#question;
    if (question)
      void this.load((signal) => api.post('/api/kansenstatuut/list', question, ListAnswer, { signal }));
  };
}

export const readSheet = (question: ListQuestion): Promise<SheetAnswer> =>
  api.post('/api/kansenstatuut/sheet', question, SheetAnswer, { timeoutMs: 60_000 });
