// The log as a file for a spreadsheet, read piece by piece in words of the one who asks.
import { csvText } from '#domain/kernel/csv-text.ts';
import type { AuditRow } from '#domain/audit-api.ts';
import { dateText, exactTimeText } from '../../appearance/dates.ts';
import { m } from '../../paraglide/messages.js';
import { readPage, type LogQuery } from './audit-log.svelte.ts';
import { actorText, actText, detailText, subjectText } from './audit-words.ts';

/** More than a person reads; a spreadsheet still opens it at once. */
const ROWS_MAX = 50_000;

export class SaveLog {
  busy = $state(false);
  count = $state(0);
  /** The newest are in the file, and there were more. */
  isCutOff = $state(false);
  #stopped: AbortController | undefined;

  stop(): void {
    this.#stopped?.abort();
  }

  /** Undefined when it was stopped. */
  async read(query: LogQuery): Promise<File | undefined> {
    const stopped = new AbortController();
    this.#stopped = stopped;
    this.busy = true;
    this.count = 0;
    this.isCutOff = false;
    try {
      const rows: string[][] = [
        [m.audit_when(), m.audit_who(), m.audit_what(), m.audit_about(), m.audit_more(), 'id'],
      ];
      let before = '';
      do {
        const page = await readPage({ ...query, before }, { signal: stopped.signal, isExport: true });
        rows.push(...page.entries.map(rowOf));
        this.count += page.entries.length;
        before = page.next ?? '';
      } while (before !== '' && this.count < ROWS_MAX);
      this.isCutOff = before !== '';
      return new File([csvText(rows)], `${m.audit_file_name()}.csv`, { type: 'text/csv' });
    } catch (error) {
      if (stopped.signal.aborted) return undefined;
      throw error;
    } finally {
      this.busy = false;
    }
  }
}

const rowOf = (entry: AuditRow): string[] => [
  `${dateText(entry.at)} ${exactTimeText(entry.at)}`,
  actorText(entry.actor),
  actText(entry.action),
  subjectText(entry.subject),
  detailText(entry),
  String(entry.auditId),
];
