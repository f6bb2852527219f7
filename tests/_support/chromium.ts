// A phone's browser as a process of its own, on a folder of its own: so that it can be killed as a phone dies, and
// opened again on the same storage. One film a browser: Chromium takes its fake camera at the start.
import { spawn, type ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { chromium, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { must } from '#domain/kernel/assert.ts';

const READY_MS = 30_000;
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  // As on a phone, where they lie over the page: 360 px are 360 px, not 345.
  '--hide-scrollbars',
  '--autoplay-policy=user-gesture-required',
  '--remote-debugging-port=0',
  '--lang=nl-BE',
];

export type PhoneBrowser = {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly pid: number;
  /** What the content security policy forbade since the start: the app itself does nothing of the kind. */
  readonly violations: readonly string[];
  /** As a battery dies: nothing is written any more. */
  kill(): Promise<void>;
  close(): Promise<void>;
};

export type PhoneBrowserOptions = {
  /** Kept by the caller: a second browser may start on it. */
  readonly profile: string;
  /** A film of tests/_support/fake-camera.ts; without one there is no camera. */
  readonly film?: string | undefined;
  /** Instead of a film: so many cameras that show a moving test picture. */
  readonly cameras?: number | undefined;
  /** Where storage is promised to last, as on a phone with the app installed. */
  readonly origin: string;
};

export async function startPhoneBrowser(options: PhoneBrowserOptions): Promise<PhoneBrowser> {
  const camera = options.film
    ? [
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-video-capture=${options.film}`,
      ]
    : options.cameras
      ? [
          '--use-fake-ui-for-media-stream',
          `--use-fake-device-for-media-stream=device-count=${options.cameras}`,
        ]
      : ['--deny-permission-prompts'];
  const child = spawn(
    process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    [...FLAGS, ...camera, `--user-data-dir=${options.profile}`, 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const browser = await connect(child);
  const [context] = browser.contexts();
  const page = must(context, 'its context').pages()[0] ?? (await must(context, 'its context').newPage());
  const violations = watchPolicy(must(context, 'its context'));
  await page.setViewportSize({ width: 360, height: 740 });
  await grantStorage(browser, options.origin);
  return {
    context: must(context, 'its context'),
    page,
    pid: must(child.pid, 'process number'),
    violations,
    async kill() {
      endGroup(child, 'SIGKILL');
      await ended;
    },
    async close() {
      await browser.close();
      endGroup(child, 'SIGTERM');
      await ended;
    },
  };
}

/** Pages, workers and the service worker say it on their console; the words are Chromium's. */
function watchPolicy(context: BrowserContext): readonly string[] {
  const violations: string[] = [];
  context.on('console', (message) => {
    const text = message.text();
    if (
      /Content Security Policy|Trusted(HTML|Script|ScriptURL|Types)|Permissions-Policy|Permissions policy/i.test(
        text,
      )
    )
      violations.push(text);
  });
  return violations;
}

export const removeProfile = (profile: string): void =>
  rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });

async function connect(child: ChildProcess): Promise<Browser> {
  let said = '';
  const address = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Chromium does not start:\n${said}`)), READY_MS);
    child.once('error', reject);
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /DevTools listening on (\S+)/.exec(said)?.[1];
      if (found === undefined) return;
      clearTimeout(timer);
      resolve(found);
    });
  });
  return chromium.connectOverCDP(address);
}

/** The session stays open: what it set ends with it. */
async function grantStorage(browser: Browser, origin: string): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  await session.send('Browser.setPermission', {
    permission: { name: 'persistent-storage' },
    setting: 'granted',
    origin,
  });
}

/** Chromium is many processes: all of its group. */
function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
