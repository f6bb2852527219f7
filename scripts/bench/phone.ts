// P1, P2 and P8 in a real Chromium on the built app, with the processor slowed four times: a phone with a roster of 600,000
// cards and 10,000 commands waiting. Times are taken in the page: key Enter of the reader to the painted verdict, and
// opening to completion of the strict IndexedDB transaction.
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { chromium, type BrowserContext, type Page } from '@playwright/test';
import { sql } from 'kysely';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { regionIn } from '#tests/_support/region.ts';
import { databaseUrlOf, makeDataDir, removeDataDir, startServer } from '#tests/_support/server-process.ts';
import { findChromium } from '../find-chromium.ts';
import { percentile, rounded, type Row } from './rows.ts';

const CARDS = 600_000;
const CARDS_AT_ONCE = 50_000;
const WAITING = 10_000;
const SAMPLES = 300;
const SLOWER = 4;
const WARM_STARTS = 5;
const APP = resolve(import.meta.dirname, '../../build/app');
export const ARGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --use-fake-device-for-media-stream --use-fake-ui-for-media-stream';

export async function measurePhone(): Promise<Row[]> {
  const dataDir = makeDataDir();
  const server = await startServer({ dataDir, env: { DEMO: '1', LOG_LEVEL: 'silent' } });
  const region = regionIn(databaseUrlOf(dataDir), '');
  const browser = await chromium.launch({ executablePath: await chromiumPath(), args: ARGS.split(' ') });
  try {
    for (let made = 0; made < CARDS; made += CARDS_AT_ONCE) await region.cards(CARDS_AT_ONCE);
    await sql`analyze`.execute(region.db);
    const context = await browser.newContext({
      viewport: { width: 360, height: 740 },
      permissions: ['camera'],
    });
    // Before the app binds its database; the runner of this script marks names with __name.
    await context.addInitScript('globalThis.__name = (named) => named');
    await context.addInitScript(watch);
    const page = await enrolPhone(context, server.url);
    const scripts = await scanScripts(context, server.url);
    await page.goto(`${server.url}/scan`);
    await page
      .locator('[data-check="roster"]')
      .getByText(/60\d.\d{3}/)
      .waitFor({ timeout: 120_000 });
    await page.getByRole('button', { name: /start.*met scannen/i }).click();
    await page.locator('[data-camera="live"]').waitFor();
    await context.setOffline(true);

    await scan(page, 0, WAITING);
    await slowDown(page, SLOWER);
    const { verdicts, writes } = await scan(page, WAITING, SAMPLES);
    const bare = await bareWrites(page);
    const cameraMs = await warmStart(context, page, server.url);
    return [
      { name: 'P1.verdict_p95_ms', value: rounded(percentile(verdicts, 0.95)), unit: 'ms' },
      { name: 'P1.verdict_p99_ms', value: rounded(percentile(verdicts, 0.99)), unit: 'ms' },
      {
        name: 'P2.durable_p95_ms',
        value: rounded(percentile(writes, 0.95)),
        unit: 'ms',
        note: `one row in a database of its own, as strictly: ${rounded(percentile(bare, 0.95))}`,
      },
      { name: 'P8.scan_js_kb', value: rounded(scripts), unit: 'kB' },
      { name: 'P8.precache_kb', value: rounded(precacheKb()), unit: 'kB' },
      { name: 'P8.camera_ms', value: Math.round(cameraMs), unit: 'ms' },
    ];
  } finally {
    await browser.close();
    await region.close();
    await server.stop();
    await removeDataDir(dataDir);
  }
}

export async function chromiumPath(): Promise<string> {
  const found = await findChromium();
  if (!found) throw new Error('P1, P2 and P8 need a Chromium: see the README.');
  return found;
}

/** As a volunteer does it, with the coordinator's part over the API. */
export async function enrolPhone(context: BrowserContext, url: string): Promise<Page> {
  const desk = await context.request.post(`${url}/api/auth/sign-in/email`, {
    headers: { origin: url },
    data: { email: 'bib@demo.streekbalie.example', password: 'demo-westhoek' },
  });
  if (!desk.ok()) throw new Error(`sign-in answered ${desk.status()}`);
  const me = (await (await context.request.get(`${url}/api/me`)).json()) as {
    organisations: { organisationId: string }[];
  };
  const organisationId = me.organisations[0]?.organisationId ?? '';
  const list = (await (
    await context.request.get(`${url}/api/activities?when=open&organisationId=${organisationId}`)
  ).json()) as {
    activities: { activityId: string }[];
  };
  const link = (await (
    await context.request.post(`${url}/api/enrol-links`, {
      headers: { origin: url },
      data: { organisationId, activityIds: list.activities.slice(0, 1).map(({ activityId }) => activityId) },
    })
  ).json()) as { url: string };
  const page = await context.newPage();
  await page.goto(link.url.replace(/^https?:\/\/[^/]+/, url));
  await page
    .getByRole('button', { name: /koppel/i })
    .first()
    .click();
  const words = await page.getByTestId('enrol-words').innerText();
  const { devices } = (await (
    await context.request.get(`${url}/api/devices?organisationId=${organisationId}`)
  ).json()) as {
    devices: { deviceId: string; state: string }[];
  };
  const pending = devices.find(({ state }) => state === 'pending');
  await context.request.post(`${url}/api/devices/${pending?.deviceId ?? ''}/approve`, {
    headers: { origin: url },
    data: { words: words.trim().split(/\s+/) },
  });
  await page.waitForURL(/\/scan/);
  return page;
}

