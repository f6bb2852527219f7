// The scanner open in two tabs of one phone, both with a reader: one chain, no scan lost, none counted twice.
import type { Page } from '@playwright/test';
import { maskUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { enrol, expect, expectReady, expectRulings, startShift, test, wedge } from '#tests/_support/story.ts';

const EACH = 30;

test('two tabs scan thirty cards each: sixty stored once, in one chain', async ({ town, newPhone }) => {
  test.setTimeout(240_000);
  const phone = await newPhone();
  const deviceId = await enrol(town, phone, 'Twee tabbladen');
  await expectReady(phone.page);
  await startShift(phone.page);
  const other = await phone.browser.context.newPage();
  await other.goto(`${town.server.url}/scan`);
  await startShiftIfAsked(other);

  const cards = Array.from({ length: 2 * EACH }, () => town.takeCard());
  const scanAll = async (page: Page, own: readonly UitpasNumber[]): Promise<void> => {
    for (const card of own) {
      await wedge(page, card);
      await expect(page.getByTestId('verdict')).toContainText(maskUitpasNumber(card));
      await expect(page.getByTestId('verdict')).toContainText('Gespaard');
    }
  };
  await Promise.all([scanAll(phone.page, cards.slice(0, EACH)), scanAll(other, cards.slice(EACH))]);

  await expectRulings(town, deviceId, Array<string>(2 * EACH).fill('accepted 1'));
  const { rows } = await town.database.query<{
    seqs: number;
    most: number;
    broken: number | null;
    cards: number;
  }>(
    `select count(distinct c.seq)::int as seqs, max(c.seq) as most, d.broken_at_seq as broken,
        (select count(distinct v.uitpas_number)::int from visit v where v.device_id = d.device_id) as cards
       from command c join device d using (region_id, device_id) where d.device_id = $1 group by d.region_id, d.device_id`,
    [deviceId],
  );
  expect(rows).toEqual([{ seqs: 2 * EACH, most: 2 * EACH, broken: null, cards: 2 * EACH }]);
});

async function startShiftIfAsked(page: Page): Promise<void> {
  const begin = page.getByRole('button', { name: /met scannen$/ });
  await expect(begin.or(page.getByTestId('verdict'))).toBeVisible();
  if (await begin.isVisible()) await startShift(page);
}
