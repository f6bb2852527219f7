import type { Transaction } from 'kysely';
import type { CheckInPayload, UndoCheckInPayload } from '#domain/sync/command.ts';
import type { Because, Outcome, RulingCode } from '#domain/sync/ruling.ts';
import type { Database } from '../db/tables.ts';

/** What a desk writes down; its id is made once, so that the same request again changes nothing. */
export type DeskCommand =
  | { readonly id: string; readonly kind: 'check-in'; readonly payload: CheckInPayload }
  | { readonly id: string; readonly kind: 'undo-check-in'; readonly payload: UndoCheckInPayload };

export type DeskRuling = {
  readonly commandId: string;
  readonly outcome: Outcome;
  readonly code: RulingCode | null;
  readonly because: Because | null;
  readonly points: number;
};

type DeskOf = { readonly regionId: number; readonly deviceId: string };

/** The way into the ledger, given by app.ts: a room never imports server/sync. Rulings in the order of the commands. */
export type SubmitDeskCommands = (
  desk: DeskOf,
  commands: readonly DeskCommand[],
  receivedAt: number,
) => Promise<DeskRuling[]>;

/** What a ruling would be now, and the visit whose place it would take: an earlier time counts before a later one. */
export type ForeseenRuling = DeskRuling & { readonly insteadOf: number | null };

/** The same way in, inside a transaction of the caller's: what else is written there stands or falls with the commands. */
export type DeskLedger = {
  readonly submitIn: (
    trx: Transaction<Database>,
    desk: DeskOf,
    commands: readonly DeskCommand[],
    receivedAt: number,
  ) => Promise<DeskRuling[]>;
  /** Of check-ins that are not written down: nothing is. */
  readonly foreseeIn: (
    trx: Transaction<Database>,
    desk: DeskOf,
    commands: readonly DeskCommand[],
    at: number,
  ) => Promise<ForeseenRuling[]>;
};
