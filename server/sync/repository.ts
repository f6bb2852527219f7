// BatchStore on PostgreSQL. Every write of a batch is one statement with unnest arrays, whatever its size.
import { sql, type Kysely, type Transaction } from 'kysely';
import { assert } from '#domain/kernel/assert.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { Database } from '#server/db/tables.ts';
import type { AccountKind } from '#domain/ledger/ledger.ts';
import type { NoteCode } from '#domain/checkins/decide-check-in.ts';
import type { Occurrence } from '#domain/checkins/activity-policy.ts';
import type { Custody, HeldCommand, StoredMark } from '#domain/sync/custody.ts';
import type {
  GroupKey,
  GroupVisit,
  RuledVisit,
  ServerActivity,
  ServerCard,
} from '#domain/sync/rule-batch.ts';
import type { Because, Outcome, RulingCode } from '#domain/sync/ruling.ts';
import { anchorKey } from './batch-store.ts';
import type {
  BatchDevice,
  BatchEntry,
  BatchStore,
  NamedAnchor,
  NewCommand,
  NewRuling,
  Standing,
  StoredCommand,
  StoredRuling,
  UndoRow,
  WaitingUndo,
} from './batch-store.ts';

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

type Trx = Kysely<Database>;

async function lockDevice(trx: Trx, regionId: number, deviceId: string): Promise<BatchDevice | undefined> {
  const row = await trx
    .selectFrom('device')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('device_id', '=', deviceId)
    .forUpdate()
    .executeTakeFirst();
  if (!row) return undefined;
  const enrolled = await trx
    .selectFrom('device_activity')
    .select('activity_id')
    .where('region_id', '=', regionId)
    .where('device_id', '=', deviceId)
    .execute();
  return {
    deviceId,
    organisationId: row.organisation_id,
    kind: row.kind,
    state: row.state,
    publicKey: row.public_key,
    enrolledAt: row.enrolled_at ?? row.requested_at,
    revokedAfterSeq: row.revoked_after_seq,
    requestNo: row.request_no,
    syncNo: row.sync_no,
    headSeq: row.head_seq,
    ackedSeq: row.acked_seq,
    ackedHash: row.acked_hash,
    brokenAtSeq: row.broken_at_seq,
    enrolledActivityIds: enrolled.map(({ activity_id }) => activity_id),
  };
}

async function storedMarks(
  trx: Trx,
  regionId: number,
  deviceId: string,
  ids: readonly string[],
  seqs: readonly number[],
): Promise<StoredMark[]> {
  if (ids.length === 0) return [];
  // One look in the index for each, whatever the planner believes of a table that just grew.
  const { rows } = await sql<StoredMark>`
    select c.command_id as id, c.seq, c.device_id as device, c.hash, c.received_at as "receivedAt"
    from unnest(${plain(ids)}::uuid[]) as k (id)
    cross join lateral (select * from command where region_id = ${regionId} and command_id = k.id offset 0) c
    union
    select c.command_id as id, c.seq, c.device_id as device, c.hash, c.received_at as "receivedAt"
    from unnest(${plain(seqs)}::int[]) as k (seq)
    cross join lateral (
      select * from command where region_id = ${regionId} and device_id = ${deviceId} and seq = k.seq offset 0
    ) c
  `.execute(trx);
  return rows;
}

async function storedCommands(
  trx: Trx,
  regionId: number,
  deviceId: string,
  seqs: readonly number[],
): Promise<StoredCommand[]> {
  const { rows } = await sql<StoredCommand>`
    select command_id as id, device_id as device, seq, kind, hash, envelope, payload, salt, payload_digest as digest,
      received_at as "receivedAt"
    from command
    where region_id = ${regionId} and device_id = ${deviceId} and seq = any(${plain(seqs)}::int[]) order by seq
  `.execute(trx);
  return rows;
}

