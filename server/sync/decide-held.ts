// A person decided about held scans of one device: they get their next ruling, in one transaction with the note of who
// decided. Each exactly once: the device is locked, and what was decided meanwhile is left alone.
import type { Context } from '#server/context.ts';
import type { DecideHeld } from '#server/quarantine/decide-held.ts';
import { publish } from '#server/events.ts';
import { must } from '#domain/kernel/assert.ts';
import { isDecidable } from '#domain/sync/held-decision.ts';
import { toRanges } from '#domain/sync/seq-ranges.ts';
import { contextOf, eventsOfTouched } from './ingest.ts';
import { postgresSyncDatabase } from './postgres-sync-database.ts';
import { readStored } from './incoming-command.ts';
import { ruleAndPost, touchedBy } from './rule-commands.ts';

export function createHeldDecisions({ db, keys }: Pick<Context, 'db' | 'keys'>): DecideHeld {
  return async ({ regionId, deviceId, seqs, decision, now }, note) => {
    const { slug } = await db
      .selectFrom('region')
      .select('slug')
      .where('region_id', '=', regionId)
      .executeTakeFirstOrThrow();
    return postgresSyncDatabase(db).transaction(regionId, async ({ trx, store, announce }) => {
      const device = must(await store.lockDevice(deviceId), 'the device just read');
      const latest = await store.latestRulings(deviceId, seqs);
      const held = new Map(
        latest.filter((ruling) => isDecidable(decision, ruling)).map((ruling) => [ruling.seq, ruling]),
      );
      const commands = await store.storedCommands(deviceId, [...held.keys()]);
      const request = { regionId, regionSlug: slug, deviceId, runs: [], headSeq: 0, receivedAt: now };
      const ruled = await ruleAndPost(
        store,
        device,
        commands.map((stored) => ({
          command: readStored(stored),
          hold: null,
          before: {
            n: must(held.get(stored.seq), 'its ruling').n,
            receivedAt: stored.receivedAt,
            refused: decision === 'refuse',
          },
        })),
        contextOf({ fingerprint: keys.fingerprint[0].bytes }, request),
      );
      const own = new Set(commands.map(({ id }) => id));
      const result = {
        seqs: toRanges(commands.map(({ seq }) => seq)),
        count: commands.length,
        counted: ruled.visits.filter(({ commandId, slot }) => own.has(commandId) && slot !== null).length,
      };
      if (commands.length === 0) return result;
      await note(trx, result);
      await announce(eventsOfTouched(regionId, touchedBy(ruled)));
      await publish(trx, { regionId, topic: 'devices', deviceId });
      return result;
    });
  };
}
