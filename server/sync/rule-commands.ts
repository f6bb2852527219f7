// Commands in custody get their ruling, and the ledger its postings. The rules live in the domain; here is in which order
// they are asked, what is locked meanwhile, and what is written.
import * as z from 'zod/mini';
import { planted } from '#domain/kernel/planted.ts';
import { ruleGroups, type GroupKey, type RuledVisit } from '#domain/sync/rule-batch.ts';
import type { BatchDevice, BatchStore, NewRuling } from './batch-store.ts';
import {
  firstRulings,
  isEnrolled,
  loadFacts,
  type Facts,
  type RulingContext,
  type ToRule,
  type Work,
} from './first-rulings.ts';
import { jsonOf, type IncomingCommand } from './incoming-command.ts';
import { followersOf, ruleUndos } from './rule-undos.ts';

export type RuledCommands = {
  readonly rulings: readonly NewRuling[];
  readonly visits: readonly RuledVisit[];
  /** Whose lists show one that came to nothing. */
  readonly troubledActivityIds: readonly string[];
};

/** Whom to tell: activities whose lists at the desk changed, other devices whose rulings were followed. */
export type Touched = {
  readonly touchedActivityIds: readonly string[];
  readonly touchedDeviceIds: readonly string[];
};

export const touchedBy = ({ rulings, visits, troubledActivityIds }: RuledCommands): Touched => ({
  touchedActivityIds: [...new Set([...visits.map(({ activityId }) => activityId), ...troubledActivityIds])],
  touchedDeviceIds: [...new Set(rulings.filter(({ n }) => n > 1).map(({ deviceId }) => deviceId))],
});

/** Commands of one device that are in custody get their ruling, with everything that follows from it. */
export async function ruleAndPost(
  store: BatchStore,
  device: BatchDevice,
  fresh: readonly ToRule[],
  context: RulingContext,
): Promise<RuledCommands> {
  const { receivedAt } = context;
  const facts = await loadFacts(
    store,
    device,
    fresh.filter(({ hold, before }) => hold === null && !before?.refused).map(({ command }) => command),
  );
  const work = firstRulings(fresh, device, facts, context);

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
