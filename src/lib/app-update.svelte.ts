// New versions of the app: fetched in the background, applied only when nobody is in the middle of something.
// At a start: at once, unless a shift goes on. Later: when the user accepts. The service worker never decides by itself.
import type { Workbox } from 'workbox-window';
import { now } from './clock.ts';
import { ownScript } from './own-script.ts';
import { isShiftActive } from './shift-flag.svelte.ts';
import { allWritten } from './sync/in-flight.ts';

const CHECK_EVERY_MS = 60 * 60_000;
/** When the server says that this app is behind: a file may still be on its way through somebody's cache. */
const CHECK_AGAIN_MS = 60_000;

let workbox: Workbox | undefined;
let ready = $state(false);
let putOff = $state(false);
let stale = $state(false);
let offlineReady = $state(false);
let accepted = false;
let checkedAt = 0;

export const appUpdate = {
  /** A new version is ready, and asking about it disturbs no shift. */
  get waiting(): boolean {
    return ready && !putOff && !isShiftActive();
  },
  /** A new version is on this device, and waits for the end of the shift. */
  get waitsForShift(): boolean {
    return ready && isShiftActive();
  },
  /** Another tab took the new version: this one goes over at its next page. */
  get stale(): boolean {
    return stale;
  },
  /** The whole app is on this device: it starts without network. */
  get offlineReady(): boolean {
    return offlineReady;
  },
  /** Also in another tab a shift may begin meanwhile: then this page is not renewed (below). */
  accept(): void {
    if (isShiftActive()) return;
    accepted = true;
    void allWritten().then(() => workbox?.messageSkipWaiting());
  },
  /** The server knows a newer one: get it, unless that was just tried. */
  look(): void {
    if (workbox) checkSince(workbox, CHECK_AGAIN_MS);
  },
  /** Until the next start. */
  later(): void {
    putOff = true;
  },
};

/** Called once by the root layout, in a production build. */
export async function startAppUpdate(): Promise<void> {
  if (!('serviceWorker' in navigator)) return;
  const { Workbox } = await import('workbox-window');
  workbox = new Workbox(ownScript('/service-worker.js'), { updateViaCache: 'none' });

  workbox.addEventListener('waiting', (event) => {
    ready = true;
    if (event.wasWaitingBeforeRegister) appUpdate.accept();
  });
  workbox.addEventListener('controlling', (event) => {
    offlineReady = true;
    if (accepted && !isShiftActive()) void allWritten().then(() => location.reload());
    else if (event.isUpdate) stale = true;
  });
  // A piece of an older version that is nowhere any more: better a fresh page than a dead button.
  window.addEventListener('vite:preloadError', (event) => {
    if (isShiftActive() || !navigator.onLine) return;
    event.preventDefault();
    location.reload();
  });

  offlineReady = navigator.serviceWorker.controller !== null;
  try {
    await workbox.register({ immediate: true });
    checkedAt = now();
    checkNowAndThen(workbox);
  } catch (error) {
    // Private windows and strict settings refuse it: the app works, but not without network. Pre-flight says so.
    console.info('This browser keeps no copy of the app.', error);
  }
}

function checkSince(worker: Workbox, leastMs: number): void {
  if (document.visibilityState !== 'visible' || isShiftActive() || now() - checkedAt < leastMs) return;
  checkedAt = now();
  // Without network there is nothing new; the next check asks again.
  worker.update().catch(() => undefined);
}

function checkNowAndThen(worker: Workbox): void {
  const check = (): void => checkSince(worker, CHECK_EVERY_MS);
  document.addEventListener('visibilitychange', check);
  setInterval(check, CHECK_EVERY_MS);
}
