// The disk of the server fills up to the last byte, and is given room again: nothing is acknowledged that is not stored, reading
// goes on, and no hand is needed afterwards. On a real disk of its own, small enough to fill; where the system lets nobody make one,
// the database says the same at the same place.
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SIGNATURE_HEADER } from '#domain/sync/exchange.ts';
import { codeOf } from '#server/operator-error.ts';
import { pollUntil } from '#server/poll.ts';
import { openRegion } from '#tests/_support/region.ts';
import {
  canMakeDisk,
  databaseUrlOf,
  makeDataDir,
  removeDataDir,
  startServer,
} from '#tests/_support/server-process.ts';
import { TestPhone } from '#tests/_support/test-phone.ts';

const DISK_MB = 240;
const BATCH = 25;
const HOUR = 3_600_000;
const PIECE = Buffer.alloc(1024 * 1024, 1);

let dataDir: string;
beforeEach(() => {
  dataDir = makeDataDir();
});
afterEach(() => removeDataDir(dataDir));

const ownDisk = canMakeDisk();

test('a full disk: 503, nothing acknowledged, reading goes on; and afterwards all is well', async () => {
  const env = { LOG_LEVEL: 'silent' };
  const server = await startServer({ dataDir, env, ...(ownDisk && { diskMb: DISK_MB }) });
  const region = await openRegion(databaseUrlOf(server.dataDir));
  const now = Date.now();
  const activityId = await region.activity({ startsAt: now - HOUR, endsAt: now + HOUR });
  const numbers = await region.cards(BATCH * 4);
  const phone = new TestPhone();
  await region.enrol(phone, [activityId]);
  for (const number of numbers) phone.checkIn({ activityId, number }, now);
  let taken = 0;
  const send = async (): Promise<Response> => {
    const { body, signature } = phone.request([phone.run(taken + 1, taken + BATCH)]);
    const headers = { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature };
    const answer = await fetch(`${server.url}/api/sync`, { method: 'POST', headers, body });
    if (answer.status === 200) taken += BATCH;
    return answer;
  };
  const stored = async (): Promise<number> => {
    const { rows } = await region.pool.query<{ n: number }>('select count(*)::int as n from command');
    return rows[0]?.n ?? 0;
  };
  expect((await send()).status).toBe(200);

  const disk = ownDisk ? smallDisk(server.dataDir, region) : saidByDatabase(region);
  await disk.fill();
  const refused = await pollUntil(
    async () => {
      const answer = await send();
      return answer.status === 200 ? undefined : answer;
    },
    { timeoutMs: 20_000, onTimeout: () => new Error('a full disk is not noticed') },
  );
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);
  expect(await refused.json()).toMatchObject({ code: 'disk-full' });
  expect(await stored()).toBe(taken);
  for (const path of ['/readyz', '/api/public', '/healthz'])
    expect([path, (await fetch(`${server.url}${path}`)).status]).toEqual([path, 200]);

  await disk.makeRoom();
  await pollUntil(async () => ((await send()).status === 200 ? true : undefined), {
    timeoutMs: 20_000,
    onTimeout: () => new Error('room again is not noticed'),
  });
  while (taken < numbers.length) expect((await send()).status).toBe(200);
  expect(await stored()).toBe(numbers.length);
  expect(await region.brokenLaws()).toEqual([]);
  await region.close();
  expect(await server.stop()).toBe(0);
});

type Disk = { fill(): Promise<void>; makeRoom(): Promise<void> };
type Region = Awaited<ReturnType<typeof openRegion>>;

function smallDisk(dataDir: string, { pool }: Region): Disk {
  const ballast = join(dataDir, 'ballast');
  return {
    async fill() {
      fill(ballast);
      // The database itself has no room either: this is no mere rule of ours.
      const grow = `create table no_room as select repeat('x', 1000) from generate_series(1, 100000)`;
      await expect(pool.query(grow)).rejects.toMatchObject({ code: '53100' });
    },
    async makeRoom() {
      rmSync(ballast);
    },
  };
}

/** The very error of PostgreSQL (53100), in the middle of each batch. */
function saidByDatabase({ pool }: Region): Disk {
  return {
    async fill() {
      await pool.query(`create function no_room() returns trigger language plpgsql as
        $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$;
        create trigger no_room before insert on posting execute function no_room()`);
    },
    async makeRoom() {
      await pool.query('drop trigger no_room on posting');
    },
  };
}

/** Until not one byte is left. */
function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = PIECE.length; size > 0;) {
      try {
        if (writeSync(file, PIECE, 0, size) < size) size = Math.floor(size / 2);
      } catch (error) {
        if (codeOf(error) !== 'ENOSPC') throw error;
        size = Math.floor(size / 2);
      }
    }
  } finally {
    closeSync(file);
  }
}
