// What lies on the phone. The outbox holds the exact texts that were hashed: an upgrade never touches it, and a row
// leaves it only when the server's receipt names the same hash (docs/adr/002).
// Numbers of cards lie here only sealed (payload) or as a keyed mark that means nothing outside this phone.
import { Dexie, type Table } from 'dexie';
import type { ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import { planted } from '#domain/kernel/planted.ts';
import type { OwingPhone, PublicKey, RosterOffer } from '#domain/sync/exchange.ts';
import type { RescueHead, RescueOutcome } from '#domain/sync/rescue.ts';
import { standingOf } from '#domain/sync/scan-life.ts';
import type { Because, Outcome } from '#domain/sync/ruling.ts';
import type { Doubt, VerdictKind } from '#domain/checkins/verdict.ts';
import type { DeviceKeys } from './device-keys.ts';
import type { Sealed } from './seal.ts';

/** On this phone only; received by the server; ruled upon as well. */
export type CommandState = 'unsent' | 'custody' | 'settled';

export type OutboxRow = {
  readonly device: string;
  readonly seq: number;
  readonly id: string;
  readonly kind: string;
  /** The exact text. */
  readonly envelope: string;
  readonly payload: Sealed;
  readonly salt: string;
  readonly prevHash: string;
  readonly hash: string;
  readonly at: number;
  readonly signature?: string;
  readonly state: CommandState;
  readonly receivedAt?: number;
};

/** The newest command of a device: the next one is chained to it. */
export type ChainRow = { readonly device: string; readonly seq: number; readonly hash: string };

export type Ruling = {
  readonly n: number;
  readonly outcome: Outcome;
  readonly code?: string;
  readonly because?: Because;
  readonly points: number;
  readonly ruledAt: number;
};

/** What the screen said at the scan. */
export type Shown = {
  readonly verdict: VerdictKind;
  readonly outcome: 'accepted' | 'duplicate' | 'refused';
  readonly code?: string;
  readonly doubt?: Doubt;
  readonly points: number;
  readonly of?: Because;
};

export type ScanRow = {
  readonly commandId: string;
  readonly device: string;
  readonly seq: number;
  readonly activityId: string;
  /** Keyed mark of the card, for this phone only. */
  readonly mark: string;
  readonly at: number;
  readonly shown: Shown;
  readonly ruling?: Ruling;
  readonly undone: 0 | 1;
  readonly undoSeq?: number;
  /** Why the server did not take the undo: the scan stands. */
  readonly undoRefused?: string;
  /** Kept from standingOf, for counting by index: taken back; must a person look at it? */
  readonly gone: 0 | 1;
  readonly look: 0 | 1;
};

/** A visit on another phone. */
export type VisitRow = {
  readonly commandId: string;
  readonly activityId: string;
  readonly fingerprint: string;
  readonly rosterId: string;
  readonly at: number;
  readonly device: string;
  readonly counts: 0 | 1;
};

/** A scan with the fields that follow from the others. */
export function scanRow(scan: Omit<ScanRow, 'gone' | 'look'>): ScanRow {
  const { undone, look } = standingOf(scan);
  return { ...scan, gone: undone ? 1 : 0, look: look === undefined ? 0 : 1 };
}

export type DeviceState = 'pending' | 'active' | 'refused' | 'expired' | 'revoked' | 'left';

/** An enrolment of this phone. The keys are CryptoKey objects that no script can read out. */
export type DeviceRow = {
  readonly id: string;
  readonly region: string;
  readonly regionName: string;
  readonly organisationName: string;
  readonly activityTitles: readonly string[];
  readonly name: string;
  readonly state: DeviceState;
  readonly publicKey: PublicKey;
  readonly signKey: CryptoKey;
  readonly storageKey: CryptoKey;
  readonly serverKey: CryptoKey;
  /** Unsent commands are sealed to it when they travel by another way; missing until the first contact that knows of it. */
  readonly rescueKey?: PublicKey;
  readonly enrolledAt: number;
  /** Until when the coordinator can approve. */
  readonly expiresAt: number;
  readonly replaces?: string;
  /** Of the device that this phone was and that it replaces: where the server's commands end, and where this phone's did. */
  readonly former?: { readonly name: string; readonly inCustody: number; readonly written: number };
};

/** What a device and the server last told each other. */
export type ContactRow = {
  readonly device: string;
  readonly requestNo: number;
  readonly cursor: string | null;
  readonly anchor: HeardAnchor | null;
  /** Until when by this device's clock, which may be wrong. */
  readonly token: { readonly value: string; readonly usableUntil: number } | null;
  readonly rosterOffer: RosterOffer | null;
  /** Other phones that owed commands at the last answer. */
  readonly owing: readonly OwingPhone[];
};

/** The last signed answer, with the clocks of the session that heard it. */
export type HeardAnchor = {
  readonly serverTime: number;
  readonly syncNo: number;
  readonly session: string;
  readonly monoMs: number;
  readonly deviceTime: number;
};

/** The files of numbers and of chips, and what changed in each since. */
export const ROSTER_BLOBS = ['roster', 'roster-delta', 'chips', 'chips-delta'] as const;
/** Which of them lie there, without reading them. */
export const ROSTER_ROWS = ['roster', 'chips'] as const;

/** Large things as one value: the roster's file, what changed since, and the pad that is given up when storage runs full. */
export type BlobRow =
  | { readonly key: (typeof ROSTER_BLOBS)[number]; readonly sealed: Sealed }
  | { readonly key: 'pad'; readonly bytes: Uint8Array<ArrayBuffer> }
  | CarriedRow;

/** Unsent commands of another phone, sealed to the server; the bytes go when the server has said what became of them. */
export type CarriedRow = {
  readonly key: `carried-${string}`;
  readonly head: RescueHead;
  readonly keptAt: number;
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly settledAt?: number;
  readonly outcome?: RescueOutcome;
  /** Why the server did not take it; with the bytes still here it is asked again. */
  readonly refused?: string;
  /** When it was handed in last, and how often without a signed answer. */
  readonly tried?: { readonly at: number; readonly unheard: number };
};

/** Which roster lies in `blobs`. */
export type RosterOnBoard = {
  readonly key: (typeof ROSTER_ROWS)[number];
  readonly device: string;
  readonly rosterId: string;
  readonly version: number;
  readonly builtAt: number;
  readonly expiresAt: number;
  readonly etag: string | null;
};

export type MetaRow =
  /** The device this phone is; the one it asks to become. */
  | { readonly key: 'current' | 'enrolling'; readonly device: string }
  /** Made for a code that was sent, until the answer comes. */
  | { readonly key: 'asking'; readonly code: string; readonly keys: DeviceKeys }
  | { readonly key: 'mark-key'; readonly markKey: CryptoKey }
  | RosterOnBoard;

export type PhoneDb = Dexie & {
  readonly outbox: Table<OutboxRow, [string, number]>;
  readonly chains: Table<ChainRow, string>;
  readonly scans: Table<ScanRow, string>;
  readonly visits: Table<VisitRow, string>;
  readonly activities: Table<ActivityPolicy, string>;
  readonly phones: Table<{ readonly id: string; readonly name: string }, string>;
  readonly devices: Table<DeviceRow, string>;
  readonly contacts: Table<ContactRow, string>;
  readonly blobs: Table<BlobRow, string>;
  readonly meta: Table<MetaRow, string>;
};

export const PHONE_DB = 'streekbalie';

const SCHEMA_VERSION = 1;

/** A later version of the app was here. Dexie opens such a database all the same: an old tab must not write in it. */
export const isOfNewerApp = (db: PhoneDb): boolean =>
  (db.backendDB() as IDBDatabase | null) !== null && db.backendDB().version >= (SCHEMA_VERSION + 1) * 10;

export const SCHEMA_V1 = {
  outbox: '[device+seq],&id,[device+state+seq],[state+receivedAt]',
  chains: 'device',
  scans:
    'commandId,[activityId+mark],[activityId+gone+at],[activityId+look+at],[device+seq],[device+undoSeq]',
  visits: 'commandId,[activityId+fingerprint],rosterId',
  activities: 'activityId',
  phones: 'id',
  devices: 'id,state',
  contacts: 'device',
  blobs: 'key',
  meta: 'key',
};

/** The browser reports a write done only when it is on the disk. */
export const durability = (): IDBTransactionDurability =>
  planted('relaxed-durability') ? 'relaxed' : 'strict';

export function openPhoneDb(
  options: { name?: string; indexedDB?: IDBFactory; IDBKeyRange?: typeof IDBKeyRange } = {},
): PhoneDb {
  const db = new Dexie(options.name ?? PHONE_DB, {
    chromeTransactionDurability: durability(),
    ...(options.indexedDB && { indexedDB: options.indexedDB }),
    ...(options.IDBKeyRange && { IDBKeyRange: options.IDBKeyRange }),
  });
  db.version(SCHEMA_VERSION).stores(SCHEMA_V1);
  return db as PhoneDb; // the tables follow from the schema above
}
