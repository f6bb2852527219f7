// What the sync loop asks of storage. On the phone that is Dexie (dexie-sync-store.ts); a simulation brings its own.
import type { SyncResponse } from '#domain/sync/exchange.ts';
import type { HeardAnchor } from '../db/phone-db.ts';
import type { Backlog } from '../db/unsent.ts';
import type { AnswerPlan } from './plan-answer.ts';

export type OutgoingCommand = {
  readonly seq: number;
  readonly envelope: string;
  readonly payload: string;
  readonly salt: string;
  readonly prevHash: string;
  readonly hash: string;
  readonly signature?: string;
};

export type Outgoing = {
  /** Taken durably: never used by another request. */
  readonly requestNo: number;
  readonly cursor: string | null;
  readonly head: { readonly seq: number; readonly hash: string };
  readonly roster: { readonly id: string; readonly version: number; readonly builtAt: number } | null;
  /** No token on board, or one that is nearly over: `takeRequest` compares with `at`. */
  readonly wantsToken: boolean;
  /** The lowest unsent ones, rising. */
  readonly commands: readonly OutgoingCommand[];
} & Backlog;

export type BatchLimit = {
  readonly countMax: number;
  readonly charsMax: number;
  /** Commands that the server could not take alone: the others do not wait for them. */
  readonly passOver: ReadonlySet<number>;
};

export type SyncStore = {
  /** `step`: how far the number of the request rises. */
  readonly takeRequest: (limit: BatchLimit, at: number, step: number) => Promise<Outgoing>;
  readonly keepSignatures: (signed: readonly { seq: number; signature: string }[]) => Promise<void>;
  /** Reads the rows the answer speaks of, plans (planAnswer), writes what the plan says; the cursor only with the last of it. */
  readonly applyAnswer: (answer: SyncResponse, heard: HeardAnchor) => Promise<AnswerPlan>;
  readonly backlog: () => Promise<Backlog>;
  /** Forgets settled commands received before that moment. */
  readonly prune: (receivedBefore: number, now: number) => Promise<void>;
};
