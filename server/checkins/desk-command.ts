import type { CheckInPayload, UndoCheckInPayload } from '#domain/sync/command.ts';
import type { Because, Outcome, RulingCode } from '#domain/sync/ruling.ts';

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

/** The way into the ledger, given by app.ts: a room never imports server/sync. Rulings in the order of the commands. */
export type SubmitDeskCommands = (
  desk: { readonly regionId: number; readonly deviceId: string },
  commands: readonly DeskCommand[],
  receivedAt: number,
) => Promise<DeskRuling[]>;
