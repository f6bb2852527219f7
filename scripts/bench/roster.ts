// P3: a roster of 600,000 cards from PostgreSQL over the real server to a real Chromium, slowed four times: bytes on disk and
// on the wire, bytes for what changed, disk to first verdict; and what it costs the server while others ask it things.
import { createHmac } from 'node:crypto';
import { resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { chromium, type BrowserContext, type Response } from '@playwright/test';
import { build } from 'esbuild';
import { sql } from 'kysely';
import { decodeRoster } from '#domain/cards/roster.ts';
import { must } from '#domain/kernel/assert.ts';
import { createRosterFiles, rosterOfferOf } from '#server/cards/roster-service.ts';
import { REGION_ID, regionIn, type TestRegion } from '#tests/_support/region.ts';
import { databaseUrlOf, makeDataDir, removeDataDir, startServer } from '#tests/_support/server-process.ts';
import { testKeys } from '#tests/_support/test-context.ts';
import { peakMemoryMb } from './ingest.ts';
import { ARGS, chromiumPath, enrolPhone, slowDown } from './phone.ts';
import type { FirstVerdict } from './roster-page.ts';
import { percentile, rounded, type Row } from './rows.ts';

const CARDS = 600_000;
const CARDS_AT_ONCE = 50_000;
const CHANGES = 100;
const STRANGERS = 1_000_000;
const SAMPLES = 5;
const SLOWER = 4;

export async function measureRoster(): Promise<Row[]> {
  const dataDir = makeDataDir();
  const server = await startServer({ dataDir, env: { DEMO: '1', LOG_LEVEL: 'silent' } });
  const region = regionIn(databaseUrlOf(dataDir), '');
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args: ARGS.split(' ') });
  try {
    const numbers: string[] = [];
    for (let made = 0; made < CARDS; made += CARDS_AT_ONCE)
      numbers.push(...(await region.cards(CARDS_AT_ONCE)));
    await sql`vacuum analyze`.execute(region.db);
    const before = peakMemoryMb(server.pid);
    const context = await browser.newContext({
      viewport: { width: 360, height: 740 },
      permissions: ['camera'],
    });
    await context.addInitScript('globalThis.__name = (named) => named');

    const whole = rosterResponse(context, false);
    const asking = askMeanwhile(`${server.url}/healthz`);
    const page = await enrolPhone(context, server.url);
    const wholeBytes = await whole;
    const slowestMs = await asking.stop();
    await pollRoster(context, server.url);

    const changed = rosterResponse(context, true);
    await change(region, numbers.slice(0, CHANGES));
    await page.reload();
    const deltaBytes = await changed;
    const lone = rosterResponse(context, true);
    await change(region, numbers.slice(CHANGES, CHANGES + 1));
    await page.reload();
    const loneBytes = await lone;
    await page.close();

    const verdicts = await firstVerdicts(context, server.url, numbers.slice(-SAMPLES));
    const { diskBytes, cards } = must(verdicts[0], 'a sample');
    const middle = (of: (sample: FirstVerdict) => number): number => percentile(verdicts.map(of), 0.5);
    const peak = peakMemoryMb(server.pid);
    const build = await measureBuild(region);
    return [
      {
        name: 'P3.rest_bytes_per_card',
        value: rounded(diskBytes / cards, 2),
        unit: 'B',
        note: `${cards} cards`,
      },
      {
        name: 'P3.wire_bytes_per_card',
        value: rounded(wholeBytes / cards, 2),
        unit: 'B',
        note: 'brotli, body',
      },
      {
        name: 'P3.delta_bytes_per_change',
        value: rounded(deltaBytes / CHANGES),
        unit: 'B',
        note: `${CHANGES} changes in one body; a lone change ${loneBytes} B`,
      },
      {
        name: 'P3.load600k_ms',
        value: Math.round(middle(({ verdictMs }) => verdictMs)),
        unit: 'ms',
        note: `median of ${SAMPLES} at ${SLOWER}x; roster in memory after ${Math.round(middle(({ rosterMs }) => rosterMs))} ms, a look-up ${Math.round(middle(({ lookUpNs }) => lookUpNs))} ns`,
      },
      {
        name: 'P3.false_hits',
        value: build.falseHits,
        unit: '',
        note: `of ${STRANGERS} strangers; expected ${((STRANGERS * cards) / 2 ** 48).toExponential(1)}`,
      },
      {
        name: 'P3.build_pause_ms',
        value: rounded(build.pauseMs),
        unit: 'ms',
        note: `longest of the event loop in ${rounded(build.seconds)} s, the longest task took ${rounded(build.pauseCpuMs)} ms of processor time; the server's slowest answer meanwhile ${Math.round(slowestMs)} ms`,
      },
      {
        name: 'P3.follow_pause_ms',
        value: rounded(build.followPauseMs),
        unit: 'ms',
        note: `longest of the event loop while one change is read and told in ${Math.round(build.followMs)} ms`,
      },
      {
        name: 'P3.rss_mb',
        value: Math.round(peak),
        unit: 'MB',
        note: `peak of the server; ${Math.round(before)} before`,
      },
    ];
  } finally {
    await browser.close();
    await region.close();
    await server.stop();
    await removeDataDir(dataDir);
  }
}

