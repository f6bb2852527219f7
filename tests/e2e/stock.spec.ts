// A box of cards from the printer to the counter: read in whole or not at all, sent by one side, confirmed by the other, and
// what is broken written off.
import { makeUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { expect, test } from '#tests/_support/story.ts';

const number = (serial: number): UitpasNumber =>
  makeUitpasNumber(`0997${String(serial).padStart(7, '0')}`, '0');
const list = (...rows: readonly string[]) => ({
  name: 'levering 2026-114.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(['Van;Tot en met', ...rows].join('\r\n')),
});

test('a box of cards goes from the printer to the counter of Ieper', async ({ town, newPhone }) => {
  const { page: region } = await newPhone();
  await signInAtDesk(region, town.server.url, 'beheer');
  await region.goto(`${town.server.url}/balie/voorraad`);

  await test.step('a list with wrong rows says which, and stores nothing', async () => {
    await region.getByRole('button', { name: 'Levering inlezen' }).click();
    await region
      .locator('input[type=file]')
      .setInputFiles(list(`${number(1)};${number(40)}`, `997000004101;`, `${number(60)};${number(50)}`));
    await expect(region.getByText('2 rijen kloppen niet: er is niets bewaard')).toBeVisible();
    await expect(region.getByText('nam Excel de nul vooraan weg')).toBeVisible();
    await lookAtScreen(region, 'delivery with problems');
  });
  await test.step('a good one shows what it holds, and is taken', async () => {
    await region.locator('input[type=file]').setInputFiles(list(`${number(1)};${number(40)}`));
    await expect(region.getByText('40 kaarten, alles klopt')).toBeVisible();
    await region.getByRole('button', { name: 'Neem 40 kaarten in voorraad' }).click();
    await expect(region.getByText('40 kaarten in voorraad genomen')).toBeVisible();
  });
  await test.step('thirty go to Ieper, typed by a reader', async () => {
    await region.getByRole('button', { name: 'Kaarten versturen' }).click();
    const send = region.getByRole('dialog', { name: 'Kaarten versturen' });
    await send.getByLabel('Naar welke kast?').selectOption('Kast van Ieper');
    await send.getByLabel('Welke kaarten?').selectOption('UITPAS Westhoek');
    await send.getByLabel('Eerste nummer').fill(number(1));
    await region.keyboard.press('Enter');
    await region.keyboard.type(number(30));
    await lookAtScreen(region, 'send cards');
    await send.getByRole('button', { name: 'Verstuur 30 kaarten' }).click();
    await expect(send).toBeHidden();
    await expect(region.getByRole('table', { name: 'Zendingen' })).toContainText('onderweg');
  });

  const { page: ieper } = await newPhone();
  await signInAtDesk(ieper, town.server.url, 'ieper');
  await ieper.goto(`${town.server.url}/balie/voorraad`);
  const box = ieper.getByRole('row').filter({ hasText: '30 kaarten' });
  await test.step('Ieper counts: one is missing, and is the sender’s again', async () => {
    await lookAtScreen(ieper, 'stock of a counter');
    await box.getByRole('button', { name: 'Ontvangen' }).click();
    await ieper.getByLabel('Ontbreekt er iets?').fill(`${number(31)}`);
    await expect(ieper.getByText('is geen nummer uit deze zending')).toBeVisible();
    await ieper.getByLabel('Ontbreekt er iets?').fill(`${number(30)}`);
    await lookAtScreen(ieper, 'receive cards');
    await ieper.getByRole('button', { name: 'Ontvang de rest, 1 kaart ontbreekt' }).click();
    await expect(ieper.getByText('29 kaarten ontvangen')).toBeVisible();
    await expect(box).toContainText('1 kaart ontbrak');
  });
  await test.step('what lies there is counted, and a difference has its reason', async () => {
    await ieper
      .getByRole('button', { name: /^Tel na UITPAS Westhoek/ })
      .first()
      .click();
    const dialog = ieper.getByRole('dialog', { name: 'Kaarten natellen' });
    await dialog.getByLabel('Zoveel liggen er').fill('3');
    await dialog.getByRole('button', { name: 'Noteer' }).click();
    await expect(dialog.getByLabel('Vanwaar het verschil?')).toBeFocused();
    await lookAtScreen(ieper, 'count cards');
    await dialog.getByLabel('Vanwaar het verschil?').fill('doos staat nog in de zaal');
    await dialog.getByRole('button', { name: 'Noteer' }).click();
    await expect(ieper.getByText('te weinig. doos staat nog in de zaal')).toBeVisible();
  });
  await test.step('a broken one is written off', async () => {
    await ieper
      .getByRole('button', { name: new RegExp(`^Afschrijven 0997 000 000`) })
      .first()
      .click();
    await ieper.getByLabel('Laatste nummer').fill('');
    await ieper.getByRole('button', { name: 'Schrijf 1 kaart af' }).click();
    await expect(ieper.getByText('1 kaart afgeschreven')).toBeVisible();
  });
  await region.reload();
  await expect(region.getByText('11 kaarten').first()).toBeVisible();
});
