// A poster is made at the desk and scanned by somebody with a telephone, who saves a point and sees the own pass.
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { expect, test } from '#tests/_support/story.ts';

test('a poster on the wall lets a visitor save his own point', async ({ town, newPhone }) => {
  const number = town.takeCard();
  const { rows } = await town.database.query<{ born: string }>(
    `select p.date_of_birth::text as born from card c join passholder p using (region_id, passholder_id)
      where c.uitpas_number = $1`,
    [number],
  );
  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'bib');
  await page.goto(`${town.server.url}/balie/activiteiten/${town.activity.activityId}/affiche`);
  await page.getByRole('button', { name: 'Affiche maken' }).click();
  const address = await page.getByTestId('poster').getByText('/ik?p=').textContent();

  await page.goto(address ?? '');
  await expect(page.getByRole('heading', { name: 'Jeugdboekenweek' })).toBeVisible();
  await page
    .getByLabel('Nummer van je UITPAS')
    .fill(`${number.slice(0, -1)}${(Number(number.at(-1)) + 1) % 10}`);
  await page.getByRole('button', { name: 'Spaar mijn punt' }).click();
  await expect(page.getByLabel('Nummer van je UITPAS')).toHaveAttribute('aria-invalid', 'true');

  await page.getByLabel('Nummer van je UITPAS').fill(number);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Je bezoek is genoteerd')).toBeVisible();
  await page.getByRole('button', { name: 'Nog iemand' }).click();
  await page.getByLabel('Nummer van je UITPAS').fill(number);
  await page.getByLabel('Je geboortedatum').fill(String(rows[0]?.born).split('-').reverse().join('/'));
  await page.keyboard.press('Enter');
  await expect(page.getByText('Je spaarde hier al')).toBeVisible();
  await expect(page.getByAltText('Streepjescode van je nummer')).toBeVisible();
});
