// A backup takes the place of the database in the middle of an evening: the phones send again what came after it, say so,
// and the desk sees who has not been heard since.
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
  testInOwnTown,
  wedge,
} from '#tests/_support/story.ts';

const test = testInOwnTown();

test('phones send again what a restored database lacks, and the desk sees who is still to come', async ({
  town,
  newPhone,
}, testInfo) => {
  test.setTimeout(240_000);
  const door = await newPhone();
  const back = await newPhone();
  const doorId = await enrol(town, door, 'Voordeur');
  const backId = await enrol(town, back, 'Achterdeur');
  for (const { page } of [door, back]) {
    await expectReady(page);
    await startShift(page);
  }
  const scan = async ({ page }: typeof door, count: number): Promise<void> => {
    await wedge(page, town.takeCard());
    await expectVerdict(page, 'Gespaard');
    await expect(page.getByTestId('counters')).toContainText(`${count} gescand`);
  };
  await scan(door, 1);
  await scan(back, 1);
  await expectRulings(town, doorId, ['accepted 1']);
  await expectRulings(town, backId, ['accepted 1']);

  const file = testInfo.outputPath('region.backup');
  await town.backUp(file);
  await scan(door, 2);
  await scan(door, 3);
  await scan(back, 2);
  await expectRulings(town, doorId, ['accepted 1', 'accepted 1', 'accepted 1']);
  await expectRulings(town, backId, ['accepted 1', 'accepted 1']);
  for (const { browser } of [door, back]) await browser.context.setOffline(true);
  await town.restore(file);

  // The line falls away again after the answer that tells it: two scans would be sent before anybody reads that they are.
  let told = false;
  await door.page.route('**/api/sync', async (route) => {
    if (told) return route.abort('internetdisconnected');
    const response = await route.fetch();
    told = response.ok();
    return route.fulfill({ response });
  });
  await door.browser.context.setOffline(false);
  await expect(door.page.getByTestId('sent-again')).toContainText('verstuurt 2 scans opnieuw');
  await lookAtPhone(door.page, 'sending again after a restored backup');
  await door.page.unroute('**/api/sync');
  await expectRulings(town, doorId, ['accepted 1', 'accepted 1', 'accepted 1']);
  await expectRulings(town, backId, ['accepted 1']);

  const desk = (await newPhone()).page;
  await signInAtDesk(desk, town.server.url, 'bib');
  await desk.goto(`${town.server.url}/balie/toestellen`);
  const notice = desk.getByTestId('restored');
  await expect(notice).toContainText('die opnieuw aankwamen: 2');
  await expect(notice).toContainText(/Nog te komen: .*Achterdeur/);
  await expect(notice).not.toContainText(/Nog te komen: .*Voordeur/);
  await lookAtScreen(desk, 'phones after a restored backup');

  await back.browser.context.setOffline(false);
  await expectRulings(town, backId, ['accepted 1', 'accepted 1']);
  await desk.reload();
  await expect(notice).toContainText('die opnieuw aankwamen: 3');
  await expect(notice).not.toContainText('Achterdeur');
});
