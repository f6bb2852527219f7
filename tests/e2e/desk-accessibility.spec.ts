// Every screen of the desk, light and dark, at a desk and at 360 px: axe finds nothing, nothing sticks out.
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { expect, test } from '#tests/_support/story.ts';

test('every screen of the desk is for everyone', async ({ town, newPhone }) => {
  test.setTimeout(180_000);
  const { page } = await newPhone();
  const at = (path: string): Promise<unknown> => page.goto(`${town.server.url}${path}`);
  const heading = (name: string) => page.getByRole('heading', { level: 1, name });

  await at('/');
  await expect(heading('Streekbalie')).toBeVisible();
  await lookAtScreen(page, 'entry');
  await at('/nergens');
  await expect(heading('Deze pagina bestaat niet')).toBeVisible();
  await lookAtScreen(page, 'missing page');
  await at('/balie/wachtwoord');
  await expect(heading('Wachtwoord vergeten')).toBeVisible();
  await lookAtScreen(page, 'forgotten password');
  await at('/balie/aanmelden');
  await page.getByRole('button', { name: 'Aanmelden', exact: true }).click();
  await expect(page.getByText('Vul dit in.')).toHaveCount(2);
  await lookAtScreen(page, 'sign in');

  await signInAtDesk(page, town.server.url, 'ieper');
  await page.getByRole('link', { name: /Jeugdboekenweek/ }).waitFor();
  await lookAtScreen(page, 'today');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('dialog')).toBeVisible();
  await lookAtScreen(page, 'palette');
  await page.keyboard.type('papier');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('table', { name: 'Activiteiten' })).toBeVisible();
  await lookAtScreen(page, 'paper: which activity');
  await page.getByRole('link', { name: 'Jeugdboekenweek' }).click();
  await page.getByLabel('UITPAS-nummer op rij 1').fill('12');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Een UITPAS-nummer heeft 13 cijfers.')).toBeVisible();
  await lookAtScreen(page, 'paper list');

  await at('/balie/pashouders');
  await page.getByRole('searchbox').fill('vandamme');
  await expect(page.getByRole('table', { name: 'Pashouders' })).toBeVisible();
  await lookAtScreen(page, 'pass holders');
  await page.getByRole('combobox', { name: 'Naam' }).fill('declercq');
  await expect(page.getByRole('option', { name: /Declercq/ }).first()).toBeVisible();
  await page.keyboard.press('ArrowDown');
  await lookAtScreen(page, 'search box');

  await at('/balie/activiteiten?wanneer=all');
  await expect(page.getByRole('table', { name: 'Activiteiten' })).toBeVisible();
  await lookAtScreen(page, 'activities');
  await at('/balie/activiteiten?wanneer=all&q=bestaat-niet');
  await expect(page.getByText('Niets gevonden voor “bestaat-niet”')).toBeVisible();
  await lookAtScreen(page, 'no activities');
  await at('/balie/activiteiten/nieuw');
  await page.getByRole('button', { name: 'Bewaren' }).click();
  await expect(page.getByText('Vul dit in.')).toHaveCount(2);
  await lookAtScreen(page, 'new activity');
  await at(`/balie/activiteiten/${town.activity.activityId}`);
  await expect(heading('Jeugdboekenweek')).toBeVisible();
  await lookAtScreen(page, 'activity');
  await page.getByRole('button', { name: 'Toestel koppelen' }).click();
  await page.getByRole('checkbox').first().waitFor();
  await lookAtScreen(page, 'enrol: which activities');
  await page.getByRole('button', { name: 'Maak een link' }).click();
  await page.getByTestId('enrol-code').waitFor();
  await lookAtScreen(page, 'enrol: link');
  await page.keyboard.press('Escape');

  await at('/balie/toestellen');
  await expect(page.getByRole('table', { name: 'Toestellen' })).toBeVisible();
  await lookAtScreen(page, 'phones');
  await page
    .getByRole('button', { name: /^Acties voor/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: 'Ontkoppelen' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await lookAtScreen(page, 'revoke');
  await page.keyboard.press('Escape');

  await at('/balie/kaart');
  await expect(heading('Kaart opzoeken')).toBeVisible();
  await lookAtScreen(page, 'no card');
  for (const [number, shows] of [
    ['0900011903417', 'actief'],
    ['0900000002312', 'geblokkeerd'],
    ['0900000074519', 'nog niet in gebruik'],
    ['0940000000106', 'Deze kaart hoort niet bij onze regio'],
  ] as const) {
    await page.getByLabel('UITPAS-nummer').fill(number);
    await page.keyboard.press('Enter');
    await expect(page.getByText(shows).first()).toBeVisible();
    await lookAtScreen(page, `card: ${shows}`);
  }
  await page.getByRole('button', { name: /afmelden$/ }).click();
  await expect(page.getByRole('menu')).toBeVisible();
  await lookAtScreen(page, 'account');
});

