// A club and a school at the counter of Ieper: a member from the file, renewed in one tap, the list kept as a workbook; a pupil only with
// kansenstatuut, who changes school.
import { randomUUID } from 'node:crypto';
import { readSheet } from 'read-excel-file/node';
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { holdersIn } from '#tests/_support/kansenstatuut-holders.ts';
import { regionIn } from '#tests/_support/region.ts';
import { databaseUrlOf } from '#tests/_support/server-process.ts';
import { expect, test } from '#tests/_support/story.ts';

const DAY_MS = 86_400_000;
const dayIn = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10);
const YEAR = new Date().getUTCFullYear();

test('somebody joins a club, goes on in one tap, and a pupil changes school', async ({ town, newPhone }) => {
  const region = regionIn(databaseUrlOf(town.server.dataDir), '');
  const people = await holdersIn(region.db)(2, (n) => ({
    membership: { kansenstatuutUntil: n === 0 ? `${YEAR + 1}-04-30` : null },
    passholder: { firstName: n === 0 ? 'Lotte' : '=1+1', lastName: 'Ledenproef', dateOfBirth: '2015-05-05' },
  }));
  await region.close();
  const [lotte, other] = people.map(({ passholderId }) => passholderId);
  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'ieper');
  const panel = page.getByTestId('associations');
  const dialog = page.getByRole('dialog');
  const toast = (text: RegExp) => expect(page.getByText(text).first()).toBeVisible();

  await test.step('a club is made', async () => {
    await page.goto(`${town.server.url}/balie/verenigingen`);
    await expect(page.getByRole('link', { name: 'Turnkring De Ringen' })).toBeVisible();
    await lookAtScreen(page, 'associations');
    await page.getByRole('button', { name: 'Vereniging of school toevoegen' }).click();
    await dialog.getByRole('button', { name: 'Bewaren' }).click();
    await expect(dialog.getByText('Vul dit in').first()).toBeVisible();
    await dialog.getByLabel('Naam').fill('Atletiekclub Proef');
    await dialog.getByLabel('Lidmaatschap loopt tot').selectOption('registration-date');
    await lookAtScreen(page, 'make an association');
    await dialog.getByRole('button', { name: 'Bewaren' }).click();
    await page.getByLabel('Zoek op naam of gemeente').fill('proef atletiek');
    await expect(page.getByRole('link', { name: 'Atletiekclub Proef' })).toBeVisible();
  });
  await test.step('from the file: member and pupil, and a school only with kansenstatuut', async () => {
    await page.goto(`${town.server.url}/balie/pashouders/${lotte ?? ''}`);
    for (const name of ['Atletiekclub Proef', 'Basisschool De Wilgentak']) {
      await page.getByRole('button', { name: 'Schrijf in', exact: true }).click();
      await dialog.getByLabel('Zoek op naam of gemeente').fill(name);
      await dialog.getByRole('button', { name: new RegExp(name) }).click();
      await dialog.getByRole('button', { name: 'Schrijf in' }).click();
      await toast(/Lotte is ingeschreven tot en met/);
    }
    await expect(panel.getByRole('link', { name: 'Leerling van Basisschool De Wilgentak' })).toBeVisible();
    await lookAtScreen(page, 'associations of a person');
    await page.getByRole('button', { name: 'Schrijf in', exact: true }).click();
    await dialog.getByLabel('Zoek op naam of gemeente').fill('Menenpoort');
    await dialog.getByRole('button', { name: /Middenschool De Menenpoort/ }).click();
    await dialog.getByRole('button', { name: 'Schrijf in' }).click();
    await dialog.getByLabel('De leerling verlaat de andere school op die dag').check();
    await dialog.getByRole('button', { name: 'Schrijf in' }).click();
    await expect(panel.getByRole('link', { name: 'Leerling van Middenschool De Menenpoort' })).toBeVisible();
    await expect(panel.getByText('Vroeger: 1')).toBeVisible();
    await page.goto(`${town.server.url}/balie/pashouders/${other ?? ''}`);
    await page.getByRole('button', { name: 'Schrijf in', exact: true }).click();
    await expect(dialog.getByText('Een school kies je alleen voor wie kansenstatuut heeft.')).toBeVisible();
    await dialog.getByLabel('Zoek op naam of gemeente').fill('Wilgentak');
    await expect(dialog.getByText('Geen vereniging of school met deze naam')).toBeVisible();
  });
  await test.step('who ends soon goes on in one tap, from the list and from the file', async () => {
    await town.database.query(
      `insert into association_term (region_id, term_id, association_id, passholder_id, from_day, until_day, added_at, added_by)
       select 1, $1, association_id, $2, $3, $4, 0, 'system' from association where name = 'Atletiekclub Proef'`,
      [randomUUID(), other, dayIn(-300), dayIn(10)],
    );
    await page.goto(`${town.server.url}/balie/verenigingen`);
    await page.getByRole('link', { name: 'Atletiekclub Proef' }).click();
    const line = page.getByRole('row', { name: /Ledenproef =1\+1/ });
    await expect(line.getByText('Loopt bijna af')).toBeVisible();
    await lookAtScreen(page, 'members');
    await page.getByLabel('Kies iedereen op deze bladzijde').check();
    await page.getByRole('button', { name: 'Verleng 1', exact: true }).click();
    await toast(/^1 verlengd/);
    await expect(line.getByText('Loopt bijna af')).toBeHidden();
  });
  await test.step('the list leaves as a workbook in which no cell is a formula', async () => {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Bewaar als Excel' }).click();
    const rows = await readSheet(await (await download).path());
    expect(rows.map(([name]) => name)).toEqual(
      expect.arrayContaining(['Ledenproef =1+1', 'Ledenproef Lotte']),
    );
  });
  await test.step('a renewal by mistake is taken back alone', async () => {
    const line = page.getByRole('row', { name: /Ledenproef =1\+1/ });
    await line.getByRole('button', { name: /Stop lidmaatschap/ }).click();
    await dialog.getByLabel('Maak alleen de laatste verlenging ongedaan').check();
    await dialog.getByRole('button', { name: 'Maak de verlenging ongedaan' }).click();
    await expect(line.getByText('Loopt bijna af')).toBeVisible();
  });
  await test.step('a membership stops with a reason', async () => {
    await page.getByRole('button', { name: 'Stop lidmaatschap: Ledenproef Lotte' }).click();
    await dialog.getByLabel('Waarom').selectOption('not-paid');
    await dialog.getByRole('button', { name: 'Stop het lidmaatschap' }).click();
    await expect(page.getByRole('row', { name: /Ledenproef Lotte/ })).toBeHidden();
  });
});
