// A desk whose town has an OpenID provider of its own: from the button to the provider, to the desk, and out again. Server,
// provider and browser are real; the server is one of its own, as only this story has a provider in its settings.
import { mkdtempSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { removeProfile, startPhoneBrowser } from '#tests/_support/chromium.ts';
import { lookAtScreen } from '#tests/_support/desk-look.ts';
import { DESK_SIZE } from '#tests/_support/desk-page.ts';
import { startIdentityProvider } from '#tests/_support/identity-provider.ts';
import { startServer } from '#tests/_support/server-process.ts';

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo; // a TCP server has a port
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

test('from the sign-in page to the provider and to the desk', async () => {
  test.setTimeout(120_000);
  const port = await freePort();
  const server = await startServer({
    env: {
      DEMO: '1',
      OIDC_ISSUER: `http://127.0.0.1:${port}`,
      OIDC_CLIENT_ID: 'streekbalie',
      OIDC_CLIENT_SECRET: 'een geheim van de aanbieder, lang genoeg',
      OIDC_NAME: 'Stad Ieper',
    },
  });
  const profile = mkdtempSync(join(tmpdir(), 'streekbalie-phone-'));
  const browser = await startPhoneBrowser({ profile, origin: server.url });
  const { page } = browser;
  await page.setViewportSize(DESK_SIZE);
  const button = page.getByRole('button', { name: 'Aanmelden met Stad Ieper' });

  await page.goto(`${server.url}/balie/aanmelden?terug=%2Fbalie%2Faccount`);
  await test.step('the provider is away: a sentence, and the password stays', async () => {
    await button.click();
    await expect(page.getByRole('alert')).toContainText(
      'De aanmelddienst van je organisatie antwoordt niet.',
    );
    await expect(page.getByLabel('Wachtwoord')).toBeEnabled();
    await lookAtScreen(page, 'sign in with a provider');
  });

  const provider = await startIdentityProvider(server.url, port);
  provider.people.set('an', { email: 'ieper@demo.streekbalie.example', emailVerified: true });
  provider.people.set('vreemd', { email: 'vreemd@elders.invalid', emailVerified: true });
  const atProvider = async (login: string): Promise<void> => {
    await button.click();
    await page.getByLabel('Gebruiker').fill(login);
    await page.getByRole('button', { name: 'Verder' }).click();
  };

  await test.step('a stranger is told what to do', async () => {
    await atProvider('vreemd');
    await expect(page.getByRole('alert')).toContainText('Vraag een uitnodiging aan je beheerder.');
    expect(new URL(page.url()).search).toBe('');
    await page.context().clearCookies({ domain: '127.0.0.1' });
    await page.getByRole('button', { name: 'Terug naar aanmelden' }).click();
  });

  await test.step('a colleague comes to the page he asked for, and sees the link', async () => {
    await page.goto(`${server.url}/balie/aanmelden?terug=%2Fbalie%2Faccount`);
    await atProvider('an');
    await expect(page.getByRole('heading', { level: 1, name: 'Mijn account' })).toBeVisible();
    await expect(page.getByRole('heading', { name: 'Aanmelden met Stad Ieper' })).toBeVisible();
    await expect(page.getByText('gekoppeld', { exact: true })).toBeVisible();
    await lookAtScreen(page, 'account with a provider');
  });

  await test.step('signing out offers the same there', async () => {
    await page.getByRole('button', { name: /afmelden$/ }).click();
    await page.getByRole('menuitem', { name: 'Afmelden' }).click();
    await expect(page.getByText('Bij Stad Ieper ben je nog aangemeld.')).toBeVisible();
    await expect(page.getByRole('link', { name: 'Ook afmelden bij Stad Ieper' })).toHaveAttribute(
      'href',
      new RegExp(`^http://127\\.0\\.0\\.1:${port}/`),
    );
  });

  await test.step('he comes in again, shows there who he is, and takes the link away', async () => {
    await button.click(); // still signed in there: nothing to fill in, and so nothing shown
    await page.getByRole('button', { name: 'Loskoppelen' }).click();
    await page.getByRole('button', { name: 'Meld opnieuw aan met Stad Ieper' }).click();
    await page.getByLabel('Gebruiker').fill('an');
    await page.getByRole('button', { name: 'Verder' }).click();
    await page.getByRole('button', { name: 'Loskoppelen' }).click();
    await expect(page.getByText('niet gekoppeld', { exact: true })).toBeVisible();
  });

  await browser.close();
  removeProfile(profile);
  await provider.stop();
  await server.stop();
});
