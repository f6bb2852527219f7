// What would become of check-ins if they were written down now: the same facts and the same rules as rule-commands.ts, and nothing
// is stored. What others do meanwhile is seen when the real ones are ruled.
import type { ForeseenRuling } from '#server/checkins/desk-command.ts';
import { must } from '#domain/kernel/assert.ts';
import { ruleGroups } from '#domain/sync/rule-batch.ts';
import type { BatchDevice, BatchStore } from './batch-store.ts';
import { firstRulings, loadFacts, type RulingContext } from './first-rulings.ts';
import type { IncomingCommand } from './incoming-command.ts';

export async function foreseeCheckIns(
  store: BatchStore,
  device: BatchDevice,
  commands: readonly IncomingCommand[],
  context: RulingContext,
): Promise<ForeseenRuling[]> {
  const facts = await loadFacts(store, device, commands);
  const toRule = commands.map((command) => ({ command, hold: null }));
  const { placed, rulings } = firstRulings(toRule, device, facts, context);
  const existing = placed.length > 0 ? await store.groups(placed) : [];
  const volumes = new Map(
    [...facts.activities.values()].map(({ activityId, volume }) => [activityId, volume]),
  );
  const ruled = ruleGroups(existing, placed, new Set(), volumes);
  const own = new Map([...rulings, ...ruled.rulings].map((ruling) => [ruling.commandId, ruling.judgement]));
  // A visit that counts today and would not any more, because of one of these.
  const displaced = new Map(
    ruled.visits.flatMap(({ fresh, ruled: before, judgement, at }) =>
      !fresh &&
      before &&
      before.outcome !== 'duplicate' &&
      judgement.outcome === 'duplicate' &&
      judgement.because
        ? [[judgement.because.of, at] as const]
        : [],
    ),
  );
  return commands.map(({ id }) => {
    const { outcome, code, because, points } = must(own.get(id), 'a ruling for each command');
    return {
      ...{ commandId: id, outcome, code: code ?? null, because: because ?? null, points },
      insteadOf: displaced.get(id) ?? null,
    };
  });
}
