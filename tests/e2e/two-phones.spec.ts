// The same card on two phones without network: the later arrival has the earlier time, and the rulings follow.
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
  typeNumber,
} from '#tests/_support/story.ts';

test('two phones offline with one card: one point, and the second one is told', async ({
  town,
  newPhone,
}) => {
  const card = town.takeCard();
  const first = await newPhone();
  const second = await newPhone();
  const firstId = await enrol(town, first, 'Inkom links');
  const secondId = await enrol(town, second, 'Inkom rechts');
  for (const phone of [first, second]) {
    await expectReady(phone.page);
    await phone.browser.context.setOffline(true);
    await startShift(phone.page);
  }
  await typeNumber(first.page, card);
  await expectVerdict(first.page, 'Gespaard');
  await typeNumber(second.page, card);
  await expectVerdict(second.page, 'Gespaard');

  await second.browser.context.setOffline(false);
  await expectRulings(town, secondId, ['accepted 1']);
  await first.browser.context.setOffline(false);
  await expectRulings(town, firstId, ['accepted 1']);
  await expectRulings(town, secondId, ['duplicate 0']);

  await second.page.getByRole('button', { name: 'Lijst' }).click();
  await expect(second.page.getByText(/Al gescand om .* op Inkom links/)).toBeVisible();
  await expect(second.page.getByText('Aan de deur stond er: Gespaard.')).toBeVisible();

  const desk = (await newPhone()).page;
  await signInAtDesk(desk, town.server.url, 'bib');
  await desk.goto(`${town.server.url}/balie/activiteiten/${town.activity.activityId}`);
  const changed = desk.getByRole('table', { name: 'Anders dan aan de deur' }).getByRole('row');
  await expect(changed.filter({ hasText: 'Inkom rechts' })).toContainText(/Gespaard.*Al gescand/s);
  await lookAtScreen(desk, 'changed since the door');
});
