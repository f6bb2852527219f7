// Commands that came by another way than their phone's own sync end in the same ingest: same receipts, same rulings, and
// what the phone sends later is known. Nothing of this counts as a contact of the phone itself.
import type { Context } from '#server/context.ts';
import type { TakeCommands } from '#server/rescue/take-commands.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { Run } from '#domain/sync/exchange.ts';
import { readEnvelope } from './incoming-command.ts';
import { ingest } from './ingest.ts';

export function createRescueIntake({ db, keys }: Pick<Context, 'db' | 'keys'>): TakeCommands {
  return async (device, runs, headSeq, receivedAt) => {
    const results = [];
    for (const some of inBatches(runs)) {
      const request = { ...device, runs: some, headSeq, receivedAt };
      results.push(...(await ingest(db, { fingerprint: keys.fingerprint[0].bytes }, request)));
    }
    const known = new Set(results.flatMap(({ replayedIds }) => replayedIds));
    const undos = undosIn(runs);
    const latest = results.flatMap(({ rulings }) => rulings);
    const holding = new Set(
      latest
        .filter(({ commandId, outcome }) => undos.has(commandId) && outcome === 'accepted')
        .map(({ commandId }) => commandId),
    );
    const unproven = results.flatMap(({ sendSignatures }) => sendSignatures);
    return {
      outcomes: results.flatMap(({ rulings, differs }) => [
        ...rulings
          .filter(({ commandId }) => !known.has(commandId) && !holding.has(commandId))
          .map(({ outcome }) => outcome),
        ...differs.map(() => 'exists-with-different' as const),
      ]),
      undos: holding.size,
      known: [...known].filter((id) => !holding.has(id)).length,
      unproven: unproven.reduce((sum, [from, to]) => sum + to - from + 1, 0),
    };
  };
}

function undosIn(runs: readonly Run[]): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const { commands } of runs) {
    for (const [envelope] of commands) {
      const read = readEnvelope(envelope);
      if (read?.kind === 'undo-check-in') ids.add(read.id);
    }
  }
  return ids;
}

/** As many as one request of a phone would carry. */
function inBatches(runs: readonly Run[]): Run[][] {
  const batches: Run[][] = [];
  let room = 0;
  for (const run of runs) {
    const batch = batches[batches.length - 1];
    if (batch && run.commands.length <= room && batch.length < limits.batchRunsMax) batch.push(run);
    else {
      batches.push([run]);
      room = limits.batchCommandsMax;
    }
    room -= run.commands.length;
  }
  return batches;
}
