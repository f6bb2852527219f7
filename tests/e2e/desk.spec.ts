// An evening seen from the desk: an activity is made, a phone enrolled by two words, the visitors come in by themselves,
// one is undone, a paper list is entered, a card looked up. By keyboard where a desk would.
import type { Page } from '@playwright/test';
import { must } from '#domain/kernel/assert.ts';
import { paste, signInAtDesk } from '#tests/_support/desk-page.ts';
import { enrol, expect, expectReady, startShift, test, wedge } from '#tests/_support/story.ts';

const TITLE = 'Verhalen bij de haard';
const clockNow = (): string =>
  new Intl.DateTimeFormat('nl-BE', {
    timeZone: 'Europe/Brussels',
    hour: '2-digit',
    minute: '2-digit',
  }).format(Date.now());

/** The rows of the live list, newest first, without what differs from run to run. */
const scans = (page: Page) => page.getByRole('table', { name: 'Bezoekers' }).locator('tbody tr');

async function makeActivity(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Nieuwe activiteit' }).click();
  await page.getByLabel('Naam', { exact: true }).fill(TITLE);
  // The whole day: an hour ago is yesterday for whoever runs this just after midnight.
  await page.getByLabel('Van').fill('00:00');
  await page.getByLabel('Tot').fill('23:59');
  // Nothing typed is lost by a reload, and what is missing is named where it is missing.
  await page.reload();
  await page.getByLabel('Tot').press('Control+Enter');
  await expect(page.getByText('Vul dit in.')).toHaveCount(1);
  await expect(page.getByLabel('Plaats')).toBeFocused();
  await page.keyboard.type('Vestingpoort, Ieper');
  await page.keyboard.press('Control+Enter');
  await expect(page.getByRole('heading', { level: 1, name: TITLE })).toBeVisible();
}

test('an evening at the desk', async ({ town, newPhone }) => {
  const desk = (await newPhone()).page;
  const addresses: string[] = [];
  desk.on('framenavigated', (frame) => addresses.push(frame.url()));
  desk.on('request', (request) => addresses.push(request.url()));
  await signInAtDesk(desk, town.server.url, 'ieper');
  await makeActivity(desk);
  await expect(desk.getByText('Nog geen bezoekers')).toBeVisible();

  await test.step('a phone is enrolled by two words', async () => {
    const phone = await newPhone();
    await desk.getByRole('button', { name: 'Toestel koppelen' }).click();
    await desk.getByRole('button', { name: 'Maak een link' }).click();
    const code = await desk.getByTestId('enrol-code').innerText();
    await expect(desk.getByRole('img', { name: 'QR-code van de koppellink' })).toBeVisible();
    await phone.page.goto(`${town.server.url}/koppel#${code}`);
    await phone.page.getByLabel('Naam van dit toestel').fill('Haard');
    await phone.page.getByRole('button', { name: 'Koppel dit toestel' }).click();
    const words = phone.page.getByTestId('enrol-words').locator('span');
    await expect(words).toHaveCount(2);
    await expect(desk.getByTestId('enrol-words')).toHaveText((await words.allInnerTexts()).join(' · '));
    await desk.getByRole('button', { name: 'Ja, koppelen' }).click();
    await expect(desk.getByText('Haard is gekoppeld')).toBeVisible();
    await desk.getByRole('button', { name: 'Klaar' }).click();

    await expectReady(phone.page);
    await startShift(phone.page);
    await wedge(phone.page, '0900000031618');
    await wedge(phone.page, '0900000002312');
  });

  await test.step('the list grows without a reload', async () => {
    await expect(scans(desk)).toHaveCount(2);
    await expect(scans(desk).filter({ hasText: '0900 000 031 ···' })).toContainText('Gespaard');
    await expect(scans(desk).filter({ hasText: '0900 000 002 ···' })).toContainText(
      'Geweigerd Deze kaart is geblokkeerd.',
    );
  });

  await test.step('a visit is undone, with a reason', async () => {
    await scans(desk)
      .filter({ hasText: '0900 000 031' })
      .getByRole('button', { name: /^Ongedaan maken/ })
      .click();
    const dialog = desk.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Ongedaan maken' }).click();
    await expect(dialog.getByText('Vul dit in.')).toBeVisible();
    await dialog.getByLabel('Reden').fill('verkeerde kaart');
    await dialog.getByRole('button', { name: 'Ongedaan maken' }).click();
    await expect(scans(desk).filter({ hasText: '0900 000 031' })).toContainText('Ongedaan');
  });

  await test.step('a paper list is pasted from a sheet', async () => {
    await desk.getByRole('main').getByRole('link', { name: 'Papieren lijst' }).click();
    await desk.getByLabel('UITPAS-nummer op rij 1').focus();
    await paste(desk, `0900000058918\t${clockNow()}\n0900011902815\n090001190281\n0900000045410`);
    await expect(desk.getByText('Een UITPAS-nummer heeft 13 cijfers.')).toBeVisible();
    await desk.getByLabel('Waarom een papieren lijst?').fill('telefoon zonder batterij');
    await desk.keyboard.press('Control+Enter');
    await expect(desk.getByLabel('UITPAS-nummer op rij 3')).toBeFocused();
    await desk.keyboard.press('Control+a');
    await desk.keyboard.type('0900000067513');
    await desk.keyboard.press('Control+Enter');
    await expect(desk.getByText('3 bezoeken geteld')).toBeVisible();
    await expect(desk.getByRole('row', { name: /^4/ })).toContainText('Geweigerd Dit is een groepspas.');
  });

  await test.step('a card is looked up, and its number stays out of every address', async () => {
    await desk.keyboard.press('Escape');
    await desk.getByRole('heading', { level: 1 }).click();
    await desk.keyboard.press('/');
    await desk.keyboard.type('0900 0000 58918');
    await desk.keyboard.press('Enter');
    await expect(desk.getByTestId('card-points')).toHaveText(/\d+/);
    // Of somebody of elsewhere: not where that person was.
    await expect(desk.getByText('Niet voor deze balie')).toBeVisible();
    expect(addresses.filter((address) => /09000|58918/.test(address))).toEqual([]);
  });
});

