// The ways in beside barcode and typing: the chip of a card, a photo, another camera; and what the camera does when
// something else takes it. There is no NFC reader here: a NDEFReader of the story's own takes the place of the browser's.
import bwip from 'bwip-js/node';
import type { Page } from '@playwright/test';
import { must } from '#domain/kernel/assert.ts';
import { heldCard } from '#tests/_support/fake-camera.ts';
import {
  enrol,
  expect,
  expectReady,
  expectRulings,
  expectVerdict,
  startShift,
  test,
  type Town,
} from '#tests/_support/story.ts';

/** `reading` as a phone gives it: lower case, with colons. */
async function fakeNfc(page: Page, scan: 'granted' | 'NotAllowedError' | 'NotSupportedError'): Promise<void> {
  await page.addInitScript((answer) => {
    const readers = new Set<EventTarget>();
    class NDEFReader extends EventTarget {
      scan(): Promise<void> {
        if (answer !== 'granted') return Promise.reject(new DOMException('no', answer));
        if (!navigator.userActivation.isActive)
          return Promise.reject(new DOMException('no', 'NotAllowedError'));
        readers.add(this);
        return Promise.resolve();
      }
    }
    const hold = (serialNumber: string): void => {
      for (const reader of readers)
        reader.dispatchEvent(Object.assign(new Event('reading'), { serialNumber }));
    };
    Object.assign(window, { NDEFReader, hold });
  }, scan);
}

const hold = (page: Page, chip: string): Promise<void> =>
  page.evaluate(
    (serialNumber) => (window as unknown as { hold: (serialNumber: string) => void }).hold(serialNumber),
    (chip.match(/../g) ?? []).join(':').toLowerCase(),
  );

/** Of cards that nobody has shown yet. */
async function takeChips({ database }: Town, state: string, count: number): Promise<string[]> {
  const { rows } = await database.query<{ chip: string }>(
    `select c.chip_number as chip from card c join membership m using (region_id, passholder_id, card_system_id)
      where c.card_system_id = 'uitpas-westhoek' and c.state = $1 and c.kind = 'card' and m.status = 'active'
        and c.chip_number is not null
        and not exists (select from visit v where v.region_id = c.region_id and v.uitpas_number = c.uitpas_number)
      order by 1 limit $2`,
    [state, count],
  );
  expect(rows).toHaveLength(count);
  return rows.map(({ chip }) => chip);
}

test('the chip of a card counts without network, beside the camera', async ({ town, newPhone }) => {
  const phone = await newPhone({ film: [heldCard('code-128', town.takeCard())] });
  const { page } = phone;
  await fakeNfc(page, 'granted');
  const deviceId = await enrol(town, phone, 'Chips');
  await expectReady(page);
  // Nobody reads chips here yet: their list is not on this phone.
  expect(await chipsOnBoard(page)).toBe(0);
  await startShift(page);
  await expectVerdict(page, 'Gespaard');
  const chipButton = page.locator('[data-nfc]');
  await chipButton.click();
  await expect(chipButton).toHaveText('Chip aan');
  await expect.poll(() => chipsOnBoard(page)).toBeGreaterThan(100);

  await phone.browser.context.setOffline(true);
  const [good = '', twice = ''] = await takeChips(town, 'active', 2);
  const [blocked = ''] = await takeChips(town, 'blocked', 1);
  await hold(page, good);
  await expect(page.getByTestId('counters')).toContainText('2 gescand');
  await expectVerdict(page, 'Gespaard');
  await hold(page, twice);
  await hold(page, twice);
  await expect(page.getByTestId('counters')).toContainText('3 gescand');
  await hold(page, blocked);
  await expectVerdict(page, 'geblokkeerd');
  await hold(page, '04FFFFFFFFFFFF');
  await expectVerdict(page, 'Genoteerd');
  // A bank card, an identity card, a phone: no seven bytes, and nothing of it is kept.
  await hold(page, '0A1B2C3D');
  await expectVerdict(page, 'Deze code is geen UITPAS');
  await expect(page.getByTestId('counters')).toContainText('5 gescand');

  await phone.browser.context.setOffline(false);
  await expectRulings(town, deviceId, [
    'accepted 1',
    'accepted 1',
    'accepted 1',
    'refused card-blocked 0',
    'accepted-with-note foreign 1',
  ]);
});

/** How many chips the list on this phone holds; 0 without one. */
const chipsOnBoard = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((done, fail) => {
        const open = indexedDB.open('streekbalie');
        open.onerror = () => fail(new Error('not opened'));
        open.onsuccess = () => {
          const get = open.result.transaction('blobs').objectStore('blobs').get('chips');
          get.onsuccess = () => {
            open.result.close();
            done((get.result as { sealed: { bytes: Uint8Array } } | undefined)?.sealed.bytes.byteLength ?? 0);
          };
        };
      }),
  );

for (const [answer, sentence] of [
  ['NotAllowedError', 'Chips lezen is niet toegelaten'],
  ['NotSupportedError', 'NFC staat uit op dit toestel'],
] as const)
  test(`a phone whose reader says ${answer} says what to do, and scans on`, async ({ town, newPhone }) => {
    const phone = await newPhone({ film: [heldCard('qr', town.takeCard())] });
    await fakeNfc(phone.page, answer);
    await enrol(town, phone, `Zonder ${answer}`);
    await expectReady(phone.page);
    await startShift(phone.page);
    await phone.page.locator('[data-nfc]').click();
    await expect(phone.page.getByText(sentence)).toBeVisible();
    // Read once, it makes room for the verdict.
    await phone.page.getByRole('button', { name: 'Sluiten', exact: true }).click();
    await expect(phone.page.getByText(sentence)).toBeHidden();
    await expectVerdict(phone.page, 'Gespaard');
  });

