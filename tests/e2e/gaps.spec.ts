// A phone that lost the network half-way through its backlog: desk and other phones know which scans it still has to send,
// although it cannot be asked.
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { lookAtPhone } from '#tests/_support/phone-look.ts';
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

test('what a phone still has to send is named at the desk and on the other phone, until it is there', async ({
  town,
  newPhone,
}) => {
  const left = await newPhone();
  const right = await newPhone();
  const leftId = await enrol(town, left, 'Kassa links');
  await enrol(town, right, 'Kassa rechts');
  for (const { page } of [left, right]) {
    await expectReady(page);
    await startShift(page);
  }
  await left.browser.context.setOffline(true);
  for (let count = 1; count <= 3; count++) {
    await wedge(left.page, town.takeCard());
    await expect(left.page.getByTestId('counters')).toContainText(`${count} gescand`);
  }
  // Three scans do not come through at once; the phone tries one, and then there is no line any more.
  let asked = 0;
  await left.page.route('**/api/sync', (route) =>
    ++asked === 2 ? route.continue() : route.abort('internetdisconnected'),
  );
  await left.browser.context.setOffline(false);
  await expectRulings(town, leftId, ['accepted 1']);

  const desk = (await newPhone()).page;
  await signInAtDesk(desk, town.server.url, 'bib');
  await desk.goto(`${town.server.url}/balie/toestellen`);
  const row = desk.getByRole('row').filter({ hasText: 'Kassa links' });
  await expect(row.getByTestId('owed')).toContainText(/moet nog \d+-\d+ sturen/);
  await expect(row).toContainText('2 scans');
  await lookAtScreen(desk, 'a phone with a gap');

  await wedge(right.page, town.takeCard());
  await expectVerdict(right.page, 'Gespaard');
  await right.page.getByRole('button', { name: 'Lijst' }).click();
  await right.page.getByRole('button', { name: 'Shift afsluiten' }).click();
  await expect(right.page.getByText(/Kassa links moet er nog 2 versturen/)).toBeVisible();
  await lookAtPhone(right.page, 'end of a shift while another phone owes');

  await left.page.unroute('**/api/sync');
  await expectRulings(town, leftId, ['accepted 1', 'accepted 1', 'accepted 1']);
  await desk.reload();
  await expect(row.getByTestId('owed')).toHaveCount(0);
});
