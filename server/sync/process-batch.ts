// One batch of commands, in one transaction: custody, facts, decisions, rulings, postings. The rules live in the
// domain; this file says in which order they are asked and what is written. Time and keys come in as arguments.
import type { Sha256 } from '#domain/kernel/bytes.ts';
import { fromBase64url } from '#domain/kernel/bytes.ts';
import type { Instant } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { planted } from '#domain/kernel/planted.ts';
import * as z from 'zod/mini';
import { pointsEntry } from '#domain/ledger/ledger.ts';
import { parseChipNumber } from '#domain/cards/chip-number.ts';
import { parseUitpasNumber } from '#domain/cards/uitpas-number.ts';
import {
  CheckInPayload,
  Envelope,
  UndoCheckInPayload,
  chainHash,
  payloadDigest,
  type WireCommand,
} from '#domain/sync/command.ts';
import {
  passOverHeld,
  receiptsFor,
  takeCustody,
  type CheckedRun,
  type Custody,
} from '#domain/sync/custody.ts';
import type { Receipt, Run, SeqRange } from '#domain/sync/exchange.ts';
import {
  placeCheckIn,
  ruleGroups,
  type GroupKey,
  type GroupVisit,
  type Placed,
  type RuledVisit,
} from '#domain/sync/rule-batch.ts';
import type { Judgement, HoldCode } from '#domain/sync/ruling.ts';
import { trustedTimeOf, type TrustedTime } from '#domain/sync/trusted-time.ts';
import { anchorKey } from './batch-store.ts';
import type {
  BatchDevice,
  BatchStore,
  NewCommand,
  NewRuling,
  Standing,
  StoredCommand,
  StoredRuling,
  UndoRow,
  WaitingUndo,
} from './batch-store.ts';

export type BatchContext = {
  readonly receivedAt: Instant;
  readonly sha256: Sha256;
  /** The account of a number that no card system of the region knows: always the same for the same number. */
  readonly foreignAccountId: (number: string) => string;
  /** How many commands of the run, from its start, carry a good signature of this device. */
  readonly provenCount: (run: HashedRun, device: BatchDevice) => number;
  /** The database would not have this one command as it is: keep it with a refusal. */
  readonly poisoned?: boolean;
};

export type BatchResult = {
  readonly device: BatchDevice;
  readonly custody: Custody;
  readonly receipts: readonly Receipt[];
  readonly differs: readonly IncomingCommand[];
  readonly sendSignatures: readonly SeqRange[];
  /** Rulings of the commands in this batch, new or as they stand. */
  readonly rulings: readonly StoredRuling[];
  /** Whom to tell: activities whose lists at the desk changed, other devices whose rulings were followed. */
  readonly touchedActivityIds: readonly string[];
  readonly touchedDeviceIds: readonly string[];
};

export type IncomingCommand = NewCommand & { readonly content: Content };

/** A run with the hash of each of its commands. */
export type HashedRun = Run & { readonly hashes: readonly Uint8Array[] };

type Content =
  | { readonly kind: 'check-in'; readonly envelope: Envelope; readonly payload: CheckInPayload }
  | { readonly kind: 'undo-check-in'; readonly envelope: Envelope; readonly payload: UndoCheckInPayload }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed' };

