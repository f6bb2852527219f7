// BatchStore on PostgreSQL. Every write of a batch is one statement with unnest arrays, whatever its size.
import type { Transaction } from 'kysely';
import type { Database } from '#server/db/tables.ts';
import type { BatchStore } from './batch-store.ts';
import {
  anchorTimes,
  heldBeyond,
  insertCommands,
  insertConflicts,
  lockDevice,
  saveCustody,
  storedCommands,
  storedMarks,
} from './command-rows.ts';
import { activities, cardsByNumber, numbersByChip } from './fact-rows.ts';
import { lockAccounts, post } from '../ledger/posting-rows.ts';
import { insertRulings, insertUndos, knownCommands, latestRulings, undosOf } from './ruling-rows.ts';
import { groups, saveVisits, visitsById } from './visit-rows.ts';

/** The store of one batch; only valid inside the transaction. */
export const batchStoreIn = (trx: Transaction<Database>, regionId: number): BatchStore => ({
  lockDevice: (deviceId) => lockDevice(trx, regionId, deviceId),
  storedMarks: (deviceId, ids, seqs) => storedMarks(trx, regionId, deviceId, ids, seqs),
  storedCommands: (deviceId, seqs) => storedCommands(trx, regionId, deviceId, seqs),
  heldBeyond: (deviceId, seq) => heldBeyond(trx, regionId, deviceId, seq),
  insertCommands: (commands, receivedAt) => insertCommands(trx, regionId, commands, receivedAt),
  insertConflicts: (commands, receivedAt) => insertConflicts(trx, regionId, commands, receivedAt),
  anchorTimes: (deviceId, anchors) => anchorTimes(trx, regionId, deviceId, anchors),
  cardsByNumber: (numbers) => cardsByNumber(trx, regionId, numbers),
  numbersByChip: (chips) => numbersByChip(trx, regionId, chips),
  activities: (ids) => activities(trx, regionId, ids),
  visitsById: (ids) => visitsById(trx, regionId, ids),
  knownCommands: (ids) => knownCommands(trx, regionId, ids),
  waitingUndos: (targetIds) => undosOf(trx, regionId, targetIds, 'pending'),
  acceptedUndos: (targetIds) => undosOf(trx, regionId, targetIds, 'accepted'),
  insertUndos: (undos) => insertUndos(trx, regionId, undos),
  lockAccounts: (accounts) => lockAccounts(trx, regionId, accounts),
  groups: (keys) => groups(trx, regionId, keys),
  insertRulings: (rulings, ruledAt) => insertRulings(trx, regionId, rulings, ruledAt),
  saveVisits: (visits) => saveVisits(trx, regionId, visits),
  post: (entries, at) => post(trx, regionId, entries, at),
  latestRulings: (deviceId, seqs) => latestRulings(trx, regionId, deviceId, seqs),
  saveCustody: (deviceId, custody, headSeq) => saveCustody(trx, regionId, deviceId, custody, headSeq),
});
