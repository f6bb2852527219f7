// What every browser story starts from: the demo region in a real server, a coordinator at the desk of a library, and
// phones that are enrolled, scan, die and come back. Stories of one file share the server and use cards of their own.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test as base, type Page } from '@playwright/test';
import type { Client } from 'pg';
import { DEMO_PASSWORD } from '#server/demo/staff.ts';
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { DeskActivity } from '#domain/desk-api.ts';
import { must } from '#domain/kernel/assert.ts';
import { pollUntil } from '#server/poll.ts';
import { removeProfile, startPhoneBrowser, type PhoneBrowser } from './chromium.ts';
import { DeskOverHttp } from './desk-over-http.ts';
import { writeFakeCamera, type Scene } from './fake-camera.ts';
import { readyDataDir } from './prepared-data.ts';
import {
  connectToDatabase,
  removeDataDir,
  runCommand,
  startServer,
  type ServerProcess,
} from './server-process.ts';

export { expect };

export type Town = {
  readonly server: ServerProcess;
  readonly desk: DeskOverHttp;
  /** Open now, knows the public test cards, one point a day. */
  readonly activity: DeskActivity;
  readonly database: Client;
  /** A card that nobody has shown yet: a story that takes a fixed one depends on who was first. */
  readonly takeCard: () => UitpasNumber;
};

export type StoryPhone = {
  /** Of the browser that runs now. */
  readonly page: Page;
  readonly browser: PhoneBrowser;
  /** Kills the browser, and starts it again on the same storage. */
  dieAndReturn(options?: { film?: readonly Scene[]; offline?: boolean }): Promise<void>;
};

export type OwnTown = Town & {
  /** Another release takes the place of the server, at the same address and on the same data. */
  deploy(release: string): Promise<void>;
  /** As an operator does it, beside the running server. */
  backUp(file: string): Promise<void>;
  /** Stops the server, puts the backup in the place of what is there, and starts it again at the same address. */
  restore(file: string): Promise<void>;
  close(): Promise<void>;
};

const BACKUP_PASSPHRASE = 'vier woorden die niemand raadt';

export async function openTown(): Promise<OwnTown> {
  const dataDir = await readyDataDir('demo');
  let server = await startServer({ dataDir, env: { DEMO: '1' } });
  let database = await connectToDatabase(dataDir);
  const desk = await new DeskOverHttp(server.url).signIn('bib@demo.streekbalie.example', DEMO_PASSWORD);
  const cards = await readFreshCards(database);
  const activity = await desk.findActivity('Jeugdboekenweek');
  const startAgain = async (release?: string): Promise<void> => {
    const env = { DEMO: '1', PORT: new URL(server.url).port };
    server = await startServer({ dataDir, ...(release !== undefined && { release }), env });
    database = await connectToDatabase(dataDir);
  };
  const operate = async (...args: string[]): Promise<void> => {
    const { code, output } = await runCommand(args, { DATA_DIR: dataDir, BACKUP_PASSPHRASE });
    expect({ code, output }).toMatchObject({ code: 0 });
  };
  return {
    get server() {
      return server;
    },
    get database() {
      return database;
    },
    desk,
    activity,
    takeCard: () => must(cards.pop(), 'a fresh card'),
    async deploy(release) {
      await database.end();
      await server.stop();
      await startAgain(release);
    },
    backUp: (file) => operate('backup', file),
    async restore(file) {
      await database.end();
      await server.stop();
      await operate('restore', file, '--replace');
      await startAgain();
    },
    async close() {
      await database.end();
      await server.stop();
      await removeDataDir(dataDir);
    },
  };
}

type NewPhone = (options?: { film?: readonly Scene[]; cameras?: number }) => Promise<StoryPhone>;

