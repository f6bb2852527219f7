// The outbox of one device, for the sync loop. Reads close their transaction before anything is unsealed or sent.
import { Dexie } from 'dexie';
import { openOccurrence, type ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import type { SeqRange, SyncResponse } from '#domain/sync/exchange.ts';
import { stretchesOf, toRanges, unionOf } from '#domain/sync/seq-ranges.ts';
import {
  ROSTER_BLOBS,
  ROSTER_ROWS,
  scanRow,
  type ContactRow,
  type DeviceRow,
  type HeardAnchor,
  type OutboxRow,
  type PhoneDb,
  type Ruling,
  type ScanRow,
} from '../db/phone-db.ts';
import { readBacklog, withState, type Backlog } from '../db/unsent.ts';
import { openCommands } from './outgoing-commands.ts';
import { lostByServer, planAnswer, type AnswerPlan } from './plan-answer.ts';
import type { BatchLimit, Outgoing, SyncStore } from './sync-store.ts';

/** Rows put back to `unsent` at one answer; the next answer names the rest. */
const RESEND_MAX = 5_000;
/** Commands in one transaction of an answer. */
const ANSWER_ROWS_MAX = 100;

export function createDexieSyncStore(
  db: PhoneDb,
  device: DeviceRow,
  answerRowsMax = ANSWER_ROWS_MAX,
): SyncStore {
  return { takeRequest, keepSignatures, applyAnswer, backlog, prune };

  async function takeRequest(
    { countMax, charsMax, passOver }: BatchLimit,
    at: number,
    step: number,
  ): Promise<Outgoing> {
    const taken = await db.transaction('rw', db.outbox, db.chains, db.contacts, db.meta, async () => {
      const contact = await contactOf(db, device.id);
      // By the clock: an old copy of this database does not count on from numbers that were used.
      const requestNo = Math.max(contact.requestNo + step, Math.floor(at / 1_000));
      await db.contacts.put({ ...contact, requestNo });
      const roster = await db.meta.get('roster');
      const chain = await db.chains.get(device.id);
      const waiting = withState(db, device.id, 'unsent');
      const ready = passOver.size > 0 ? waiting.filter(({ seq }) => !passOver.has(seq)) : waiting;
      const rows = await ready.limit(countMax).toArray();
      return {
        requestNo,
        cursor: contact.cursor,
        wantsToken: contact.token === null || contact.token.usableUntil <= at,
        head: { seq: chain?.seq ?? 0, hash: chain?.hash ?? '' },
        roster:
          roster?.key === 'roster' && roster.device === device.id
            ? { id: roster.rosterId, version: roster.version, builtAt: roster.builtAt }
            : null,
        rows,
        ...(await readBacklog(db, device.id)),
      };
    });
    const { rows, ...rest } = taken;
    const commands = await openCommands(device, rows, charsMax);
    return { ...rest, commands };
  }

  async function keepSignatures(signed: readonly { seq: number; signature: string }[]): Promise<void> {
    await db.transaction('rw', db.outbox, async () => {
      for (const { seq, signature } of signed) await db.outbox.update([device.id, seq], { signature });
    });
  }

  /**
   * A stretch of commands in each transaction, so that a scan never waits for more. What a stretch says of a command is
   * stored whole, receipt and ruling with the scan. The last one moves the cursor: an answer that was cut short before is
   * asked for again, and says the same of what it reached.
   */
  async function applyAnswer(answer: SyncResponse, heard: HeardAnchor): Promise<AnswerPlan> {
    const stretches = stretchesOf(spokenOf(answer), answerRowsMax);
    const last = stretches.pop() ?? [];
    const plans: AnswerPlan[] = [];
    for (const stretch of stretches)
      plans.push(
        await db.transaction('rw', db.outbox, db.chains, db.scans, async () =>
          keepPlan(answer, await rowsOf(answer, stretch)),
        ),
      );
    plans.push(
      await db.transaction(
        'rw',
        [
          db.outbox,
          db.chains,
          db.scans,
          db.contacts,
          db.devices,
          db.activities,
          db.visits,
          db.phones,
          db.blobs,
          db.meta,
        ],
        async () => {
          const rows = await rowsOf(answer, last);
          for (const row of await rowsLostBy(answer)) rows.set(row.seq, row);
          const plan = await keepPlan(answer, rows);
          await keepChanges(answer, heard);
          return plan;
        },
      ),
    );
    return together(plans);
  }

  async function keepPlan(answer: SyncResponse, rows: ReadonlyMap<number, OutboxRow>): Promise<AnswerPlan> {
    const chain = await db.chains.get(device.id);
    const plan = planAnswer(rows, chain?.seq ?? 0, answer);
    const changed = [...plan.states].flatMap(([seq, next]) => {
      const row = rows.get(seq);
      return row ? [{ ...row, ...next }] : [];
    });
    await db.outbox.bulkPut(changed);
    await keepRulings(plan.rulings);
    return plan;
  }

  /** Those of the stretch, and each that the answer gives a hash of: what it says is believed only with the same hash. */
  async function rowsOf(answer: SyncResponse, stretch: readonly SeqRange[]): Promise<Map<number, OutboxRow>> {
    const rows = new Map<number, OutboxRow>();
    for (const [from, to] of unionOf([...stretch, ...hashedIn(answer)]))
      for (const row of await db.outbox
        .where('[device+seq]')
        .between([device.id, from], [device.id, to], true, true)
        .toArray())
        rows.set(row.seq, row);
    return rows;
  }

  async function rowsLostBy(answer: SyncResponse): Promise<OutboxRow[]> {
    const lost: OutboxRow[] = [];
    for (const [from, to] of lostByServer(answer))
      for (const state of ['custody', 'settled'] as const)
        lost.push(...(await withState(db, device.id, state, from, to).limit(RESEND_MAX).toArray()));
    return lost;
  }

  /** All of an answer at once: one by one they took most of the time of sending. */
  async function keepRulings(rulings: AnswerPlan['rulings']): Promise<void> {
    if (rulings.length === 0) return;
    const ranges = toRanges(rulings.map(({ seq }) => seq));
    const scans = new Map<number, ScanRow>();
    for (const [from, to] of ranges)
      for (const scan of await between('[device+seq]', from, to)) scans.set(scan.seq, scan);
    const refusedUndos = new Map<number, Ruling>();
    const changed = new Map<string, ScanRow>();
    for (const { seq, ruling } of rulings) {
      const found = scans.get(seq);
      const scan = found && (changed.get(found.commandId) ?? found);
      if (scan && isLater(ruling, scan.ruling)) changed.set(scan.commandId, scanRow({ ...scan, ruling }));
      // Of an undo only a refusal matters: then the scan stands.
      if (!scan && ruling.outcome === 'refused') refusedUndos.set(seq, ruling);
    }
    for (const [from, to] of toRanges([...refusedUndos.keys()]))
      for (const found of await between('[device+undoSeq]', from, to)) {
        const undone = changed.get(found.commandId) ?? found;
        const ruling = refusedUndos.get(found.undoSeq ?? 0);
        if (ruling)
          changed.set(
            undone.commandId,
            scanRow({ ...undone, undone: 0, undoRefused: ruling.code ?? ruling.outcome }),
          );
      }
    await db.scans.bulkPut([...changed.values()]);
  }

  function between(
    index: '[device+seq]' | '[device+undoSeq]',
    from: number,
    to: number,
  ): PromiseLike<ScanRow[]> {
    return db.scans.where(index).between([device.id, from], [device.id, to], true, true).toArray();
  }

  async function keepChanges(answer: SyncResponse, heard: HeardAnchor): Promise<void> {
    const { changes } = answer;
    const contact = await contactOf(db, device.id);
    const rosterOffer = changes.roster === undefined ? contact.rosterOffer : changes.roster;
    await db.contacts.put({
      ...contact,
      cursor: answer.cursor,
      anchor: heard,
      token: answer.token
        ? {
            value: answer.token.value,
            usableUntil: heard.deviceTime + (answer.token.expiresAt - answer.serverTime),
          }
        : answer.state === 'revoked'
          ? null
          : contact.token,
      rosterOffer,
      owing: changes.owing ?? [],
    });
    if (changes.deviceName !== undefined) await db.devices.update(device.id, { name: changes.deviceName });
    if (changes.devices) await db.phones.bulkPut(changes.devices);
    if (changes.activities) {
      await db.activities.clear();
      await db.activities.bulkPut(changes.activities);
    }
    const rosterId = rosterOffer?.id ?? '';
    for (const { activityId, items } of changes.visits ?? [])
      await db.visits.bulkPut(
        items.map(([fingerprint, at, by, commandId, counts]) => ({
          commandId,
          activityId,
          fingerprint,
          rosterId,
          at,
          device: by,
          counts,
        })),
      );
    if (answer.state === 'revoked') await db.devices.update(device.id, { state: 'revoked' });
    if (answer.wipe) await wipeRegionData(db);
  }

  function backlog(): Promise<Backlog> {
    return readBacklog(db, device.id);
  }

  async function prune(receivedBefore: number, now: number): Promise<void> {
    const old = db.outbox
      .where('[state+receivedAt]')
      .between(['settled', Dexie.minKey], ['settled', receivedBefore]);
    // Behind the first unsent one all stay: the backlog is told from the first and the last number.
    const [first] = await withState(db, device.id, 'unsent').limit(1).primaryKeys();
    const end = first?.[1] ?? Infinity;
    await old.filter((row) => row.device === device.id && row.seq < end).delete();
    await db.transaction('rw', db.outbox, db.chains, db.scans, db.activities, () =>
      pruneScans(receivedBefore, now),
    );
  }

  /** A scan goes after its command, and after its undo; never while a list or a limit still asks for it. */
  async function pruneScans(receivedBefore: number, now: number): Promise<void> {
    const policies = new Map((await db.activities.toArray()).map((policy) => [policy.activityId, policy]));
    const oldest = await db.outbox
      .where('[device+seq]')
      .between([device.id, 0], [device.id, Infinity])
      .first();
    const kept = oldest?.seq ?? ((await db.chains.get(device.id))?.seq ?? 0) + 1;
    await db.scans
      .where('[device+seq]')
      .between([device.id, 0], [device.id, kept])
      .filter(({ at, undoSeq, activityId }) => {
        const policy = policies.get(activityId);
        const asked = policy ? askedSince(policy, now) : Infinity;
        return (undoSeq ?? 0) < kept && at < Math.min(receivedBefore, asked);
      })
      .delete();
  }
}

/** Receipt and rulings speak of the same commands: each once. */
const spokenOf = (answer: SyncResponse): SeqRange[] =>
  unionOf([
    ...answer.receipts.map(({ from, to }): SeqRange => [from, to]),
    ...answer.rulings.flatMap(({ seqs }) => seqs),
    ...hashedIn(answer),
  ]);

const hashedIn = ({ receipts, highWater }: SyncResponse): SeqRange[] =>
  [...receipts.map(({ to }) => to), highWater.seq].map((seq) => [seq, seq]);

/** An alarm of one is one of all. */
const together = (plans: readonly AnswerPlan[]): AnswerPlan => ({
  states: new Map(plans.flatMap(({ states }) => [...states])),
  rulings: plans.flatMap(({ rulings }) => rulings),
  alarm: plans.find(({ alarm }) => alarm === 'ahead')?.alarm ?? plans.find(({ alarm }) => alarm)?.alarm,
});

/** From when on the lists of an activity show scans, and its limit counts them. */
function askedSince({ occurrences, periods }: ActivityPolicy, now: number): number {
  const opensAt = openOccurrence(occurrences, now)?.opensAt ?? Infinity;
  const period = periods.find(({ startsAt, endsAt }) => startsAt <= now && now < endsAt);
  return Math.min(opensAt, period?.startsAt ?? Infinity);
}

/** By time first: a server that was restored from a backup rules anew, and counts from 1 again. */
const isLater = (ruling: Ruling, known: Ruling | undefined): boolean =>
  known === undefined ||
  ruling.ruledAt > known.ruledAt ||
  (ruling.ruledAt === known.ruledAt && ruling.n > known.n);

/** What a phone no longer enrolled must not keep. Its own scans and unsent commands stay. */
export async function wipeRegionData(db: PhoneDb): Promise<void> {
  await Promise.all([
    db.blobs.bulkDelete([...ROSTER_BLOBS]),
    db.meta.bulkDelete([...ROSTER_ROWS]),
    db.visits.clear(),
    db.activities.clear(),
    db.phones.clear(),
  ]);
}

export async function contactOf(db: PhoneDb, device: string): Promise<ContactRow> {
  const known = await db.contacts.get(device);
  return (
    known ?? { device, requestNo: 0, cursor: null, anchor: null, token: null, rosterOffer: null, owing: [] }
  );
}