export async function processBatch(
  store: BatchStore,
  device: BatchDevice,
  runs: readonly Run[],
  headSeq: number,
  context: BatchContext,
): Promise<BatchResult> {
  const { receivedAt, sha256 } = context;
  const checked = runs.map((run) => checkRun(sha256, device, run, context));
  const incoming = checked.flatMap((run) => run.commands);
  const stored = await store.storedMarks(
    device.deviceId,
    incoming.map(({ id }) => id),
    incoming.map(({ seq }) => seq),
  );
  const taken = takeCustody(device, device.deviceId, checked, stored);
  const fresh = taken.fresh
    .map(({ command, hold }) => ({ command, hold: hold ?? holdOfRevoked(device, command.seq) }))
    .filter(({ hold }) => !planted('quarantine-dropped') || hold === null);
  await store.insertCommands(
    fresh.map(({ command }) => command),
    receivedAt,
  );
  await store.insertConflicts(taken.differs, receivedAt);

  const ruled = await ruleAndPost(store, device, fresh, context);
  if (planted('replay-posts-again')) await postAgain(store, taken.replayed, receivedAt);

  const newestSeq = Math.max(device.headSeq, headSeq);
  const mayHold = taken.custody.ackedSeq > device.ackedSeq || newestSeq > taken.custody.ackedSeq;
  const custody = mayHold ? await goOnOverHeld(store, device.deviceId, taken.custody, sha256) : taken.custody;
  await store.saveCustody(device.deviceId, custody, Math.max(newestSeq, custody.ackedSeq));

  const own = new Set(incoming.map(({ id }) => id));
  const replayedSeqs = taken.replayed.map(({ seq }) => seq);
  return {
    device,
    custody,
    receipts: receiptsFor(taken.inCustody, receivedAt),
    differs: taken.differs,
    sendSignatures: taken.sendSignatures,
    rulings: [
      ...latestOf(
        ruled.rulings.filter(({ commandId }) => own.has(commandId)),
        receivedAt,
      ),
      ...(replayedSeqs.length > 0 ? await store.latestRulings(device.deviceId, replayedSeqs) : []),
    ],
    ...touchedBy(ruled),
  };
}

export type RuledCommands = {
  readonly rulings: readonly NewRuling[];
  readonly visits: readonly RuledVisit[];
  /** Whose lists show one that came to nothing. */
  readonly troubledActivityIds: readonly string[];
};

/** Whom to tell: activities whose visits changed, devices whose rulings were followed. */
export const touchedBy = ({
  rulings,
  visits,
  troubledActivityIds,
}: RuledCommands): Pick<BatchResult, 'touchedActivityIds' | 'touchedDeviceIds'> => ({
  touchedActivityIds: [...new Set([...visits.map(({ activityId }) => activityId), ...troubledActivityIds])],
  touchedDeviceIds: [...new Set(rulings.filter(({ n }) => n > 1).map(({ deviceId }) => deviceId))],
});

/** `before`: it was held until now, and a person decided. What is known of its time is when it came, not when that was. */
export type ToRule = {
  readonly command: IncomingCommand;
  readonly hold: HoldCode | null;
  readonly before?: { readonly n: number; readonly receivedAt: Instant; readonly refused: boolean };
};

/** Commands of one device that are in custody get their ruling, with everything that follows from it. */
export async function ruleAndPost(
  store: BatchStore,
  device: BatchDevice,
  fresh: readonly ToRule[],
  context: BatchContext,
): Promise<RuledCommands> {
  const { receivedAt } = context;
  const facts = await loadFacts(
    store,
    device,
    fresh.filter(({ hold, before }) => hold === null && !before?.refused).map(({ command }) => command),
  );
  const work = rule(fresh, device, facts, context);

  const released = fresh.flatMap(({ command, before }) => (before ? [command.id] : []));
  const settled = await store.acceptedUndos(released);
  const waiting = [...(await store.waitingUndos(fresh.map(({ command }) => command.id))), ...settled];
  const targets = await store.visitsById(work.undos.map(({ row }) => row.targetId));
  const undo = ruleUndos(
    work,
    waiting,
    targets,
    await store.knownCommands(work.undos.map(({ row }) => row.targetId)),
    device,
  );
  await store.insertUndos(work.undos.map(({ row }) => row));

  const touched = targets.filter((visit) => undo.undone.has(visit.commandId));
  await store.lockAccounts([
    ...work.placed.map((visit) => ({
      accountId: visit.accountId,
      kind: facts.cards.get(visit.number ?? '')?.accountId
        ? ('passholder' as const)
        : ('foreign-card' as const),
    })),
    ...touched.map(({ accountId }) => ({ accountId, kind: 'passholder' as const })),
    ...[...work.placed, ...touched].map(({ issuerId }) => ({
      accountId: issuerId,
      kind: 'issued' as const,
    })),
  ]);
  const keys: GroupKey[] = [...work.placed, ...touched];
  const existing = keys.length > 0 ? await store.groups(keys) : [];
  const volumes = new Map(
    [...facts.activities.values()].map(({ activityId, volume }) => [activityId, volume]),
  );
  for (const [id, activity] of await store.activities(
    [...new Set(touched.map((v) => v.activityId))].filter((id) => !volumes.has(id)),
  )) {
    volumes.set(id, activity.volume);
  }
  const ruled = ruleGroups(existing, work.placed, undo.undone, volumes);

  const rulings = [...work.rulings, ...followersOf(undo.rulings, fresh, settled), ...ruled.rulings];
  const inPlace = planted('ruling-updated-in-place');
  await store.insertRulings(inPlace ? rulings.map((r) => ({ ...r, n: 1 })) : rulings, receivedAt);
  await store.saveVisits(ruled.visits);
  await store.post(
    planted('no-mirror-on-undo') ? ruled.entries.filter(({ corrects }) => !corrects) : ruled.entries,
    receivedAt,
  );
  return {
    rulings,
    visits: ruled.visits,
    troubledActivityIds: activitiesOfTrouble(work, fresh, device, facts),
  };
}

