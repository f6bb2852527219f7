// A morning at the counter of Ieper: a family of four by keyboard alone, a lost card, a kansenstatuut that ran out, a move,
// and a colleague who typed in the same file.
import type { Page } from '@playwright/test';
import { must } from '#domain/kernel/assert.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { expect, test, wedge, type Town } from '#tests/_support/story.ts';

const IEPER = '33011';
/** Mean time of one key of somebody who is no typist (Card, Moran and Newell, keystroke-level model). */
const KEY_MS = 280;

const columnOf = async ({ database }: Town, sql: string, values: readonly unknown[]): Promise<string[]> =>
  (await database.query<{ found: string }>(sql, [...values])).rows.map(({ found }) => found);

/** Cards that lie at this counter, of one kind. */
const stockOf = (town: Town, digit: '0' | '1'): Promise<string[]> =>
  columnOf(
    town,
    `select uitpas_number as found from card
      where state = 'stock' and place_nis = $1 and card_system_id = 'uitpas-westhoek' and substr(uitpas_number, 12, 1) = $2
      order by 1`,
    [IEPER, digit],
  );

const openFile = async (town: Town, page: Page, id: string): Promise<void> => {
  await page.goto(`${town.server.url}/balie/pashouders/${id}`);
  await expect(page.getByRole('navigation', { name: 'Wat wil je doen?' })).toBeVisible();
};

test('a family of four is registered by keyboard alone, the first within a minute', async ({
  town,
  newPhone,
}, testInfo) => {
  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'ieper');
  const [first = '', second = '', third = ''] = await stockOf(town, '0');
  const [reduced = ''] = await stockOf(town, '1');
  let keys = 0;
  const press = async (...pressed: string[]): Promise<void> => {
    for (const key of pressed) await page.keyboard.press(key);
    keys += pressed.length;
  };
  const type = async (text: string): Promise<void> => {
    await page.keyboard.type(text);
    keys += text.length;
  };
  const tabs = (count: number): Promise<void> => press(...Array<string>(count).fill('Tab'));

  await page.keyboard.press('Control+k');
  await page.keyboard.type('nieuwe pas');
  await page.keyboard.press('Enter');
  const card = page.getByLabel('Nieuwe kaart');
  await expect(card).toBeFocused();
  const startedAt = Date.now();

  await wedge(page, first);
  await expect(page.getByLabel('Voornaam')).toBeFocused();
  await type('Noor');
  await tabs(1);
  await type('Vandevoorde');
  await tabs(1);
  await type('14031988');
  await tabs(2);
  await expect(page.getByText('38 jaar')).toBeVisible();
  await type('8900');
  await expect(page.getByLabel('Gemeente')).toHaveValue('Ieper');
  await tabs(2);
  await type('Grote Markt 12');
  await tabs(2);
  await type('0475 12 34 56');
  await tabs(2);
  await press('Space', 'Control+Enter');
  await expect(page.getByText('Noor Vandevoorde is ingeschreven', { exact: true })).toBeVisible();
  const seconds = (keys * KEY_MS + (Date.now() - startedAt)) / 1_000;
  testInfo.annotations.push({
    type: 'first by keyboard',
    description: `${keys} keys, ${seconds.toFixed(1)} s`,
  });
  expect(seconds).toBeLessThan(60);

  // The next ones: Enter, or the next card straight away. Address and contact are there.
  await press('Enter');
  await expect(card).toBeFocused();
  await wedge(page, second);
  await expect(page.getByLabel('Voornaam')).toBeFocused();
  await type('Lou');
  await tabs(1);
  await type('Vandevoorde');
  await tabs(1);
  await type('3/4/2015');
  await press('Control+Enter');
  // Nothing went: the first thing to mend has the focus, and says so.
  const consent = page.getByLabel('Een ouder of voogd geeft toestemming');
  await expect(consent).toBeFocused();
  await expect(page.getByText('Onder 16 jaar moet een ouder of voogd toestemming geven')).toBeVisible();
  await expect(page.getByLabel('Telefoon van ouder')).toHaveValue('0475 12 34 56');
  await press('Space', 'Tab', 'Space', 'Control+Enter');
  await expect(page.getByText('Lou Vandevoorde is ingeschreven', { exact: true })).toBeVisible();
  await expect(page.getByText('Deze 2 personen staan samen in een gezin.')).toBeVisible();

  // One with the kansenstatuut: what the card says asks for the proof. The tab dies in the middle; nothing is lost.
  await wedge(page, reduced);
  await expect(page.getByLabel('Voornaam')).toBeFocused();
  await type('Ann');
  await tabs(1);
  await type('Van den Bossche');
  await tabs(1);
  await type('1/2/58');
  await tabs(1);
  await page.reload();
  await expect(page.getByLabel('Familienaam')).toHaveValue('Van den Bossche');
  await expect(page.getByLabel('Geboortedatum', { exact: true })).toHaveValue('01/02/1958');
  await expect(page.getByLabel('Leefloon')).toBeVisible(); // what the municipality accepts is read again
  await page.getByLabel('E-mailadres').focus();
  await tabs(1);
  await press('Space', 'ArrowDown');
  await expect(page.getByLabel('Leefloon')).toBeChecked();
  await tabs(2);
  await press('Space', 'Control+Enter');
  await expect(page.getByText('Ann Van den Bossche is ingeschreven', { exact: true })).toBeVisible();

  // Without network it waits, says so, and goes by itself when there is some: once.
  await wedge(page, third);
  await expect(page.getByLabel('Voornaam')).toBeFocused();
  await type('Jef');
  await tabs(1);
  await type('Vandevoorde');
  await tabs(1);
  await type('5/6/1986');
  await page.getByLabel('op papier getekend').focus();
  await press('Space');
  await page.context().setOffline(true);
  await press('Control+Enter');
  await expect(page.getByText('Er is nu geen verbinding')).toBeVisible();
  await page.context().setOffline(false);
  await expect(page.getByText('Jef Vandevoorde is ingeschreven', { exact: true })).toBeVisible();
  const registered = await columnOf(
    town,
    `select first_name as found from passholder where n > 0 and last_name = $1 order by 1`,
    ['Vandevoorde'],
  );
  expect(registered).toEqual(['Jef', 'Lou', 'Noor']);

  // Enter on the way to the file of the last one: what happened stands there.
  await press('Tab', 'Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Jef Vandevoorde' })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Geschiedenis' })).toContainText('Ingeschreven als pashouder');
  await expect(page.getByRole('table', { name: 'Geschiedenis' })).toContainText('Wim Onthaal');
});

