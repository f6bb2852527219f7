// Every screen of the scanner, light and dark, at 360 px: axe finds nothing, nothing sticks out, targets are large.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { enrol, expect, expectReady, expectVerdict, startShift, test, wedge } from '#tests/_support/story.ts';

async function look(page: Page, screen: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    expect(
      violations.map(({ id, nodes }) => `${screen} ${colorScheme}: ${id} ${nodes[0]?.html ?? ''}`),
    ).toEqual([]);
  }
  const { sticksOut, cutOff, small } = await page.evaluate(() => ({
    sticksOut: document.documentElement.scrollWidth > innerWidth,
    // A screen that clips what does not fit has no scroll bar, and is cut off all the same.
    cutOff: [...document.querySelectorAll('main *')]
      .filter((element) => [...element.childNodes].some(({ nodeType }) => nodeType === Node.TEXT_NODE))
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => element.textContent.trim()),
    small: [...document.querySelectorAll('main button, main a, dialog[open] button')]
      .map((element) => ({ name: element.textContent.trim(), box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.height > 0 && (box.height < 48 || box.width < 48))
      .map(({ name, box }) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`),
  }));
  expect({ screen, sticksOut, cutOff, small }).toEqual({ screen, sticksOut: false, cutOff: [], small: [] });
}

test('every screen of the scanner is for everyone', async ({ town, newPhone }) => {
  const phone = await newPhone();
  const { page } = phone;
  await page.goto(`${town.server.url}/scan`);
  await expect(page.getByRole('heading', { name: 'Dit toestel is nog niet gekoppeld' })).toBeVisible();
  await look(page, 'not enrolled');
  await page.getByRole('link', { name: 'Eerst oefenen' }).click();
  await look(page, 'practice');
  await page.getByRole('button', { name: 'Een kaart die al gescand is', exact: true }).click();
  await expectVerdict(page, 'Let op');
  await look(page, 'practised');
  await page.getByRole('button', { name: 'Toon de code van: Een gewone kaart' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look(page, 'practice code');
  await page.keyboard.press('Escape');
  await page.goto(`${town.server.url}/koppel`);
  await page.getByRole('button', { name: 'Koppel dit toestel' }).click();
  await expect(page.getByText('Typ de koppelcode.')).toBeVisible();
  await look(page, 'link');

  const deviceId = await enrol(town, phone, 'Toegankelijk');
  await expectReady(page);
  await look(page, 'pre-flight');
  await startShift(page);
  await look(page, 'scanning');
  await wedge(page, town.takeCard());
  await expectVerdict(page, 'Gespaard');
  await look(page, 'saved');
  await expect(page.getByTestId('announcement')).toHaveText('Gespaard. Bewaard op dit toestel.');
  await page.context().setOffline(true);
  await wedge(page, town.takeCard());
  await expect(page.getByTestId('network')).toHaveText('offline, alles wordt bewaard');
  await look(page, 'offline');
  await page.context().setOffline(false);
  await expect(page.getByTestId('network')).toHaveText('online');
  await wedge(page, '0900000002312');
  await expectVerdict(page, 'Geweigerd');
  await look(page, 'refused');
  await wedge(page, '0940000000205');
  await expectVerdict(page, 'Genoteerd');
  await look(page, 'noted');
  await page.getByTestId('verdict').getByRole('button').click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await look(page, 'held');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Typ nummer' }).click();
  await page.getByLabel('UITPAS-nummer').pressSequentially('0900011903418');
  await expect(page.getByText('Controleer de cijfers op de kaart.')).toBeVisible();
  await look(page, 'typing');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Lijst' }).click();
  await expect(page.getByTestId('scan-row').first()).toBeVisible();
  await look(page, 'list');
  await page.getByRole('button', { name: 'Shift afsluiten' }).click();
  await expect(page.getByTestId('shift-end')).toBeVisible();
  await look(page, 'end');
  await page.getByRole('button', { name: 'Verder scannen' }).click();

  await page.evaluate(() => {
    IDBObjectStore.prototype.add = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await wedge(page, town.takeCard());
  await expect(page.getByTestId('not-saved')).toBeVisible();
  await look(page, 'not saved');
  await page.reload();
  await town.desk.revoke(deviceId);
  await expect(page.getByRole('heading', { name: 'Dit toestel is ontkoppeld' })).toBeVisible();
  await look(page, 'revoked');
});