/** Kilobytes of brotli JavaScript that /scan asks for by itself, without the decoder's worker. */
async function scanScripts(context: BrowserContext, url: string): Promise<number> {
  const page = await context.newPage();
  const names = new Set<string>();
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') names.add(new URL(response.url()).pathname);
  });
  await page.goto(`${url}/scan`);
  await page.getByTestId('preflight-light').waitFor();
  await page.close();
  return [...names]
    .filter((name) => name.startsWith('/_app/'))
    .reduce((sum, name) => sum + brotliKb(join(APP, name)), 0);
}

/** Everything the service worker keeps, without wasm and fonts. */
function precacheKb(): number {
  const files = readdirSync(APP, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => /\.(js|css|html|svg|webmanifest)$/.test(file) && !file.endsWith('service-worker.js'))
    .reduce((sum, file) => sum + brotliKb(file), 0);
}

const brotliKb = (file: string): number => brotliCompressSync(readFileSync(file)).length / 1024;

export async function slowDown(page: Page, rate: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate });
}

interface Bench {
  verdicts: number[];
  writes: number[];
  scan(number: string): Promise<void>;
}

/** Runs in the page: keys of a reader in, times out. */
export function watch(): void {
  const bench: Bench = { verdicts: [], writes: [], scan: () => Promise.resolve() };
  (globalThis as unknown as { bench: Bench }).bench = bench;
  const transaction = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (...args: Parameters<typeof transaction>) {
    const opened = performance.now();
    const made = transaction.apply(this, args);
    // The write of a scan; the signature follows it in a transaction of its own, which nobody waits for.
    if (args[2]?.durability === 'strict' && [args[0]].flat().includes('chains'))
      made.addEventListener('complete', () => bench.writes.push(performance.now() - opened));
    return made;
  };
  bench.scan = (number) =>
    new Promise((done) => {
      const told = document.querySelector('[data-testid="announcement"]');
      if (!told) throw new Error('not on the scan screen');
      let started = 0;
      const observer = new MutationObserver((records) => {
        if (!records.some((record) => record.addedNodes.length > 0)) return;
        observer.disconnect();
        // The frame after the one that holds the change: then it is on the screen.
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.onmessage = () => {
            bench.verdicts.push(performance.now() - started);
            done();
          };
          channel.port2.postMessage(undefined);
        });
      });
      observer.observe(told, { childList: true, subtree: true });
      for (const key of number)
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
      started = performance.now();
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    });
}

/** One card with the keys of a reader: how long to its painted verdict. */
export async function scanOne(page: Page, card: number): Promise<number> {
  const { verdicts } = await scan(page, card - 100, 1);
  return verdicts[0] ?? Number.NaN;
}

async function scan(
  page: Page,
  from: number,
  count: number,
): Promise<{ verdicts: number[]; writes: number[] }> {
  const numbers = Array.from({ length: count }, (_, i) =>
    makeUitpasNumber(String(100 + from + i).padStart(11, '0'), '0'),
  );
  return page.evaluate(async (cards) => {
    const { bench } = globalThis as unknown as { bench: Bench };
    bench.verdicts = [];
    bench.writes = [];
    for (const card of cards) await bench.scan(card);
    return { verdicts: bench.verdicts, writes: bench.writes };
  }, numbers);
}

/** What this machine asks for the least that a scan could do: one strict transaction of one row, beside the running camera. */
function bareWrites(page: Page): Promise<number[]> {
  return page.evaluate(async (samples) => {
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(new Error('the bare database failed', { cause: request.error }));
      });
    const opening = indexedDB.open('bare', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('rows');
    const database = await done(opening);
    const row = new Uint8Array(600);
    const times: number[] = [];
    for (let key = 0; key < samples; key++) {
      const opened = performance.now();
      const transaction = database.transaction('rows', 'readwrite', { durability: 'strict' });
      transaction.objectStore('rows').put(row, key);
      await new Promise((resolve) => transaction.addEventListener('complete', resolve));
      times.push(performance.now() - opened);
    }
    database.close();
    return times;
  }, SAMPLES);
}

/**
 * The installed app opened without network until the camera is live, at the same slowness. Median of five. The tap comes as soon
 * as the button is there, in the page itself: from outside it would come a quarter of a second later.
 */
async function warmStart(context: BrowserContext, first: Page, url: string): Promise<number> {
  await first.close();
  await context.addInitScript(tapStart);
  const times: number[] = [];
  for (let i = 0; i < WARM_STARTS; i++) {
    const page = await context.newPage();
    await slowDown(page, SLOWER);
    await page.goto(`${url}/scan`);
    await page.locator('[data-camera="live"]').waitFor();
    times.push(await page.evaluate(() => (globalThis as unknown as { liveAt: number }).liveAt));
    await page.close();
  }
  return percentile(times, 0.5);
}

/** Runs in the page. A browser of a bench promises no storage: then the button says "start all the same", and is tapped too. */
function tapStart(): void {
  const watching = new MutationObserver(() => {
    const buttons = [...document.querySelectorAll<HTMLButtonElement>('button:not(:disabled)')];
    buttons.find(({ textContent }) => /start.*met scannen|verder/i.test(textContent))?.click();
    if (!document.querySelector('[data-camera="live"]')) return;
    watching.disconnect();
    (globalThis as unknown as { liveAt: number }).liveAt = performance.now();
  });
  watching.observe(document, { subtree: true, childList: true, attributes: true });
}