test("people and one's own account are for everyone", async ({ town, newPhone }) => {
  test.setTimeout(120_000);
  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'beheer');
  await page.goto(`${town.server.url}/balie/medewerkers?uitnodigen`);
  await page.getByLabel('E-mailadres').fill('iemand.met.een.lange.naam@gemeente.example');
  await lookAtScreen(page, 'invite');
  await page.getByLabel('Wat mag je collega doen?').selectOption('Auditor');
  await page.getByRole('button', { name: 'Uitnodigen', exact: true }).click();
  const link = await page.getByTestId('person-link').inputValue();
  await lookAtScreen(page, 'link to pass on');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await lookAtScreen(page, 'staff');
  await page.goto(`${town.server.url}/balie/account`);
  await expect(page.getByRole('heading', { level: 2, name: 'Waar je aangemeld bent' })).toBeVisible();
  await lookAtScreen(page, 'own account');
  await page.getByRole('button', { name: 'Tweede stap aanzetten' }).click();
  await page.getByTestId('totp-secret').waitFor();
  await lookAtScreen(page, 'second step');
  await page.goto(link);
  await page.getByLabel('Je naam').waitFor();
  await lookAtScreen(page, 'invitation');
});

const LONG_NAME = 'Vandenbroucke-Vanhoutteghem-Meersseman'; // 38 letters

test('registering people and their files are for everyone', async ({ town, newPhone }) => {
  test.setTimeout(180_000);
  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'ieper');
  await page.goto(`${town.server.url}/balie/pashouders/nieuw`);
  await expect(page.getByLabel('Nieuwe kaart')).toBeFocused();
  await lookAtScreen(page, 'new pass holder');
  const { rows } = await town.database.query<{ number: string }>(
    `select uitpas_number as number from card where state = 'stock' and place_nis = '33011' and substr(uitpas_number, 12, 1) = '1'
      order by 1 desc limit 1`,
  );
  await page.keyboard.type(rows[0]?.number ?? '');
  await page.getByLabel('Voornaam').fill('Noor');
  await page.getByLabel('Familienaam').fill(LONG_NAME);
  await page.getByLabel('Geboortedatum', { exact: true }).fill('3/4/2015');
  await page.getByLabel('Postcode').fill('8900');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('Kies het bewijs dat je zag.')).toBeVisible();
  await lookAtScreen(page, 'new pass holder: what to mend');
  await page.getByLabel('Leefloon').check();
  await page.getByLabel('Een ouder of voogd').check();
  await page.getByLabel('digitaal').check();
  await page.keyboard.press('Control+Enter');
  await page.getByRole('link', { name: 'Open het dossier' }).waitFor();
  await lookAtScreen(page, 'registered');
  await page.getByRole('link', { name: 'Open het dossier' }).click();
  await expect(page.getByRole('heading', { level: 1, name: `Noor ${LONG_NAME}` })).toBeVisible();
  await lookAtScreen(page, 'file');
  for (const act of ['Gegevens wijzigen', 'Kaart vervangen']) {
    await page.getByRole('button', { name: act }).click();
    await page.getByRole('dialog', { name: act }).waitFor();
    await lookAtScreen(page, `file: ${act}`);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
});

/** Nothing lies over the middle of it, also nothing that lets the pointer through while a menu is open. */
const isInFront = (element: Element): boolean => {
  const through = new CSSStyleSheet();
  through.replaceSync('* { pointer-events: auto !important }');
  document.adoptedStyleSheets.push(through);
  const { x, y, width, height } = element.getBoundingClientRect();
  const top = document.elementFromPoint(x + width / 2, y + height / 2);
  document.adoptedStyleSheets.pop();
  return element.contains(top);
};

test('who may not look up cards is told so before typing a number', async ({ town, newPhone }) => {
  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'bib');
  await page.goto(`${town.server.url}/balie/kaart`);
  await expect(page.getByText('Dit mag je niet met je huidige rechten.')).toBeVisible();
  await expect(page.getByLabel('UITPAS-nummer')).toHaveCount(0);
});

test('the top bar and its menu stay in front of a long table', async ({ town, newPhone }) => {
  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'bib');
  await page.goto(`${town.server.url}/balie/toestellen`);
  await expect(page.getByRole('columnheader', { name: 'Versie' })).toBeVisible();
  await page.getByRole('button', { name: /afmelden$/ }).click();
  for (const choice of await page.getByRole('menuitemradio').all())
    expect(`${await choice.innerText()} ${await choice.evaluate(isInFront)}`).toMatch(/true$/);

  await page.setViewportSize({ width: 1440, height: 400 });
  await page.goto(`${town.server.url}/balie/activiteiten?wanneer=all`);
  const head = page.getByRole('columnheader', { name: 'Wanneer' });
  await expect(head).toBeVisible();
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  expect(await page.getByRole('searchbox', { name: 'Zoek een activiteit' }).evaluate(isInFront)).toBe(true);
  expect(await head.evaluate(isInFront)).toBe(true);
});
