// The tables of a simulated server: what PostgreSQL keeps, with the constraints that PostgreSQL holds
// (server/db/migrations). A transaction is a journal: committed, or as if it had never been.
import type { AccountKind } from '#domain/ledger/ledger.ts';
import type { GroupVisit } from '#domain/sync/rule-batch.ts';
import type { BatchDevice, NewCommand, NewRuling, UndoRow } from '#server/sync/batch-store.ts';
import { Journal } from './journal.ts';

export type CommandRow = NewCommand & { readonly receivedAt: number };
export type RulingRow = NewRuling & { readonly ruledAt: number; readonly tx: number };
export type VisitRow = Omit<GroupVisit, 'n' | 'ruled'> & { readonly tx: number };
export type PostingRow = {
  readonly commandId: string;
  readonly n: number;
  readonly line: number;
  readonly accountId: string;
  readonly unit: string;
  readonly amount: number;
  readonly correctsN: number | null;
};
export type AccountRow = { readonly kind: AccountKind; readonly balance: number | null };

/** As PostgreSQL reports it: class 23, a constraint. */
export class ConstraintViolation extends Error {
  readonly code = '23505';
}

export class ServerTables {
  devices = new Map<string, BatchDevice>();
  /** Server time of each sync that a phone may name as its anchor. */
  syncTimes = new Map<string, number>();
  commands = new Map<string, CommandRow>();
  commandIdsByPlace = new Map<string, string>();
  conflicts: CommandRow[] = [];
  rulings = new Map<string, readonly RulingRow[]>();
  visits = new Map<string, VisitRow>();
  visitIdsByGroup = new Map<string, readonly string[]>();
  undos = new Map<string, UndoRow>();
  undoIdsByTarget = new Map<string, readonly string[]>();
  accounts = new Map<string, AccountRow>();
  postings: PostingRow[] = [];
  /** Something in a command that the database will not have, however it is asked. */
  isPoison: (hash: Uint8Array) => boolean = () => false;
  /** Number of the transaction under way, as xid8. */
  tx = 1;
  /** Changes when a backup is restored. */
  epoch = 0;
  readonly journal = new Journal();

  commit(): void {
    this.journal.commit();
    this.tx++;
  }

  rollback(): void {
    this.journal.rollback();
    this.tx++;
  }

  /** A consistent copy; rows are never changed in place, so the maps are enough. */
  backup(): ServerTables {
    const copy = new ServerTables();
    copy.restore(this);
    return copy;
  }

  restore(from: ServerTables): void {
    this.devices = new Map(from.devices);
    this.syncTimes = new Map(from.syncTimes);
    this.commands = new Map(from.commands);
    this.commandIdsByPlace = new Map(from.commandIdsByPlace);
    this.conflicts = [...from.conflicts];
    this.rulings = new Map(from.rulings);
    this.visits = new Map(from.visits);
    this.visitIdsByGroup = new Map(from.visitIdsByGroup);
    this.undos = new Map(from.undos);
    this.undoIdsByTarget = new Map(from.undoIdsByTarget);
    this.accounts = new Map(from.accounts);
    this.postings = [...from.postings];
    this.epoch++;
  }
}

export const placeOf = (device: string, seq: number): string => `${device}|${seq}`;