async function heldBeyond(trx: Trx, regionId: number, deviceId: string, seq: number): Promise<HeldCommand[]> {
  const { rows } = await sql<HeldCommand>`
    select seq, hash, envelope, payload_digest as digest from command
    where region_id = ${regionId} and device_id = ${deviceId} and seq > ${seq} order by seq
    limit ${limits.heldPageMax}
  `.execute(trx);
  return rows;
}

async function insertCommands(
  trx: Trx,
  regionId: number,
  commands: readonly NewCommand[],
  receivedAt: number,
): Promise<void> {
  const device = commands[0]?.device;
  if (device === undefined) return;
  assert(
    commands.every((command) => command.device === device),
    'a batch has one device',
  );
  await sql`
    insert into command (region_id, command_id, device_id, seq, kind, hash, envelope, payload, salt, payload_digest, received_at)
    select ${regionId}, id, ${device}, seq, kind, decode(hash, 'hex'), envelope, payload, decode(salt, 'hex'), decode(digest, 'hex'), ${receivedAt}
    from unnest(
      ${plain(commands.map((c) => c.id))}::uuid[], ${plain(commands.map((c) => c.seq))}::int[],
      ${commands.map((c) => c.kind)}::text[], ${plain(commands.map((c) => hex(c.hash)))}::text[], ${commands.map((c) => withoutNul(c.envelope))}::text[],
      ${commands.map((c) => withoutNul(c.payload))}::text[], ${plain(commands.map((c) => hex(c.salt)))}::text[], ${plain(commands.map((c) => hex(c.digest)))}::text[]
    ) as c (id, seq, kind, hash, envelope, payload, salt, digest)
  `.execute(trx);
}

async function insertConflicts(
  trx: Trx,
  regionId: number,
  commands: readonly NewCommand[],
  receivedAt: number,
): Promise<void> {
  if (commands.length === 0) return;
  await sql`
    insert into command_conflict (region_id, command_id, device_id, seq, hash, envelope, payload, salt, received_at)
    select ${regionId}, id, device, seq, decode(hash, 'hex'), envelope, payload, decode(salt, 'hex'), ${receivedAt}
    from unnest(
      ${plain(commands.map((c) => c.id))}::uuid[], ${plain(commands.map((c) => c.device))}::uuid[],
      ${plain(commands.map((c) => c.seq))}::int[], ${plain(commands.map((c) => hex(c.hash)))}::text[],
      ${commands.map((c) => withoutNul(c.envelope))}::text[], ${commands.map((c) => withoutNul(c.payload))}::text[],
      ${plain(commands.map((c) => hex(c.salt)))}::text[]
    ) as c (id, device, seq, hash, envelope, payload, salt)
    on conflict (region_id, device_id, seq, hash) do nothing
  `.execute(trx);
}

async function anchorTimes(
  trx: Trx,
  regionId: number,
  deviceId: string,
  anchors: readonly NamedAnchor[],
): Promise<Map<string, number>> {
  const { rows } = await sql<{ no: number; time: number; remembered: number }>`
    select k.no, k.time, s.server_time as remembered
    from unnest(${plain(anchors.map((a) => a.syncNo))}::int[], ${plain(anchors.map((a) => a.serverTime))}::bigint[]) as k (no, time)
    cross join lateral (
      select server_time from device_sync
      where region_id = ${regionId} and device_id = ${deviceId} and sync_no <= k.no and server_time <= k.time
      order by sync_no desc limit 1
    ) s
  `.execute(trx);
  return new Map(
    rows.map(({ no, time, remembered }) => [anchorKey({ syncNo: no, serverTime: time }), remembered]),
  );
}

