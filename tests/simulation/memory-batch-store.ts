// BatchStore over simulated tables: the same answers as server/sync/postgres-batch-store.ts gives, and the same refusals where a
// constraint of PostgreSQL would be broken. What cards and activities are comes from the world, as of the moment.
import { must } from '#domain/kernel/assert.ts';
import { limits } from '#domain/kernel/limits.ts';
import { planted } from '#domain/kernel/planted.ts';
import type { Instant } from '#domain/kernel/civil-time.ts';
import type { Outcome } from '#domain/sync/ruling.ts';
import {
  groupKeyText,
  type GroupVisit,
  type ServerActivity,
  type ServerCard,
} from '#domain/sync/rule-batch.ts';
import { anchorKey } from '#server/sync/batch-store.ts';
import type { BatchStore, NewCommand, StoredRuling, WaitingUndo } from '#server/sync/batch-store.ts';
import {
  ConstraintViolation,
  placeOf,
  type RulingRow,
  type ServerTables,
  type VisitRow,
} from './server-tables.ts';

/** What the server knows of the world at a moment. */
export type ServerFacts = {
  readonly card: (number: string, at: Instant) => ServerCard | undefined;
  readonly numberOfChip: (chip: string) => string | undefined;
  readonly activity: (activityId: string, at: Instant) => ServerActivity | undefined;
};

/** Called before each access; throws to let the server die or the database fail there. */
export type Tripwire = (access: string) => void;

