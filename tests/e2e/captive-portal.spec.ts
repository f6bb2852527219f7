// Somebody's wifi answers everything with its own page: that is no receipt, and no scan is lost to it.
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

test('behind a sign-in page scans are kept, and arrive when it is gone', async ({ town, newPhone }) => {
  const phone = await newPhone();
  const deviceId = await enrol(town, phone, 'Camping');
  await expectReady(phone.page);
  await startShift(phone.page);

  await phone.page.route('**/api/**', (route) =>
    route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>Welkom op onze wifi</h1>' }),
  );
  await typeNumber(phone.page, town.takeCard());
  await expectVerdict(phone.page, 'Gespaard');
  await expect(phone.page.getByTestId('network')).toContainText('wifi vraagt aanmelden');
  await expect(phone.page.getByTestId('counters')).toContainText('1 nog te versturen');

  await phone.page.unroute('**/api/**');
  await expectRulings(town, deviceId, ['accepted 1']);
  await expect(phone.page.getByTestId('counters')).toContainText('0 nog te versturen');
});
