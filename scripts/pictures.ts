// Pictures of the main screens, from a running demo server, for the README and for the install dialog of phones.
// `npm start` in one window, then: npx tsx scripts/pictures.ts [http://localhost:3000]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { must } from '#domain/kernel/assert.ts';
import { heldCard, writeFakeCamera } from '#tests/_support/fake-camera.ts';
import { findChromium } from './find-chromium.ts';

const address = process.argv[2] ?? 'http://localhost:3000';
const PICTURES = 'docs/pictures';
/** Shown by the browser before it installs the app (manifest.webmanifest). */
const SCREENSHOTS = 'static/screenshots';
const DESK = { width: 1440, height: 900 };
const PHONE = { width: 360, height: 740 };

/** Public test numbers of publiq, known in the demo's Testregio. */
const FILMED = '0900000095902';
const TYPED = [
  '0900000067513',
  '0900000031618',
  '0900000058918',
  '0900000093204',
  '0900011902815',
  '0900011903417',
  '0900000002312',
  '0900004518305',
  '0900010959113',
  '1000000520006',
];

const scratch = mkdtempSync(join(tmpdir(), 'streekbalie-pictures-'));
const film = join(scratch, 'camera.y4m');
await writeFakeCamera(film, [
  { show: 'nothing', frames: 15 },
  heldCard('code-128', FILMED, 25),
  { show: 'nothing', frames: 150 },
]);
mkdirSync(PICTURES, { recursive: true });
mkdirSync(SCREENSHOTS, { recursive: true });

const browser = await chromium.launch({
  executablePath: must(await findChromium(), 'a Chromium'),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ],
});
try {
  await takePictures(browser);
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true });
}

async function takePictures(browser: Browser): Promise<void> {
  const desk = await openDesk(browser);
  const phone = await openPhone(browser);
  const activity = await enrol(desk, phone);
  await scan(phone);
  await lookAround(desk, activity);
}

async function openDesk(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: DESK, locale: 'nl-BE', colorScheme: 'light' });
  const page = await context.newPage();
  await page.goto(`${address}/`);
  await page.getByRole('link', { name: /Balie/ }).waitFor();
  await picture(page, 'entry');
  await page.goto(`${address}/balie`);
  await page.getByLabel('E-mailadres').fill('ieper@demo.streekbalie.example');
  await page.getByLabel('Wachtwoord').fill('demo-westhoek');
  await picture(page, 'desk-sign-in');
  await page.getByRole('button', { name: 'Aanmelden', exact: true }).click();
  await page.getByRole('heading', { name: 'Vandaag' }).waitFor();
  return page;
}

async function openPhone(browser: Browser): Promise<Page> {
  const context = await browser.newContext({
    viewport: PHONE,
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
    locale: 'nl-BE',
    colorScheme: 'light',
    permissions: ['camera'],
  });
  const page = await context.newPage();
  await promiseStorage(context, page);
  return page;
}

/** What an installed app gets and a fresh browser without a head does not: storage that stays. */
async function promiseStorage(context: BrowserContext, page: Page): Promise<void> {
  const target = await context.newCDPSession(page);
  const { targetInfo } = await target.send('Target.getTargetInfo');
  const whole = await must(context.browser(), 'the browser').newBrowserCDPSession();
  await whole.send('Browser.grantPermissions', {
    origin: new URL(address).origin,
    permissions: ['durableStorage', 'videoCapture'],
    ...(targetInfo.browserContextId && { browserContextId: targetInfo.browserContextId }),
  });
}

/** The address of the activity the phone scans for. */
async function enrol(desk: Page, phone: Page): Promise<string> {
  await desk.getByRole('link', { name: /Jeugdboekenweek/ }).click();
  await desk.getByRole('button', { name: 'Toestel koppelen' }).click();
  await desk.getByRole('button', { name: 'Maak een link' }).click();
  const code = await desk.getByTestId('enrol-code').innerText();
  await picture(desk, 'desk-enrol');

  await phone.goto(`${address}/koppel#${code}`);
  await phone.getByLabel('Naam van dit toestel').fill('Inkom 1');
  await phone.getByRole('button', { name: 'Koppel dit toestel' }).click();
  await desk.getByTestId('enrol-words').waitFor();
  await picture(phone, 'phone-words');
  await picture(desk, 'desk-approve');
  await desk.getByRole('button', { name: 'Ja, koppelen' }).click();
  await desk.getByRole('button', { name: 'Klaar' }).click();
  return desk.url();
}

async function scan(phone: Page): Promise<void> {
  const start = phone.getByRole('button', { name: /start(en)? met scannen/i });
  await start.waitFor();
  await phone.getByText(/kaarten, (net opgehaald|.* oud)/).waitFor();
  await picture(phone, 'scan-preflight');
  await start.click();
  await phone.getByText('Gespaard').first().waitFor();
  await phone.locator('.flash').waitFor({ state: 'hidden' });
  await picture(phone, 'scan-saved');
  await picture(phone, 'scan-saved', SCREENSHOTS);

  await phone.context().setOffline(true);
  for (const number of TYPED) await typeNumber(phone, number);
  await phone.emulateMedia({ colorScheme: 'dark' });
  await picture(phone, 'scan-offline-dark');
  await phone.emulateMedia({ colorScheme: 'light' });
  await phone.getByRole('button', { name: 'Lijst' }).click();
  await picture(phone, 'scan-list');
  await phone.context().setOffline(false);
}

async function typeNumber(phone: Page, number: string): Promise<void> {
  await phone.getByRole('button', { name: 'Typ nummer' }).click();
  await phone.getByLabel('UITPAS-nummer').pressSequentially(number);
  await phone.getByLabel('UITPAS-nummer').waitFor({ state: 'hidden' });
}

async function lookAround(desk: Page, activity: string): Promise<void> {
  await desk.goto(activity);
  // Everything scanned without network has arrived.
  await desk.locator('tbody tr').nth(TYPED.length).waitFor();
  await picture(desk, 'desk-activity');
  await picture(desk, 'desk-activity', SCREENSHOTS);
  await desk.emulateMedia({ colorScheme: 'dark' });
  await picture(desk, 'desk-activity-dark');
  await desk.emulateMedia({ colorScheme: 'light' });

  for (const [path, name] of [
    ['/balie', 'desk-today'],
    ['/balie/activiteiten?wanneer=all', 'desk-activities'],
    ['/balie/toestellen', 'desk-devices'],
    ['/balie/cijfers', 'desk-figures'],
  ] as const) {
    await desk.goto(`${address}${path}`);
    await desk.waitForLoadState('networkidle');
    await picture(desk, name);
  }
  await desk.goto(`${address}/balie`);
  await desk.getByRole('combobox', { name: 'Naam' }).fill('declercq');
  await desk
    .getByRole('option', { name: /Declercq/ })
    .first()
    .waitFor();
  await picture(desk, 'desk-search');
  await desk
    .getByRole('option', { name: /Declercq/ })
    .first()
    .click();
  await desk.waitForURL('**/pashouders/*');
  await desk.waitForLoadState('networkidle');
  await picture(desk, 'desk-file');
  await desk.goto(`${address}/balie/kaart`);
  await desk.locator('main').getByLabel('UITPAS-nummer').fill(FILMED);
  await desk.keyboard.press('Enter');
  await desk.getByTestId('card-points').waitFor();
  await picture(desk, 'desk-card');
}

async function picture(page: Page, name: string, folder = PICTURES): Promise<void> {
  const path = join(folder, `${name}.png`);
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path, animations: 'disabled' });
  console.log(path);
}
