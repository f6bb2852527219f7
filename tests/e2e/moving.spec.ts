// Ieper -> Kortrijk, another region on the same server: what ends here, what the other side hears; and somebody who comes from a
// region that nobody here knows. The move within the region is in passholders.spec.ts.
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { must } from '#domain/kernel/assert.ts';
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { expect, test } from '#tests/_support/story.ts';

const IEPER = '33011';
const OTHER_REGION = 77;

test('out of the region with a task for the other side, and in with a card of elsewhere', async ({
  town,
  newPhone,
}) => {
  test.setTimeout(120_000);
  const { page } = await newPhone();
  const { database, server } = town;
  await database.query(
    `insert into region (region_id, slug, name, feed_epoch) values ($1, 'zuidwest', 'Zuidwest', 'epoch')`,
    [OTHER_REGION],
  );
  await database.query(
    `insert into municipality (region_id, nis_code, name, postal_codes, uitpas) values ($1, '34022', 'Kortrijk', '{8500}', true)`,
    [OTHER_REGION],
  );
  const { rows } = await database.query<{ id: string; last: string; number: string }>(
    `select p.passholder_id as id, p.last_name as last, c.uitpas_number as number
       from passholder p join card c using (region_id, passholder_id)
       join membership m using (region_id, passholder_id, card_system_id)
      where p.nis_code = $1 and p.n = 0 and p.date_of_birth < '2000-01-01' and c.state = 'active' and c.kind = 'card'
        and m.status = 'active' and (select count(*) from card o where o.passholder_id = p.passholder_id) = 1
      order by 1 desc limit 2`,
    [IEPER],
  );
  const [mover, stayer] = [must(rows[0], 'somebody of Ieper'), must(rows[1], 'another one')];
  await signInAtDesk(page, server.url, 'ieper');
  const dialog = page.getByRole('dialog');

  // Out: what happens stands there before anything does.
  await page.goto(`${server.url}/balie/pashouders/${mover.id}`);
  await page.getByRole('button', { name: 'Verhuizen' }).click();
  await dialog.getByLabel('Postcode').fill('8500');
  await dialog.getByLabel('Gemeente').fill('Kortrijk');
  await dialog.getByLabel('op papier getekend').check();
  await dialog.getByRole('button', { name: 'Bewaar de verhuis' }).click();
  await expect(dialog.getByText('Kies of deze persoon hier lid blijft.')).toBeVisible();
  await dialog.getByLabel('Nee, wordt lid van een andere streek').check();
  await expect(dialog.getByTestId('move-consequence')).toContainText(
    'De balie van Kortrijk (Zuidwest) krijgt een taak.',
  );
  await lookAtScreen(page, 'moves out');
  await dialog.getByRole('button', { name: 'Bewaar de verhuis' }).click();
  await expect(page.getByText('De verhuis is bewaard.')).toBeVisible();
  await expect(page.getByRole('table', { name: 'Geschiedenis' })).toContainText('stopgezet');
  await page.getByRole('link', { name: 'Brief voor de andere streek' }).click();
  const letter = page.getByTestId('number-letter');
  await expect(letter).toContainText(mover.number.slice(0, 4));
  await expect(letter).not.toContainText(mover.last);
  await lookAtScreen(page, 'letter');
  const told = await database.query(
    `select kind, uitpas_number, passholder_id from desk_task where region_id = $1`,
    [OTHER_REGION],
  );
  expect(told.rows).toEqual([{ kind: 'comes-here', uitpas_number: mover.number, passholder_id: null }]);

  // In: the card says that it is of elsewhere, a new one is given, and the letter has the number only.
  const foreignCard = makeUitpasNumber('88888888888', '0');
  const stock = await database.query<{ number: string }>(
    `select uitpas_number as number from card where state = 'stock' and place_nis = $1
       and card_system_id = 'uitpas-westhoek' and substr(uitpas_number, 12, 1) = '0' order by 1 desc limit 1`,
    [IEPER],
  );
  await page.goto(`${server.url}/balie/pashouders/nieuw`);
  await page.getByRole('link', { name: 'Heeft de persoon al een kaart' }).click();
  await page.getByLabel('Kaart die de persoon al heeft').fill(foreignCard);
  await expect(page.getByText('Deze kaart is van een streek die hier niet bekend is')).toBeVisible();
  await lookAtScreen(page, 'comes from elsewhere');
  await page.getByRole('button', { name: 'Schrijf in met een nieuwe kaart' }).click();
  await expect(page.getByText('Komt van een andere streek, met kaart')).toBeVisible();
  await page.getByLabel('Nieuwe kaart').fill(must(stock.rows[0], 'a card in stock').number);
  await page.keyboard.press('Enter');
  await page.getByLabel('Voornaam').fill('Odette');
  await page.getByLabel('Familienaam').fill('Vanelders');
  await page.getByLabel('Geboortedatum', { exact: true }).fill('1/2/1961');
  await page.getByLabel('Postcode').fill('8900');
  await page.getByLabel('op papier getekend').check();
  await page.keyboard.press('Control+Enter');
  await expect(page.getByText('Odette Vanelders is ingeschreven', { exact: true })).toBeVisible();
  await lookAtScreen(page, 'came in');

  // Somebody of another municipality of the region: the file is taken over, the card stays.
  const neighbours = await database.query<{ first: string; last: string; born: string; number: string }>(
    `select p.first_name as first, p.last_name as last, to_char(p.date_of_birth, 'DD/MM/YYYY') as born, c.uitpas_number as number
       from passholder p join card c using (region_id, passholder_id)
      where p.nis_code <> $1 and p.n = 0 and p.date_of_birth < '2000-01-01' and c.state = 'active' and c.kind = 'card'
        and c.card_system_id = 'uitpas-westhoek' order by p.passholder_id desc limit 1`,
    [IEPER],
  );
  const neighbour = must(neighbours.rows[0], 'somebody of elsewhere');
  await page.goto(`${server.url}/balie/pashouders/verhuisd`);
  await page.getByLabel('Kaart die de persoon al heeft').fill(neighbour.number);
  await expect(page.getByText('Deze kaart is van deze streek')).toBeVisible();
  await page.getByRole('button', { name: 'Neem het dossier over' }).click();
  await expect(page.getByLabel('Voornaam')).toBeFocused(); // the first thing to mend
  await lookAtScreen(page, 'taken over');
  await page.getByLabel('Voornaam').fill(neighbour.first);
  await page.getByLabel('Familienaam').fill(neighbour.last);
  await page.getByLabel('Geboortedatum', { exact: true }).fill(neighbour.born);
  await page.getByLabel('Postcode').fill('8900');
  await page.getByLabel('op papier getekend').check();
  await page.getByRole('button', { name: 'Neem het dossier over' }).click();
  await expect(page.getByText('Het dossier is nu van jouw balie.')).toBeVisible();
  await expect(
    page.getByRole('heading', { level: 1, name: `${neighbour.first} ${neighbour.last}` }),
  ).toBeVisible();

  // What another region asks: the card is one press away, and the task is closed here.
  await database.query(
    `insert into desk_task (region_id, task_id, kind, from_region_id, to_nis, uitpas_number, made_at, made_by)
     values (1, gen_random_uuid(), 'went-elsewhere', $1, $2, $3, $4, 'system')`,
    [OTHER_REGION, IEPER, stayer.number, Date.now()],
  );
  await page.goto(`${server.url}/balie/taken`);
  const open = page.getByRole('table', { name: 'Te doen' });
  await expect(open).toContainText('Zuidwest');
  await lookAtScreen(page, 'tasks of another region');
  await open.getByRole('button', { name: 'Zoek de kaart op' }).click();
  await expect(page).toHaveURL(/\/balie\/kaart$/);
  await page.goto(`${server.url}/balie/taken`);
  await open.getByRole('button', { name: /^Afgewerkt/ }).click();
  await expect(page.getByText('Taak afgewerkt')).toBeVisible();
});
