// The network of a region comes back: all phones send at once what they kept, to two server processes on one database,
// one of which is killed half-way. Everything counts once, memory is bounded, and the desk goes on.
// OUTAGE_PHONES and OUTAGE_SCANS widen it (npm run proof); the figures are printed.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DEMO_PASSWORD } from '#server/demo/staff.ts';
import { SIGNATURE_HEADER, SyncResponse } from '#domain/sync/exchange.ts';
import { DeskOverHttp } from '#tests/_support/desk-over-http.ts';
import { pollUntil } from '#server/poll.ts';
import { readyDataDir } from '#tests/_support/prepared-data.ts';
import { regionIn } from '#tests/_support/region.ts';
import {
  databaseUrlOf,
  isAlive,
  makeDataDir,
  removeDataDir,
  startServer,
  type ServerProcess,
} from '#tests/_support/server-process.ts';
import { TestPhone } from '#tests/_support/test-phone.ts';

const PHONES = Number(process.env['OUTAGE_PHONES'] ?? 40);
const SCANS = Number(process.env['OUTAGE_SCANS'] ?? 25);
/** Many times what 500 phones need: a leak for each of them would pass it. */
const RSS_MB_MAX = 600;
const HOUR = 3_600_000;
const TIMEOUT_MS = 120_000 + PHONES * 1_000;
const QUIET = { LOG_LEVEL: 'silent', DEMO: '1' };

let dataDir: string;
let otherDir: string;
let owner: ServerProcess;
let second: ServerProcess;
const startSecond = (): Promise<ServerProcess> =>
  startServer({ dataDir: otherDir, env: { ...QUIET, DATABASE_URL: databaseUrlOf(dataDir) } });

beforeEach(async () => {
  dataDir = await readyDataDir('demo');
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

it(
  `${PHONES} phones with ${SCANS} scans each, all at once`,
  async () => {
    const desk = await new DeskOverHttp(owner.url).signIn('bib@demo.streekbalie.example', DEMO_PASSWORD);
    const { organisationId } = await desk.findActivity('Jeugdboekenweek');
    const region = regionIn(databaseUrlOf(dataDir), organisationId);
    const before = await counted(region.pool);
    const now = Date.now();
    const activityId = await region.activity({ startsAt: now - HOUR, endsAt: now + HOUR });
    const numbers = await region.cards(PHONES * SCANS);
    const phones: TestPhone[] = [];
    for (let p = 0; p < PHONES; p++) {
      const phone = new TestPhone();
      await region.enrol(phone, [activityId], `Inkom ${p + 1}`);
      for (const number of numbers.slice(p * SCANS, (p + 1) * SCANS))
        phone.checkIn({ activityId, number }, now);
      phones.push(phone);
    }

    const startedAt = performance.now();
    let through = 0;
    const asked = watchDesk(desk);
    const killHalfWay = async (): Promise<void> => {
      if (++through !== Math.ceil(PHONES / 2)) return;
      await second.kill9();
      second = await startSecond();
    };
    await Promise.all(
      phones.map(async (phone, p) => {
        await sendUntilTaken(phone, p % 2 === 0 ? () => owner.url : () => second.url);
        await killHalfWay();
      }),
    );
    const seconds = (performance.now() - startedAt) / 1_000;
    const waits = await asked.stop();

    expect(await region.brokenLaws()).toEqual([]);
    const after = await counted(region.pool);
    const total = PHONES * SCANS;
    expect(after.commands - before.commands).toBe(total);
    expect(after.visits - before.visits).toBe(total);
    const rss = [owner, second].filter(({ pid }) => isAlive(pid)).map(({ pid }) => peakMemoryMb(pid));
    for (const megabytes of rss) expect(megabytes).toBeLessThan(RSS_MB_MAX);
    const sorted = waits.sort((a, b) => a - b);
    const waited = (share: number): string =>
      `${sorted.at(Math.floor(share * (sorted.length - 1)))?.toFixed(0)} ms`;
    console.info(
      `${total} scans of ${PHONES} phones in ${seconds.toFixed(1)} s; the desk waited ${waited(0.5)}, at most ` +
        `${waited(1)} (${waits.length} looks); memory ${rss.map((megabytes) => `${megabytes.toFixed(0)} MB`).join(' and ')}`,
    );
    await region.close();
  },
  TIMEOUT_MS,
);

/** As a phone does: again after a cut or a busy answer, until its receipt is there. */
const sendUntilTaken = (phone: TestPhone, url: () => string): Promise<true> =>
  pollUntil(async () => ((await send(phone, url())) === SCANS ? true : undefined), {
    timeoutMs: TIMEOUT_MS,
    everyMs: 100,
    onTimeout: () => new Error('never taken'),
  });

/** Up to where the server has this phone's commands now; undefined when the answer did not come whole. */
async function send(phone: TestPhone, url: string): Promise<number | undefined> {
  const { body, signature } = phone.request([phone.run()]);
  try {
    const answer = await fetch(`${url}/api/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [SIGNATURE_HEADER]: signature },
      body,
    });
    const text = await answer.text();
    return answer.status === 200 ? SyncResponse.parse(JSON.parse(text)).highWater.seq : undefined;
  } catch {
    return undefined; // killed just now
  }
}

/** Somebody at a desk looks for an activity again and again. */
function watchDesk(desk: DeskOverHttp): { stop: () => Promise<number[]> } {
  const waits: number[] = [];
  let going = true;
  const looking = (async () => {
    while (going) {
      const askedAt = performance.now();
      await desk.findActivity('Jeugdboekenweek');
      waits.push(performance.now() - askedAt);
    }
  })();
  return {
    async stop() {
      going = false;
      await looking;
      return waits;
    },
  };
}

async function counted(
  pool: ReturnType<typeof regionIn>['pool'],
): Promise<{ commands: number; visits: number }> {
  const { rows } = await pool.query<{ commands: number; visits: number }>(
    'select (select count(*) from command)::int as commands, (select count(*) from visit)::int as visits',
  );
  const [row] = rows;
  if (!row) throw new Error('no counts');
  return row;
}

function peakMemoryMb(pid: number): number {
  const kb = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kb ?? Number.NaN) / 1_024;
}
