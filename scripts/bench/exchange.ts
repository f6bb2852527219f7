// P5 and P6: what an exchange weighs, and how fast a phone that was offline for long gets rid of everything. The real app in
// Chromium, the real server; sizes as they went over the wire, with the signatures that travel in headers.
import { resolve } from 'node:path';
import { chromium, type BrowserContext, type Page, type Request } from '@playwright/test';
import { build } from 'esbuild';
import { sql } from 'kysely';
import { must } from '#domain/kernel/assert.ts';
import { limits } from '#domain/kernel/limits.ts';
import { SIGNATURE_HEADER } from '#domain/sync/exchange.ts';
import { regionIn } from '#tests/_support/region.ts';
import { databaseUrlOf, makeDataDir, removeDataDir, startServer } from '#tests/_support/server-process.ts';
import type { MakeBacklog } from './backlog-page.ts';
import { ARGS, chromiumPath, enrolPhone, scanOne, watch } from './phone.ts';
import { percentile, rounded, type Row } from './rows.ts';

const BACKLOG = 100_000;
const CARDS_AT_ONCE = 50_000;
/** The first card of those made for a bench (regions in tests number them so). */
const FIRST_CARD = 100;
const SCAN_EVERY_MS = 400;
const DRAIN_MAX_MS = 600_000;

export async function measureExchange(): Promise<Row[]> {
  const dataDir = makeDataDir();
  const server = await startServer({ dataDir, env: { DEMO: '1', LOG_LEVEL: 'silent' } });
  const region = regionIn(databaseUrlOf(dataDir), '');
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args: ARGS.split(' ') });
  try {
    for (let made = 0; made < BACKLOG + CARDS_AT_ONCE; made += CARDS_AT_ONCE)
      await region.cards(CARDS_AT_ONCE);
    await sql`analyze`.execute(region.db);
    const context = await browser.newContext({
      viewport: { width: 360, height: 740 },
      permissions: ['camera'],
    });
    await context.addInitScript('globalThis.__name = (named) => named');
    await context.addInitScript(watch);
    const page = await enrolPhone(context, server.url);
    await page
      .locator('[data-check="roster"]')
      .getByText(/\d kaarten/)
      .waitFor({ timeout: 120_000 });
    await page.locator('[data-check="installed"]').getByText('werkt zonder bereik').waitFor();
    await context.setOffline(true);
    await writeBacklog(page, server.url);

    await page.goto(`${server.url}/scan`);
    await page.getByRole('button', { name: /start.*met scannen|verder/i }).click();
    await page.locator('[data-camera="live"]').waitFor();
    await page.evaluate(watchTasks);
    const wire = weigh(context);
    const started = performance.now();
    await context.setOffline(false);
    const verdicts = await scanUntilSent(page);
    const drainMs = performance.now() - started;
    const tasks = await page.evaluate(() => (globalThis as unknown as { tasks: number[] }).tasks);
    await wire.settled();
    const full = wire.exchanges.filter(({ commands }) => commands === limits.batchCommandsMax);
    const idle = await idleExchange(page, wire);
    const brokenLaws = await region.brokenLaws();
    if (brokenLaws.length > 0) throw new Error(`laws broken: ${brokenLaws.join(', ')}`);
    const perCommand = (of: (exchange: Weighed) => number): number =>
      rounded(
        percentile(
          full.map((exchange) => of(exchange) / exchange.commands),
          0.5,
        ),
      );
    return [
      {
        name: 'P5.up_bytes_per_command',
        value: perCommand(({ up }) => up),
        unit: 'B',
        note: `median of ${full.length} full batches`,
      },
      { name: 'P5.down_bytes_per_command', value: perCommand(({ down }) => down), unit: 'B' },
      {
        name: 'P5.idle_bytes',
        value: idle.up + idle.down,
        unit: 'B',
        note: `up ${idle.up}, down ${idle.down}`,
      },
      {
        name: 'P6.drain100k_s',
        value: rounded(drainMs / 1_000),
        unit: 's',
        note: `${Math.round((BACKLOG / drainMs) * 1_000)}/s; ${tasks.length} tasks over 50 ms, longest ${Math.round(Math.max(0, ...tasks))}; ${verdicts.length} scans meanwhile, verdict p95 ${Math.round(percentile(verdicts, 0.95))} ms, p99 ${Math.round(percentile(verdicts, 0.99))} ms, not slowed down`,
      },
    ];
  } finally {
    await browser.close();
    await region.close();
    await server.stop();
    await removeDataDir(dataDir);
  }
}

