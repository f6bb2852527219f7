// A counter with a keyboard: the desk in a browser of its own.
import { expect, type Page } from '@playwright/test';
import { DEMO_PASSWORD } from '#server/demo/staff.ts';

export const DESK_SIZE = { width: 1440, height: 900 };

/** `who` of the demo region, e.g. `ieper` for the desk of that town. */
export async function signInAtDesk(page: Page, url: string, who: string): Promise<void> {
  await page.setViewportSize(DESK_SIZE);
  await page.goto(`${url}/balie`);
  await page.getByLabel('E-mailadres').fill(`${who}@demo.streekbalie.example`);
  await page.getByLabel('Wachtwoord').fill(DEMO_PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Vandaag' })).toBeVisible();
}

/** What a sheet program puts on the clipboard. */
export async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', pasted);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(event);
  }, text);
}
