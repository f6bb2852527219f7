import { expect, it, vi } from 'vitest';
import { InstallOffer } from '../../../src/lib/install-offer.svelte.ts';

// The one of the app listens there when it is loaded.
vi.hoisted(() => vi.stubGlobal('window', new EventTarget()));

function offered(outcome: 'accepted' | 'dismissed') {
  const page = new EventTarget();
  const offer = new InstallOffer(page);
  let prompts = 0;
  const event = Object.assign(new Event('beforeinstallprompt', { cancelable: true }), {
    prompt: () => Promise.resolve(++prompts),
    userChoice: Promise.resolve({ outcome }),
  });
  page.dispatchEvent(event);
  return { page, offer, event, prompts: () => prompts };
}

it('keeps the offer of the browser for the tap, and takes it once', async () => {
  const { offer, event, prompts } = offered('accepted');
  expect(event.defaultPrevented).toBe(true);
  expect(offer.open).toBe(true);
  expect(await offer.take()).toBe(true);
  expect(offer.open).toBe(false);
  expect(await offer.take()).toBe(false);
  expect(prompts()).toBe(1);
});

it('is over when nobody wants it, or when it was installed from the menu', async () => {
  expect(await offered('dismissed').offer.take()).toBe(false);
  const { page, offer } = offered('accepted');
  page.dispatchEvent(new Event('appinstalled'));
  expect(offer.open).toBe(false);
});
