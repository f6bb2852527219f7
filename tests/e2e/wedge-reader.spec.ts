// A card reader that acts as a keyboard, on a phone without a camera.
import { enrol, expect, expectReady, expectVerdict, startShift, test, wedge } from '#tests/_support/story.ts';

/** Passes every rule of a UITPAS number and is a valid EAN-13 as well. */
const MAYBE_ARTICLE = '5410000006110';

test('a reader without a camera: cards, wrong numbers, shop articles, the same card twice', async ({
  town,
  newPhone,
}) => {
  const { page } = await (async () => {
    const phone = await newPhone();
    await enrol(town, phone, 'Balie');
    return phone;
  })();
  await expectReady(page);
  await startShift(page);
  await expect(
    page.getByText('De camera is niet toegelaten').or(page.getByText('Er is geen camera')),
  ).toBeVisible();

  const card = town.takeCard();
  await wedge(page, card);
  await expectVerdict(page, 'Gespaard');
  await wedge(page, card);
  await expect(page.getByTestId('counters')).toContainText('1 gescand');

  await wedge(page, '0900000067514');
  await expectVerdict(page, 'Controleer de cijfers op de kaart');
  await wedge(page, '09000000675');
  await expectVerdict(page, '13 cijfers, dit zijn er 11');
  await wedge(page, '0900000002312');
  await expectVerdict(page, 'geblokkeerd');
  await wedge(page, '0900000045410');
  await expectVerdict(page, 'groepspas');

  await wedge(page, MAYBE_ARTICLE);
  await page.getByRole('button', { name: 'Nee, niet scannen' }).click();
  await expect(page.getByTestId('counters')).toContainText('3 gescand');
  await wedge(page, MAYBE_ARTICLE);
  // The Enter of the next card answers no question.
  await wedge(page, town.takeCard());
  await expect(page.getByRole('button', { name: 'Nee, niet scannen' })).toBeVisible();
  await page.getByRole('button', { name: 'Ja, het is een UITPAS' }).click();
  await expectVerdict(page, 'Genoteerd');
  await expect(page.getByTestId('counters')).toContainText('4 gescand');
});
