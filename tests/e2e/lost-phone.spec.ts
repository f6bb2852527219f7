// A phone that nobody has any more: one act at the desk says what arrived, puts it out, and links another one in its place.
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { enrol, expect, expectReady, expectRulings, startShift, test, wedge } from '#tests/_support/story.ts';

test(
  'a lost phone is reported, and another one takes its place',
  { tag: '@alone' },
  async ({ town, newPhone }) => {
    test.setTimeout(180_000);
    const phone = await newPhone();
    const deviceId = await enrol(town, phone, 'Inkom kwijt');
    await expectReady(phone.page);
    await startShift(phone.page);
    for (const scanned of [1, 2]) {
      await wedge(phone.page, town.takeCard());
      await expect(phone.page.getByTestId('counters')).toContainText(`${scanned} gescand`);
    }
    await expectRulings(town, deviceId, ['accepted 1', 'accepted 1']);
    await phone.browser.context.setOffline(true);
    await wedge(phone.page, town.takeCard());
    await expect(phone.page.getByTestId('counters')).toContainText('3 gescand');

    const desk = (await newPhone()).page;
    await signInAtDesk(desk, town.server.url, 'bib');
    await desk.goto(`${town.server.url}/balie/toestellen`);
    await desk.getByRole('button', { name: 'Acties voor Inkom kwijt' }).click();
    await desk.getByRole('menuitem', { name: 'Toestel verloren' }).click();
    await expect(desk.getByTestId('lost-facts')).toContainText('Scans 1 tot 2 zijn aangekomen');
    await expect(desk.getByTestId('lost-facts')).toContainText('kan nog op het toestel staan');
    await lookAtScreen(desk, 'report a lost phone');
    await desk.getByRole('button', { name: 'Toestel verloren melden' }).click();
    await expect(desk.getByRole('dialog')).toContainText('Inkom kwijt is ontkoppeld');

    const next = await newPhone();
    await test.step('another phone takes its place, by a link that names the lost one', async () => {
      await desk.getByRole('button', { name: 'Koppel een toestel in de plaats' }).click();
      const dialog = desk.getByRole('dialog');
      await expect(dialog).toContainText('Het nieuwe toestel komt in de plaats van Inkom kwijt');
      await expect(dialog.getByRole('checkbox', { checked: true })).toHaveCount(1);
      await expect(dialog.getByRole('checkbox', { name: 'Jeugdboekenweek' })).toBeChecked();
      await dialog.getByRole('button', { name: 'Maak' }).click();
      const code = await desk.getByTestId('enrol-code').innerText();
      await next.page.goto(`${town.server.url}/koppel#${code}`);
      await next.page.getByLabel('Naam van dit toestel').fill('Inkom nieuw');
      await next.page.getByRole('button', { name: 'Koppel dit toestel' }).click();
      await expect(next.page.getByTestId('enrol-words')).toBeVisible();
      await dialog.getByRole('button', { name: /^Ja/ }).click();
      // One activity, as the phone before it: there is nothing to choose.
      await expect(next.page.getByRole('heading', { name: 'Klaar om te scannen?' })).toBeVisible();
      await desk.keyboard.press('Escape');
      const places = desk.getByTestId('places');
      await expect(places.filter({ hasText: 'in de plaats van Inkom kwijt' })).toBeVisible();
      await expect(places.filter({ hasText: 'vervangen door Inkom nieuw' })).toBeVisible();
      await expect(desk.getByText('verloren gemeld')).toBeVisible();
      await lookAtScreen(desk, 'phones, one lost');
    });

    await test.step('found again it hands in the rest, which waits for a person', async () => {
      await phone.browser.context.setOffline(false);
      await expect(phone.page.getByRole('heading', { name: 'Dit toestel is ontkoppeld' })).toBeVisible();
      await expectRulings(town, deviceId, ['accepted 1', 'accepted 1', 'quarantined device-revoked 0']);
      await expect(desk.getByText('1 apart gehouden')).toBeVisible();
    });
  },
);

test(
  'a phone whose storage was thrown away says what the server has of it, and begins a number of its own',
  { tag: '@alone' },
  async ({ town, newPhone }) => {
    const phone = await newPhone();
    const { page } = phone;
    const deviceId = await enrol(town, phone, 'Gewist');
    await expectReady(page);
    await startShift(page);
    await wedge(page, town.takeCard());
    await expectRulings(town, deviceId, ['accepted 1']);
    await expect(page.getByTestId('counters')).toContainText('0 nog te versturen');
    await phone.browser.context.setOffline(true);
    await wedge(page, town.takeCard());
    await expect(page.getByTestId('counters')).toContainText('2 gescand');
    await page.goto('about:blank');
    const devtools = await phone.browser.context.newCDPSession(page);
    await devtools.send('Storage.clearDataForOrigin', { origin: town.server.url, storageTypes: 'indexeddb' });
    await phone.browser.context.setOffline(false);

    await page.goto(`${town.server.url}/scan`);
    await expect(page.getByText('Dit toestel had scans tot nummer 2')).toBeVisible();
    const link = await town.desk.makeLink(town.activity);
    await page.goto(`${town.server.url}/koppel#${link.code}`);
    await page.getByLabel('Naam van dit toestel').fill('Gewist, opnieuw');
    await page.getByRole('button', { name: 'Koppel dit toestel' }).click();
    const former = page.getByTestId('former-device');
    await expect(former).toContainText('Dit toestel was Gewist. De server heeft zijn scans tot nummer 1.');
    await expect(former).toContainText('1 scan van dit toestel was nog niet verstuurd en is weg');
    const words = await page.getByTestId('enrol-words').locator('span').allInnerTexts();
    const { device } = await town.desk.readLink(link);
    await town.desk.approve(device?.deviceId ?? '', words);
    await expect(page.getByRole('heading', { name: 'Klaar om te scannen?' })).toBeVisible();
    await expect(former).toContainText('nieuw nummer');
    expect(device).toMatchObject({ replaces: deviceId, inCustody: 0 });
  },
);
