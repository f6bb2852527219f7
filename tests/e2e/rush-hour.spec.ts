// A queue at the door: twenty cards one after the other, good and bad mixed. Each gets its own verdict, none is lost.
import type { VerdictKind } from '#domain/checkins/verdict.ts';
import { enrol, expect, expectReady, expectRulings, startShift, test, wedge } from '#tests/_support/story.ts';

const BLOCKED = '0900000002312';
const GROUP_PASS = '0900000045410';
/** Well-formed, of no card system here. */
const FOREIGN = '0940000000312';
const WRONG_DIGIT = '0900000067514';
const ARTICLE = '5410041001204';

test('twenty scans in a row, good and bad mixed: the right verdict each', async ({ town, newPhone }) => {
  const phone = await newPhone();
  const { page } = phone;
  const deviceId = await enrol(town, phone, 'Drukke deur');
  await expectReady(page);
  await page.context().setOffline(true);
  await startShift(page);

  const good = Array.from({ length: 14 }, () => town.takeCard());
  const queue: [string, VerdictKind | 'again', string?][] = [
    ...good.slice(0, 5).map((card): [string, VerdictKind, string] => [card, 'saved', 'accepted 1']),
    [BLOCKED, 'refused', 'refused card-blocked 0'],
    [good[4] ?? '', 'again'],
    [WRONG_DIGIT, 'refused'],
    ...good.slice(5, 9).map((card): [string, VerdictKind, string] => [card, 'saved', 'accepted 1']),
    [FOREIGN, 'noted', 'accepted-with-note foreign 1'],
    [ARTICLE, 'refused'],
    [GROUP_PASS, 'refused', 'refused group-pass 0'],
    ...good.slice(9).map((card): [string, VerdictKind, string] => [card, 'saved', 'accepted 1']),
  ];
  expect(queue).toHaveLength(20);
  const said = page.getByTestId('announcement').locator('p');
  for (const [number, verdict] of queue) {
    const before = (await said.count()) ? await said.elementHandle() : null;
    await wedge(page, number);
    // The same card within five seconds is the same scan: nothing new is said, nothing is added.
    if (verdict === 'again') continue;
    await expect
      .poll(async () => before === null || (await before.evaluate((node) => !node.isConnected)))
      .toBe(true);
    await expect(page.getByTestId('verdict')).toHaveAttribute('data-verdict', verdict);
  }
  await page.context().setOffline(false);
  await expectRulings(
    town,
    deviceId,
    queue.flatMap(([, , ruling]) => ruling ?? []),
  );
});
