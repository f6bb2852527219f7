// SyncDatabase over simulated tables: what server/sync/postgres-sync-database.ts and feed.ts answer, one transaction at
// a time, with places where the server can die: before each access, and between the work and its commit.
import { createHash } from 'node:crypto';
import { must } from '#domain/kernel/assert.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { VisitItem } from '#domain/sync/exchange.ts';
import type { Feed, FeedQuestion, SyncDatabase } from '#server/sync/sync-database.ts';
import { memoryBatchStore, type ServerFacts, type Tripwire } from './memory-batch-store.ts';
import { placeOf, type RulingRow, type ServerTables } from './server-tables.ts';

export type MemoryDatabaseParts = {
  readonly tables: ServerTables;
  readonly facts: ServerFacts;
  readonly now: () => number;
  readonly tripwire: Tripwire;
  readonly regionId: number;
  readonly regionSlug: string;
  readonly names: ReadonlyMap<string, string>;
};

export function memorySyncDatabase(parts: MemoryDatabaseParts): SyncDatabase<ServerTables> {
  const { tables, facts, now, tripwire, regionId, regionSlug } = parts;
  return {
    findDevice: async (region, deviceId) => {
      tripwire('findDevice');
      const device = region === regionSlug ? tables.devices.get(deviceId) : undefined;
      return device && { regionId, publicKey: device.publicKey, state: device.state, tokenExpiresAt: null };
    },

    transaction: async (_regionId, work) => {
      try {
        const store = memoryBatchStore(tables, facts, now(), tripwire);
        const result = await work({ trx: tables, store, announce: async () => undefined });
        tripwire('commit');
        tables.commit();
        return result;
      } catch (error) {
        tables.rollback();
        throw error;
      }
    },

    noteSync: async (trx, _regionId, { request, syncNo, now: at }) => {
      tripwire('noteSync');
      const device = must(trx.devices.get(request.device), `device ${request.device}`);
      trx.journal.put(trx.devices, request.device, { ...device, requestNo: request.requestNo, syncNo });
      trx.journal.put(trx.syncTimes, placeOf(request.device, syncNo), at);
    },

    headAndHeld: async (_regionId, deviceId, seq) => {
      tripwire('headAndHeld');
      const headSeq = tables.devices.get(deviceId)?.headSeq ?? 0;
      const heldSeqs: number[] = [];
      for (let next = seq + 1; next <= headSeq; next++) {
        if (tables.commandIdsByPlace.has(placeOf(deviceId, next))) heldSeqs.push(next);
        if (heldSeqs.length === limits.heldPageMax) return { headSeq: next, heldSeqs };
      }
      return { headSeq, heldSeqs };
    },

    readFeed: async (_regionId, question) => {
      tripwire('readFeed');
      return readFeed(tables, question, parts.names);
    },
  };
}

/** Cursor: epoch, first transaction not yet told, digest of the facts. */
function readFeed(tables: ServerTables, question: FeedQuestion, names: ReadonlyMap<string, string>): Feed {
  const [epoch, tx, knownFacts] = (question.cursor ?? '').split('.');
  const since = epoch === String(tables.epoch) ? Number(tx) : 0;
  const anew = question.cursor !== null && epoch !== String(tables.epoch);
  const rulings = rulingsSince(tables, question.deviceId, since, anew);
  const visits = visitsSince(tables, question, since);
  const devices = [...names].filter(([id]) => id !== question.deviceId).map(([id, name]) => ({ id, name }));
  const deviceName = names.get(question.deviceId) ?? '';
  const facts = createHash('sha256')
    .update(JSON.stringify({ policies: question.policies, devices }))
    .digest('base64url')
    .slice(0, 12);
  const changed = epoch !== String(tables.epoch) || facts !== knownFacts;
  return {
    rulings: rulings.map(({ judgement, ...row }) => ({
      commandId: row.commandId,
      seq: row.seq,
      n: row.n,
      outcome: judgement.outcome,
      code: judgement.code ?? null,
      because: judgement.because ?? null,
      points: judgement.points,
      ruledAt: row.ruledAt,
    })),
    changes: {
      ...(changed && { activities: [...question.policies], devices, deviceName }),
      ...(visits.length > 0 && { visits }),
    },
    cursor: `${tables.epoch}.${tables.tx}.${facts}`,
    more: false,
  };
}

/** First rulings travel with the receipt; later ones are told here, after a restored backup all of them. */
function rulingsSince(tables: ServerTables, deviceId: string, since: number, anew: boolean): RulingRow[] {
  return [...tables.rulings.values()]
    .flat()
    .filter((row) => row.deviceId === deviceId && (row.n > 1 || anew) && row.tx >= since)
    .sort((a, b) => a.tx - b.tx)
    .slice(0, limits.feedItemsMax);
}

function visitsSince(
  tables: ServerTables,
  { deviceId, policies, fingerprint }: FeedQuestion,
  since: number,
): { activityId: string; items: VisitItem[] }[] {
  const keys = new Map(policies.map((p) => [p.activityId, new Set(p.periods.map(({ key }) => key))]));
  const byActivity = new Map<string, VisitItem[]>();
  for (const visit of tables.visits.values()) {
    if (visit.tx < since || visit.deviceId === deviceId || visit.number === null) continue;
    if (!keys.get(visit.activityId)?.has(visit.periodKey)) continue;
    const items = byActivity.get(visit.activityId) ?? [];
    byActivity.set(visit.activityId, items);
    items.push([
      fingerprint(visit.number),
      visit.at,
      visit.deviceId,
      visit.commandId,
      visit.slot === null ? 0 : 1,
    ]);
  }
  return [...byActivity].map(([activityId, items]) => ({ activityId, items }));
}
