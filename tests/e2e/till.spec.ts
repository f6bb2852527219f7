// A day at the till of a counter: a price that the region decided, a card that is paid, a receipt, a payment taken back, and the
// day counted and closed.
import { must } from '#domain/kernel/assert.ts';
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { expect, test, wedge } from '#tests/_support/story.ts';

test('a card is sold at the price of the region, taken back, and the day is closed', async ({
  town,
  newPhone,
}) => {
  const { page: region } = await newPhone();
  await signInAtDesk(region, town.server.url, 'beheer');
  await test.step('the region plans another grace, and takes it back', async () => {
    await region.goto(`${town.server.url}/balie/instellingen`);
    const grace = region.locator('[data-setting=kansenstatuutGraceDays]');
    await grace.getByRole('button', { name: /^Wijzig/ }).click();
    const dialog = region.getByRole('dialog');
    await dialog.getByLabel('Aantal dagen').fill('14');
    await dialog.getByLabel('Geldt vanaf').fill(`1/1/${new Date().getFullYear() + 1}`);
    await dialog.getByRole('button', { name: 'Bewaar' }).click();
    await expect(dialog.getByText('Vul dit in.')).toBeVisible();
    await dialog.getByLabel('Waarom?').fill('besluit van de raad');
    await dialog.getByRole('button', { name: 'Bewaar' }).click();
    await expect(grace.getByText('14 dagen').first()).toBeVisible();
    await expect(grace.getByText('30 dagen').first()).toBeVisible();
    await lookAtScreen(region, 'settings');
    await grace.getByRole('button', { name: 'Neem terug' }).click();
    await dialog.getByLabel('Waarom?').fill('uitgesteld');
    await dialog.getByRole('button', { name: 'Neem terug' }).click();
    await expect(grace.getByRole('button', { name: 'Neem terug' })).toHaveCount(0);
  });
  await test.step('another margin at the door says beforehand how many activities it changes', async () => {
    await region.getByRole('button', { name: /^Wijzig Inchecken voor het begin/ }).click();
    const dialog = region.getByRole('dialog');
    await dialog.getByLabel('Aantal minuten').fill('2000');
    await expect(dialog.getByText(/Vanaf die dag verandert dit \d+ activiteit/)).toBeVisible();
    await dialog.getByRole('button', { name: 'Bewaar' }).click();
    await expect(dialog.getByLabel('Aantal minuten')).toHaveAttribute('aria-invalid', 'true');
    await region.keyboard.press('Escape');
  });
  await test.step('prices are rules, and one without a price for everybody is told', async () => {
    await region.getByRole('button', { name: /^Wijzig Prijzen/ }).click();
    const dialog = region.getByRole('dialog');
    await lookAtScreen(region, 'price rules');
    await dialog
      .getByRole('button', { name: /^Regel \d weg/ })
      .last()
      .click();
    await dialog.getByRole('button', { name: 'Bewaar' }).click();
    await expect(dialog.getByText('Zet onderaan een prijs voor iedereen')).toBeVisible();
  });

  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'ieper');
  const { rows } = await town.database.query<{ number: string }>(
    `select uitpas_number as number from card where state = 'stock' and place_nis = '33011'
      and substr(uitpas_number, 12, 1) = '0' and card_system_id = 'uitpas-westhoek' order by 1 desc limit 1`,
  );
  await page.goto(`${town.server.url}/balie/pashouders/nieuw`);
  await expect(page.getByLabel('Nieuwe kaart')).toBeFocused();
  await wedge(page, must(rows[0], 'a card in stock').number);
  await expect(page.getByLabel('Voornaam')).toBeFocused();
  await page.keyboard.type('Kas');
  await page.getByLabel('Familienaam').fill('Sabelle');
  await page.getByLabel('Geboortedatum', { exact: true }).fill('3/4/1980');
  await page.getByLabel('Postcode').fill('8900');
  await page.getByLabel('op papier getekend').check();
  await expect(page.getByTestId('price')).toHaveText('€ 5,00');
  await page.getByLabel('Bankkaart').check();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('€ 5,00 ontvangen')).toBeVisible();
  await page.getByRole('link', { name: 'Bewijs afdrukken' }).click();
  await expect(page.getByRole('article')).toContainText('UITPAS-kaart');
  await expect(page.getByRole('article')).not.toContainText('Sabelle');
  await lookAtScreen(page, 'receipt');

  await page.goto(`${town.server.url}/balie/dagboek`);
  const day = page.getByRole('table', { name: 'Dagboek' });
  const sold = day.getByRole('row').filter({ hasText: 'Kas' });
  await expect(sold).toContainText('Bankkaart');
  await sold.getByRole('button', { name: /^Corrigeer/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reden').fill('verkeerde kaart');
  await dialog.getByRole('button', { name: 'Geef terug en corrigeer' }).click();
  await expect(sold).toContainText('gecorrigeerd');
  await lookAtScreen(page, 'day journal');

  await page.getByRole('button', { name: 'Wisselgeld' }).click();
  await dialog.getByLabel('Bedrag').fill('20');
  await dialog.getByRole('button', { name: 'Noteer' }).click();
  await expect(dialog.getByLabel('Reden')).toBeFocused();
  await lookAtScreen(page, 'change into the till');
  await dialog.getByLabel('Reden').fill('kleingeld van de bank');
  await dialog.getByRole('button', { name: 'Noteer' }).click();
  await expect(day.getByRole('row').filter({ hasText: 'Wisselgeld in de kassa' })).toContainText('€ 20,00');

  await page.getByRole('button', { name: 'Dag afsluiten' }).click();
  await dialog.getByLabel('Geteld in de kassa').fill('999,00');
  await expect(dialog.getByText('te veel')).toBeVisible();
  await dialog.getByLabel('Vanwaar het verschil?').fill('wisselgeld van bij de start');
  await lookAtScreen(page, 'close the day');
  await dialog.getByRole('button', { name: 'Dag afsluiten' }).click();
  await expect(page.getByText('wisselgeld van bij de start')).toBeVisible();
  await expect(page.getByText('Afgesloten door Wim Onthaal')).toBeVisible();
});
