// A new version of the app is deployed while a shift runs: not one piece of the old one is left on the server. The shift
// goes on, also in screens that were not opened yet and without network; the new version comes when the volunteer takes it,
// and finds every scan.
import { resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { makeRelease, NEXT_VERSION } from '#tests/_support/release.ts';
import {
  enrol,
  expect,
  expectReady,
  expectRulings,
  expectVerdict,
  startShift,
  testInOwnTown,
  wedge,
} from '#tests/_support/story.ts';

const RELEASE = resolve(import.meta.dirname, '../../node_modules/.cache/next-release');

const test = testInOwnTown();

/** Gone with the page: whoever reloads it takes this away. */
const mark = (page: Page): Promise<void> =>
  page.evaluate(() => {
    Object.assign(window, { untouched: true });
  });
const isUntouched = (page: Page): Promise<boolean> => page.evaluate(() => 'untouched' in window);

/** As the browser does it by itself within a day: fetches the new version and lets it wait. */
const fetchNewVersion = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const coming = registration.installing ?? registration.waiting;
    await new Promise<void>((done) => {
      const look = (): void => {
        if (registration.waiting) done();
      };
      coming?.addEventListener('statechange', look);
      look();
    });
    return registration.waiting?.state ?? 'none';
  });

test('a new version comes during a shift, and waits for its end', async ({ town, newPhone }) => {
  test.setTimeout(240_000);
  const phone = await newPhone();
  const { page } = phone;
  const { context } = phone.browser;
  const deviceId = await enrol(town, phone, 'Nieuwe versie');
  await expectReady(page);
  await startShift(page);
  await wedge(page, town.takeCard());
  await expectVerdict(page, 'Gespaard');
  const other = await context.newPage();
  await other.goto(town.server.url);
  await expect(other.getByRole('link', { name: /Scannen/ })).toBeVisible();
  await Promise.all([mark(page), mark(other)]);

  const { gone } = makeRelease(RELEASE, { app: NEXT_VERSION, server: NEXT_VERSION });
  await town.deploy(RELEASE);
  const old = gone.find((name) => name.endsWith('.js')) ?? '';
  expect((await fetch(`${town.server.url}/_app/immutable/chunks/${old}`)).status).toBe(404);
  expect(await fetchNewVersion(page)).toBe('installed');

  // Nothing happens under the hands of the volunteer, and nobody asks anything, in no tab.
  const offer = (where: Page) => where.getByRole('button', { name: 'Nu vernieuwen' });
  await wedge(page, town.takeCard());
  await expect(page.getByTestId('counters')).toContainText('2 gescand');
  await expect(offer(page)).toBeHidden();
  await expect(offer(other)).toBeHidden();
  await expectRulings(town, deviceId, ['accepted 1', 'accepted 1']);

  // Screens that this page never opened, from a server that no longer has them, without network.
  await context.setOffline(true);
  await wedge(page, town.takeCard());
  await expect(page.getByTestId('counters')).toContainText('3 gescand');
  await page.getByRole('button', { name: 'Lijst' }).click();
  await expect(page.getByTestId('scan-row')).toHaveCount(3);
  await page.getByRole('button', { name: 'Shift afsluiten' }).click();
  await expect(page.getByTestId('shift-end')).toBeVisible();
  expect(await isUntouched(page)).toBe(true);
  expect(await isUntouched(other)).toBe(true);

  await page.getByRole('button', { name: 'Klaar', exact: true }).click();
  await expect(offer(page)).toBeVisible();
  await expect(offer(other)).toBeVisible();
  await offer(page).click();
  await expect.poll(() => isUntouched(page).catch(() => undefined)).toBe(false);

  // The other tab goes on with the old pieces, and over at its next page.
  expect(await isUntouched(other)).toBe(true);
  await other.getByRole('link', { name: /Scannen/ }).click();
  await expect(other.locator('[data-check=version]')).toContainText(NEXT_VERSION);
  expect(await isUntouched(other)).toBe(false);

  await page.goto(`${town.server.url}/scan`);
  await expect(page.locator('[data-check=version]')).toContainText(NEXT_VERSION);
  await expect(page.locator('[data-check=unsent]')).toContainText('1 scan');
  await context.setOffline(false);
  await expectRulings(town, deviceId, ['accepted 1', 'accepted 1', 'accepted 1']);
  await startShift(page);
  await wedge(page, town.takeCard());
  await expectRulings(town, deviceId, ['accepted 1', 'accepted 1', 'accepted 1', 'accepted 1']);
});