async function cardsByNumber(
  trx: Trx,
  regionId: number,
  numbers: readonly string[],
): Promise<Map<string, ServerCard>> {
  const { rows } = await sql<{
    uitpas_number: string;
    passholder_id: string | null;
    state: ServerCard['state'];
    state_since: number;
    group_pass: boolean;
    systems: string[] | null;
  }>`
    select c.uitpas_number, c.passholder_id, c.state, c.state_since, c.kind = 'group-pass' as group_pass,
      (select array_agg(m.card_system_id) from membership m
        where m.region_id = c.region_id and m.passholder_id = c.passholder_id and m.status = 'active') as systems
    from card c where c.region_id = ${regionId} and c.uitpas_number = any(${numbers}::text[])
  `.execute(trx);
  return new Map(
    rows.map((row) => [
      row.uitpas_number,
      {
        accountId: row.passholder_id,
        state: row.state,
        stateSince: row.state_since,
        groupPass: row.group_pass,
        cardSystemIds: row.systems ?? [],
      },
    ]),
  );
}

async function numbersByChip(
  trx: Trx,
  regionId: number,
  chips: readonly string[],
): Promise<Map<string, string>> {
  const { rows } = await sql<{ chip_number: string; uitpas_number: string }>`
    select chip_number, uitpas_number from card where region_id = ${regionId} and chip_number = any(${chips}::text[])
  `.execute(trx);
  return new Map(rows.map((row) => [row.chip_number, row.uitpas_number]));
}

async function activities(
  trx: Trx,
  regionId: number,
  ids: readonly string[],
): Promise<Map<string, ServerActivity>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<{
    activity_id: string;
    organisation_id: string;
    version: number;
    limit_volume: number | null;
    limit_period: ServerActivity['periodType'];
    systems: string[] | null;
    versions: { version: number; points: number; occurrences: Occurrence[] }[] | null;
  }>`
    select a.activity_id, a.organisation_id, a.version, a.limit_volume, a.limit_period,
      (select array_agg(s.card_system_id) from activity_card_system s
        where s.region_id = a.region_id and s.activity_id = a.activity_id) as systems,
      (select json_agg(json_build_object('version', v.version, 'points', v.points, 'occurrences', v.occurrences))
        from activity_version v where v.region_id = a.region_id and v.activity_id = a.activity_id) as versions
    from activity a where a.region_id = ${regionId} and a.activity_id = any(${plain(ids)}::uuid[])
  `.execute(trx);
  return new Map(
    rows.map((row) => [
      row.activity_id,
      {
        activityId: row.activity_id,
        organisationId: row.organisation_id,
        cardSystemIds: row.systems ?? [],
        volume: row.limit_volume,
        periodType: row.limit_period,
        currentVersion: row.version,
        versions: new Map((row.versions ?? []).map((v) => [v.version, v])),
      },
    ]),
  );
}

type VisitRow = {
  command_id: string;
  activity_id: string;
  account_id: string;
  period_key: string;
  at: number;
  slot: number | null;
  device_id: string;
  issuer_id: string;
  points: number;
  note: NoteCode | null;
  undone: boolean;
  uitpas_number: string | null;
  seq: number;
  n: number;
  outcome: Outcome;
  code: RulingCode | null;
  because: Because | null;
  ruled_points: number;
};

const visitColumns = sql`
  v.command_id, v.activity_id, v.account_id, v.period_key, v.at, v.slot, v.device_id, v.issuer_id, v.points, v.note,
  v.undone, v.uitpas_number, r.seq, r.n, r.outcome, r.code, r.because, r.points as ruled_points
`;
const latestRuling = sql`
  join lateral (
    select * from ruling r where r.region_id = v.region_id and r.command_id = v.command_id order by r.n desc limit 1
  ) r on true
`;

async function visitsById(trx: Trx, regionId: number, commandIds: readonly string[]): Promise<GroupVisit[]> {
  if (commandIds.length === 0) return [];
  const { rows } = await sql<VisitRow>`
    select ${visitColumns} from visit v ${latestRuling}
    where v.region_id = ${regionId} and v.command_id = any(${plain(commandIds)}::uuid[])
  `.execute(trx);
  return rows.map(visitOf);
}

