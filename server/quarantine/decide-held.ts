import type { Transaction } from 'kysely';
import type { SeqRange } from '#domain/sync/exchange.ts';
import type { HeldDecision } from '#domain/sync/held-decision.ts';
import type { Database } from '../db/tables.ts';

export type DecidedNow = {
  /** Which of them were decided now; others were before, by somebody else or by the first of two taps. */
  readonly seqs: readonly SeqRange[];
  readonly count: number;
  /** Of those, visits that count. */
  readonly counted: number;
};

/** The way into the rulings, given by desk-routes.ts: a room never imports server/sync. `note` runs in the same transaction. */
export type DecideHeld = (
  request: {
    readonly regionId: number;
    readonly deviceId: string;
    readonly seqs: readonly number[];
    readonly decision: HeldDecision;
    readonly now: number;
  },
  note: (trx: Transaction<Database>, decided: DecidedNow) => Promise<void>,
) => Promise<DecidedNow>;