/** An undo that was held has a ruling already; one that was accepted before gets another only when that says something else. */
function followersOf(
  rulings: readonly NewRuling[],
  fresh: readonly ToRule[],
  settled: readonly WaitingUndo[],
): NewRuling[] {
  const before = new Map(fresh.map(({ command, before: had }) => [command.id, had?.n ?? 0]));
  const accepted = new Set(settled.map(({ commandId }) => commandId));
  return rulings
    .filter(({ commandId, judgement }) => !accepted.has(commandId) || judgement.outcome !== 'accepted')
    .map((ruling) => ({ ...ruling, n: ruling.n + (before.get(ruling.commandId) ?? 0) }));
}

/** Never in a bundle: what the bug would do. */
async function postAgain(
  store: BatchStore,
  replayed: readonly IncomingCommand[],
  receivedAt: Instant,
): Promise<void> {
  const visits = await store.visitsById(replayed.map(({ id }) => id));
  const counting = visits.filter(({ slot, points }) => slot !== null && points > 0);
  const n = 1_000_000 + (receivedAt % 1_000_000);
  await store.post(
    counting.map(({ commandId, issuerId, accountId, points }) => ({
      ...pointsEntry(`${commandId}/${n}`, issuerId, accountId, points),
      commandId,
      n,
    })),
    receivedAt,
  );
}

/** A filled gap: page by page over what was held beyond it, until the next gap or the most of one request. */
async function goOnOverHeld(
  store: BatchStore,
  deviceId: string,
  from: Custody,
  sha256: Sha256,
): Promise<Custody> {
  let custody = from;
  while (custody.ackedSeq - from.ackedSeq < limits.heldPassedMax) {
    const held = await store.heldBeyond(deviceId, custody.ackedSeq);
    const { ackedSeq } = custody;
    custody = passOverHeld(sha256, custody, held);
    if (custody.ackedSeq - ackedSeq < limits.heldPageMax) break;
  }
  return custody;
}

function checkRun(
  sha256: Sha256,
  device: BatchDevice,
  run: Run,
  context: BatchContext,
): CheckedRun<IncomingCommand> {
  const prevHash = fromBase64url(run.prevHash) ?? new Uint8Array();
  let previous = prevHash;
  const commands = run.commands.map((wire, index) => {
    const command = readCommand(context, device.deviceId, run.fromSeq + index, previous, wire);
    previous = command.hash;
    return command;
  });
  const hashes = commands.map(({ hash }) => hash);
  // A desk's commands are made on the server itself and carry no signature.
  const provenCount =
    device.kind === 'desk' ? commands.length : context.provenCount({ ...run, hashes }, device);
  return { prevHash, commands, provenCount, eachSigned: run.signatures !== undefined };
}

