// A library takes over its activities from a file of UiTdatabank, changes one here, and takes the next file: what it changed stays.
import { randomUUID } from 'node:crypto';
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { expect, test } from '#tests/_support/story.ts';
import {
  anEvent,
  organiserAddress,
  permanent,
  searchPage,
  single,
} from '#tests/_support/uitdatabank-events.ts';

const DAY_MS = 24 * 3_600_000;

test('activities out of UiTdatabank, and what was changed here stays', async ({ town, newPhone }) => {
  const now = Date.now();
  const organizer = { '@id': organiserAddress(randomUUID()), name: { nl: 'Vrienden van de leeszaal' } };
  const lecture = anEvent(now, { organizer, name: { nl: 'Lezing over de polder' } });
  const opening = anEvent(now, { organizer, name: { nl: 'Open leeszaal' }, ...permanent() });
  const over = anEvent(now, { organizer, name: { nl: 'Vorige maand' }, ...single(now - 30 * DAY_MS) });
  const html = anEvent(now, { organizer, name: { nl: 'Kom <b>kijken</b>' } });
  const file = (events: readonly unknown[]) => ({
    name: 'agenda.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(searchPage(events))),
  });
  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'bib');
  await page.goto(`${town.server.url}/balie/activiteiten`);
  await page.getByRole('link', { name: 'Uit UiTdatabank' }).click();
  await expect(page.getByText('Nog niets ingevoerd')).toBeVisible();

  await test.step('a file that is none is said, and nothing is stored', async () => {
    const broken = { name: 'foto.json', mimeType: 'application/json', buffer: Buffer.from('geen json') };
    await page.getByLabel('Bestand kiezen').setInputFiles(broken);
    await expect(page.getByText('Dit bestand kunnen we niet lezen')).toBeVisible();
    await lookAtScreen(page, 'invoer');
  });

  await test.step('looked over first: whose they are, and what cannot be read', async () => {
    await page.getByLabel('Bestand kiezen').setInputFiles(file([lecture, opening, over, html]));
    await expect(page.getByRole('heading', { name: 'agenda.json' })).toBeVisible();
    await expect(page.getByText('Deze activiteit is voorbij')).toBeVisible();
    await page
      .getByLabel('Organisatie voor Vrienden van de leeszaal')
      .selectOption({ label: 'Bibliotheek Ieper' });
    await page.getByRole('button', { name: 'Kiezen' }).click();
    await expect(page.getByText('Er is nog niets opgeslagen')).toBeVisible();
    await lookAtScreen(page, 'invoer nagekeken');
    await page.getByRole('button', { name: '2 activiteiten opslaan' }).click();
    await expect(page.getByText('2 activiteiten zijn opgeslagen').first()).toBeVisible();
  });

  await test.step('changed here', async () => {
    await page.getByRole('link', { name: 'Lezing over de polder' }).click();
    await expect(page.getByText('Alles staat hier zoals daar')).toBeVisible();
    await page.getByRole('link', { name: 'Wijzigen' }).click();
    await page.getByLabel('Naam').first().fill('Onze lezing');
    await page.getByRole('button', { name: 'Bewaren' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Onze lezing' })).toBeVisible();
  });

  await test.step('the next file changes the price, keeps the name, and proposes to call off', async () => {
    const cancelled = { status: { type: 'Unavailable', reason: { nl: 'Dak lekt' } } };
    const next = [
      { ...lecture, name: { nl: 'Debat' }, priceInfo: [] },
      { ...opening, ...cancelled },
    ];
    await page.goto(`${town.server.url}/balie/activiteiten/invoer`);
    await page.getByLabel('Bestand kiezen').setInputFiles(file(next));
    await expect(page.getByText('Naam blijft hier: Onze lezing. In UiTdatabank: Debat.')).toBeVisible();
    await lookAtScreen(page, 'invoer met verschil');
    await page.getByRole('button', { name: '1 activiteit opslaan' }).click();
    await expect(page.getByText('1 activiteit is opgeslagen').first()).toBeVisible();
    await page.getByRole('button', { name: 'Ook hier afgelasten' }).click();
    await expect(page.getByText('Afgelast. Wie aan de deur komt')).toBeVisible();
  });

  await test.step('taken over with one press', async () => {
    await page.getByRole('link', { name: 'Debat' }).click();
    await expect(page.getByText('In UiTdatabank: Debat')).toBeVisible();
    await lookAtScreen(page, 'activiteit uit UiTdatabank');
    await page.getByRole('button', { name: 'Naam overnemen' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Debat' })).toBeVisible();
  });
});
