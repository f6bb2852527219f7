import type { Run, PublicKey } from '#domain/sync/exchange.ts';
import type { Outcome } from '#domain/sync/ruling.ts';

export type RescuedDevice = {
  readonly regionId: number;
  readonly regionSlug: string;
  readonly deviceId: string;
  readonly name: string;
  readonly publicKey: PublicKey | null;
  readonly state: 'pending' | 'active' | 'refused' | 'revoked';
};

export type TakenCommands = {
  /** How each new command was ruled, but for the undos below. */
  readonly outcomes: readonly Outcome[];
  /** Undos that hold, new or here before. One that a person must look at is among the outcomes. */
  readonly undos: number;
  /** Other commands that were here before. */
  readonly known: number;
  /** Of a run whose signature is not that of this phone: not taken, the phone itself may still send them. */
  readonly unproven: number;
};

/** The way into the ledger, given by desk-routes.ts: a room never imports server/sync. The same as a sync of that phone. */
export type TakeCommands = (
  device: Pick<RescuedDevice, 'regionId' | 'regionSlug' | 'deviceId'>,
  runs: readonly Run[],
  headSeq: number,
  receivedAt: number,
) => Promise<TakenCommands>;
