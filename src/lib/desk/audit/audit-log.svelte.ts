// The log as the address asks for it, so that back, reload and a shared link show the same entries.
import { AUDIT_GROUP_NAMES, type AuditGroup } from '#domain/audit/audit-action.ts';
import { AuditPage, AuditPeople, AuditSubject } from '#domain/audit-api.ts';
import { isCivilDay, type CivilDay } from '#domain/kernel/civil-time.ts';
import { api } from '../../api.ts';
import { Resource } from '../resource.svelte.ts';

export const LOG_PATH = '/balie/logboek';

export type LogQuery = {
  readonly group: AuditGroup | '';
  readonly userId: string;
  readonly subject: string;
  readonly from: CivilDay | '';
  readonly to: CivilDay | '';
  readonly before: string;
};

const NAMES = {
  group: 'wat',
  userId: 'wie',
  subject: 'over',
  from: 'van',
  to: 'tot',
  before: 'voor',
} as const satisfies Record<keyof LogQuery, string>;

export function queryOf(params: URLSearchParams): LogQuery {
  const text = (name: keyof LogQuery): string => params.get(NAMES[name]) ?? '';
  const day = (name: 'from' | 'to'): CivilDay | '' => (isCivilDay(text(name)) ? text(name) : '');
  return {
    group: AUDIT_GROUP_NAMES.find((known) => known === text('group')) ?? '',
    userId: text('userId'),
    subject: text('subject'),
    from: day('from'),
    to: day('to'),
    before: text('before'),
  };
}

export function addressOf(query: Partial<LogQuery>): string {
  const params = paramsOf(query, (name) => NAMES[name]);
  return params.size === 0 ? LOG_PATH : `${LOG_PATH}?${params}`;
}

function paramsOf(query: Partial<LogQuery>, nameOf: (name: keyof LogQuery) => string): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of Object.keys(NAMES) as (keyof LogQuery)[]) {
    const value = query[name];
    if (value) params.set(nameOf(name), value);
  }
  return params;
}

export const readPage = (
  query: Partial<LogQuery>,
  options: { signal?: AbortSignal; isExport?: boolean } = {},
): Promise<AuditPage> => {
  const params = paramsOf(query, (name) => name);
  if (options.isExport) params.set('export', '1');
  return api.get(`/api/audit?${params}`, AuditPage, { ...(options.signal && { signal: options.signal }) });
};

/** As the log calls the holder of a card; null: nobody of this region. */
export const subjectOfCard = async (number: string): Promise<string | null> =>
  (await api.post('/api/audit/subject', { number }, AuditSubject)).subject;

export class AuditLog extends Resource<AuditPage> {
  readonly people = new Resource<AuditPeople>();

  read(query: LogQuery): void {
    void this.load((signal) => readPage(query, { signal }));
  }

  readPeople(): void {
    void this.people.load((signal) => api.get('/api/audit/people', AuditPeople, { signal }));
  }
}
