// One batch of commands, in one transaction: custody, facts, decisions, rulings, postings. Time and keys come in as
// arguments.
import type { Sha256 } from '#domain/kernel/bytes.ts';
import type { Instant } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { planted } from '#domain/kernel/planted.ts';
import { pointsEntry } from '#domain/ledger/ledger.ts';
import { passOverHeld, receiptsFor, takeCustody, type Custody } from '#domain/sync/custody.ts';
import type { Receipt, Run, SeqRange } from '#domain/sync/exchange.ts';
import type { HoldCode } from '#domain/sync/ruling.ts';
import type { BatchDevice, BatchStore, NewRuling, StoredRuling } from './batch-store.ts';
import type { RulingContext } from './first-rulings.ts';
import { checkRun, type IncomingCommand, type ReadingContext } from './incoming-command.ts';
import { ruleAndPost, touchedBy, type Touched } from './rule-commands.ts';

export type BatchContext = ReadingContext & RulingContext;

export type BatchResult = Touched & {
  readonly device: BatchDevice;
  readonly custody: Custody;
  readonly receipts: readonly Receipt[];
  readonly differs: readonly IncomingCommand[];
  readonly sendSignatures: readonly SeqRange[];
  /** Commands that were here before. */
  readonly replayedIds: readonly string[];
  /** Rulings of the commands in this batch, new or as they stand. */
  readonly rulings: readonly StoredRuling[];
};

export async function processBatch(
  store: BatchStore,
  device: BatchDevice,
  runs: readonly Run[],
  headSeq: number,
  context: BatchContext,
): Promise<BatchResult> {
  const { receivedAt, sha256 } = context;
  const checked = runs.map((run) => checkRun(device, run, context));
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
    replayedIds: taken.replayed.map(({ id }) => id),
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

const holdOfRevoked = (device: BatchDevice, seq: number): HoldCode | null =>
  device.state === 'revoked' && seq > (device.revokedAfterSeq ?? 0) ? 'device-revoked' : null;

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