async function groups(trx: Trx, regionId: number, keys: readonly GroupKey[]): Promise<GroupVisit[]> {
  const { rows } = await sql<VisitRow>`
    select ${visitColumns}
    from (
      select distinct * from unnest(${plain(keys.map((k) => k.activityId))}::uuid[], ${plain(keys.map((k) => k.accountId))}::uuid[], ${plain(keys.map((k) => k.periodKey))}::text[])
        as k (activity_id, account_id, period_key)
    ) k
    join visit v on v.region_id = ${regionId} and v.activity_id = k.activity_id and v.account_id = k.account_id and v.period_key = k.period_key
    ${latestRuling}
  `.execute(trx);
  return rows.map(visitOf);
}

const visitOf = (row: VisitRow): GroupVisit => ({
  commandId: row.command_id,
  activityId: row.activity_id,
  accountId: row.account_id,
  periodKey: row.period_key,
  at: row.at,
  slot: row.slot,
  deviceId: row.device_id,
  seq: row.seq,
  issuerId: row.issuer_id,
  points: row.points,
  note: row.note,
  number: row.uitpas_number,
  undone: row.undone,
  n: row.n,
  ruled: {
    outcome: row.outcome,
    ...(row.code && { code: row.code }),
    ...(row.because && { because: row.because }),
    points: row.ruled_points,
  },
});

async function knownCommands(
  trx: Trx,
  regionId: number,
  ids: readonly string[],
): Promise<Map<string, Standing>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<Standing & { command_id: string }>`
    select distinct on (command_id) command_id, outcome, code from ruling
    where region_id = ${regionId} and command_id = any(${plain(ids)}::uuid[])
    order by command_id, n desc
  `.execute(trx);
  return new Map(rows.map(({ command_id, outcome, code }) => [command_id, { outcome, code }]));
}

async function undosOf(
  trx: Trx,
  regionId: number,
  targetIds: readonly string[],
  outcome: Outcome,
): Promise<WaitingUndo[]> {
  if (targetIds.length === 0) return [];
  const { rows } = await sql<{
    command_id: string;
    target_id: string;
    at: number;
    device_id: string;
    seq: number;
    n: number;
    kind: string;
    organisation_id: string;
  }>`
    select u.command_id, u.target_id, u.at, u.device_id, r.seq, r.n, d.kind, d.organisation_id
    from undo u
    join device d on d.region_id = u.region_id and d.device_id = u.device_id
    join lateral (
      select * from ruling r where r.region_id = u.region_id and r.command_id = u.command_id order by r.n desc limit 1
    ) r on true
    where u.region_id = ${regionId} and u.target_id = any(${plain(targetIds)}::uuid[]) and r.outcome = ${outcome}
  `.execute(trx);
  return rows.map((row) => ({
    commandId: row.command_id,
    targetId: row.target_id,
    at: row.at,
    deviceId: row.device_id,
    seq: row.seq,
    n: row.n,
    byDesk: row.kind === 'desk',
    organisationId: row.organisation_id,
  }));
}

async function insertUndos(trx: Trx, regionId: number, undos: readonly UndoRow[]): Promise<void> {
  if (undos.length === 0) return;
  await sql`
    insert into undo (region_id, command_id, target_id, at, device_id)
    select ${regionId}, * from unnest(${plain(undos.map((u) => u.commandId))}::uuid[], ${plain(undos.map((u) => u.targetId))}::uuid[],
      ${plain(undos.map((u) => u.at))}::bigint[], ${plain(undos.map((u) => u.deviceId))}::uuid[])
  `.execute(trx);
}

