// One's own account: a second step with an app, signing in with it and with a code on paper, and signing out elsewhere.
import type { Page } from '@playwright/test';
import { must } from '#domain/kernel/assert.ts';
import { DEMO_PASSWORD } from '#server/demo/staff.ts';
import { totpCode, totpStep } from '#server/auth/totp.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { expect, test, type Town } from '#tests/_support/story.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** What the app on the phone shows; `ahead` half minutes later, as each code works once. */
function codeOfApp(secret: string, ahead: number): string {
  const bits = [...secret].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const bytes = (bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2));
  return totpCode(Uint8Array.from(bytes), totpStep(Date.now()) + ahead);
}

async function password(page: Page, { server }: Town): Promise<void> {
  await page.goto(`${server.url}/balie/aanmelden`);
  await page.getByLabel('E-mailadres').fill('jeugd@demo.streekbalie.example');
  await page.getByLabel('Wachtwoord').fill(DEMO_PASSWORD);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Nog één stap' })).toBeVisible();
}

const today = (page: Page) => page.getByRole('heading', { level: 1, name: 'Vandaag' });

test('a second step, from the QR code to a code on paper', async ({ town, newPhone }) => {
  const { page: desk } = await newPhone();
  await signInAtDesk(desk, town.server.url, 'jeugd');
  await desk.getByRole('button', { name: /afmelden$/ }).click();
  await desk.getByRole('menuitem', { name: 'Mijn account' }).click();
  await expect(desk.getByText('Je bent alleen hier aangemeld.')).toBeVisible();

  await desk.getByRole('button', { name: 'Tweede stap aanzetten' }).click();
  const secret = (await desk.getByTestId('totp-secret').innerText()).replace(/\s/g, '');
  await desk.getByLabel('Code van 6 cijfers uit de app').fill('000000');
  await desk.keyboard.press('Enter');
  await expect(desk.getByText('Deze code klopt niet.')).toBeVisible();
  // The next half minute may begin at any moment of this story: then this is the code before, and still one that was used.
  const used = codeOfApp(secret, 0);
  await desk.getByLabel('Code van 6 cijfers uit de app').fill(used);
  await desk.keyboard.press('Enter');
  const shown = desk.getByTestId('recovery-codes').locator('li');
  await expect(shown).toHaveCount(10);
  const codes = await shown.allInnerTexts();
  await desk.getByRole('button', { name: 'Ik heb ze bewaard' }).click();
  await expect(desk.getByText('Je hebt nog 10 reservecodes.')).toBeVisible();

  const { page: other } = await newPhone();
  await password(other, town);
  await expect(other.getByLabel('Code')).toBeFocused();
  await other.keyboard.type(used);
  await other.keyboard.press('Enter');
  await expect(other.getByRole('alert')).toContainText('Wacht op de volgende code');
  await other.getByLabel('Code').fill(codeOfApp(secret, 1));
  await other.keyboard.press('Enter');
  await expect(today(other)).toBeVisible();

  const { page: paper } = await newPhone();
  await password(paper, town);
  await paper.getByLabel('Code').fill(must(codes[0], 'a code on paper'));
  await paper.keyboard.press('Enter');
  await expect(today(paper)).toBeVisible();

  await desk.reload();
  await desk.getByRole('button', { name: 'Overal elders afmelden' }).click();
  await expect(desk.getByText('Je bent alleen hier aangemeld.')).toBeVisible();
  await expect(desk.getByText('Je hebt nog 9 reservecodes.')).toBeVisible();
  for (const page of [other, paper]) {
    await page.reload();
    await expect(page.getByRole('heading', { level: 1, name: 'Aanmelden' })).toBeVisible();
  }

  // A sensitive act, after a while: a code on paper is as good as the password.
  await town.database.query(
    `update auth_session set created_at = created_at - interval '11 minutes', proved_at = null`,
  );
  await desk.getByRole('button', { name: 'Tweede stap uitzetten' }).click();
  await desk.getByRole('button', { name: 'Gebruik een code van de app' }).click();
  await desk.getByRole('dialog').getByLabel('Code').fill(must(codes[1], 'a code on paper'));
  await desk.keyboard.press('Enter');
  await expect(desk.getByRole('button', { name: 'Tweede stap aanzetten' })).toBeVisible();
});
