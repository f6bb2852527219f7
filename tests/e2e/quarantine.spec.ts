// Scans of a phone that was revoked before it could send them: at the desk somebody looks, and decides in two taps.
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import {
  enrol,
  expect,
  expectReady,
  expectRulings,
  expectVerdict,
  startShift,
  test,
  wedge,
} from '#tests/_support/story.ts';

test('held scans are looked at, refused, accepted after all, and counted once', async ({
  town,
  newPhone,
}) => {
  test.setTimeout(180_000);
  const elsewhere = (await newPhone()).page;
  await signInAtDesk(elsewhere, town.server.url, 'diksmuide');
  await elsewhere.goto(`${town.server.url}/balie/nazicht`);
  await expect(elsewhere.getByText('Er is niets na te kijken')).toBeVisible();
  await lookAtScreen(elsewhere, 'nothing to review');

  // Other phones of this organisation may have left something to review.
  const desk = (await newPhone()).page;
  await signInAtDesk(desk, town.server.url, 'bib');
  await desk.goto(`${town.server.url}/balie/nazicht`);
  const read = desk.getByText('Er is niets na te kijken').or(desk.getByTestId('held-group').first());
  await expect(read.first()).toBeVisible();
  const link = desk.getByRole('link', { name: /Nazicht/ });
  const waiting = async (): Promise<number> => Number(/\d+/.exec((await link.textContent()) ?? '')?.[0] ?? 0);
  const before = await waiting();

  const phone = await newPhone();
  const deviceId = await enrol(town, phone, 'Verloren gsm');
  await expectReady(phone.page);
  await phone.browser.context.setOffline(true);
  await startShift(phone.page);
  for (let scanned = 1; scanned <= 3; scanned++) {
    await wedge(phone.page, town.takeCard());
    await expect(phone.page.getByTestId('counters')).toContainText(`${scanned} gescand`);
  }
  await expectVerdict(phone.page, 'Gespaard');
  await town.desk.revoke(deviceId);
  await phone.browser.context.setOffline(false);
  await expectRulings(town, deviceId, Array<string>(3).fill('quarantined device-revoked 0'));

  const group = desk.getByTestId('held-group').filter({ hasText: 'Verloren gsm' });
  await test.step('they appear by themselves, with how many and since when', async () => {
    await expect.poll(waiting).toBe(before + 3);
    await expect(group).toContainText('3 scans wachten');
    await expect(group).toContainText('Jeugdboekenweek (3)');
    await group.getByRole('button', { name: 'Bekijk de scans' }).click();
    await expect(group.getByRole('table')).toContainText('···');
    await lookAtScreen(desk, 'review');
  });

  await test.step('one is left out, two are refused, with the usual reason', async () => {
    await group.getByRole('checkbox').nth(1).uncheck();
    await group.getByRole('button', { name: 'Weiger 2 scans' }).click();
    await expect(desk.getByRole('dialog')).toContainText('2 scans van Verloren gsm weigeren?');
    await lookAtScreen(desk, 'refuse held scans');
    await desk.getByRole('dialog').getByRole('button', { name: 'Weigeren' }).click();
    await expectRulings(town, deviceId, [
      'quarantined device-revoked 0',
      'refused refused-at-desk 0',
      'refused refused-at-desk 0',
    ]);
    await expect(group).toContainText('1 scan wacht');
  });

  await test.step('the other is accepted by keyboard: two keys', async () => {
    await group.getByRole('button', { name: /^Aanvaard/ }).focus();
    await desk.keyboard.press('Enter');
    await desk.getByRole('dialog').getByRole('button', { name: 'Aanvaarden' }).focus();
    await desk.keyboard.press('Enter');
    await expectRulings(town, deviceId, [
      'accepted 1',
      'refused refused-at-desk 0',
      'refused refused-at-desk 0',
    ]);
    await expect(group).toBeHidden();
    await expect.poll(waiting).toBe(before);
  });

  await test.step('the refusal is reversed, and the decisions stand in a list', async () => {
    const refused = desk
      .getByRole('row')
      .filter({ hasText: 'Verloren gsm' })
      .filter({ hasText: '2 geweigerd' });
    await refused.getByRole('button', { name: 'Terugdraaien' }).click();
    await desk.getByRole('dialog').getByLabel('Reden').fill('Gsm was in goede handen');
    await lookAtScreen(desk, 'reverse a decision');
    await desk.getByRole('button', { name: 'Toch aanvaarden' }).click();
    await expectRulings(town, deviceId, Array<string>(3).fill('accepted 1'));
    await expect(refused).toContainText('teruggedraaid');
    await lookAtScreen(desk, 'decisions');
  });
});
