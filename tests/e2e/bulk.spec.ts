// Spring at the counter of Ieper: a list of two thousand renewals with thirty-seven wrong rows is looked over, carried out, stopped
// and resumed; and those of the work list who came with a proof are renewed in a few presses.
import { readFile } from 'node:fs/promises';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { must } from '#domain/kernel/assert.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { holdersIn } from '#tests/_support/kansenstatuut-holders.ts';
import { regionIn } from '#tests/_support/region.ts';
import { databaseUrlOf } from '#tests/_support/server-process.ts';
import { expect, test } from '#tests/_support/story.ts';

/** As a clerk types it. */
const dateTextOf = (day: string): string => day.split('-').reverse().join('/');
const VEURNE = '38025';
const YEAR = new Date().getUTCFullYear();

test('two thousand renewals of which thirty-seven are wrong', async ({ town, newPhone }) => {
  test.setTimeout(120_000);
  const region = regionIn(databaseUrlOf(town.server.dataDir), '');
  const make = holdersIn(region.db);
  const until = { membership: { kansenstatuutUntil: `${YEAR}-12-31` } };
  const good = await make(1_963, () => until);
  const theirs = await make(20, () => ({ ...until, passholder: { nisCode: VEURNE, postalCode: '8630' } }));
  const blocked = await make(10, () => ({ ...until, card: { state: 'blocked' } }));
  await region.close();
  const rows = [
    ...good.slice(0, 1_000).map(({ number }) => number),
    ...[...theirs, ...blocked].map(({ number }) => number),
    ...Array.from({ length: 5 }, (_, i) => makeUitpasNumber(String(700 + i), '1')),
    String(good[0]?.number),
    String(good[1]?.number.slice(1)),
    ...good.slice(1_000).map(({ number }) => number),
  ];
  expect(rows).toHaveLength(2_000);

  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'ieper');
  await page.goto(`${town.server.url}/balie/bulk`);
  await page.getByRole('link', { name: 'Nieuwe lijst' }).click();

  await test.step('what is missing is said, and what was filled in stays', async () => {
    await page.getByRole('button', { name: 'Kijk de lijst na' }).click();
    await expect(page.getByText('Kies een bestand.')).toBeVisible();
    await page.getByRole('combobox', { name: 'Bewijs' }).selectOption('Verhoogde tegemoetkoming');
    await lookAtScreen(page, 'new list');
  });
  await test.step('each row is looked over, and nothing happens yet', async () => {
    await page.locator('input[type=file]').setInputFiles({
      name: 'verlengingen voorjaar.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['UITPAS-nummer', ...rows].join('\r\n')),
    });
    await page.getByRole('button', { name: 'Kijk de lijst na' }).click();
    await expect(page.getByText('1963 rijen zijn in orde')).toBeVisible();
    await expect(page.getByText('37 rijen kunnen niet, en blijven zoals ze zijn')).toBeVisible();
    await page.getByRole('combobox', { name: 'Toon' }).selectOption('Kan niet (37)');
    await expect(page.getByText('Deze persoon hoort niet bij je gemeente.').first()).toBeVisible();
    await page.getByRole('combobox', { name: 'Reden' }).selectOption('geen UITPAS-nummer (1)');
    await expect(page.getByText('Nam Excel de nul vooraan weg?')).toBeVisible();
    await lookAtScreen(page, 'list looked over');
  });
  await test.step('the wrong rows leave as a file, to be mended', async () => {
    await page.getByRole('combobox', { name: 'Reden' }).selectOption('Alle redenen');
    await expect(page.getByRole('row')).toHaveCount(38);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Bewaar deze rijen als CSV' }).click();
    const file = await readFile(await (await download).path(), 'utf8');
    expect(file.trim().split('\r\n')).toHaveLength(38);
    expect(file).toContain('De kaart is geblokkeerd. Kijk eerst in het dossier waarom.');
  });
  await test.step('started, stopped, resumed, done: every row once', async () => {
    await page.getByRole('button', { name: 'Voer 1963 rijen uit' }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await expect(page.getByText(/^Gestopt: \d+ van 1963 uitgevoerd$/)).toBeVisible();
    await lookAtScreen(page, 'list stopped');
    await page.getByRole('button', { name: /^Ga verder met \d+ rijen$/ }).click();
    await expect(page.getByText('Klaar: 1963 rijen uitgevoerd')).toBeVisible({ timeout: 90_000 });
  });
  await test.step('the journal of that day is read a hundred lines at a time', async () => {
    await page.goto(`${town.server.url}/balie/dagboek`);
    const lines = page.getByRole('table', { name: 'Dagboek' }).locator('tbody tr');
    await expect(lines).toHaveCount(100);
    await page.getByRole('button', { name: 'Toon de volgende 100' }).click();
    await expect(lines).toHaveCount(200);
    await page.getByRole('link', { name: 'Betalingen' }).click();
    await page.getByRole('link', { name: 'Alles' }).click();
    await expect(lines).toHaveCount(100);
  });
  const { rows: counted } = await town.database.query<{ acts: number; people: number }>(
    `select count(*)::int as acts, count(distinct passholder_id)::int as people from passholder_event
      where kind = 'kansenstatuut-set' and passholder_id = any($1)`,
    [good.map(({ passholderId }) => passholderId)],
  );
  expect(counted).toEqual([{ acts: 1_963, people: 1_963 }]);
});

