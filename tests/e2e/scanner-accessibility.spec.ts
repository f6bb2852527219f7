// Every screen of the scanner, light and dark, at 360 px: axe finds nothing, nothing sticks out, targets are large.
import { lookAtPhone } from '#tests/_support/phone-look.ts';
import { enrol, expect, expectReady, expectVerdict, startShift, test, wedge } from '#tests/_support/story.ts';

test('every screen of the scanner is for everyone', async ({ town, newPhone }) => {
  const phone = await newPhone();
  const { page } = phone;
  await page.goto(`${town.server.url}/scan`);
  await expect(page.getByRole('heading', { name: 'Dit toestel is nog niet gekoppeld' })).toBeVisible();
  await lookAtPhone(page, 'not enrolled');
  await page.getByRole('link', { name: 'Eerst oefenen' }).click();
  await lookAtPhone(page, 'practice');
  await page.getByRole('button', { name: 'Een kaart die al gescand is', exact: true }).click();
  await expectVerdict(page, 'Let op');
  await lookAtPhone(page, 'practised');
  await page.getByRole('button', { name: 'Toon de code van: Een gewone kaart' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await lookAtPhone(page, 'practice code');
  await page.keyboard.press('Escape');
  await page.goto(`${town.server.url}/koppel`);
  await page.getByRole('button', { name: 'Koppel dit toestel' }).click();
  await expect(page.getByText('Typ de koppelcode.')).toBeVisible();
  await lookAtPhone(page, 'link');

  const deviceId = await enrol(town, phone, 'Toegankelijk');
  await expectReady(page);
  await lookAtPhone(page, 'pre-flight');
  await startShift(page);
  await lookAtPhone(page, 'scanning');
  await wedge(page, town.takeCard());
  await expectVerdict(page, 'Gespaard');
  await lookAtPhone(page, 'saved');
  await expect(page.getByTestId('announcement')).toHaveText('Gespaard. Bewaard op dit toestel.');
  await page.context().setOffline(true);
  await wedge(page, town.takeCard());
  await expect(page.getByTestId('network')).toHaveText('offline, alles wordt bewaard');
  await lookAtPhone(page, 'offline');
  await page.context().setOffline(false);
  await expect(page.getByTestId('network')).toHaveText('online');
  await wedge(page, '0900000002312');
  await expectVerdict(page, 'Geweigerd');
  await lookAtPhone(page, 'refused');
  await wedge(page, '0940000000205');
  await expectVerdict(page, 'Genoteerd');
  await lookAtPhone(page, 'noted');
  await page.getByTestId('verdict').getByRole('button').click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await lookAtPhone(page, 'held');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Typ nummer' }).click();
  await page.getByLabel('UITPAS-nummer').pressSequentially('0900011903418');
  await expect(page.getByText('Controleer de cijfers op de kaart.')).toBeVisible();
  await lookAtPhone(page, 'typing');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Lijst' }).click();
  await expect(page.getByTestId('scan-row').first()).toBeVisible();
  await lookAtPhone(page, 'list');
  await page.getByRole('button', { name: 'Shift afsluiten' }).click();
  await expect(page.getByTestId('shift-end')).toBeVisible();
  await lookAtPhone(page, 'end');
  await page.getByRole('button', { name: 'Verder scannen' }).click();

  await page.evaluate(() => {
    IDBObjectStore.prototype.add = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await wedge(page, town.takeCard());
  await expect(page.getByTestId('not-saved')).toBeVisible();
  await lookAtPhone(page, 'not saved');
  await page.reload();
  await town.desk.revoke(deviceId);
  await expect(page.getByRole('heading', { name: 'Dit toestel is ontkoppeld' })).toBeVisible();
  await lookAtPhone(page, 'revoked');
});
