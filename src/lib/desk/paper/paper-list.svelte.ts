// A paper list on its way into the ledger: rows, the reason, one request id that makes sending twice harmless.
import { PaperListResult, type DeskActivity } from '#domain/desk-api.ts';
import { clockTimeOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import * as z from 'zod/mini';
import { api, Unreachable } from '../../api.ts';
import { now } from '../../clock.ts';
import { newId } from '../../ids.ts';
import { clearDraft, readDraft, writeDraft } from '../draft.ts';
import { Act } from '../resource.svelte.ts';
import { instantIn, isEmptyRow, parsePasted, rowProblem, type PaperRow } from './paper-rows.ts';

const Draft = z.object({
  requestId: z.string(),
  occurrenceId: z.string(),
  reason: z.string(),
  rows: z.array(z.object({ number: z.string(), time: z.string() })),
});
type Draft = z.infer<typeof Draft>;
type RowResult = PaperListResult['rows'][number];

const FIRST_ROWS = 5;

export class PaperList {
  draft: Draft = $state({ requestId: '', occurrenceId: '', reason: '', rows: [] });
  results = $state.raw<readonly RowResult[] | undefined>();
  readonly sending = new Act();
  tried = $state(false);
  /** The list may have arrived: it can only be sent again as it is. */
  readonly uncertain = $derived(this.sending.error instanceof Unreachable);
  /** Nobody changes what is on its way, may have arrived, or was ruled upon. */
  readonly locked = $derived(this.sending.busy || this.uncertain || this.results !== undefined);
  readonly activity: DeskActivity;
  readonly #name: string;

  constructor(activity: DeskActivity) {
    this.activity = activity;
    this.#name = `paper.${activity.activityId}`;
    this.draft = readDraft(this.#name, Draft) ?? this.#fresh();
  }

  /** What can still be entered: begun, and not too long ago. */
  readonly occurrences = $derived.by(() =>
    this.activity.occurrences
      .filter(({ opensAt, endsAt }) => opensAt <= now() && endsAt > now() - limits.paperListBackMs)
      .sort((a, b) => b.startsAt - a.startsAt),
  );
  readonly occurrence = $derived(
    this.occurrences.find(({ occurrenceId }) => occurrenceId === this.draft.occurrenceId) ??
      this.occurrences[0],
  );
  readonly filled = $derived(this.draft.rows.filter((row) => !isEmptyRow(row)));
  readonly problems = $derived(this.draft.rows.map(rowProblem));
  readonly sendable = $derived(
    this.filled.length > 0 &&
      this.filled.length <= limits.paperListRowsMax &&
      this.draft.reason.trim() !== '' &&
      this.occurrence !== undefined &&
      this.problems.every((problem) => problem === undefined),
  );

  keepDraft(): void {
    const draft = $state.snapshot(this.draft);
    if (this.results === undefined) writeDraft(this.#name, draft);
  }

  /** A new row starts with the time of the one before: people come in waves. */
  addRow(): void {
    this.draft.rows.push({ number: '', time: this.draft.rows.at(-1)?.time ?? this.#startTime() });
  }

  removeRow(index: number): void {
    this.draft.rows.splice(index, 1);
    if (this.draft.rows.length === 0) this.addRow();
  }

  /** True when it was a column, which is then laid out over the rows from here on. */
  paste(index: number, text: string): boolean {
    const pasted = parsePasted(text);
    if (pasted.length < 2) return false;
    const before = this.draft.rows[index]?.time ?? this.#startTime();
    const rows = pasted
      .slice(0, limits.paperListRowsMax)
      .map((row) => ({ ...row, time: row.time || before }));
    this.draft.rows.splice(index, 1, ...rows);
    return true;
  }

  async send(): Promise<boolean> {
    this.tried = true;
    const { occurrence } = this;
    if (!this.sendable || !occurrence || this.sending.busy) return false;
    const rows = this.filled.map(({ number, time }) => ({
      number,
      at: instantIn(occurrence, time) ?? occurrence.startsAt,
    }));
    const { requestId, reason } = this.draft;
    const body = { requestId, activityId: this.activity.activityId, reason: reason.trim(), rows };
    const sent = await this.sending.run(async () => {
      this.results = (await api.post('/api/paper-lists', body, PaperListResult)).rows;
    });
    if (sent) {
      this.draft.rows = this.draft.rows.filter((row) => !isEmptyRow(row));
      clearDraft(this.#name);
    } else if (!this.uncertain) {
      // Refused as a whole, nothing was stored: what is sent next is another list.
      this.draft.requestId = newId();
    }
    return sent;
  }

  startAnew(): void {
    this.results = undefined;
    this.tried = false;
    this.draft = this.#fresh();
  }

  #fresh(): Draft {
    const rows: PaperRow[] = Array.from({ length: FIRST_ROWS }, () => ({ number: '', time: '' }));
    const draft = { requestId: newId(), occurrenceId: '', reason: '', rows };
    const time = this.#startTime();
    for (const row of rows) row.time = time;
    return draft;
  }

  #startTime(): string {
    return this.occurrence ? clockTimeOf(this.occurrence.startsAt) : '';
  }
}