export const test = base.extend<{ newPhone: NewPhone }, { town: Town }>({
  town: [
    // Playwright wants the first argument to be a pattern.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const town = await openTown();
      await use(town);
      await town.close();
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  newPhone: async ({ town }, use, testInfo) => {
    const open: { profile: string; browser: PhoneBrowser }[] = [];
    const violations: string[] = [];
    const film = async (scenes: readonly Scene[] | undefined): Promise<string | undefined> => {
      if (scenes === undefined) return undefined;
      const file = testInfo.outputPath(`camera-${open.length}-${Date.now()}.y4m`);
      await writeFakeCamera(file, scenes);
      return file;
    };
    await use(async (options = {}) => {
      const profile = mkdtempSync(join(tmpdir(), 'streekbalie-phone-'));
      const origin = town.server.url;
      const state = {
        profile,
        browser: await startPhoneBrowser({
          profile,
          origin,
          film: await film(options.film),
          cameras: options.cameras,
        }),
      };
      open.push(state);
      return {
        get page() {
          return state.browser.page;
        },
        get browser() {
          return state.browser;
        },
        async dieAndReturn({ film: next, offline = false } = {}) {
          violations.push(...state.browser.violations);
          await state.browser.kill();
          state.browser = await startPhoneBrowser({ profile, origin, film: await film(next) });
          await state.browser.context.setOffline(offline);
        },
      };
    });
    // Nothing of them is looked at any more: no need to let them end in order.
    await Promise.all(open.map(({ browser }) => browser.kill()));
    for (const { profile, browser } of open) {
      violations.push(...browser.violations);
      removeProfile(profile);
    }
    // In every story: whatever the policy forbids did not happen, so nothing of the app waits to be forbidden.
    expect(violations).toEqual([]);
  },
});

/**
 * Stories that stop, restore or replace their server: each call has a town (and a worker) that no other file shares.
 * `prepare` runs once, before the first of them.
 */
export const testInOwnTown = (
  prepare: (town: OwnTown) => Promise<void> = async () => undefined,
): ReturnType<typeof test.extend<object, { town: OwnTown }>> =>
  test.extend<object, { town: OwnTown }>({
    town: [
      // Playwright wants the first argument to be a pattern.
      // eslint-disable-next-line no-empty-pattern
      async ({}, use) => {
        const town = await openTown();
        await prepare(town);
        await use(town);
        await town.close();
      },
      { scope: 'worker', timeout: 180_000 },
    ],
  });

async function readFreshCards(database: Client): Promise<UitpasNumber[]> {
  const { rows } = await database.query<{ number: UitpasNumber }>(
    `select c.uitpas_number as number from card c
       join membership m using (region_id, passholder_id, card_system_id)
      where c.card_system_id = 'uitpas-westhoek' and c.state = 'active' and c.kind = 'card' and m.status = 'active'
        and not exists (select from visit v where v.region_id = c.region_id and v.uitpas_number = c.uitpas_number)
      order by 1 desc limit 400`,
  );
  return rows.map(({ number }) => number);
}

/** From the coordinator's link to the pre-flight list. */
export async function enrol(town: Town, { page }: StoryPhone, name: string): Promise<string> {
  const link = await town.desk.makeLink(town.activity);
  await page.goto(`${town.server.url}${new URL(link.url).pathname}${new URL(link.url).hash}`);
  await page.getByLabel('Naam van dit toestel').fill(name);
  await page.getByRole('button', { name: 'Koppel dit toestel' }).click();
  const shown = page.getByTestId('enrol-words').locator('span');
  await expect(shown).toHaveCount(2);
  const words = await shown.allInnerTexts();
  const { device } = await town.desk.readLink(link);
  expect(device?.words).toEqual(words);
  const deviceId = must(device?.deviceId, 'a waiting phone');
  await town.desk.approve(deviceId, words);
  await expect(page.getByRole('heading', { name: 'Klaar om te scannen?' })).toBeVisible();
  return deviceId;
}

/** Until the app and the card list are on board: then the phone needs nobody. */
export async function expectReady(page: Page): Promise<void> {
  // The number of cards: the name of the list alone stands there without one too.
  await expect(page.locator('[data-check=roster]')).toContainText(/\d kaarten/);
  await expect(page.locator('[data-check=installed]')).toContainText('werkt zonder bereik');
}

export async function startShift(page: Page): Promise<void> {
  await page.getByRole('button', { name: /met scannen$/ }).click();
  await expect(page.getByTestId('verdict')).toBeVisible();
}

export async function typeNumber(page: Page, number: string): Promise<void> {
  await page.getByRole('button', { name: 'Typ nummer' }).click();
  await page.getByLabel('UITPAS-nummer').pressSequentially(number);
}

/** A keyboard-wedge reader: real keys within milliseconds, then Enter; one is not waited for before the next. */
export async function wedge(page: Page, number: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const keys = [...number].map((key) => ({ key, text: key }));
  const press = { ...ENTER, text: '\r' };
  await Promise.all(
    [...keys, press].flatMap((key) => [
      session.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key }),
      session.send('Input.dispatchKeyEvent', { type: 'keyUp', key: key.key }),
    ]),
  );
  await session.detach();
}
const ENTER = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13 };

export const expectVerdict = (page: Page, word: string): Promise<void> =>
  expect(page.getByTestId('verdict')).toContainText(word);

/** The latest ruling of each check-in of a phone, in the order of its chain. */
export async function rulingsOf({ database }: Town, deviceId: string): Promise<string[]> {
  const { rows } = await database.query<{ outcome: string; code: string | null; points: number }>(
    `select distinct on (c.seq) c.seq, r.outcome, r.code, r.points
       from command c join ruling r using (region_id, command_id)
      where c.device_id = $1 and c.kind = 'check-in' order by c.seq, r.n desc`,
    [deviceId],
  );
  return rows.map((row) => [row.outcome, row.code, row.points].filter((part) => part !== null).join(' '));
}

/** Asks again until it is so: rulings follow when the network is back. */
export async function expectRulings(
  town: Town,
  deviceId: string,
  expected: readonly string[],
): Promise<void> {
  let found: string[] = [];
  await pollUntil(
    async () => {
      found = await rulingsOf(town, deviceId);
      return JSON.stringify(found) === JSON.stringify(expected) ? true : undefined;
    },
    {
      timeoutMs: 30_000,
      onTimeout: () => new Error(`rulings are ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`),
    },
  );
}
