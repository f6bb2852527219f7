import { OrganisationChoices, OrganisationFile, OrganisationList } from '#domain/organisation-api.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

export const STATES = ['all', 'no-agreement', 'iban-waits'] as const;
export type ListState = (typeof STATES)[number];
export type OrganisationQuery = {
  readonly q: string;
  readonly nisCode: string;
  readonly state: ListState;
  readonly page: number;
};

/** The address holds the filters, so that back, reload and a shared link show the same list. */
export const queryOf = (params: URLSearchParams): OrganisationQuery => ({
  q: params.get('q') ?? '',
  nisCode: params.get('gemeente') ?? '',
  state: STATES.find((known) => known === params.get('toon')) ?? 'all',
  page: Math.max(1, Number.parseInt(params.get('pagina') ?? '1', 10) || 1),
});

export function addressOf(path: string, { q, nisCode, state, page }: OrganisationQuery): string {
  const params = new URLSearchParams();
  if (q) params.set('q', q);
  if (nisCode) params.set('gemeente', nisCode);
  if (state !== 'all') params.set('toon', state);
  if (page > 1) params.set('pagina', String(page));
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

export class Organisations extends Resource<OrganisationList> {
  read({ q, nisCode, state, page }: OrganisationQuery): void {
    const query = new URLSearchParams({
      state,
      page: String(page),
      ...(q && { q }),
      ...(nisCode && { nisCode }),
    });
    void this.load((signal) => api.get(`/api/organisations?${query}`, OrganisationList, { signal }));
  }
}

export class OrganisationPage extends Resource<OrganisationFile> {
  read(organisationId: string): void {
    void this.load((signal) =>
      api.get(`/api/organisations/${encodeURIComponent(organisationId)}`, OrganisationFile, { signal }),
    );
  }

  /** Something was done with it: the answer is the file as it is now. */
  async post(rest: string, body: unknown): Promise<void> {
    const id = this.value?.organisationId ?? '';
    this.value = await api.post(`/api/organisations/${id}${rest}`, body, OrganisationFile);
  }
}

class Choices extends Resource<OrganisationChoices> {
  read(): void {
    void this.load((signal) => api.get('/api/organisations/choices', OrganisationChoices, { signal }));
  }
}
export const choices = new Choices();
