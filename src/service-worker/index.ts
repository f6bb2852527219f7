/// <reference types="@sveltejs/kit" />
/// <reference lib="webworker" />
// Keeps the shell of the app on the device, so that it starts without network. It owns no data: every request to the
// API passes it by. It never takes over by itself; the app asks for that when nobody is in the middle of a shift.
import { PrecacheController, PrecacheRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { build, files, version } from '$service-worker';

declare const self: ServiceWorkerGlobalScope;

const SHELL = '/200.html';
const HASHED = '/_app/immutable/';
const PREVIOUS = 'streekbalie-previous-shell';
const NOT_THE_APP = [/^\/api(\/|$)/, /^\/healthz$/, /^\/readyz$/, /^\/metrics$/];

const shell = new PrecacheController();
shell.addToCacheList([
  ...build.map((url) => ({ url, revision: url.startsWith(HASHED) ? null : version })),
  ...files.filter((url) => !url.startsWith('/screenshots/')).map((url) => ({ url, revision: version })),
  { url: SHELL, revision: version },
]);

self.addEventListener('install', (event) => event.waitUntil(shell.install(event)));
self.addEventListener('activate', (event) =>
  event.waitUntil(
    keepPrevious()
      .then(() => shell.activate(event))
      .then(() => self.clients.claim()),
  ),
);
self.addEventListener('message', (event: ExtendableMessageEvent) => {
  const message: unknown = event.data;
  if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'SKIP_WAITING')
    event.waitUntil(self.skipWaiting());
});

registerRoute(new PrecacheRoute(shell, { directoryIndex: '', cleanURLs: false }));
registerRoute(new NavigationRoute(shell.createHandlerBoundToURL(SHELL), { denylist: NOT_THE_APP }));
// A tab that still runs the version before this one finds its pieces here until it is reloaded.
registerRoute(
  ({ url, sameOrigin }) => sameOrigin && url.pathname.startsWith(HASHED),
  async ({ request }) => (await caches.match(request, { cacheName: PREVIOUS })) ?? fetch(request),
);

/** Moves the pieces that only the previous version has out of reach of the clean-up. */
async function keepPrevious(): Promise<void> {
  await caches.delete(PREVIOUS);
  const wanted = new Set(shell.getURLsToCacheKeys().values());
  const current = await caches.open(shell.strategy.cacheName);
  const leaving = (await current.keys()).filter(
    ({ url }) => !wanted.has(url) && new URL(url).pathname.startsWith(HASHED),
  );
  if (leaving.length === 0) return;
  const previous = await caches.open(PREVIOUS);
  for (const request of leaving) {
    const response = await current.match(request);
    if (response) await previous.put(request, response);
  }
}