test('a lost card, a kansenstatuut that ran out, a move, and two clerks in one file', async ({
  town,
  newPhone,
}) => {
  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'ieper');
  const plain = await columnOf(
    town,
    `select p.passholder_id as found from passholder p join card c using (region_id, passholder_id)
      where p.nis_code = $1 and p.n = 0 and p.date_of_birth < '2000-01-01' and c.state = 'active' and c.kind = 'card' and substr(c.uitpas_number, 12, 1) = '0'
        and (select count(*) from card o where o.passholder_id = p.passholder_id) = 1
        and exists (select from membership m where m.passholder_id = p.passholder_id and m.status = 'active')
      order by 1 limit 2`,
    [IEPER],
  );
  const [loser = '', mover = ''] = plain;
  const [expired = ''] = await columnOf(
    town,
    `select p.passholder_id as found from passholder p join membership m using (region_id, passholder_id)
      join card c using (region_id, passholder_id)
      where p.nis_code = $1 and m.kansenstatuut_until < current_date - 60 and m.status = 'active' and c.state = 'active'
      order by 1 limit 1`,
    [IEPER],
  );
  const dialog = page.getByRole('dialog');

  await openFile(town, page, loser);
  await page.getByRole('button', { name: 'Kaart blokkeren' }).click();
  await dialog.getByRole('button', { name: 'Blokkeer deze kaart' }).click();
  await expect(dialog.getByText('Kies een reden.')).toBeVisible();
  await dialog.getByLabel('De kaart is verloren').check();
  await dialog.getByRole('button', { name: 'Blokkeer deze kaart' }).click();
  await expect(page.getByText('De kaart is geblokkeerd.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Kaart blokkeren' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Kaart vervangen' }).click();
  await expect(dialog.getByLabel('Nieuwe kaart')).toBeFocused();
  const [wrong = ''] = await stockOf(town, '1');
  await wedge(page, wrong);
  await expect(dialog.getByText('Deze persoon heeft geen kansenstatuut.')).toBeVisible();
  await dialog.getByLabel('Nieuwe kaart').fill('');
  await wedge(page, must((await stockOf(town, '0'))[0], 'a card in stock'));
  await dialog.getByLabel('De oude kaart is verloren of gestolen').check();
  await dialog.getByRole('button', { name: 'Vervang de kaart' }).click();
  await expect(page.getByText('De oude kaart werkt niet meer.')).toBeVisible();
  await expect(page.getByRole('table', { name: 'Geschiedenis' })).toContainText(
    'de oude kaart is verloren of gestolen',
  );

  await openFile(town, page, loser);
  const picture = page.getByRole('img', { name: /^Foto van/ });
  const choose = (name: string, buffer: Buffer): Promise<void> =>
    page.locator('aside input[type=file]').setInputFiles({ name, mimeType: 'image/jpeg', buffer });
  await choose('foto.jpg', Buffer.from('Dit is geen foto.'));
  await expect(page.getByText('Dit bestand is geen foto die deze browser kan lezen.')).toBeVisible();
  const large = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1_200, 900];
    canvas.getContext('2d')?.fillRect(100, 100, 500, 500);
    return canvas.toDataURL('image/png').split(',')[1] ?? '';
  });
  await choose('pasfoto.png', Buffer.from(large, 'base64'));
  await expect(picture).toBeVisible();
  await page.reload();
  await expect(picture).toHaveJSProperty('naturalWidth', 480);
  await page.getByRole('button', { name: 'Haal weg' }).click();
  await expect(picture).toHaveCount(0);
  await page.getByRole('button', { name: 'Zet terug' }).click();
  await expect(picture).toHaveJSProperty('naturalHeight', 360);

  await openFile(town, page, expired);
  await expect(page.getByTestId('kansenstatuut')).toContainText('Vervallen');
  await page.getByRole('button', { name: 'Kansenstatuut verlengen' }).click();
  await dialog.getByLabel('Verhoogde tegemoetkoming').check();
  await dialog.getByRole('button', { name: 'Verleng het' }).click();
  await expect(page.getByText(/Het kansenstatuut geldt tot 30 april/)).toBeVisible();
  await expect(page.getByTestId('kansenstatuut')).toContainText('Geldig');

  const { page: colleague } = await newPhone();
  await signInAtDesk(colleague, town.server.url, 'ieper');
  for (const each of [page, colleague]) {
    await openFile(town, each, mover);
    await each.getByRole('button', { name: 'Gegevens wijzigen' }).click();
    await each.getByRole('dialog').getByLabel('op papier getekend').check();
  }
  const theirs = colleague.getByRole('dialog');
  await theirs.getByLabel('Telefoon').fill('0476 00 00 01');
  await theirs.getByLabel('E-mailadres').fill('samen@voorbeeld.invalid');
  await theirs.getByRole('button', { name: 'Bewaren' }).click();
  await expect(colleague.getByText('De gegevens zijn bewaard.')).toBeVisible();
  await dialog.getByLabel('Telefoon').fill('0476 00 00 02');
  await dialog.getByLabel('Straat, nummer en bus').fill('Rijselstraat 3');
  await dialog.getByRole('button', { name: 'Bewaren' }).click();
  await expect(dialog.getByText('Iemand anders wijzigde dit dossier intussen')).toBeVisible();
  await expect(dialog.getByLabel('E-mailadres')).toHaveValue('samen@voorbeeld.invalid');
  await expect(dialog.getByLabel('Straat, nummer en bus')).toHaveValue('Rijselstraat 3');
  await dialog.getByTestId('merge').getByLabel('0476 00 00 01').check();
  await expect(dialog.getByRole('textbox', { name: 'Telefoon' })).toHaveValue('0476 00 00 01');
  await dialog.getByRole('button', { name: 'Bewaren' }).click();
  await expect(page.getByText('De gegevens zijn bewaard.')).toBeVisible();
  await expect(page.getByText('Rijselstraat 3')).toBeVisible();

  // The card stays; from today Langemark-Poelkapelle pays, and keeps the file.
  await page.getByRole('button', { name: 'Verhuizen' }).click();
  await dialog.getByLabel('Postcode').fill('8920');
  await expect(dialog.getByLabel('Gemeente')).toHaveValue('Langemark-Poelkapelle');
  await expect(dialog.getByTestId('move-consequence')).toContainText('De kaart blijft dezelfde.');
  await dialog.getByRole('button', { name: 'Bewaar de verhuis' }).click();
  await expect(page.getByText('De gemeente die nu betaalt beheert het dossier.')).toBeVisible();
  const [home] = await columnOf(
    town,
    `select nis_code as found from passholder where passholder_id = $1 and exists (
       select from card where passholder_id = $1 and state = 'active')`,
    [mover],
  );
  expect(home).toBe('33040');
});