async function writeBacklog(page: Page, url: string): Promise<void> {
  const bundle = await build({
    entryPoints: [resolve(import.meta.dirname, 'backlog-page.ts')],
    bundle: true,
    minify: true,
    format: 'iife',
    write: false,
  });
  // Any page of this origin that is not the app: its own database stays closed.
  await page.goto(`${url}/icons/icon.svg`);
  await page.evaluate(must(bundle.outputFiles[0], 'bundle').text);
  await page.evaluate(
    ([count, first]) => (globalThis as unknown as { makeBacklog: MakeBacklog }).makeBacklog(count, first),
    [BACKLOG, FIRST_CARD] as const,
  );
}

/** Runs in the page. */
function watchTasks(): void {
  const tasks: number[] = [];
  Object.assign(globalThis, { tasks });
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration))).observe(
    {
      type: 'longtask',
    },
  );
}

/** A card now and then, until nothing waits any more: how long each took to its verdict. */
async function scanUntilSent(page: Page): Promise<number[]> {
  const end = performance.now() + DRAIN_MAX_MS;
  const verdicts: number[] = [];
  for (let next = FIRST_CARD + BACKLOG; performance.now() < end; next++) {
    verdicts.push(await scanOne(page, next));
    await page.waitForTimeout(SCAN_EVERY_MS);
    const text = await page.getByTestId('counters').innerText();
    const unsent = Number(/([\d.]+)\s+nog te versturen/.exec(text.replaceAll('.', ''))?.[1] ?? Number.NaN);
    if (unsent < limits.batchCommandsMax) return verdicts;
  }
  throw new Error('the backlog did not get away');
}

type Weighed = { readonly up: number; readonly down: number; readonly commands: number };

function weigh(context: BrowserContext): { exchanges: Weighed[]; settled: () => Promise<void> } {
  const exchanges: Weighed[] = [];
  const pending = new Set<Promise<void>>();
  context.on('requestfinished', (request) => {
    if (!request.url().endsWith('/api/sync')) return;
    const done = weighOne(request)
      .then((weighed) => void exchanges.push(weighed))
      .finally(() => pending.delete(done));
    pending.add(done);
  });
  return {
    exchanges,
    async settled() {
      await Promise.all(pending);
    },
  };
}

async function weighOne(request: Request): Promise<Weighed> {
  const response = must((await request.response()) ?? undefined, 'an answer');
  const { requestBodySize, responseBodySize } = await request.sizes();
  const signed = (headers: Record<string, string>): number => headers[SIGNATURE_HEADER]?.length ?? 0;
  const answer = (await response.json()) as { receipts: { from: number; to: number }[] };
  const commands = answer.receipts.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return {
    up: requestBodySize + signed(request.headers()),
    down: responseBodySize + signed(response.headers()),
    commands,
  };
}

/** The screen comes back, and there is nothing to tell: the second of two, so that all of the drain is told. */
async function idleExchange(page: Page, wire: ReturnType<typeof weigh>): Promise<Weighed> {
  const quiet = (): Weighed | undefined => wire.exchanges.filter(({ commands }) => commands === 0).at(-1);
  for (let round = 0; round < 4; round++) {
    const answered = page.waitForResponse((response) => response.url().endsWith('/api/sync'), {
      timeout: 120_000,
    });
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await (await answered).finished();
    await wire.settled();
  }
  return must(quiet(), 'an exchange without commands');
}