async function lockAccounts(
  trx: Trx,
  regionId: number,
  accounts: readonly { accountId: string; kind: AccountKind }[],
): Promise<void> {
  const kinds = new Map(accounts.map(({ accountId, kind }) => [accountId, kind]));
  const ids = [...kinds.keys()].sort();
  const held = ids.filter((id) => kinds.get(id) !== 'issued');
  const locked = new Set(await lockOpened(trx, regionId, held));
  const missing = ids.filter((id) => !locked.has(id));
  if (missing.length === 0) return;
  const { rows } = await sql<{ account_id: string }>`
    insert into account (region_id, account_id, kind, balance)
    select ${regionId}, id, kind, case when kind = 'issued' then null else 0 end
    from unnest(${plain(missing)}::uuid[], ${plain(missing.map((id) => kinds.get(id)))}::text[]) as a (id, kind)
    on conflict do nothing returning account_id
  `.execute(trx);
  for (const { account_id } of rows) locked.add(account_id);
  // Two batches may open the same account: whoever came second waits here.
  await lockOpened(
    trx,
    regionId,
    held.filter((id) => !locked.has(id)),
  );
}

/** In the order of their ids, so that two batches wait for each other and never both. */
async function lockOpened(trx: Trx, regionId: number, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{ account_id: string }>`
    select account_id from account where region_id = ${regionId} and account_id = any(${plain(ids)}::uuid[])
    order by account_id for no key update
  `.execute(trx);
  return rows.map(({ account_id }) => account_id);
}

async function insertRulings(
  trx: Trx,
  regionId: number,
  rulings: readonly NewRuling[],
  ruledAt: number,
): Promise<void> {
  if (rulings.length === 0) return;
  await sql`
    insert into ruling (region_id, command_id, n, device_id, seq, outcome, code, because, points, ruled_at)
    select ${regionId}, id, n, device, seq, outcome, code, because::jsonb, points, ${ruledAt}
    from unnest(
      ${plain(rulings.map((r) => r.commandId))}::uuid[], ${plain(rulings.map((r) => r.n))}::int[], ${plain(rulings.map((r) => r.deviceId))}::uuid[],
      ${plain(rulings.map((r) => r.seq))}::int[], ${plain(rulings.map((r) => r.judgement.outcome))}::text[], ${plain(rulings.map((r) => r.judgement.code ?? null))}::text[],
      ${rulings.map((r) => (r.judgement.because ? JSON.stringify(r.judgement.because) : null))}::text[], ${plain(rulings.map((r) => r.judgement.points))}::int[]
    ) as r (id, n, device, seq, outcome, code, because, points)
  `.execute(trx);
}

async function saveVisits(trx: Trx, regionId: number, visits: readonly RuledVisit[]): Promise<void> {
  const moved = visits.filter((visit) => !visit.fresh);
  const fresh = visits.filter((visit) => visit.fresh);
  if (moved.length > 0) {
    // One statement: slots may change hands, the constraint is checked at its end.
    await sql`
      update visit v set slot = m.slot, undone = m.undone, tx = pg_current_xact_id()
      from unnest(${plain(moved.map((v) => v.commandId))}::uuid[], ${plain(moved.map((v) => v.slot))}::int[], ${plain(moved.map((v) => v.undone))}::bool[])
        as m (command_id, slot, undone)
      where v.region_id = ${regionId} and v.command_id = m.command_id
    `.execute(trx);
  }
  if (fresh.length > 0) {
    await sql`
      insert into visit (region_id, command_id, activity_id, account_id, period_key, at, slot, device_id, issuer_id, points, note, undone, uitpas_number)
      select ${regionId}, * from unnest(
        ${plain(fresh.map((v) => v.commandId))}::uuid[], ${plain(fresh.map((v) => v.activityId))}::uuid[], ${plain(fresh.map((v) => v.accountId))}::uuid[],
        ${plain(fresh.map((v) => v.periodKey))}::text[], ${plain(fresh.map((v) => v.at))}::bigint[], ${plain(fresh.map((v) => v.slot))}::int[],
        ${plain(fresh.map((v) => v.deviceId))}::uuid[], ${plain(fresh.map((v) => v.issuerId))}::uuid[], ${plain(fresh.map((v) => v.points))}::int[],
        ${plain(fresh.map((v) => v.note))}::text[], ${plain(fresh.map((v) => v.undone))}::bool[], ${plain(fresh.map((v) => v.number))}::text[]
      )
    `.execute(trx);
  }
}