test('signing in: what is wrong is said, where one was going is remembered', async ({ town, newPhone }) => {
  const { page } = await newPhone();
  await page.goto(`${town.server.url}/balie/toestellen`);
  await page.getByLabel('E-mailadres').fill('bib@demo.streekbalie.example');
  await page.getByLabel('Wachtwoord').fill('niet dit wachtwoord');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('horen niet bij elkaar');
  await page.getByLabel('Wachtwoord').fill('demo-westhoek');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Toestellen' })).toBeVisible();
  // No room for what one may not do.
  await expect(page.getByRole('link', { name: 'Kaart', exact: true })).toHaveCount(0);
  await page.getByRole('button', { name: /afmelden$/ }).click();
  await page.getByRole('menuitem', { name: 'Afmelden' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Aanmelden' })).toBeVisible();
  await page.goto(`${town.server.url}/balie/wachtwoord#token=van-gisteren`);
  await page.getByLabel('Nieuw wachtwoord').fill('een lang genoeg wachtwoord');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toContainText('al gebruikt of te oud');
  await expect(page).toHaveURL(/\/balie\/wachtwoord$/);
});

test('a clerk with ten tabs open is served in each of them', async ({ town, newPhone }) => {
  const { page, browser } = await newPhone();
  await signInAtDesk(page, town.server.url, 'bib');
  const tabs: Page[] = [];
  const scanned = (tab: Page) =>
    tab.getByRole('link', { name: /Jeugdboekenweek/ }).getByTestId('check-ins-today');
  while (tabs.length < 9) {
    const tab = await browser.context.newPage();
    await tab.goto(`${town.server.url}/balie`);
    await expect(scanned(tab)).toBeVisible();
    tabs.push(tab);
  }
  await page.close(); // the tab that listened for all of them

  const phone = await newPhone();
  await enrol(town, phone, 'Tabbladen');
  await expectReady(phone.page);
  await startShift(phone.page);
  const before = Number(await scanned(must(tabs[0], 'a tab')).innerText());
  await wedge(phone.page, town.takeCard());
  for (const tab of tabs) await expect(scanned(tab)).toHaveText(String(before + 1));
});

test('a person is found by keyboard alone, and no name stands in an address', async ({ town, newPhone }) => {
  const { page } = await newPhone();
  const addresses: string[] = [];
  page.on('framenavigated', (frame) => addresses.push(frame.url()));
  page.on('request', (request) => addresses.push(request.url()));
  const { rows } = await town.database.query<{ id: string; first: string; last: string; born: string }>(
    `select passholder_id as id, first_name as first, last_name as last, to_char(date_of_birth, 'DD/MM/YYYY') as born
       from passholder where nis_code = '33011' and last_name = 'Vermeersch' order by passholder_id limit 1`,
  );
  const { id, first, last, born } = must(rows[0], 'somebody of Ieper');
  const option = page.getByRole('option', { name: born }).filter({ hasText: `${first} ${last}` });
  await signInAtDesk(page, town.server.url, 'ieper');

  await page.keyboard.press('/');
  await page.keyboard.type(`vermersch ${first.toLowerCase()} ${born}`);
  await expect(option).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(option).toBeHidden();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Pashouders' })).toBeVisible();
  await expect(page.getByRole('link', { name: `${first} ${last}` })).toBeVisible();

  await page.getByRole('heading', { level: 1 }).click();
  await page.keyboard.press('/');
  await page.keyboard.type(born.replaceAll('/', ''));
  await option.waitFor();
  await page.keyboard.press('ArrowDown');
  while ((await option.getAttribute('aria-selected')) !== 'true') await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/balie/pashouders/${id}`);

  await page.keyboard.press('/');
  await page.keyboard.type('85.07.30-033.28');
  await expect(page.getByText('Daarmee kan je hier nog niet zoeken', { exact: false }).last()).toBeVisible();
  for (const address of addresses) expect(address.toLowerCase()).not.toMatch(/vermersch|vermeersch|8507/);
});