/** Bytes of the body as it travels. */
async function rosterResponse(context: BrowserContext, delta: boolean): Promise<number> {
  const response = await new Promise<Response>((found) => {
    context.on('response', (each) => {
      const { pathname, searchParams } = new URL(each.url());
      if (pathname.startsWith('/api/roster/') && searchParams.has('from') === delta && each.status() === 200)
        found(each);
    });
  });
  await response.finished();
  return (await response.request().sizes()).responseBodySize;
}

async function pollRoster(context: BrowserContext, url: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(`${url}/scan`);
  await page
    .locator('[data-check="roster"]')
    .getByText(/60\d.\d{3}/)
    .waitFor({ timeout: 120_000 });
  await page.close();
}

const change = (region: TestRegion, numbers: readonly string[]): Promise<unknown> =>
  region.db.updateTable('card').set({ state: 'blocked' }).where('uitpas_number', 'in', numbers).execute();

/** Each in a page of its own: nothing is compiled or in memory yet. */
async function firstVerdicts(
  context: BrowserContext,
  url: string,
  numbers: readonly string[],
): Promise<FirstVerdict[]> {
  const bundle = await build({
    entryPoints: [resolve(import.meta.dirname, 'roster-page.ts')],
    bundle: true,
    minify: true,
    format: 'iife',
    write: false,
  });
  const samples: FirstVerdict[] = [];
  for (const number of numbers) {
    const page = await context.newPage();
    await page.goto(`${url}/healthz`);
    await slowDown(page, SLOWER);
    await page.evaluate(must(bundle.outputFiles[0], 'bundle').text);
    samples.push(await page.evaluate(`measureFirstVerdict(${JSON.stringify(number)})`));
    await page.close();
  }
  return samples;
}

function askMeanwhile(url: string): { stop: () => Promise<number> } {
  let going = true;
  let slowest = 0;
  const asked = (async () => {
    while (going) {
      const started = performance.now();
      await (await fetch(url)).text();
      slowest = Math.max(slowest, performance.now() - started);
    }
  })();
  return {
    async stop() {
      going = false;
      await asked;
      return slowest;
    },
  };
}

/** The server's own parts in this process, where its event loop can be watched. */
async function measureBuild(region: TestRegion) {
  const { db } = region;
  const keys = testKeys();
  const now = Date.now();
  const scoped = await db
    .selectFrom('activity_card_system')
    .innerJoin('occurrence', (on) =>
      on
        .onRef('occurrence.region_id', '=', 'activity_card_system.region_id')
        .onRef('occurrence.activity_id', '=', 'activity_card_system.activity_id'),
    )
    .select('activity_card_system.activity_id')
    .where('card_system_id', '=', 'uitpas-westhoek')
    .where('ends_at', '>', now)
    .executeTakeFirstOrThrow();
  const activityIds = [scoped.activity_id];
  const files = createRosterFiles({ db, keys, clock: { now: () => now } });
  const ask = async (from?: { rosterId: string; version: number }): Promise<Uint8Array> => {
    const offer = must(
      (await rosterOfferOf({ db, keys }, REGION_ID, activityIds, now)) ?? undefined,
      'offer',
    );
    const wish = { rosterId: offer.id, of: 'number' as const, ...(from && { from }) };
    const file = must(await files.findFile(REGION_ID, activityIds, wish), 'file');
    return new Uint8Array(await file.body('identity'));
  };
  const watched = async <T>(work: () => Promise<T>) => {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const started = performance.now();
    let longest = 0;
    let last = process.cpuUsage();
    let going = true;
    const tick = (): void => {
      const { user, system } = process.cpuUsage(last);
      longest = Math.max(longest, user + system);
      last = process.cpuUsage();
      if (going) setImmediate(tick);
    };
    setImmediate(tick);
    delay.enable();
    const value = await work();
    delay.disable();
    going = false;
    return { value, pauseMs: delay.max / 1e6, cpuMs: longest / 1e3, ms: performance.now() - started };
  };

  const whole = await watched(() => ask());
  const decoded = decodeRoster(whole.value);
  const roster = must(decoded.ok ? decoded.value : undefined, 'roster');
  await change(region, await region.cards(1));
  const follow = await watched(() => ask(roster.header));
  let falseHits = 0;
  for (let i = 0; i < STRANGERS; i++)
    if (
      roster.find(roster.fingerprint((k, b) => createHmac('sha256', k).update(b).digest(), `no card ${i}`))
        .known
    )
      falseHits++;
  return {
    pauseMs: whole.pauseMs,
    pauseCpuMs: whole.cpuMs,
    seconds: whole.ms / 1_000,
    followPauseMs: follow.pauseMs,
    followMs: follow.ms,
    falseHits,
  };
}
