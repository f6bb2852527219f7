// A passkey on a device with a finger reader: made, used to sign in and to show again who one is, and removed. The device is
// the virtual authenticator of the browser; everything else is real.
import type { CDPSession, Page } from '@playwright/test';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { expect, test } from '#tests/_support/story.ts';

async function addFingerReader(page: Page): Promise<{ cdp: CDPSession; authenticatorId: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, authenticatorId };
}

test('a passkey signs in, proves and goes', async ({ town, newPhone }) => {
  const { page } = await newPhone();
  const { cdp, authenticatorId } = await addFingerReader(page);
  await signInAtDesk(page, town.server.url, 'diksmuide');
  await page.goto(`${town.server.url}/balie/account`);
  await page.getByLabel('Naam van de passkey').fill('Computer balie');
  await page.getByRole('button', { name: 'Passkey toevoegen' }).click();
  const remove = page.getByRole('button', { name: 'Passkey Computer balie verwijderen' });
  await expect(remove).toBeVisible();

  const signOut = async (): Promise<void> => {
    await page.getByRole('button', { name: /afmelden$/ }).click();
    await page.getByRole('menuitem', { name: 'Afmelden' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Aanmelden' })).toBeVisible();
  };
  await signOut();

  await test.step('a device that did not check its person opens nothing', async () => {
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await page.getByRole('button', { name: 'Aanmelden met een passkey' }).click();
    await expect(page.getByRole('alert')).toContainText('Er is geen passkey gebruikt.');
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
  });

  await page.getByRole('button', { name: 'Aanmelden met een passkey' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Mijn account' })).toBeVisible();

  await test.step('after a while a sensitive act asks, and the finger is enough', async () => {
    await town.database.query(
      `update auth_session set created_at = created_at - interval '11 minutes', proved_at = null`,
    );
    await remove.click();
    await page.getByRole('button', { name: 'Gebruik een passkey' }).click();
    await expect(page.getByText('De passkey is verwijderd.')).toBeVisible();
    await expect(remove).toHaveCount(0);
  });

  await signOut();
  await page.getByRole('button', { name: 'Aanmelden met een passkey' }).click();
  await expect(page.getByRole('alert')).toContainText('Deze passkey kennen we niet of niet meer.');
});
