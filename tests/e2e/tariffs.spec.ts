// The region decides who pays what at the kansentarief, and the activity of a counter shows it, to the cent and explained.
import { DeskActivity } from '#domain/desk-api.ts';
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { expect, test } from '#tests/_support/story.ts';

test('a fixed price for half a day, and who bears the rest of it', async ({ town, newPhone }) => {
  const { page: region } = await newPhone();
  await signInAtDesk(region, town.server.url, 'beheer');
  await test.step('a key that goes beyond the bounds is told, and shown once it is right', async () => {
    await region.goto(`${town.server.url}/balie/instellingen`);
    const keys = region.locator('[data-setting=distributionKeys]');
    await expect(keys.getByText('20-40-40').first()).toBeVisible();
    await keys.getByRole('button', { name: /^Wijzig/ }).click();
    const dialog = region.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Sleutel toevoegen' }).click();
    const first = dialog.getByRole('listitem', { name: 'Sleutel 1' });
    await first.getByLabel('Naam').fill('€ 1,50 halve dag');
    await first.getByLabel('De pashouder betaalt').selectOption('amount');
    await first.getByLabel('Vaste prijs in euro').fill('1,505');
    await first.getByLabel('Organisatie, procent').fill('5');
    await dialog.getByLabel('Waarom?').fill('besluit van de raad');
    await dialog.getByRole('button', { name: 'Bewaar' }).click();
    await expect(first.getByText(/Kijk de getallen na/)).toBeVisible();
    await first.getByLabel('Vaste prijs in euro').fill('1,50');
    await expect(first.getByText('De organisatie draagt minstens 10 %.')).toBeVisible();
    await first.getByLabel('Organisatie, procent').fill('30');
    await expect(
      first.getByText('Van € 10,00 betaalt de pashouder € 1,50, de organisatie € 3,00'),
    ).toBeVisible();
    await first.getByLabel('Alleen voor prijs').fill('halve dag');
    await lookAtScreen(region, 'distribution keys');
    await dialog.getByRole('button', { name: 'Bewaar' }).click();
    await expect(keys.getByText('€ 1,50 halve dag').first()).toBeVisible();
    await lookAtScreen(region, 'settings with keys');
  });

  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'ieper');
  await test.step('an activity with three prices', async () => {
    await page.goto(`${town.server.url}/balie/activiteiten`);
    const made = await page.evaluate(async () => {
      const list = (await (await fetch('/api/activities?when=all')).json()) as {
        activities: { organisationId: string }[];
      };
      const start = Date.now() + 3_600_000;
      const response = await fetch('/api/activities', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          ...{ organisationId: list.activities[0]?.organisationId, title: 'Speelplein', place: 'Park' },
          ...{ points: 1, limit: null, marginBeforeMin: null, marginAfterMin: null },
          occurrences: [{ startsAt: start, endsAt: start + 3_600_000 }],
          priceClasses: [
            { label: 'Hele dag', cents: 1_013 },
            { label: 'Halve dag', cents: 800 },
            { label: 'Onder 3 jaar', cents: 0 },
          ],
        }),
      });
      return (await response.json()) as unknown;
    });
    const { activityId } = DeskActivity.parse(made);
    await page.goto(`${town.server.url}/balie/activiteiten/${activityId}`);
    const line = (label: string) => page.locator(`[data-tariff="${label}"]`);
    await expect(line('Hele dag').getByRole('definition')).toHaveText(['€ 2,03', '€ 4,05', '€ 4,05']);
    await expect(line('Halve dag').getByRole('definition')).toHaveText(['€ 1,50', '€ 2,40', '€ 4,10']);
    await expect(line('Onder 3 jaar').getByText('Gratis voor iedereen.')).toBeVisible();
    await line('Halve dag').getByText('Hoe berekend?').click();
    await expect(line('Halve dag').getByText('Pashouder: vaste prijs van € 1,50')).toBeVisible();
    await expect(line('Halve dag').getByText('Gemeente: wat overblijft, € 4,10')).toBeVisible();
    await lookAtScreen(page, 'an activity with tariffs');
  });
  await test.step('a counter reads the keys of the region, and does not change them', async () => {
    await page.goto(`${town.server.url}/balie/instellingen`);
    const keys = page.locator('[data-setting=distributionKeys]');
    await expect(keys.getByText('20-40-40').first()).toBeVisible();
    await expect(keys.getByRole('button', { name: /^Wijzig/ })).toHaveCount(0);
  });
});
