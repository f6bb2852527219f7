// A list of renewals on two servers that share one database: one is killed half-way, then the other, and a new one goes on by
// itself. Every row has one answer, every person one renewal.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { insertList, setState } from '#server/bulk/repository.ts';
import { addPerson } from '#server/auth/accounts.ts';
import { randomIds } from '#server/ids.ts';
import { pollUntil } from '#server/poll.ts';
import { holdersIn } from '#tests/_support/kansenstatuut-holders.ts';
import { IEPER } from '#tests/_support/people-builder.ts';
import { openRegion, REGION_ID, type TestRegion } from '#tests/_support/region.ts';
import {
  databaseUrlOf,
  makeDataDir,
  removeDataDir,
  startServer,
  type ServerProcess,
} from '#tests/_support/server-process.ts';

const ROWS = 400;
const QUIET = { LOG_LEVEL: 'silent' };
const UNTIL = `${new Date().getUTCFullYear() + 1}-04-30`;

let dataDir: string;
let otherDir: string;
let owner: ServerProcess;
let second: ServerProcess;

beforeEach(async () => {
  dataDir = makeDataDir();
  otherDir = makeDataDir();
  owner = await startServer({ dataDir, env: QUIET });
  second = await startServer({ dataDir: otherDir, env: { ...QUIET, DATABASE_URL: databaseUrlOf(dataDir) } });
});
afterEach(async () => {
  await second.stop();
  await owner.stop();
  await removeDataDir(otherDir);
  await removeDataDir(dataDir);
});

it('a list on two servers, both killed half-way: each row once', async () => {
  const region = await openRegion(databaseUrlOf(dataDir));
  const listId = await startList(region);
  await answered(region, listId, 60);
  await second.kill9();
  await answered(region, listId, 160);
  await owner.kill9();
  owner = await startServer({ dataDir, env: QUIET });
  await pollUntil(async () => ((await stateOf(region, listId)) === 'done' ? true : undefined), {
    timeoutMs: 60_000,
    onTimeout: () => new Error('the list is not carried out'),
  });
  const { rows } = await region.pool.query<Record<string, number>>(
    `select (select count(*) from bulk_row where state = 'done')::int as done,
       (select count(*) from desk_act)::int as acts,
       (select count(*) from passholder_event where kind = 'kansenstatuut-set')::int as renewals,
       (select count(distinct passholder_id) from passholder_event where kind = 'kansenstatuut-set')::int as people,
       (select count(*) from membership where kansenstatuut_until = $1)::int as until,
       (select count(*) from audit_entry where action = 'passholder-renew-kansenstatuut')::int as audited,
       (select count(*) from audit_entry where action = 'bulk-ended')::int as ended`,
    [UNTIL],
  );
  const all = ROWS;
  expect(rows).toEqual([
    { done: all, acts: all, renewals: all, people: all, until: all, audited: all, ended: 1 },
  ]);
  await region.close();
});

/** As a clerk of Ieper would have made and started it. */
async function startList({ db, organisationId }: TestRegion): Promise<string> {
  await db
    .insertInto('municipality')
    .values({ region_id: REGION_ID, nis_code: IEPER, name: 'Ieper', postal_codes: ['8900'], uitpas: true })
    .execute();
  await db.updateTable('organisation').set({ nis_code: IEPER }).execute();
  const userId = await addPerson(
    { db, clock: { now: () => 0 }, ids: randomIds },
    {
      ...{ email: 'ieper@test.invalid', name: 'Ieper', by: 'system' },
      grants: [
        { regionId: REGION_ID, role: 'municipality-desk', place: { kind: 'municipality', nisCode: IEPER } },
      ],
    },
  );
  const people = await holdersIn(db)(ROWS, () => ({ membership: { kansenstatuutUntil: '2026-04-30' } }));
  const listId = randomUUID();
  const madeBy = `user:${userId}`;
  await db.transaction().execute(async (trx) => {
    await insertList(
      trx,
      REGION_ID,
      {
        ...{ listId, organisationId, title: 'Voorjaar', requestDigest: Buffer.alloc(0), madeAt: 0, madeBy },
        work: {
          kind: 'renew-kansenstatuut',
          cardSystemId: 'uitpas-westhoek',
          until: UNTIL,
          proof: 'leefloon',
        },
      },
      people.map(({ passholderId, number }, i) => ({
        ...{
          row: i + 1,
          given: number,
          number,
          passholderId,
          wanted: {},
          state: 'ready',
          code: null,
          detail: {},
        },
      })),
    );
    await setState(trx, REGION_ID, listId, { state: 'running', run_by: madeBy, started_at: 0 });
  });
  return listId;
}

const stateOf = async ({ db }: TestRegion, listId: string): Promise<string | undefined> =>
  (await db.selectFrom('bulk_list').select('state').where('list_id', '=', listId).executeTakeFirst())?.state;

async function answered({ pool }: TestRegion, listId: string, rows: number): Promise<void> {
  await pollUntil(
    async () => {
      const { rows: counted } = await pool.query<{ n: number }>(
        `select count(*)::int as n from bulk_row where list_id = $1 and state = 'done'`,
        [listId],
      );
      return (counted[0]?.n ?? 0) >= rows ? true : undefined;
    },
    { timeoutMs: 60_000, everyMs: 5, onTimeout: () => new Error(`never ${rows} rows`) },
  );
}
