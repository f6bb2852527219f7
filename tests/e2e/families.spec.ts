// A household at the counter of Ieper: registered one after the other it is a family; the kansenstatuut of all is renewed in one go,
// their cards go on one sheet, and one of them leaves.
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { holdersIn } from '#tests/_support/kansenstatuut-holders.ts';
import { regionIn } from '#tests/_support/region.ts';
import { databaseUrlOf } from '#tests/_support/server-process.ts';
import { expect, test } from '#tests/_support/story.ts';

const YEAR = new Date().getUTCFullYear();

test('a family is made, renewed in one go, printed, and one of it leaves', async ({ town, newPhone }) => {
  const region = regionIn(databaseUrlOf(town.server.dataDir), '');
  const people = await holdersIn(region.db)(2, (n) => ({
    membership: { kansenstatuutUntil: `${YEAR}-12-31` },
    passholder: { firstName: n === 0 ? 'Moeder' : 'Dochter', lastName: 'Samenwoon' },
  }));
  await region.close();
  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'ieper');
  await page.goto(`${town.server.url}/balie/pashouders/${people[0]?.passholderId ?? ''}`);
  const family = page.getByTestId('family');

  await test.step('made from the file, and somebody joins by name', async () => {
    await page.getByRole('button', { name: 'Gezin maken' }).click();
    await page.getByLabel('Naam of geboortedatum').fill('dochter samenwoon');
    await page.getByRole('button', { name: /Dochter Samenwoon/ }).click();
    await expect(family.getByRole('link', { name: 'Dochter Samenwoon' })).toBeVisible();
    await expect(family.getByRole('listitem')).toHaveCount(2);
    await lookAtScreen(page, 'family');
  });
  await test.step('all of them go on one sheet', async () => {
    await family.getByRole('link', { name: 'Kaarten van het gezin op papier' }).click();
    await expect(page.getByRole('img', { name: /Code van kaart/ })).toHaveCount(2);
    await lookAtScreen(page, 'cards of the family');
    await page.goBack();
  });
  await test.step('one leaves: the file remembers it', async () => {
    await family.getByRole('button', { name: 'Verlaat het gezin: Dochter' }).click();
    await page.getByRole('button', { name: 'Verlaat het gezin', exact: true }).click();
    await expect(page.getByText('Vroeger in dit gezin: 1')).toBeVisible();
    await family.getByRole('button', { name: 'Iemand toevoegen' }).click();
    await page.getByLabel('Naam of geboortedatum').fill('dochter samenwoon');
    await page.getByRole('button', { name: /Dochter Samenwoon/ }).click();
    await expect(family.getByRole('link', { name: 'Dochter Samenwoon' }).first()).toBeVisible();
  });
  await test.step('the kansenstatuut of all is renewed in one go', async () => {
    await family.getByRole('button', { name: 'Kansenstatuut van het gezin verlengen' }).click();
    await page.getByRole('combobox', { name: 'Bewijs' }).selectOption('Leefloon');
    await page.getByRole('button', { name: 'Kijk de lijst na' }).click();
    await expect(page.getByText('2 rijen zijn in orde')).toBeVisible();
  });
});

test('a group pass is made of a card of this counter and renewed for the next year', async ({
  town,
  newPhone,
}) => {
  const { rows } = await town.database.query<{ found: string }>(
    `select uitpas_number as found from card where state = 'stock' and place_nis = '33011'
      and card_system_id = 'uitpas-westhoek' and substr(uitpas_number, 12, 1) = '1' and transfer_id is null order by 1 limit 1`,
  );
  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'ieper');
  await page.goto(`${town.server.url}/balie/groepspassen`);
  await page.getByRole('button', { name: 'Groepspas maken' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Groepspas maken' }).click();
  await expect(dialog.getByText('Vul dit in').first()).toBeVisible();
  await dialog.getByLabel('Kaartnummer').fill(rows[0]?.found ?? '');
  await dialog.getByLabel('Naam van de groep').fill('De Speelclub');
  await dialog.getByLabel('Wie de pas bijhoudt').selectOption({ index: 1 });
  await dialog.getByLabel('Tickets voor dat jaar').fill('40');
  await lookAtScreen(page, 'make a group pass');
  await dialog.getByRole('button', { name: 'Groepspas maken' }).click();
  await expect(page.getByText(`${YEAR}: nog 40 van 40`)).toBeVisible();
  await page.getByRole('button', { name: 'Verleng' }).click();
  await dialog.getByRole('button', { name: 'Verleng' }).click();
  await expect(page.getByText(`${YEAR + 1}: nog 40 van 40`)).toBeVisible();
  await lookAtScreen(page, 'group passes');
});
