// What a phone's sync needs of storage. PostgreSQL implements it (postgres-sync-database.ts); the simulation has one in
// memory, so that service.ts, ingest.ts and process-batch.ts run there as they are.
import type { ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import type { Instant } from '#domain/kernel/civil-time.ts';
import type { PublicKey, SyncRequest, SyncResponse } from '#domain/sync/exchange.ts';
import type { BatchDevice, BatchStore, StoredRuling } from './batch-store.ts';

export type SyncDatabase<Trx> = {
  findDevice(region: string, deviceId: string): Promise<KnownDevice | undefined>;
  /** All or nothing, committed when the promise resolves; the work runs again when it lost a race for locks. */
  transaction<T>(regionId: number, work: (parts: SyncTransaction<Trx>) => Promise<T>): Promise<T>;
  noteSync(trx: Trx, regionId: number, note: SyncNote): Promise<void>;
  /**
   * The newest head that a device signed, and what is in custody beyond `seq`. Of more than `limits.heldPageMax` held
   * commands the first, and the last of those in place of the head: beyond it nothing was looked at.
   */
  headAndHeld(regionId: number, deviceId: string, seq: number): Promise<HeadAndHeld>;
  readFeed(regionId: number, question: FeedQuestion): Promise<Feed>;
};

export type SyncTransaction<Trx> = {
  readonly trx: Trx;
  readonly store: BatchStore;
  /** Wakes event streams, also those of other server processes; delivered when the transaction commits. */
  readonly announce: (events: readonly SyncEvent[]) => Promise<void>;
};

export type SyncEvent =
  | { readonly regionId: number; readonly topic: 'check-ins'; readonly activityId: string }
  | { readonly regionId: number; readonly topic: 'rulings' | 'devices'; readonly deviceId: string };

export type KnownDevice = {
  readonly regionId: number;
  readonly publicKey: PublicKey | null;
  readonly state: BatchDevice['state'];
  readonly tokenExpiresAt: Instant | null;
};

export type SyncNote = {
  readonly request: SyncRequest;
  readonly syncNo: number;
  readonly token: SyncResponse['token'];
  readonly now: Instant;
};

export type HeadAndHeld = { readonly headSeq: number; readonly heldSeqs: readonly number[] };

export type FeedQuestion = {
  readonly deviceId: string;
  readonly activityIds: readonly string[];
  readonly cursor: string | null;
  readonly now: Instant;
  readonly policies: readonly ActivityPolicy[];
  readonly fingerprint: (number: string) => string;
};

export type Feed = {
  readonly rulings: readonly StoredRuling[];
  readonly changes: Pick<SyncResponse['changes'], 'activities' | 'devices' | 'visits' | 'deviceName'>;
  readonly cursor: string;
  readonly more: boolean;
};

/** The five characters of SQLSTATE, or nothing. */
export const databaseCodeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
