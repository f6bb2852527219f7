// A phone that finds no network: its scans go to the desk as a file, or to another phone as codes on the screen. They count
// once, whoever brings them and whatever the phone sends later (docs/adr/012).
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { Scene } from '#tests/_support/fake-camera.ts';
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import {
  enrol,
  expect,
  expectReady,
  expectRulings,
  startShift,
  test,
  wedge,
  type StoryPhone,
  type Town,
} from '#tests/_support/story.ts';

/** Scans that stay on the phone, which then stands on the screen of rescue. */
async function scanWithoutNetwork(
  town: Town,
  phone: StoryPhone,
  name: string,
  count: number,
): Promise<{ deviceId: string; numbers: readonly UitpasNumber[] }> {
  const deviceId = await enrol(town, phone, name);
  await expectReady(phone.page);
  await phone.browser.context.setOffline(true);
  await startShift(phone.page);
  const numbers = Array.from({ length: count }, () => town.takeCard());
  for (const [i, number] of numbers.entries()) {
    await wedge(phone.page, number);
    await expect(phone.page.getByTestId('counters')).toContainText(`${i + 1} gescand`);
  }
  await phone.page.getByRole('button', { name: 'Lijst' }).click();
  await phone.page.getByRole('button', { name: 'Shift afsluiten' }).click();
  await expect(phone.page.getByText(`Nog ${count} te versturen`)).toBeVisible();
  await phone.page.getByRole('link', { name: 'Geef scans door zonder bereik' }).click();
  await expect(phone.page.getByTestId('own-rescue')).toContainText(
    `${count} scans staan alleen op dit toestel`,
  );
  return { deviceId, numbers };
}

async function saveFile(page: Page): Promise<{ path: string; name: string }> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Bewaar als bestand' }).click(),
  ]);
  await expect(page.getByText('Breng het naar de balie')).toBeVisible();
  return { path: await download.path(), name: download.suggestedFilename() };
}

