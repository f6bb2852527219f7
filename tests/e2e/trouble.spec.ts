// What goes wrong at a door: a full phone, a wrong clock, a shop article, a call in between.
import { maskUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { heldCard } from '#tests/_support/fake-camera.ts';
import {
  enrol,
  expect,
  expectReady,
  expectRulings,
  expectVerdict,
  startShift,
  test,
  typeNumber,
  wedge,
} from '#tests/_support/story.ts';

const DAY_MS = 86_400_000;

test('a full phone never says that a scan is stored, and stores it when there is room', async ({
  town,
  newPhone,
}) => {
  const phone = await newPhone();
  const deviceId = await enrol(town, phone, 'Volle gsm');
  await expectReady(phone.page);
  await startShift(phone.page);
  await phone.page.evaluate(() => {
    const { add } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.add = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    addEventListener('room-again', () => (IDBObjectStore.prototype.add = add));
  });
  const alarm = phone.page.getByTestId('not-saved');
  await wedge(phone.page, town.takeCard());
  await expect(alarm).toContainText('NIET BEWAARD');
  const retry = alarm.getByRole('button', { name: 'Probeer opnieuw' });
  await retry.click();
  await expect(retry).toHaveAttribute('aria-busy', 'false');
  await expect(alarm).toContainText('Het geheugen van het toestel is vol');
  await expect(phone.page.getByTestId('counters')).toContainText('0 gescand');

  await phone.page.evaluate(() => dispatchEvent(new Event('room-again')));
  await retry.click();
  await expect(alarm).toHaveCount(0);
  await expectVerdict(phone.page, 'Gespaard');
  await expect(phone.page.getByTestId('counters')).toContainText('1 gescand');
  await expectRulings(town, deviceId, ['accepted 1']);
});

test('a phone where nothing small can be stored scans all the same', async ({ town, newPhone }) => {
  const phone = await newPhone();
  await phone.page.addInitScript(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  const deviceId = await enrol(town, phone, 'Krappe gsm');
  await expectReady(phone.page);
  await startShift(phone.page);
  await wedge(phone.page, town.takeCard());
  await expectVerdict(phone.page, 'Gespaard');
  await expectRulings(town, deviceId, ['accepted 1']);
});

test('a browser that gives no storage at all says so', async ({ town, newPhone }) => {
  const { page } = await newPhone();
  await page.addInitScript(() => {
    const denied = {
      get: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    };
    for (const store of ['localStorage', 'sessionStorage', 'indexedDB'])
      Object.defineProperty(window, store, denied);
  });
  await page.goto(`${town.server.url}/scan`);
  await expect(page.getByText('De scanner start niet')).toBeVisible();
});

test('a newer version was here: the old one says so, and stores nothing in its database', async ({
  town,
  newPhone,
}) => {
  const phone = await newPhone();
  const { page } = phone;
  await enrol(town, phone, 'Oude versie');
  await expectReady(page);
  await startShift(page);
  const upgraded = await page.evaluate(
    () =>
      new Promise<boolean>((resolve, reject) => {
        const request = indexedDB.open('streekbalie', 20);
        request.onerror = () => reject(new Error('not upgraded'));
        request.onsuccess = () => {
          request.result.close();
          resolve(true);
        };
      }),
  );
  expect(upgraded).toBe(true);
  await wedge(page, town.takeCard());
  await expect(page.getByTestId('not-saved')).toContainText('NIET BEWAARD');
  await page.reload();
  await expect(page.getByText('nieuwere versie van Streekbalie')).toBeVisible();
});

test('a phone whose clock is a day ahead is warned, and its scans count today', async ({
  town,
  newPhone,
}) => {
  const phone = await newPhone();
  await phone.browser.context.addInitScript((ahead) => {
    const { now } = Date;
    Date.now = () => now() + ahead;
  }, DAY_MS);
  const deviceId = await enrol(town, phone, 'Oude klok');
  await expectReady(phone.page);
  await expect(phone.page.locator('[data-check=clock]')).toContainText('24 uur voor');
  await startShift(phone.page);
  await expect(phone.page.getByText('Zet datum en tijd op automatisch')).toBeVisible();
  await typeNumber(phone.page, town.takeCard());
  await expectVerdict(phone.page, 'Gespaard');
  await expectRulings(town, deviceId, ['accepted-with-note clock-uncertain 1']);
  const { rows } = await town.database.query<{ today: boolean }>(
    `select abs(extract(epoch from now()) * 1000 - v.at) < 600000 as today
       from visit v join command c using (region_id, command_id) where c.device_id = $1`,
    [deviceId],
  );
  expect(rows).toEqual([{ today: true }]);
});

test('the barcode of a shop article is no card, and the camera comes back after another app', async ({
  town,
  newPhone,
}) => {
  const phone = await newPhone({
    film: [{ show: 'ean-13', text: '5410041001204', frames: 30 }, heldCard('code-128', town.takeCard(), 30)],
  });
  await enrol(town, phone, 'Winkel');
  await expectReady(phone.page);
  await startShift(phone.page);
  await expectVerdict(phone.page, 'winkelartikel');
  await expectVerdict(phone.page, 'Gespaard');

  const camera = phone.page.getByTestId('camera');
  await expect(camera).toHaveAttribute('data-camera', 'live');
  await phone.page.evaluate(() => {
    const video = document.querySelector('video');
    if (video?.srcObject instanceof MediaStream)
      for (const track of video.srcObject.getTracks()) {
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
  });
  await expect(camera).toHaveAttribute('data-camera', 'live');
  await expect
    .poll(() => phone.page.evaluate(() => document.querySelector('video')?.currentTime ?? 0))
    .toBeGreaterThan(0);
});

test('the phone never shows the last two digits of a card', async ({ town, newPhone }) => {
  const phone = await newPhone();
  await enrol(town, phone, 'Discreet');
  await expectReady(phone.page);
  await startShift(phone.page);
  const number = town.takeCard();
  const [, shown = '', hidden = ''] = /^(.{10})(.{3})$/.exec(number) ?? [];
  const masked = maskUitpasNumber(number);
  const expectHidden = async (): Promise<void> => {
    const page = await phone.page.evaluate(() => document.documentElement.outerHTML);
    const digits = page.replace(/[\s.-]/g, '');
    expect(digits).toContain(shown);
    expect(digits).not.toContain(shown + hidden.slice(0, 2));
  };
  await typeNumber(phone.page, number);
  await expectVerdict(phone.page, masked);
  await expectHidden();
  await phone.page.getByTestId('verdict').getByRole('button').click();
  await expect(phone.page.getByRole('dialog')).toBeVisible();
  await expectHidden();
  await phone.page.keyboard.press('Escape');
  await phone.page.getByRole('button', { name: 'Lijst' }).click();
  await expect(phone.page.getByTestId('scan-row')).toContainText(masked);
  await expectHidden();
});

test('a browser that erases everything under a running shift gives the alarm, and says what was lost', async ({
  town,
  newPhone,
}) => {
  const phone = await newPhone();
  const { page } = phone;
  const deviceId = await enrol(town, phone, 'Gewiste gsm');
  await expectReady(page);
  await startShift(page);
  await wedge(page, town.takeCard());
  await expectRulings(town, deviceId, ['accepted 1']);
  await expect(page.getByTestId('counters')).toContainText('0 nog te versturen');
  await phone.browser.context.setOffline(true);
  for (const scanned of [2, 3]) {
    await wedge(page, town.takeCard());
    await expect(page.getByTestId('counters')).toContainText(`${scanned} gescand`);
  }
  const devtools = await phone.browser.context.newCDPSession(page);
  await devtools.send('Storage.clearDataForOrigin', { origin: town.server.url, storageTypes: 'indexeddb' });
  await wedge(page, town.takeCard());
  const alarm = page.getByTestId('not-saved').filter({ hasText: 'alles van deze app gewist' });
  await expect(alarm).toContainText('NIET BEWAARD');
  await expect(alarm).toContainText('De laatste 2 scans waren nog niet verstuurd');

  await phone.browser.context.setOffline(false);
  await page.getByRole('button', { name: 'Dit toestel opnieuw koppelen' }).click();
  await expect(page.getByText('Scan de koppelcode').or(page.getByLabel('Koppelcode')).first()).toBeVisible();
});

test('a phone whose token lapsed while it was away scans on, dies, comes back and sends all', async ({
  town,
  newPhone,
}) => {
  const phone = await newPhone();
  const deviceId = await enrol(town, phone, 'Lang weg');
  await expectReady(phone.page);
  await startShift(phone.page);
  await phone.browser.context.setOffline(true);
  const count = 15;
  for (let scanned = 1; scanned <= count; scanned++) {
    await wedge(phone.page, town.takeCard());
    await expect(phone.page.getByTestId('counters')).toContainText(`${scanned} gescand`);
  }
  await town.database.query(`update device set token_expires_at = $2 where device_id = $1`, [
    deviceId,
    Date.now() - 60_000,
  ]);
  await phone.dieAndReturn({ offline: true });
  await phone.page.goto(`${town.server.url}/scan`);
  await startShift(phone.page);
  await wedge(phone.page, town.takeCard());
  const counters = phone.page.getByTestId('counters');
  await expect(counters).toContainText(`${count + 1} nog te versturen`);
  await phone.browser.context.setOffline(false);
  await expectRulings(town, deviceId, Array<string>(count + 1).fill('accepted 1'));
  await expect(counters).toContainText('0 nog te versturen');
});
