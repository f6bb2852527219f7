// A phone whose app is older than what is safe at a door: it says so plainly, its scans count, and the desk sees it.
import { resolve } from 'node:path';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { lookAtPhone } from '#tests/_support/phone-look.ts';
import { makeRelease } from '#tests/_support/release.ts';
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
import packageJson from '../../package.json' with { type: 'json' };

const RELEASE = resolve(import.meta.dirname, '../../node_modules/.cache/old-app');
const OLD_VERSION = '0.0.9';

const test = testInOwnTown(async (town) => {
  makeRelease(RELEASE, { app: OLD_VERSION, server: packageJson.version });
  await town.deploy(RELEASE);
});

test('a phone with an old app says so, goes on scanning, and the desk knows which one it is', async ({
  town,
  newPhone,
}) => {
  test.setTimeout(240_000);
  const phone = await newPhone();
  const { page } = phone;
  const deviceId = await enrol(town, phone, 'Verouderd toestel');
  await expectReady(page);
  const version = page.locator('[data-check=version]');
  await expect(version).toContainText('te oud');
  await expect(version).toContainText('open de app opnieuw met bereik');
  await lookAtPhone(page, 'pre-flight of an old app');
  await startShift(page);
  await expect(page.getByText('Deze app is te oud en moet vernieuwd worden.')).toBeVisible();
  await lookAtPhone(page, 'scanning with an old app');
  await wedge(page, town.takeCard());
  await expectVerdict(page, 'Gespaard');
  await expectRulings(town, deviceId, ['accepted 1']);

  const desk = (await newPhone()).page;
  await signInAtDesk(desk, town.server.url, 'bib');
  await desk.goto(`${town.server.url}/balie/toestellen`);
  const row = desk.getByRole('row').filter({ hasText: 'Verouderd toestel' });
  await expect(row).toContainText(OLD_VERSION);
  await expect(row).toContainText('te oud');
  await expect(desk.getByText('1 toestel heeft een oude versie van de app')).toBeVisible();
  await lookAtScreen(desk, 'phones with an old app');
});
