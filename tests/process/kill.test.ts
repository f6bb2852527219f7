// kill -9 of the server and of its database while phones send (goals R2): nothing acknowledged is lost, nothing counts twice.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SIGNATURE_HEADER, SyncResponse } from '#domain/sync/exchange.ts';
import { pollUntil } from '#server/poll.ts';
import { readyDataDir } from '#tests/_support/prepared-data.ts';
import { openRegion, regionIn, type TestRegion } from '#tests/_support/region.ts';
import {
  databaseUrlOf,
  removeDataDir,
  startServer,
  type ServerProcess,
} from '#tests/_support/server-process.ts';
import { TestPhone } from '#tests/_support/test-phone.ts';

const KILLS = Number(process.env['PROCESS_KILLS'] ?? 5);
/** Each kill costs a start of what was killed. */
const TIMEOUT_MS = 60_000 + KILLS * 24_000;
const PHONES = 3;
const BATCHES_PER_ROUND = 4;
const BATCH = 40;
const HOUR = 3_600_000;

let dataDir: string;
let server: ServerProcess;

beforeEach(async () => {
  dataDir = await readyDataDir('empty');
  server = await startServer({ dataDir, env: QUIET });
});
afterEach(async () => {
  await server.stop();
  await removeDataDir(dataDir);
});
const QUIET = { LOG_LEVEL: 'silent' };

it.each([
  ['the server', 'node'],
  ['its database', 'postgres'],
] as const)(
  'kill -9 of %s while phones send: 0 acknowledged lost, 0 doubled',
  async (_, victim) => {
    const region = await openRegion(databaseUrlOf(dataDir));
    const now = Date.now();
    const activityId = await region.activity({ startsAt: now - HOUR, endsAt: now + HOUR });
    const senders: Sender[] = [];
    for (let p = 0; p < PHONES; p++) {
      const phone = new TestPhone();
      await region.enrol(phone, [activityId], `Inkom ${p + 1}`);
      senders.push(new Sender(phone, activityId, region));
    }
    for (let kill = 0; kill < KILLS; kill++) {
      for (const sender of senders) await sender.scan(BATCH * BATCHES_PER_ROUND, now);
      const sending = senders.map((sender) => sender.sendAll(() => server.url, BATCH));
      // In the midst of it: as soon as some of this round is acknowledged and some is not.
      const [first] = senders;
      if (!first) throw new Error('no phones');
      await first.ackedBeyond(kill * BATCH * BATCHES_PER_ROUND + BATCH);
      if (victim === 'node') {
        await server.kill9();
        server = await startServer({ dataDir, env: QUIET });
      } else {
        process.kill(server.postgresPid(), 'SIGKILL');
      }
      await Promise.all(sending);
    }
    await region.close();

    const after = regionIn(databaseUrlOf(dataDir), region.organisationId);
    expect(await after.brokenLaws()).toEqual([]);
    const { rows } = await after.pool.query<{ device_id: string; count: number; last: number }>(
      'select device_id, count(*)::int as count, max(seq) as last from command group by device_id',
    );
    const perPhone = KILLS * BATCH * BATCHES_PER_ROUND;
    expect(rows.map(({ count, last }) => [count, last])).toEqual(senders.map(() => [perPhone, perPhone]));
    const points = await after.pool.query<{ points: number; rulings: number }>(
      `select (select sum(balance) from account)::int as points, (select count(*) from ruling)::int as rulings`,
    );
    expect(points.rows).toEqual([{ points: PHONES * perPhone, rulings: PHONES * perPhone }]);
    await after.close();
  },
  TIMEOUT_MS,
);

/** As a real phone waits before it tries again. */
const ready = (url: () => string): Promise<true> =>
  pollUntil(async () => ((await isReady(url())) ? true : undefined), {
    timeoutMs: 60_000,
    onTimeout: () => new Error('the server does not come back'),
  });

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false; // nobody listens
  }
}

/** A phone that sends the same commands until each has its receipt. */
class Sender {
  readonly #phone: TestPhone;
  readonly #activityId: string;
  readonly #region: TestRegion;
  #acked = 0;
  #waiting: { readonly seq: number; readonly wake: () => void }[] = [];

  constructor(phone: TestPhone, activityId: string, region: TestRegion) {
    this.#phone = phone;
    this.#activityId = activityId;
    this.#region = region;
  }

  async scan(count: number, now: number): Promise<void> {
    for (const number of await this.#region.cards(count))
      this.#phone.checkIn({ activityId: this.#activityId, number }, now);
  }

  ackedBeyond(seq: number): Promise<void> {
    if (this.#acked >= seq) return Promise.resolve();
    return new Promise((wake) => this.#waiting.push({ seq, wake }));
  }

  async sendAll(url: () => string, batch: number): Promise<void> {
    while (this.#acked < this.#phone.commands.length) {
      const to = Math.min(this.#acked + batch, this.#phone.commands.length);
      const answer = await this.#send(url(), this.#acked + 1, to);
      if (!answer) {
        await ready(url);
        continue;
      }
      expect(answer.highWater.seq).toBeGreaterThanOrEqual(this.#acked);
      this.#acked = Math.max(this.#acked, ...answer.receipts.map((receipt) => receipt.to));
      this.#waiting.filter(({ seq }) => this.#acked >= seq).forEach(({ wake }) => wake());
    }
  }

  /** Undefined when the server or its database is away: nothing is known then, and everything is sent again. */
  async #send(url: string, from: number, to: number): Promise<SyncResponse | undefined> {
    const { body, signature } = this.#phone.request([this.#phone.run(from, to)]);
    try {
      const response = await fetch(`${url}/api/sync`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature },
        body,
      });
      return response.status === 200 ? SyncResponse.parse(await response.json()) : undefined;
    } catch {
      return undefined; // refused or cut connection
    }
  }
}