test('a phone without a reader shows nothing of chips', async ({ town, newPhone }) => {
  const phone = await newPhone();
  await enrol(town, phone, 'Zonder chip');
  await startShift(phone.page);
  await expect(phone.page.getByRole('button', { name: 'Typ nummer' })).toBeVisible();
  await expect(phone.page.locator('[data-nfc]')).toHaveCount(0);
});

test('a photo of a card is read, and never leaves the phone', async ({ town, newPhone }) => {
  const phone = await newPhone();
  const { page } = phone;
  const deviceId = await enrol(town, phone, 'Foto');
  await expectReady(page);
  await startShift(page);
  const bodies: number[] = [];
  page.on('request', (request) => bodies.push(request.postDataBuffer()?.length ?? 0));
  await page.getByRole('button', { name: 'Typ nummer' }).click();
  await page
    .getByTestId('photo')
    .setInputFiles({ name: 'tafel.txt', mimeType: 'image/png', buffer: Buffer.from('no') });
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText(
    'geen foto die dit toestel kan openen',
  );
  await page.getByTestId('photo').setInputFiles(await photoOf('empty'));
  await expect(page.getByRole('dialog').getByRole('alert')).toContainText('geen code te lezen');
  await page.getByTestId('photo').setInputFiles(await photoOf(town.takeCard()));
  await expectVerdict(page, 'Gespaard');
  await expectRulings(town, deviceId, ['accepted 1']);
  const { rows } = await town.database.query<{ way: string }>(
    `select payload::json->>'way' as way from command where device_id = $1`,
    [deviceId],
  );
  expect(rows).toEqual([{ way: 'photo' }]);
  expect(Math.max(...bodies)).toBeLessThan(5_000);
});

async function photoOf(number: string): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const buffer =
    number === 'empty'
      ? await bwip.toBuffer({ bcid: 'datamatrix', text: 'x', scale: 20, backgroundcolor: '808080' })
      : await bwip.toBuffer({
          bcid: 'code128',
          text: number,
          scale: 6,
          padding: 60,
          backgroundcolor: 'ffffff',
        });
  return { name: 'kaart.png', mimeType: 'image/png', buffer };
}

test('another camera is chosen with a tap, and remembered', async ({ town, newPhone }) => {
  const phone = await newPhone({ cameras: 2 });
  const { page } = phone;
  await enrol(town, phone, 'Twee camera’s');
  await expectReady(page);
  await startShift(page);
  const camera = page.getByTestId('camera');
  await expect(camera).toHaveAttribute('data-camera', 'live');
  const first = await cameraInUse(page);
  await page.getByRole('button', { name: 'Andere camera' }).click();
  await expect.poll(() => cameraInUse(page)).not.toBe(first);
  await expect(camera).toHaveAttribute('data-camera', 'live');
  const second = must(await cameraInUse(page), 'a camera');
  await page.reload();
  await startShift(page);
  await expect.poll(() => cameraInUse(page)).toBe(second);

  // A camera that is gone gives way to the one at the back.
  await page.evaluate(() => localStorage.setItem('streekbalie.camera', 'f'.repeat(64)));
  await page.reload();
  await startShift(page);
  await expect(camera).toHaveAttribute('data-camera', 'live');
});

const cameraInUse = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => {
    const source = document.querySelector('video')?.srcObject;
    return source instanceof MediaStream ? source.getVideoTracks()[0]?.getSettings().deviceId : undefined;
  });

test('the camera comes back after a call, and after the app was in the background', async ({
  town,
  newPhone,
}) => {
  const phone = await newPhone({ cameras: 1 });
  const { page } = phone;
  await enrol(town, phone, 'Telefoontje');
  await expectReady(page);
  await startShift(page);
  const camera = page.getByTestId('camera');
  await expect(camera).toHaveAttribute('data-camera', 'live');

  // A call mutes the track and leaves it open: the picture stands still.
  const before = await streamInUse(page);
  await page.evaluate(() => {
    const source = document.querySelector('video')?.srcObject;
    if (!(source instanceof MediaStream)) return;
    for (const track of source.getVideoTracks()) {
      Object.defineProperty(track, 'muted', { value: true });
      track.dispatchEvent(new Event('mute'));
    }
  });
  await expect.poll(() => streamInUse(page)).not.toBe(before);
  await expect(camera).toHaveAttribute('data-camera', 'live');

  await setVisibility(page, 'hidden');
  await expect(camera).toHaveAttribute('data-camera', 'off');
  expect(await streamInUse(page)).toBeUndefined();
  await setVisibility(page, 'visible');
  await expect(camera).toHaveAttribute('data-camera', 'live');
});

const streamInUse = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => {
    const source = document.querySelector('video')?.srcObject;
    return source instanceof MediaStream ? source.id : undefined;
  });

/** A headless browser is always in front: the page is told otherwise. */
const setVisibility = (page: Page, state: 'hidden' | 'visible'): Promise<void> =>
  page.evaluate((next) => {
    Object.defineProperty(document, 'visibilityState', { value: next, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, state);