export function memoryBatchStore(
  tables: ServerTables,
  facts: ServerFacts,
  now: Instant,
  tripwire: Tripwire = () => undefined,
): BatchStore {
  const { journal } = tables;
  const latestOf = (commandId: string): RulingRow | undefined => tables.rulings.get(commandId)?.at(-1);

  const withRuling = (row: VisitRow): GroupVisit => {
    const { n, judgement } = must(latestOf(row.commandId), `ruling of visit ${row.commandId}`);
    const { tx: _tx, ...visit } = row;
    return { ...visit, n, ruled: judgement };
  };
  const storedRuling = ({ commandId, seq, n, judgement, ruledAt }: RulingRow): StoredRuling => ({
    commandId,
    seq,
    n,
    outcome: judgement.outcome,
    code: judgement.code ?? null,
    because: judgement.because ?? null,
    points: judgement.points,
    ruledAt,
  });
  const undosOf = (targetIds: readonly string[], outcome: Outcome): WaitingUndo[] =>
    targetIds.flatMap((target) =>
      (tables.undoIdsByTarget.get(target) ?? []).flatMap((id): WaitingUndo[] => {
        const undo = must(tables.undos.get(id), `undo ${id}`);
        const ruling = must(latestOf(id), `ruling of undo ${id}`);
        if (ruling.judgement.outcome !== outcome) return [];
        const device = must(tables.devices.get(undo.deviceId), `device ${undo.deviceId}`);
        const { organisationId } = device;
        return [{ ...undo, seq: ruling.seq, n: ruling.n, byDesk: device.kind === 'desk', organisationId }];
      }),
    );
  const refusePoison = ({ id, kind, hash }: NewCommand): void => {
    // Kept apart as "malformed" it is only bytes to the database.
    if (kind !== 'malformed' && tables.isPoison(hash)) throw new ConstraintViolation(`poison in ${id}`);
  };

  const store: BatchStore = {
    lockDevice: async (deviceId) => tables.devices.get(deviceId),

    storedMarks: async (deviceId, ids, seqs) => {
      const found = new Set(ids.filter((id) => tables.commands.has(id)));
      for (const seq of seqs) {
        const id = tables.commandIdsByPlace.get(placeOf(deviceId, seq));
        if (id !== undefined) found.add(id);
      }
      return [...found].map((id) => must(tables.commands.get(id), `command ${id}`));
    },

    storedCommands: async (deviceId, seqs) =>
      seqs.flatMap(
        (seq) => tables.commands.get(tables.commandIdsByPlace.get(placeOf(deviceId, seq)) ?? '') ?? [],
      ),

    heldBeyond: async (deviceId, seq) =>
      [...tables.commands.values()]
        .filter((command) => command.device === deviceId && command.seq > seq)
        .sort((a, b) => a.seq - b.seq)
        .slice(0, limits.heldPageMax),

    insertCommands: async (commands, receivedAt) => {
      for (const command of commands) {
        refusePoison(command);
        const place = placeOf(command.device, command.seq);
        if (tables.commands.has(command.id) || tables.commandIdsByPlace.has(place))
          throw new ConstraintViolation(`command ${place}`);
        journal.put(tables.commands, command.id, { ...command, receivedAt });
        journal.put(tables.commandIdsByPlace, place, command.id);
      }
    },

    insertConflicts: async (commands, receivedAt) => {
      for (const command of commands) {
        const known = tables.conflicts.some(
          (other) =>
            other.device === command.device &&
            other.seq === command.seq &&
            Buffer.compare(other.hash, command.hash) === 0,
        );
        if (!known) journal.append(tables.conflicts, { ...command, receivedAt });
      }
    },

    anchorTimes: async (deviceId, anchors) =>
      new Map(
        anchors.flatMap((anchor) => {
          const newest = tables.devices.get(deviceId)?.syncNo ?? 0;
          for (let syncNo = Math.min(anchor.syncNo, newest); syncNo > 0; syncNo--) {
            const time = tables.syncTimes.get(placeOf(deviceId, syncNo));
            if (time !== undefined && time <= anchor.serverTime) return [[anchorKey(anchor), time] as const];
          }
          return [];
        }),
      ),

    cardsByNumber: async (numbers) =>
      new Map(
        numbers.flatMap((number) => {
          const card = facts.card(number, now);
          return card ? [[number, card] as const] : [];
        }),
      ),

    numbersByChip: async (chips) =>
      new Map(
        chips.flatMap((chip) => {
          const number = facts.numberOfChip(chip);
          return number === undefined ? [] : [[chip, number] as const];
        }),
      ),

    activities: async (ids) =>
      new Map(
        ids.flatMap((id) => {
          const activity = facts.activity(id, now);
          return activity ? [[id, activity] as const] : [];
        }),
      ),

    visitsById: async (ids) =>
      ids.flatMap((id) => {
        const visit = tables.visits.get(id);
        return visit ? [withRuling(visit)] : [];
      }),

    knownCommands: async (ids) =>
      new Map(
        ids.flatMap((id) => {
          const ruling = latestOf(id);
          if (!ruling) return [];
          const { outcome, code = null } = ruling.judgement;
          return [[id, { outcome, code }] as const];
        }),
      ),

    waitingUndos: async (targetIds) => undosOf(targetIds, 'pending'),
    acceptedUndos: async (targetIds) => undosOf(targetIds, 'accepted'),

    insertUndos: async (undos) => {
      for (const undo of undos) {
        journal.put(tables.undos, undo.commandId, undo);
        journal.appendTo(tables.undoIdsByTarget, undo.targetId, undo.commandId);
      }
    },

    lockAccounts: async (accounts) => {
      for (const { accountId, kind } of accounts)
        if (!tables.accounts.has(accountId))
          journal.put(tables.accounts, accountId, { kind, balance: kind === 'issued' ? null : 0 });
    },

    groups: async (keys) =>
      [...new Set(keys.map(groupKeyText))].flatMap((key) =>
        (tables.visitIdsByGroup.get(key) ?? []).map((id) =>
          withRuling(must(tables.visits.get(id), `visit ${id}`)),
        ),
      ),

    insertRulings: async (rulings, ruledAt) => {
      for (const ruling of rulings) {
        const before = tables.rulings.get(ruling.commandId) ?? [];
        if (planted('ruling-updated-in-place')) {
          journal.put(tables.rulings, ruling.commandId, [{ ...ruling, ruledAt, tx: tables.tx }]);
          continue;
        }
        if (before.some(({ n }) => n === ruling.n))
          throw new ConstraintViolation(`ruling ${ruling.commandId}/${ruling.n}`);
        journal.appendTo(tables.rulings, ruling.commandId, { ...ruling, ruledAt, tx: tables.tx });
      }
    },

    saveVisits: async (visits) => {
      for (const {
        n: _n,
        changed: _changed,
        fresh,
        judgement: _judgement,
        ruled: _ruled,
        ...visit
      } of visits) {
        const known = tables.visits.get(visit.commandId);
        if (!known && !fresh) continue; // an update of nothing
        if (known && fresh) throw new ConstraintViolation(`visit ${visit.commandId}`);
        const { slot, undone } = visit;
        journal.put(
          tables.visits,
          visit.commandId,
          known ? { ...known, slot, undone, tx: tables.tx } : { ...visit, tx: tables.tx },
        );
        if (!known) journal.appendTo(tables.visitIdsByGroup, groupKeyText(visit), visit.commandId);
      }
      requireOneVisitASlot(tables, visits.map(groupKeyText));
    },

    post: async (entries) => {
      for (const { commandId, n, correctsN, postings } of entries)
        for (const [line, { accountId, unit, amount }] of postings.entries()) {
          if (tables.postings.some((p) => p.commandId === commandId && p.n === n && p.line === line))
            throw new ConstraintViolation(`posting ${commandId}/${n}/${line}`);
          const account = must(tables.accounts.get(accountId), `account ${accountId}`);
          journal.append(tables.postings, {
            commandId,
            n,
            line,
            accountId,
            unit,
            amount,
            correctsN: correctsN ?? null,
          });
          if (account.balance !== null)
            journal.put(tables.accounts, accountId, { ...account, balance: account.balance + amount });
        }
    },

    latestRulings: async (deviceId, seqs) =>
      seqs.flatMap((seq) => {
        const id = tables.commandIdsByPlace.get(placeOf(deviceId, seq));
        const ruling = id === undefined ? undefined : latestOf(id);
        return ruling ? [storedRuling(ruling)] : [];
      }),

    saveCustody: async (deviceId, custody, headSeq) => {
      const device = must(tables.devices.get(deviceId), `device ${deviceId}`);
      journal.put(tables.devices, deviceId, { ...device, ...custody, headSeq });
    },
  };
  return guarded(store, tripwire);
}

/** `visit_slot`: settles races between phones. */
function requireOneVisitASlot(tables: ServerTables, groups: readonly string[]): void {
  for (const group of new Set(groups)) {
    const slots = (tables.visitIdsByGroup.get(group) ?? []).flatMap(
      (id) => tables.visits.get(id)?.slot ?? [],
    );
    if (new Set(slots).size !== slots.length) throw new ConstraintViolation(`visit_slot ${group}`);
  }
}

function guarded(store: BatchStore, tripwire: Tripwire): BatchStore {
  return new Proxy(store, {
    get(target, name: keyof BatchStore & string) {
      tripwire(name);
      return target[name];
    },
  });
}
