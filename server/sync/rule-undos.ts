// Which undos hold. One may come before the check-in that it takes back, and waits for it.
import type { Instant } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { GroupVisit } from '#domain/sync/rule-batch.ts';
import type { Judgement } from '#domain/sync/ruling.ts';
import type { BatchDevice, NewRuling, Standing, UndoRow, WaitingUndo } from './batch-store.ts';
import type { ToRule, Work } from './first-rulings.ts';

/** Which undos hold: those in this batch, and earlier ones that waited for a check-in of this batch. */
export function ruleUndos(
  work: Work,
  waiting: readonly WaitingUndo[],
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

/** An undo that was held has a ruling already; one that was accepted before gets another only when that says something else. */
export function followersOf(
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
