// One person, one file: somebody is registered who is known here and there, and two files become one.
import { must } from '#domain/kernel/assert.ts';
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { expect, test, type Town } from '#tests/_support/story.ts';

const IEPER = '33011';

type Row = { id: string; first: string; last: string; born: string };
/** Active members with a card and without a kansenstatuut, of Ieper or of elsewhere. */
const peopleOf = async ({ database }: Town, here: boolean): Promise<Row[]> =>
  (
    await database.query<Row>(
      `select p.passholder_id as id, p.first_name as first, p.last_name as last, to_char(p.date_of_birth, 'DD/MM/YYYY') as born
       from passholder p join card c on c.region_id = p.region_id and c.passholder_id = p.passholder_id
       join membership m on m.region_id = p.region_id and m.passholder_id = p.passholder_id
       where (p.nis_code = $1) = $2 and p.nis_code is not null and p.state = 'active' and c.state = 'active'
         and c.card_system_id = 'uitpas-westhoek' and m.kansenstatuut_until is null and p.date_of_birth < '1990-01-01'
       order by 1 limit 2`,
      [IEPER, here],
    )
  ).rows;

test('known here, known elsewhere, and two files of one person merged', async ({ town, newPhone }) => {
  test.setTimeout(120_000);
  const { page } = await newPhone();
  const [here, twin] = await peopleOf(town, true);
  const [there] = await peopleOf(town, false);
  const [one, two, far] = [
    must(here, 'one of Ieper'),
    must(twin, 'another one'),
    must(there, 'one of elsewhere'),
  ];
  const { rows } = await town.database.query<{ number: string }>(
    `select uitpas_number as number from card where state = 'stock' and place_nis = $1
       and card_system_id = 'uitpas-westhoek' and substr(uitpas_number, 12, 1) = '0' order by 1 desc limit 1`,
    [IEPER],
  );
  // The second file is that of the same person, with a slip of the hand in the name.
  await town.database.query(
    `update passholder set first_name = $1, last_name = $2, date_of_birth = to_date($3, 'DD/MM/YYYY') where passholder_id = $4`,
    [one.first, `${one.last}x`, one.born, two.id],
  );
  await signInAtDesk(page, town.server.url, 'ieper');

  // While typing: of the own desk the files, of another one only that there is one.
  await page.goto(`${town.server.url}/balie/pashouders/nieuw`);
  await page.getByLabel('Nieuwe kaart').fill(must(rows[0], 'a card in stock').number);
  await page.keyboard.press('Enter');
  const type = async (who: Row): Promise<void> => {
    await page.getByLabel('Voornaam').fill(who.first);
    await page.getByLabel('Familienaam').fill(who.last);
    await page.getByLabel('Geboortedatum', { exact: true }).fill(who.born);
  };
  await type(one);
  await expect(page.getByText('Deze persoon heeft misschien al een van deze dossiers')).toBeVisible();
  await expect(page.getByRole('link', { name: /^Open het dossier/ })).toHaveCount(2);
  await lookAtScreen(page, 'known here');
  await type(far);
  await expect(page.getByText('Deze persoon is al gekend. Vraag de kaart.')).toBeVisible();
  await expect(page.getByRole('link', { name: /^Open het dossier/ })).toHaveCount(0);
  await page.getByRole('button', { name: 'Vraag het aan de andere balie' }).click();
  await expect(page.getByText('Gevraagd. De andere balie vindt het bij haar taken.')).toBeVisible();
  await lookAtScreen(page, 'known elsewhere');
  await page.goto(`${town.server.url}/balie/taken`);
  await expect(page.getByRole('table', { name: 'Gevraagd aan andere balies' })).toBeVisible();
  await lookAtScreen(page, 'tasks');

  // Both files of the one become one: what differs and which card stays is chosen, and seen before.
  await page.goto(`${town.server.url}/balie/pashouders/${one.id}`);
  await page.getByRole('button', { name: 'Dossiers samenvoegen' }).click();
  await page.getByLabel('Zoek het andere dossier').fill(`${one.last}x ${one.first}`);
  await page
    .getByRole('list', { name: 'Gevonden' })
    .getByRole('button', { name: `${one.first} ${one.last}x` })
    .click();
  const cards = page.getByRole('radiogroup', { name: 'Welke kaart blijft?' }).getByRole('radio');
  await cards.last().check();
  await expect(page.getByTestId('merge-preview')).toBeVisible();
  await lookAtScreen(page, 'merge');
  await page.getByRole('button', { name: 'Voeg samen' }).click();
  await expect(page.getByText('De dossiers zijn samengevoegd')).toBeVisible();
  await page.goto(`${town.server.url}/balie/pashouders/${two.id}`);
  await expect(page).toHaveURL(new RegExp(one.id));
  await expect(page.getByText('Samengevoegd met een ander dossier van deze persoon')).toBeVisible();
});