/** A command that cannot be read is kept all the same: it has its place in the chain and a refusal. */
function readCommand(
  { sha256, poisoned }: BatchContext,
  device: string,
  seq: number,
  prevHash: Uint8Array,
  [envelope, payload, saltText]: WireCommand,
): IncomingCommand {
  const salt = fromBase64url(saltText) ?? new Uint8Array();
  const digest = payloadDigest(sha256, salt, payload);
  const hash = chainHash(sha256, prevHash, envelope, digest);
  const parsed = z.safeParse(Envelope, jsonOf(envelope));
  const base = { device, seq, hash, envelope, payload, salt, digest };
  if (poisoned || !parsed.success || parsed.data.seq !== seq || parsed.data.device !== device) {
    return { ...base, id: idFromHash(hash), kind: 'malformed', content: { kind: 'malformed' } };
  }
  return { ...base, id: parsed.data.id, kind: parsed.data.kind, content: contentOf(parsed.data, payload) };
}

/** A stored command as it is ruled; what was erased can no longer be. */
export function readStored({ payload, salt, receivedAt: _came, ...stored }: StoredCommand): IncomingCommand {
  const parsed = z.safeParse(Envelope, jsonOf(stored.envelope));
  const readable = parsed.success && stored.kind !== 'malformed' && payload !== null;
  return {
    ...stored,
    payload: payload ?? '',
    salt: salt ?? new Uint8Array(),
    content: readable ? contentOf(parsed.data, payload) : { kind: 'malformed' },
  };
}

function contentOf(envelope: Envelope, payloadText: string): Content {
  const payload = jsonOf(payloadText);
  if (envelope.kind === 'check-in' && envelope.v === 1) {
    const parsed = z.safeParse(CheckInPayload, payload);
    return parsed.success ? { kind: 'check-in', envelope, payload: parsed.data } : { kind: 'malformed' };
  }
  if (envelope.kind === 'undo-check-in' && envelope.v === 1) {
    const parsed = z.safeParse(UndoCheckInPayload, payload);
    return parsed.success ? { kind: 'undo-check-in', envelope, payload: parsed.data } : { kind: 'malformed' };
  }
  return { kind: 'unknown' };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema refuses it and says so
  }
}

