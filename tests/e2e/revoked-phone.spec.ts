// A phone that was revoked while it was away: it loses the card list, keeps its scans, and somebody decides about them.
import {
  enrol,
  expect,
  expectReady,
  expectRulings,
  expectVerdict,
  startShift,
  test,
  typeNumber,
} from '#tests/_support/story.ts';

test('a revoked phone says so, forgets the cards and still hands in its scans', async ({
  town,
  newPhone,
}) => {
  const phone = await newPhone();
  const deviceId = await enrol(town, phone, 'Verloren gsm');
  await expectReady(phone.page);
  await phone.browser.context.setOffline(true);
  await startShift(phone.page);
  await typeNumber(phone.page, town.takeCard());
  await expectVerdict(phone.page, 'Gespaard');

  await town.desk.revoke(deviceId);
  await phone.browser.context.setOffline(false);
  await expect(phone.page.getByRole('heading', { name: 'Dit toestel is ontkoppeld' })).toBeVisible();
  await expectRulings(town, deviceId, ['quarantined device-revoked 0']);
  const left = await phone.page.evaluate(async () => {
    const open = indexedDB.open('streekbalie');
    const db = await new Promise<IDBDatabase>((resolve) => (open.onsuccess = () => resolve(open.result)));
    const count = (store: string): Promise<number> => {
      const request = db.transaction(store).objectStore(store).count();
      return new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    };
    return { outbox: await count('outbox'), activities: await count('activities') };
  });
  expect(left).toEqual({ outbox: 1, activities: 0 });
});

test('a refused phone is told, and a used link too', async ({ town, newPhone }) => {
  const phone = await newPhone();
  const link = await town.desk.makeLink(town.activity);
  await phone.page.goto(link.url);
  await expect(phone.page).toHaveURL(/\/koppel$/);
  await phone.page.getByRole('button', { name: 'Koppel dit toestel' }).click();
  await expect(phone.page.getByTestId('enrol-words')).toBeVisible();
  const { device } = await town.desk.readLink(link);
  await town.desk.refuse(device?.deviceId ?? '');
  await expect(phone.page.getByText('niet goedgekeurd')).toBeVisible();

  await phone.page.getByLabel('Koppelcode').fill(link.code);
  await phone.page.getByRole('button', { name: 'Koppel dit toestel' }).click();
  await expect(phone.page.getByText('Deze link is al gebruikt')).toBeVisible();
  const next = await town.desk.makeLink(town.activity);
  await phone.page.getByLabel('Koppelcode').fill(next.code);
  await phone.page.getByRole('button', { name: 'Koppel dit toestel' }).click();
  await expect(phone.page.getByTestId('enrol-words')).toBeVisible();
  await phone.page.getByRole('button', { name: 'Stop het koppelen' }).click();
  await expect(phone.page.getByLabel('Koppelcode')).toHaveValue('');
  await phone.page.reload();
  await expect(phone.page.getByLabel('Koppelcode')).toBeVisible();

  await phone.page.getByLabel('Koppelcode').fill('ABCD-EFGH');
  await phone.page.getByRole('button', { name: 'Koppel dit toestel' }).click();
  await expect(phone.page.getByText('Deze code is niet gekend')).toBeVisible();
});
