// The first scan, whole: enrolled with approval, no network, camera and typed, killed, back, online, on the ledger once.
import { heldCard } from '#tests/_support/fake-camera.ts';
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

const FIRST = '0900000095902';
const SECOND = '0900000031618';
const THIRD = '0900000058918';
/** Well-formed, of no card system here. */
const FOREIGN = '0940000000106';

test('a volunteer scans without network, loses her phone’s power, and everything counts once', async ({
  town,
  newPhone,
}) => {
  const phone = await newPhone({ film: [heldCard('code-128', FIRST)] });
  const deviceId = await enrol(town, phone, 'Inkom 1');
  await expectReady(phone.page);

  await phone.browser.context.setOffline(true);
  await phone.page.reload();
  await expectReady(phone.page);
  await expect(phone.page.getByTestId('preflight-light')).toHaveText('Alles in orde');
  await startShift(phone.page);
  await expectVerdict(phone.page, 'Gespaard');
  await expect(phone.page.getByTestId('verdict')).toContainText('0900 000 095 ···');

  await typeNumber(phone.page, SECOND);
  await expect(phone.page.getByTestId('verdict')).toContainText('0900 000 031 ···');
  await typeNumber(phone.page, FOREIGN);
  await expectVerdict(phone.page, 'Genoteerd');
  await expect(phone.page.getByTestId('counters')).toContainText('3 gescand');
  await expect(phone.page.getByTestId('network')).toContainText('offline, alles wordt bewaard');

  await phone.dieAndReturn({ film: [heldCard('qr', THIRD)], offline: true });
  await phone.page.goto(`${town.server.url}/scan`);
  await startShift(phone.page);
  await expectVerdict(phone.page, 'Gespaard');
  await expect(phone.page.getByTestId('verdict')).toContainText('0900 000 058 ···');
  await expect(phone.page.getByTestId('counters')).toContainText('4 gescand');

  await phone.page.getByRole('button', { name: 'Lijst' }).click();
  await expect(phone.page.locator('[data-testid=scan-row][data-life=here]')).toHaveCount(4);

  await phone.browser.context.setOffline(false);
  await expect(phone.page.locator('[data-testid=scan-row][data-life=ruled]')).toHaveCount(4);
  await expect(phone.page.getByText('punt gegeven')).toHaveCount(3);
  await expectRulings(town, deviceId, [
    'accepted 1',
    'accepted 1',
    'accepted-with-note foreign 1',
    'accepted 1',
  ]);

  await phone.page.getByRole('button', { name: 'Shift afsluiten' }).click();
  await expect(phone.page.getByText('Je mag dit toestel afsluiten.')).toBeVisible();
});

test('what was scanned by mistake is undone, at once and from the list', async ({ town, newPhone }) => {
  const phone = await newPhone();
  const deviceId = await enrol(town, phone, 'Inkom 2');
  await expectReady(phone.page);
  await startShift(phone.page);
  const card = town.takeCard();
  await typeNumber(phone.page, card);
  await expectVerdict(phone.page, 'Gespaard');
  await phone.page.getByRole('button', { name: 'Ongedaan', exact: true }).click();
  await expectVerdict(phone.page, 'Ongedaan gemaakt');
  await typeNumber(phone.page, card);
  await expectVerdict(phone.page, 'Gespaard');
  await phone.page.getByRole('button', { name: 'Lijst' }).click();
  await phone.page.getByRole('button', { name: 'Ongedaan maken' }).click();
  await phone.page.getByRole('dialog').getByRole('button', { name: 'Ongedaan maken' }).click();
  await expect(phone.page.locator('[data-tone=undone]')).toHaveCount(2);
  await expectRulings(town, deviceId, ['refused undone 0', 'refused undone 0']);
});
