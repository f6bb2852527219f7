// Two server processes on one database, as in a rolling deployment: phones talk to both, also with the same request at the
// same moment, while one of the two is killed and comes back. Everything counts once.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SIGNATURE_HEADER } from '#domain/sync/exchange.ts';
import { readyDataDir } from '#tests/_support/prepared-data.ts';
import { openRegion } from '#tests/_support/region.ts';
import {
  databaseUrlOf,
  makeDataDir,
  removeDataDir,
  startServer,
  type ServerProcess,
} from '#tests/_support/server-process.ts';
import { TestPhone } from '#tests/_support/test-phone.ts';

const PHONES = 4;
const BATCHES = 8;
const BATCH = 25;
const HOUR = 3_600_000;
const QUIET = { LOG_LEVEL: 'silent' };

let dataDir: string;
let otherDir: string;
let owner: ServerProcess;
let second: ServerProcess;
const startSecond = (): Promise<ServerProcess> =>
  startServer({ dataDir: otherDir, env: { ...QUIET, DATABASE_URL: databaseUrlOf(dataDir) } });

beforeEach(async () => {
  dataDir = await readyDataDir('empty');
  otherDir = makeDataDir();
  owner = await startServer({ dataDir, env: QUIET });
  second = await startSecond();
});
afterEach(async () => {
  await second.stop();
  await owner.stop();
  await removeDataDir(otherDir);
  await removeDataDir(dataDir);
});

it('phones on two servers, one killed half-way: all counted once', async () => {
  const region = await openRegion(databaseUrlOf(dataDir));
  const now = Date.now();
  const activityId = await region.activity({ startsAt: now - HOUR, endsAt: now + HOUR });
  const perPhone = BATCHES * BATCH;
  const numbers = await region.cards(PHONES * perPhone);
  const phones: TestPhone[] = [];
  for (let p = 0; p < PHONES; p++) {
    const phone = new TestPhone();
    await region.enrol(phone, [activityId], `Inkom ${p + 1}`);
    for (const number of numbers.slice(p * perPhone, (p + 1) * perPhone))
      phone.checkIn({ activityId, number }, now);
    phones.push(phone);
  }

  const half = BATCHES / 2;
  await Promise.all(phones.map((phone) => sendBatches(phone, 0, half)));
  // The second one goes while requests are under way; each phone goes on with the first.
  const sending = phones.map((phone) => sendBatches(phone, half, BATCHES));
  await second.kill9();
  second = await startSecond();
  await Promise.all(sending);
  // What a phone sends again after a time-out, to whoever answers.
  await Promise.all(phones.map((phone) => sendBatches(phone, 0, BATCHES)));

  expect(await region.brokenLaws()).toEqual([]);
  const { rows } = await region.pool.query<{ commands: number; points: number; rulings: number }>(
    `select (select count(*) from command)::int as commands, (select sum(balance) from account)::int as points,
       (select count(*) from ruling)::int as rulings`,
  );
  const total = PHONES * perPhone;
  expect(rows).toEqual([{ commands: total, points: total, rulings: total }]);
  await region.close();
});

/** To both servers at once; a batch is through when one of them took it. */
async function sendBatches(phone: TestPhone, from: number, until: number): Promise<void> {
  for (let b = from; b < until; b++) {
    const run = phone.run(b * BATCH + 1, (b + 1) * BATCH);
    const request = phone.request([run]);
    const answers = await Promise.all([owner, second].map(({ url }) => send(url, request)));
    // The same request twice: one takes it, the other says that it knows it, or is just being killed.
    expect(answers.filter((status) => status === 200)).toHaveLength(1);
    expect(answers.every((status) => [200, 409, undefined].includes(status))).toBe(true);
  }
}

async function send(
  url: string,
  { body, signature }: ReturnType<TestPhone['request']>,
): Promise<number | undefined> {
  try {
    const response = await fetch(`${url}/api/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature },
      body,
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined; // killed
  }
}
