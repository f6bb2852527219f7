// A feed tells only of finished transactions, and waits for every older one of the cluster, also for those of other tests.
import { sql, type Kysely } from 'kysely';
import { pollUntil } from '#server/poll.ts';
import type { Database } from '#server/db/tables.ts';

/** Resolves when a feed tells of everything that was committed before this call. */
export async function untilTold(db: Kysely<Database>): Promise<void> {
  const { rows } = await sql<{ tx: string }>`select pg_current_xact_id()::text as tx`.execute(db);
  const tx = rows[0]?.tx ?? '0';
  await pollUntil(
    async () => {
      const horizon = await sql<{ past: boolean }>`
        select pg_snapshot_xmin(pg_current_snapshot()) > ${tx}::xid8 as past
      `.execute(db);
      return horizon.rows[0]?.past || undefined;
    },
    { timeoutMs: 20_000, onTimeout: () => new Error('an older transaction never ended') },
  );
}