async function post(trx: Trx, regionId: number, entries: readonly BatchEntry[], at: number): Promise<void> {
  const lines = entries.flatMap((entry, index) =>
    entry.postings.map((posting, line) => ({ ...posting, line, index: index + 1 })),
  );
  if (lines.length === 0) return;
  await sql`
    insert into posting (region_id, command_id, n, line, account_id, unit, amount, corrects_n, posted_at)
    select ${regionId}, e.id, e.n, p.line, p.account, p.unit, p.amount, e.corrects, ${at}
    from unnest(
      ${plain(lines.map((l) => l.index))}::int[], ${plain(lines.map((l) => l.line))}::int[], ${plain(lines.map((l) => l.accountId))}::uuid[],
      ${plain(lines.map((l) => l.unit))}::text[], ${plain(lines.map((l) => l.amount))}::bigint[]
    ) as p (entry, line, account, unit, amount)
    join unnest(
      ${plain(entries.map((e) => e.commandId))}::uuid[], ${plain(entries.map((e) => e.n))}::int[], ${plain(entries.map((e) => e.correctsN))}::int[]
    ) with ordinality as e (id, n, corrects, entry) on e.entry = p.entry
  `.execute(trx);
  const deltas = new Map<string, number>();
  for (const { accountId, amount } of lines) deltas.set(accountId, (deltas.get(accountId) ?? 0) + amount);
  await sql`
    update account a set balance = a.balance + d.delta
    from unnest(${plain([...deltas.keys()])}::uuid[], ${plain([...deltas.values()])}::bigint[]) as d (account_id, delta)
    where a.region_id = ${regionId} and a.account_id = d.account_id and a.balance is not null and d.delta <> 0
  `.execute(trx);
}

async function latestRulings(
  trx: Trx,
  regionId: number,
  deviceId: string,
  seqs: readonly number[],
): Promise<StoredRuling[]> {
  const { rows } = await sql<StoredRuling>`
    select distinct on (r.command_id) r.command_id as "commandId", r.seq, r.n, r.outcome, r.code, r.because, r.points, r.ruled_at as "ruledAt"
    from command c join ruling r on r.region_id = c.region_id and r.command_id = c.command_id
    where c.region_id = ${regionId} and c.device_id = ${deviceId} and c.seq = any(${plain(seqs)}::int[])
    order by r.command_id, r.n desc
  `.execute(trx);
  return rows;
}

async function saveCustody(
  trx: Trx,
  regionId: number,
  deviceId: string,
  custody: Custody,
  headSeq: number,
): Promise<void> {
  await trx
    .updateTable('device')
    .set({
      acked_seq: custody.ackedSeq,
      acked_hash: Buffer.from(custody.ackedHash),
      broken_at_seq: custody.brokenAtSeq,
      head_seq: headSeq,
    })
    .where('region_id', '=', regionId)
    .where('device_id', '=', deviceId)
    .execute();
}

/**
 * An array literal of values that need no quotes: ids, numbers, codes, hex. pg would look at each character of each of
 * them, which costs as much as all rules together; this checks once that nothing in it could end a value.
 */
function plain(values: readonly (string | number | boolean | null | undefined)[]): string {
  const text = values.map((value) => value ?? 'NULL').join(',');
  assert(
    /^[\w:.,-]*$/.test(text) && (values.length === 0 || text.split(',').length === values.length),
    'plain values for an array',
  );
  return `{${text}}`;
}

const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');

/** PostgreSQL text holds no NUL; a command with one is malformed anyway, its hash tells what came. */
const withoutNul = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text);