test('those who brought a proof, from the work list', async ({ town, newPhone }) => {
  const region = regionIn(databaseUrlOf(town.server.dataDir), '');
  await holdersIn(region.db, 'testregio')(3, (i) => ({
    membership: {
      kansenstatuutUntil: new Date(Date.now() + (i + 5) * 86_400_000).toISOString().slice(0, 10),
    },
    card: { number: makeUitpasNumber(`0996${String(i).padStart(7, '0')}`, '1') },
  }));
  await region.close();
  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'ieper');
  await page.getByRole('link', { name: 'Kansenstatuut' }).first().click();
  await page.getByLabel('Kaarten van').selectOption('Testregio');
  await expect(page.getByText('3 pashouders', { exact: true })).toBeVisible();
  await lookAtScreen(page, 'work list');
  const boxes = page.getByRole('table', { name: 'Kansenstatuut' }).getByRole('checkbox');
  await boxes.nth(0).check();
  await boxes.nth(1).press('Space');
  await page.getByRole('button', { name: 'Verleng 2 pashouders' }).click();
  const dialog = page.getByRole('dialog', { name: 'Kansenstatuut verlengen' });
  await dialog.getByLabel('Bewijs').selectOption('Leefloon');
  await lookAtScreen(page, 'renew those who were chosen');
  await dialog.getByRole('button', { name: 'Kijk de lijst na' }).click();
  await page.getByRole('button', { name: 'Voer 2 rijen uit' }).click();
  await expect(page.getByText('Klaar: 2 rijen uitgevoerd')).toBeVisible();
  await page.getByRole('link', { name: 'Kansenstatuut' }).first().click();
  await page.getByLabel('Kaarten van').selectOption('Testregio');
  await expect(page.getByText('1 pashouder', { exact: true })).toBeVisible();
});

test('who was there is checked in from a list of numbers, and a file says who they are', async ({
  town,
  newPhone,
}) => {
  const now = Date.now();
  const { title, occurrences } = town.activity;
  const moment = must(
    occurrences.find(({ opensAt, endsAt }) => opensAt <= now && now < endsAt),
    'something that goes on now',
  );
  const region = regionIn(databaseUrlOf(town.server.dataDir), '');
  const there = await holdersIn(region.db)(2, () => ({}));
  await region.close();
  const numbers = [...there.map(({ number }) => number), '0995 000 000 119'].join('\n');
  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'ieper');

  await page.goto(`${town.server.url}/balie/bulk/nieuw`);
  await page.getByLabel('Inchecken bij een activiteit').check();
  await page.getByLabel('Dag').fill(dateTextOf(civilDayOf(Math.min(moment.startsAt, now))));
  await page.getByLabel('Zoek op naam of plaats').fill(title);
  await page.getByLabel('Kaartnummers typen, plakken of scannen').check();
  await page.getByRole('button', { name: 'Kijk de lijst na' }).click();
  await expect(page.getByText('Kies een activiteit.')).toBeVisible();
  const choice = page.getByRole('combobox', { name: 'Activiteit' });
  const option = choice.locator('option', { hasText: title }).first();
  await choice.selectOption((await option.getAttribute('value')) ?? '');
  await page.locator('#bulk-numbers').fill(numbers);
  await lookAtScreen(page, 'new list of visits');
  await page.getByRole('button', { name: 'Kijk de lijst na' }).click();
  await expect(page.getByText('2 rijen zijn in orde')).toBeVisible();
  await lookAtScreen(page, 'list of visits looked over');
  await page.getByRole('button', { name: 'Voer 2 rijen uit' }).click();
  await expect(page.getByText('Klaar: 2 rijen uitgevoerd')).toBeVisible();
  const { rows } = await town.database.query<{ visits: number }>(
    'select count(*)::int as visits from visit where uitpas_number = any($1) and slot is not null and not undone',
    [there.map(({ number }) => number)],
  );
  expect(rows).toEqual([{ visits: 2 }]);

  await page.goto(`${town.server.url}/balie/bulk/nieuw`);
  await page.getByLabel('Gegevens in een bestand zetten').check();
  await page.getByLabel('Kaartnummers typen, plakken of scannen').check();
  await page.locator('#bulk-numbers').fill(numbers);
  await page.getByRole('button', { name: 'Kijk de lijst na' }).click();
  await page.getByRole('button', { name: 'Voer 2 rijen uit' }).click();
  await expect(page.getByText('Klaar: 2 rijen uitgevoerd')).toBeVisible();
  await lookAtScreen(page, 'details in a file');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Bewaar de gegevens als CSV' }).click();
  const file = await readFile(await (await download).path(), 'utf8');
  expect(file.trim().split('\r\n')).toHaveLength(3);
});
