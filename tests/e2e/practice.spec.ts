// Practising: every verdict, on a phone that is nobody's yet, and nothing of it is stored or can be taken for a visit.
import { heldCard } from '#tests/_support/fake-camera.ts';
import {
  enrol,
  expect,
  expectReady,
  expectRulings,
  expectVerdict,
  startShift,
  test,
} from '#tests/_support/story.ts';

const PRACTICE_CODE = 'STREEKBALIE-OEFENKAART-1';

test('a phone that is not linked yet practises every verdict, with a tap and with the camera', async ({
  town,
  newPhone,
}) => {
  const { page } = await newPhone({ film: [heldCard('qr', PRACTICE_CODE)] });
  await page.goto(`${town.server.url}/scan`);
  await page.getByRole('link', { name: 'Eerst oefenen' }).click();
  for (const [card, said] of [
    ['Een gewone kaart', 'Gespaard'],
    ['Een kaart die al gescand is', 'Let op'],
    ['Een geblokkeerde kaart', 'Geweigerd'],
    ['Een kaart die dit toestel niet kent', 'Genoteerd'],
    ['Een winkelartikel', 'winkelartikel'],
    ['Het alarm', 'NIET BEWAARD'],
  ] as const) {
    await page.getByRole('button', { name: card, exact: true }).click();
    await expectVerdict(page, said);
    await expect(page.getByTestId('practice')).toBeInViewport();
  }
  await page.getByRole('button', { name: 'Camera aan' }).click();
  await expectVerdict(page, 'Gespaard');
  const kept = await page.evaluate(
    () =>
      new Promise<number>((done, fail) => {
        const open = indexedDB.open('streekbalie');
        open.onerror = () => fail(new Error('not opened'));
        open.onsuccess = () => {
          const count = open.result.transaction('outbox').objectStore('outbox').count();
          count.onsuccess = () => done(count.result);
        };
      }),
  );
  expect(kept).toBe(0);
});

test('practice on a linked phone sends nothing, and a practice card is no card at the door', async ({
  town,
  newPhone,
}) => {
  const phone = await newPhone({ film: [heldCard('qr', PRACTICE_CODE)] });
  const { page } = phone;
  const deviceId = await enrol(town, phone, 'Oefent');
  await expectReady(page);
  await page.getByRole('link', { name: 'Eerst oefenen' }).click();
  await page.getByRole('button', { name: 'Een gewone kaart', exact: true }).click();
  await expectVerdict(page, 'Gespaard');
  await page.getByRole('link', { name: 'Stop oefenen' }).click();
  await expect(page.locator('[data-check=unsent]')).toContainText('niets');
  await startShift(page);
  await expectVerdict(page, 'Deze code is geen UITPAS');
  await expect(page.getByTestId('counters')).toContainText('0 gescand');
  await expectRulings(town, deviceId, []);
});
