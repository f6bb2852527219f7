// How this phone is, for the coordinator's list; nothing personal. What a browser does not tell stays unknown.
import type { PhoneFacts } from '../sync/exchange-once.ts';

export async function readPhoneFacts(app: { version: string; shiftActive: boolean }): Promise<PhoneFacts> {
  const estimate = await navigator.storage?.estimate?.();
  const free =
    estimate?.quota !== undefined && estimate.usage !== undefined ? estimate.quota - estimate.usage : null;
  return {
    appVersion: app.version,
    platform: platformName(navigator.userAgent),
    installed: matchMedia('(display-mode: standalone)').matches,
    persisted: (await navigator.storage?.persisted?.()) ?? false,
    freeBytes: free,
    battery: await batteryLevel(),
    shiftActive: app.shiftActive,
  };
}

/** `Android, Chrome 142`: enough to help someone at the phone, too little to recognise them. */
export function platformName(userAgent: string): string {
  const system =
    /\((?:iPhone|iPad)/.exec(userAgent) !== null
      ? 'iOS'
      : (/Android|Windows|Mac OS X|CrOS|Linux/.exec(userAgent)?.[0] ?? 'unknown');
  const browser = /(Edg|OPR|SamsungBrowser|Firefox|FxiOS|CriOS|Chrome|Version)\/(\d+)/.exec(userAgent);
  const name = browser?.[1] === 'Version' ? 'Safari' : browser?.[1];
  return browser ? `${system}, ${name} ${browser[2]}` : system;
}

type WithBattery = { getBattery: () => Promise<{ level: number }> };

async function batteryLevel(): Promise<number | null> {
  if (!('getBattery' in navigator)) return null;
  // Not in TypeScript's DOM types: Chromium only.
  return (await (navigator as Navigator & WithBattery).getBattery()).level;
}
