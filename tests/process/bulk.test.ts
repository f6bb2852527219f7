// A list of renewals and a list of visits on two servers that share one database: one is killed half-way, then the other, and a new one
// goes on by itself. Every row has one answer, every person one renewal, every visit stands on the ledger once.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BulkWork } from '#domain/bulk/bulk-work.ts';
import { insertList, setState } from '#server/bulk/repository.ts';
import { addPerson } from '#server/auth/accounts.ts';
import { randomIds } from '#server/ids.ts';
import { pollUntil } from '#server/poll.ts';
import { holdersIn } from '#tests/_support/kansenstatuut-holders.ts';
import { IEPER } from '#tests/_support/people-builder.ts';
import { brokenLaws, openRegion, REGION_ID, type TestRegion } from '#tests/_support/region.ts';
import {
  databaseUrlOf,
  makeDataDir,
  removeDataDir,
  startServer,
  type ServerProcess,
} from '#tests/_support/server-process.ts';

const ROWS = 400;
const POINTS = 2;
const MINUTE_MS = 60_000;
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

it('lists on two servers, both killed half-way: each row once, also on the ledger', async () => {
  const region = await openRegion(databaseUrlOf(dataDir));
  const lists = await startLists(region);
  await halfWay(region, lists, 60);
  await second.kill9();
  await halfWay(region, lists, 160);
  await owner.kill9();
  owner = await startServer({ dataDir, env: QUIET });
  await pollUntil(async () => ((await doneOf(region, lists)) ? true : undefined), {
    timeoutMs: 60_000,
    onTimeout: () => new Error('the lists are not carried out'),
  });
  const all = ROWS;
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
  expect(rows).toEqual([
    { done: 2 * all, acts: all, renewals: all, people: all, until: all, audited: all, ended: 2 },
  ]);
  const { rows: visits } = await region.pool.query<Record<string, number>>(
    `select (select count(*) from command)::int as commands, (select max(seq) from command)::int as chain,
       (select count(*) from ruling where outcome = 'accepted')::int as rulings,
       (select count(distinct account_id) from visit where slot is not null)::int as visitors,
       (select count(*) from visit)::int as visits,
       (select count(*) from account where kind = 'passholder' and balance = $1)::int as paid`,
    [POINTS],
  );
  expect(visits).toEqual([
    { commands: all, chain: all, rulings: all, visitors: all, visits: all, paid: all },
  ]);
  expect(await brokenLaws(region.db)).toEqual([]);
  await region.close();
});

/** As a clerk of Ieper would have made and started them: the same people are renewed, and were somewhere. */
async function startLists(region: TestRegion): Promise<readonly string[]> {
  const { db, organisationId } = region;
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
  const at = Date.now() - MINUTE_MS;
  const open = { startsAt: at - MINUTE_MS, endsAt: at + 60 * MINUTE_MS, points: POINTS };
  const works: readonly BulkWork[] = [
    { kind: 'renew-kansenstatuut', cardSystemId: 'uitpas-westhoek', until: UNTIL, proof: 'leefloon' },
    { kind: 'check-in', activityId: await region.activity(open), at, title: 'Jeugdboekenweek' },
  ];
  const madeBy = `user:${userId}`;
  return db.transaction().execute(async (trx) => {
    const lists: string[] = [];
    for (const work of works) {
      const listId = randomUUID();
      const made = { requestDigest: Buffer.alloc(0), madeAt: 0, madeBy };
      await insertList(
        trx,
        REGION_ID,
        { listId, organisationId, title: 'Voorjaar', work, ...made },
        people.map(({ passholderId, number }, i) => ({
          ...{ row: i + 1, given: number, number, passholderId, wanted: {} },
          ...{ state: 'ready', code: null, detail: {} },
        })),
      );
      await setState(trx, REGION_ID, listId, { state: 'running', run_by: madeBy, started_at: 0 });
      lists.push(listId);
    }
    return lists;
  });
}

const doneOf = async ({ db }: TestRegion, lists: readonly string[]): Promise<boolean> => {
  const found = await db.selectFrom('bulk_list').select('state').where('list_id', 'in', lists).execute();
  return found.every(({ state }) => state === 'done');
};

/** So many rows of each list are answered, and none is over. */
async function halfWay({ pool }: TestRegion, lists: readonly string[], rows: number): Promise<void> {
  await pollUntil(
    async () => {
      const { rows: counted } = await pool.query<{ n: number }>(
        `select count(*) filter (where state = 'done')::int as n from bulk_row where list_id = any($1) group by list_id`,
        [lists],
      );
      if (counted.some(({ n }) => n === ROWS)) throw new Error('a list was over before the kill');
      return counted.every(({ n }) => n >= rows) ? true : undefined;
    },
    { timeoutMs: 60_000, everyMs: 5, onTimeout: () => new Error(`never ${rows} rows`) },
  );
}