/** The id of what has none: a UUID (version 8) made of its hash. */
function idFromHash(hash: Uint8Array): string {
  const hex = [...hash.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const holdOfRevoked = (device: BatchDevice, seq: number): HoldCode | null =>
  device.state === 'revoked' && seq > (device.revokedAfterSeq ?? 0) ? 'device-revoked' : null;

type Facts = {
  readonly cards: Awaited<ReturnType<BatchStore['cardsByNumber']>>;
  readonly chips: ReadonlyMap<string, string>;
  readonly activities: Awaited<ReturnType<BatchStore['activities']>>;
  readonly anchors: ReadonlyMap<string, Instant>;
};

async function loadFacts(
  store: BatchStore,
  device: BatchDevice,
  commands: readonly IncomingCommand[],
): Promise<Facts> {
  const checkIns = commands.flatMap(({ content }) => (content.kind === 'check-in' ? [content.payload] : []));
  const anchors = commands.flatMap(({ content }) =>
    content.kind === 'check-in' || content.kind === 'undo-check-in' ? (content.envelope.anchor ?? []) : [],
  );
  const named = [...new Map(anchors.map((anchor) => [anchorKey(anchor), anchor])).values()];
  const chips = checkIns.flatMap(({ chip }) => (chip === undefined ? [] : [chip]));
  const numbersByChip =
    chips.length > 0 ? await store.numbersByChip([...new Set(chips)]) : new Map<string, string>();
  const numbers = new Set([
    ...checkIns.flatMap(({ number }) => (number === undefined ? [] : [number])),
    ...numbersByChip.values(),
  ]);
  return {
    chips: numbersByChip,
    cards: numbers.size > 0 ? await store.cardsByNumber([...numbers]) : new Map(),
    activities: await store.activities([...new Set(checkIns.map(({ activityId }) => activityId))]),
    anchors: named.length > 0 ? await store.anchorTimes(device.deviceId, named) : new Map(),
  };
}

type Work = {
  readonly placed: Placed[];
  readonly undos: { readonly row: UndoRow; readonly command: IncomingCommand }[];
  readonly rulings: NewRuling[];
};

function rule(fresh: readonly ToRule[], device: BatchDevice, facts: Facts, context: BatchContext): Work {
  const work: Work = { placed: [], undos: [], rulings: [] };
  for (const { command, hold, before } of fresh) {
    const { content } = command;
    const first = ({ id, device: deviceId, seq }: IncomingCommand, judgement: Judgement): void => {
      work.rulings.push({ commandId: id, n: (before?.n ?? 0) + 1, deviceId, seq, judgement });
    };
    if (hold) first(command, { outcome: 'quarantined', code: hold, points: 0 });
    else if (before?.refused) first(command, { outcome: 'refused', code: 'refused-at-desk', points: 0 });
    else if (content.kind === 'malformed')
      first(command, { outcome: 'refused', code: 'malformed', points: 0 });
    else if (content.kind === 'unknown')
      first(command, { outcome: 'pending', code: 'unknown-kind', points: 0 });
    else {
      const time = timeOf(content, device, facts, before ?? context);
      if (content.kind === 'undo-check-in') {
        work.undos.push({
          command,
          row: {
            commandId: command.id,
            targetId: content.payload.target,
            at: time.at,
            deviceId: command.device,
          },
        });
        continue;
      }
      const { payload, envelope } = content;
      const number = numberOf(payload, facts);
      if (number === undefined || (payload.paper && device.kind !== 'desk')) {
        first(command, {
          outcome: 'refused',
          code: number === undefined ? 'malformed' : 'not-allowed',
          points: 0,
        });
        continue;
      }
      const activity = facts.activities.get(payload.activityId);
      const placement = placeCheckIn({
        commandId: command.id,
        deviceId: command.device,
        seq: command.seq,
        number,
        card: facts.cards.get(number),
        foreignAccountId: context.foreignAccountId(number),
        activity,
        activityVersion: envelope.activityVersion,
        enrolled: isEnrolled(device, activity?.activityId, activity?.organisationId),
        time,
        ...(before && { rulingsBefore: before.n }),
      });
      if (placement.placed) work.placed.push(placement.visit);
      else first(command, { outcome: 'refused', code: placement.code, points: 0 });
    }
  }
  return work;
}

/** A chip that is not known is a foreign card of which only the chip was read. */
function numberOf(payload: CheckInPayload, facts: Facts): string | undefined {
  if (payload.number !== undefined) {
    const parsed = parseUitpasNumber(payload.number);
    return parsed.ok ? parsed.value : undefined;
  }
  const chip = parseChipNumber(payload.chip ?? '');
  return chip.ok ? (facts.chips.get(chip.value) ?? chip.value) : undefined;
}

function timeOf(
  content: Extract<Content, { envelope: Envelope }>,
  device: BatchDevice,
  facts: Facts,
  { receivedAt }: Pick<BatchContext, 'receivedAt'>,
): TrustedTime {
  const { envelope } = content;
  if (device.kind === 'desk') {
    // A desk answers for what it enters: the time on the paper stands, within the last month.
    const written =
      content.kind === 'check-in' ? (content.payload.paper?.at ?? envelope.occurredAt) : envelope.occurredAt;
    const at = Math.min(Math.max(written, receivedAt - limits.paperListBackMs), receivedAt);
    return { at, earliest: at, latest: at, plausible: true };
  }
  const anchorTime = envelope.anchor ? facts.anchors.get(anchorKey(envelope.anchor)) : undefined;
  const time = trustedTimeOf(envelope, { anchorTime, enrolledAt: device.enrolledAt, receivedAt });
  return planted('window-not-clamped') || planted('sort-by-clock')
    ? { ...time, at: envelope.occurredAt, plausible: true }
    : time;
}

const isEnrolled = (
  device: BatchDevice,
  activityId: string | undefined,
  organisationId: string | undefined,
): boolean =>
  device.kind === 'desk'
    ? organisationId === device.organisationId
    : activityId !== undefined && device.enrolledActivityIds.includes(activityId);

/** Which undos hold: those in this batch, and earlier ones that waited for a check-in of this batch. */
function ruleUndos(
  work: Work,
  waiting: Awaited<ReturnType<BatchStore['waitingUndos']>>,
  targets: readonly GroupVisit[],
  known: ReadonlyMap<string, Standing>,
  device: BatchDevice,
): { readonly undone: Set<string>; readonly rulings: NewRuling[] } {
  const undone = new Set<string>();
  const rulings: NewRuling[] = [];
  const visits = new Map<
    string,
    { readonly at: Instant; readonly deviceId: string; readonly issuerId: string }
  >([
    ...targets.map((visit) => [visit.commandId, visit] as const),
    ...work.placed.map((visit) => [visit.commandId, visit] as const),
  ]);
  const standings = new Map<string, Standing>([
    ...known,
    ...work.undos.map(({ row }) => [row.commandId, { outcome: 'accepted', code: null }] as const),
    ...work.rulings.map(
      ({ commandId, judgement: { outcome, code = null } }) => [commandId, { outcome, code }] as const,
    ),
  ]);
  const judge = (row: UndoRow, byDesk: boolean, organisationId: string): Judgement => {
    const visit = visits.get(row.targetId);
    if (!visit) {
      const standing = standings.get(row.targetId);
      return !standing || mayStillCount(standing)
        ? { outcome: 'pending', code: 'awaiting-target', points: 0 }
        : { outcome: 'accepted', points: 0 };
    }
    const own = byDesk ? visit.issuerId === organisationId : visit.deviceId === row.deviceId;
    if (!own) return { outcome: 'refused', code: 'undo-not-yours', points: 0 };
    if (!byDesk && row.at - visit.at > limits.undoByPhoneMs)
      return { outcome: 'refused', code: 'undo-too-late', points: 0 };
    undone.add(row.targetId);
    return { outcome: 'accepted', points: 0 };
  };
  for (const { row, command } of work.undos) {
    const judgement = judge(row, device.kind === 'desk', device.organisationId);
    rulings.push({ commandId: row.commandId, n: 1, deviceId: row.deviceId, seq: command.seq, judgement });
  }
  for (const row of waiting) {
    const judgement = judge(row, row.byDesk, row.organisationId);
    if (judgement.outcome === 'pending') continue;
    rulings.push({ commandId: row.commandId, n: row.n + 1, deviceId: row.deviceId, seq: row.seq, judgement });
  }
  return { undone, rulings };
}

/** Held, or of a kind that only a newer server understands: a later ruling may make it a visit. */
const mayStillCount = ({ outcome, code }: Standing): boolean =>
  outcome === 'quarantined' || code === 'unknown-kind';

/** The part of a payload that says on whose list a check-in stands, however wrong the rest of it is. */
const NamedActivity = z.object({ activityId: z.uuid() });

/** A check-in that came to nothing is no visit, but stands on the list of the activity that it names. */
function activitiesOfTrouble(
  work: Work,
  fresh: readonly { readonly command: IncomingCommand }[],
  device: BatchDevice,
  facts: Facts,
): string[] {
  const troubled = new Set(work.rulings.map(({ commandId }) => commandId));
  return fresh.flatMap(({ command }) => {
    if (command.kind !== 'check-in' || !troubled.has(command.id)) return [];
    const named = z.safeParse(NamedActivity, jsonOf(command.payload));
    if (!named.success) return [];
    const { activityId } = named.data;
    const { organisationId } = facts.activities.get(activityId) ?? {};
    return isEnrolled(device, activityId, organisationId) ? [activityId] : [];
  });
}

/** Of each command the ruling with the highest n, as the phone gets it. */
function latestOf(rulings: readonly NewRuling[], ruledAt: Instant): StoredRuling[] {
  const latest = new Map<string, NewRuling>();
  for (const ruling of rulings)
    if (ruling.n >= (latest.get(ruling.commandId)?.n ?? 0)) latest.set(ruling.commandId, ruling);
  return [...latest.values()].map(({ commandId, seq, n, judgement }) => ({
    commandId,
    seq,
    n,
    outcome: judgement.outcome,
    code: judgement.code ?? null,
    because: judgement.because ?? null,
    points: judgement.points,
    ruledAt,
  }));
}