test(
  'a file of a phone without network is read in at the desk, twice, and the phone later sends the same',
  { tag: '@alone' },
  async ({ town, newPhone }) => {
    const phone = await newPhone();
    const { deviceId, numbers } = await scanWithoutNetwork(town, phone, 'Inkom één', 3);
    const { path, name } = await saveFile(phone.page);
    await lookAtScreen(phone.page, 'rescue on the phone');
    expect(name).toMatch(/^streekbalie-redding-inkom-een-\d{4}-\d\d-\d\d\.streekbalie$/);
    const bytes = await readFile(path);
    for (const number of numbers) expect(bytes.includes(number)).toBe(false);

    const desk = (await newPhone()).page;
    await signInAtDesk(desk, town.server.url, 'bib');
    await desk.goto(`${town.server.url}/balie/toestellen`);
    await desk.getByRole('link', { name: 'Scans inlezen' }).click();
    await expect(desk.getByText('Er zijn nog geen scans ingelezen')).toBeVisible();
    const choose = desk.getByLabel('Kies een bestand');
    await choose.setInputFiles({ name, mimeType: 'application/octet-stream', buffer: bytes });
    await expect(desk.getByText('3 scans van Inkom één ingelezen')).toBeVisible();
    await expect(desk.getByTestId('rescue-figures')).toContainText('3 verwerkt');
    await expectRulings(town, deviceId, Array<string>(3).fill('accepted 1'));

    await test.step('dropped once more: everything is known', async () => {
      const data = await desk.evaluateHandle(
        ([base64, file]) => {
          const transfer = new DataTransfer();
          const content = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
          transfer.items.add(new File([content], file));
          return transfer;
        },
        [bytes.toString('base64'), name] as const,
      );
      await desk.getByTestId('drop-area').dispatchEvent('drop', { dataTransfer: data });
      await expect(desk.getByText('Alles van Inkom één was al gekend')).toBeVisible();
      await expect(desk.getByRole('row').filter({ hasText: 'Inkom één' })).toHaveCount(1);
    });

    await test.step('something else, and a file that was cut off, are refused in words', async () => {
      await choose.setInputFiles({ name: 'foto.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('foto') });
      await expect(desk.getByText('Dit is geen bestand met scans van Streekbalie')).toBeVisible();
      await choose.setInputFiles({ name, mimeType: '', buffer: bytes.subarray(0, bytes.length - 20) });
      await expect(desk.getByText('Dit bestand is beschadigd')).toBeVisible();
      for (const number of numbers) await expect(desk.getByText(number)).toHaveCount(0);
      await lookAtScreen(desk, 'rescue at the desk');
    });

    await test.step('the phone finds network: the same rulings, nothing twice', async () => {
      await phone.browser.context.setOffline(false);
      await expect(phone.page.getByText('staat niets meer dat nog verstuurd moet worden')).toBeVisible();
      await expectRulings(town, deviceId, Array<string>(3).fill('accepted 1'));
      const { rows } = await town.database.query<{ count: number }>(
        'select count(*)::int as count from command where device_id = $1',
        [deviceId],
      );
      expect(rows).toEqual([{ count: 3 }]);
    });
  },
);

test(
  'codes on the screen of a phone without network are read by another phone, which hands them in',
  { tag: '@alone' },
  async ({ town, newPhone }) => {
    test.setTimeout(180_000);
    const phone = await newPhone();
    const { deviceId } = await scanWithoutNetwork(town, phone, 'Kelder', 5);
    await phone.page.getByRole('button', { name: 'Toon als QR-codes' }).click();
    const shown = phone.page.getByTestId('show-frames');
    await expect(phone.page.getByTestId('frame')).toBeVisible();
    const film = await filmOf(phone.page, Number(await shown.getAttribute('data-frames')));
    await phone.page.getByRole('button', { name: 'Stop' }).click();

    const carrier = await newPhone({ film });
    await enrol(town, carrier, 'Gsm van Jo');
    await expectReady(carrier.page);
    await carrier.browser.context.setOffline(true);
    await carrier.page.goto(`${town.server.url}/redding`);
    await carrier.page.getByRole('button', { name: 'Lees QR-codes' }).click();
    await expect(carrier.page.getByText('5 scans van Kelder zijn op dit toestel bewaard')).toBeVisible({
      timeout: 60_000,
    });
    await expect(carrier.page.getByTestId('carried')).toContainText('5 scans van Kelder wachten op bereik');
    await expectRulings(town, deviceId, []);

    await carrier.dieAndReturn({ offline: true });
    await carrier.page.goto(`${town.server.url}/redding`);
    await expect(carrier.page.getByTestId('carried')).toContainText('wachten op bereik');
    await carrier.browser.context.setOffline(false);
    await expect(carrier.page.getByTestId('carried')).toContainText('5 scans van Kelder zijn aangekomen');
    await expect(carrier.page.getByTestId('carried')).toContainText('5 verwerkt');
    await expectRulings(town, deviceId, Array<string>(5).fill('accepted 1'));
    await lookAtScreen(carrier.page, 'carried scans');

    await phone.browser.context.setOffline(false);
    await expect(phone.page.getByText('staat niets meer dat nog verstuurd moet worden')).toBeVisible();
    await expectRulings(town, deviceId, Array<string>(5).fill('accepted 1'));
  },
);

/** What a camera before the screen would see, read off it: each code for a moment, out of order. */
async function filmOf(page: Page, count: number): Promise<Scene[]> {
  const pictures = new Map<string, string>();
  const frame = page.getByTestId('frame');
  await expect
    .poll(
      async () => {
        const [alt, src] = await frame.evaluate((img) => [img.getAttribute('alt'), img.getAttribute('src')]);
        if (alt !== null && src !== null) pictures.set(alt, src);
        return pictures.size;
      },
      { timeout: 60_000, intervals: [50] },
    )
    .toBe(count);
  const screens = await page.evaluate(photograph, { sources: [...pictures.values()], side: SCREEN_SIDE });
  return screens.reverse().map((luma) => ({ show: 'screen', luma, side: SCREEN_SIDE, frames: 4 }));
}

const SCREEN_SIDE = 440;

/** In the page: grey values of each picture on its white border, in base64. */
async function photograph({
  sources,
  side,
}: {
  sources: readonly string[];
  side: number;
}): Promise<string[]> {
  const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const taken: string[] = [];
  for (const src of sources) {
    const image = Object.assign(new Image(), { src });
    await image.decode();
    if (!context) throw new Error('no canvas');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, side, side);
    context.drawImage(image, 20, 20, side - 40, side - 40);
    const { data } = context.getImageData(0, 0, side, side);
    taken.push(
      btoa(Array.from({ length: side * side }, (_, i) => String.fromCharCode(data[i * 4] ?? 0)).join('')),
    );
  }
  return taken;
}
