// kill -9 of the browser in the middle of a scan (goals R2): what was shown as saved is there after each kill, and counts
// once. BROWSER_KILLS widens it (npm run proof).
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { pollUntil } from '#server/poll.ts';
import { enrol, expect, expectReady, rulingsOf, startShift, test, wedge } from '#tests/_support/story.ts';

const KILLS = Number(process.env['BROWSER_KILLS'] ?? 5);
/** Cards whose verdict is awaited before the one during which the power goes. */
const SHOWN_A_ROUND = 2;

test(
  'a browser that is killed again and again loses no scan that it showed',
  { tag: '@alone' },
  async ({ town, newPhone }) => {
    test.setTimeout(60_000 + KILLS * 20_000);
    const phone = await newPhone();
    const deviceId = await enrol(town, phone, 'Zwakke batterij');
    await expectReady(phone.page);
    await phone.browser.context.setOffline(true);
    await startShift(phone.page);

    const shown: UitpasNumber[] = [];
    const cutOff: UitpasNumber[] = [];
    const scanned = async (): Promise<number> =>
      Number(/\d+/.exec(await phone.page.getByTestId('counters').innerText())?.[0]);
    for (let kill = 0; kill < KILLS; kill++) {
      let before = await scanned();
      for (let i = 0; i < SHOWN_A_ROUND; i++) {
        const card = town.takeCard();
        await wedge(phone.page, card);
        await expect(phone.page.getByTestId('counters')).toContainText(`${++before} gescand`);
        await expect(phone.page.getByTestId('verdict')).toHaveAttribute('data-verdict', 'saved');
        shown.push(card);
      }
      const card = town.takeCard();
      cutOff.push(card);
      await wedge(phone.page, card);
      await phone.dieAndReturn({ offline: true });
      await phone.page.goto(`${town.server.url}/scan`);
      await startShift(phone.page);
      await expect.poll(scanned).toBeGreaterThanOrEqual(shown.length);
      expect(await scanned()).toBeLessThanOrEqual(shown.length + cutOff.length);
    }

    const kept = await scanned();
    await phone.browser.context.setOffline(false);
    await pollUntil(async () => ((await rulingsOf(town, deviceId)).length === kept ? true : undefined), {
      timeoutMs: 30_000,
      onTimeout: () => new Error('the scans do not arrive'),
    });
    expect(await rulingsOf(town, deviceId)).toEqual(Array.from({ length: kept }, () => 'accepted 1'));
    const { rows } = await town.database.query<{ number: UitpasNumber; visits: number }>(
      'select uitpas_number as number, count(*)::int as visits from visit where device_id = $1 group by 1',
      [deviceId],
    );
    const visits = new Map(rows.map((row) => [row.number, row.visits]));
    expect(shown.map((number) => visits.get(number))).toEqual(shown.map(() => 1));
    expect([...visits.keys()].filter((number) => ![...shown, ...cutOff].includes(number))).toEqual([]);
  },
);
