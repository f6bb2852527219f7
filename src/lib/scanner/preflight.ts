// "Klaar om te scannen?" One list, one light, before every shift (offline-and-sync part 1): what could go wrong tonight
// is said now, in words, with what to do. Pure: facts in, rows out.
import { limits } from '#domain/kernel/limits.ts';
import type { AppAge } from '#domain/sync/app-age.ts';
import { m } from '../paraglide/messages.js';
import type { Platform } from './platform.ts';

export type Light = 'ok' | 'warn' | 'no';

export type PreflightFacts = {
  readonly now: number;
  readonly platform: Platform;
  readonly installed: boolean;
  /** The browser offers to install it with one tap. */
  readonly installable: boolean;
  /** The whole app is on the device. */
  readonly offlineReady: boolean;
  readonly persisted: boolean;
  /** Null where the browser does not tell. */
  readonly freeBytes: number | null;
  /** Server minus device; null before the first answer. */
  readonly clockSkewMs: number | null;
  readonly camera: 'granted' | 'ask' | 'denied' | 'none';
  readonly soundOn: boolean;
  readonly roster:
    | { readonly cards: number; readonly builtAt: number; readonly expiresAt: number }
    | 'reading'
    | 'none'
    | 'expired';
  readonly appVersion: string;
  /** What the server said of it; `refused`: it takes nothing more from it. */
  readonly appAge: AppAge | 'refused';
  readonly updateWaiting: boolean;
  /** Last time's shift was not closed: nothing is renewed under it. */
  readonly shiftOpen: boolean;
  readonly unsent: number;
};

export type PreflightRow = {
  readonly key:
    'installed' | 'storage' | 'space' | 'clock' | 'camera' | 'sound' | 'roster' | 'version' | 'unsent';
  readonly light: Light;
  readonly label: string;
  readonly value: string;
  /** What to do, where something is to be done. */
  readonly help?: string | undefined;
  /** One tap that mends it. */
  readonly action?: 'install' | 'renew';
};

/** A shift of a thousand scans is half a megabyte; below this the browser itself gets into trouble. */
const SPACE_MIN_BYTES = 50 * 1024 * 1024;

/** Less than a minute: a number of minutes says nothing yet. */
const JUST_NOW_MS = 60_000;

const WEIGHT: Readonly<Record<Light, number>> = { no: 0, warn: 1, ok: 2 };

/** What needs a person first. */
export const preflightRows = (facts: PreflightFacts): readonly PreflightRow[] =>
  [
    cameraRow(facts),
    soundRow(facts),
    rosterRow(facts),
    storageRow(facts),
    spaceRow(facts),
    clockRow(facts),
    installedRow(facts),
    versionRow(facts),
    unsentRow(facts),
  ].sort((a, b) => WEIGHT[a.light] - WEIGHT[b.light]);

export function overallLight(rows: readonly PreflightRow[]): Light {
  if (rows.some((row) => row.light === 'no')) return 'no';
  return rows.some((row) => row.light === 'warn') ? 'warn' : 'ok';
}

function installedRow({
  installed,
  installable,
  persisted,
  offlineReady,
  platform,
}: PreflightFacts): PreflightRow {
  const row = { key: 'installed' as const, label: m.scan_check_installed() };
  if (!offlineReady)
    return {
      ...row,
      light: 'warn',
      value: m.scan_check_installed_not(),
      help: m.scan_check_installed_help_loading(),
    };
  if (installed) return { ...row, light: 'ok', value: m.scan_check_installed_ok() };
  if (platform === 'ios')
    return {
      ...row,
      light: 'warn',
      value: m.scan_check_installed_offline(),
      help: m.scan_check_installed_help_ios(),
    };
  // In a tab of Chrome or Firefox it works as well; installing only makes it easier to find.
  return {
    ...row,
    light: 'ok',
    value: m.scan_check_installed_offline(),
    // Where storage is in doubt the button stands there, with the reason.
    ...(installable && persisted && { action: 'install' }),
  };
}

function storageRow({ persisted, installed, installable, platform }: PreflightFacts): PreflightRow {
  const row = { key: 'storage' as const, label: m.scan_check_storage() };
  if (persisted) return { ...row, light: 'ok', value: m.scan_check_storage_ok() };
  const bad = { ...row, light: 'no' as const, value: m.scan_check_storage_no() };
  if (installable && !installed)
    return { ...bad, help: m.scan_check_storage_help_install(), action: 'install' };
  return {
    ...bad,
    help: platform === 'ios' ? m.scan_check_storage_help_ios() : m.scan_check_storage_help(),
  };
}

function spaceRow({ freeBytes }: PreflightFacts): PreflightRow {
  const row = { key: 'space' as const, label: m.scan_check_space() };
  if (freeBytes === null) return { ...row, light: 'ok', value: m.scan_check_space_unknown() };
  const enough = freeBytes >= SPACE_MIN_BYTES;
  return {
    ...row,
    light: enough ? 'ok' : 'no',
    value: sizeText(freeBytes),
    help: enough ? undefined : m.scan_check_space_help(),
  };
}

function clockRow({ clockSkewMs }: PreflightFacts): PreflightRow {
  const row = { key: 'clock' as const, label: m.scan_check_clock() };
  if (clockSkewMs === null) return { ...row, light: 'ok', value: m.scan_check_clock_unknown() };
  if (Math.abs(clockSkewMs) <= limits.clockSkewWarnMs)
    return { ...row, light: 'ok', value: m.scan_check_clock_ok() };
  const amount = durationText(Math.abs(clockSkewMs));
  return {
    ...row,
    light: 'warn',
    value: clockSkewMs < 0 ? m.scan_check_clock_fast({ amount }) : m.scan_check_clock_slow({ amount }),
    help: m.scan_check_clock_help(),
  };
}

function cameraRow({ camera }: PreflightFacts): PreflightRow {
  const row = { key: 'camera' as const, label: m.scan_check_camera() };
  switch (camera) {
    case 'granted':
      return { ...row, light: 'ok', value: m.scan_check_camera_ok() };
    case 'ask':
      return {
        ...row,
        light: 'ok',
        value: m.scan_check_camera_ask(),
        help: m.scan_check_camera_ask_help(),
      };
    case 'denied':
      return {
        ...row,
        light: 'warn',
        value: m.scan_check_camera_denied(),
        help: m.scan_camera_still_type(),
      };
    case 'none':
      return { ...row, light: 'warn', value: m.scan_check_camera_none(), help: m.scan_camera_still_type() };
  }
}

const soundRow = ({ soundOn }: PreflightFacts): PreflightRow => ({
  key: 'sound',
  label: m.scan_check_sound(),
  light: 'ok',
  value: soundOn ? m.scan_check_sound_on() : m.scan_check_sound_off(),
});

function rosterRow({ roster, now }: PreflightFacts): PreflightRow {
  const row = { key: 'roster' as const, label: m.scan_check_roster() };
  if (roster === 'reading') return { ...row, light: 'ok', value: m.scan_check_roster_reading() };
  if (roster === 'none')
    return { ...row, light: 'warn', value: m.scan_check_roster_none(), help: m.scan_check_roster_help() };
  if (roster === 'expired' || roster.expiresAt <= now)
    return { ...row, light: 'warn', value: m.scan_check_roster_expired(), help: m.scan_check_roster_help() };
  const cards = roster.cards.toLocaleString('nl-BE');
  const ageMs = now - roster.builtAt;
  const value =
    ageMs < JUST_NOW_MS
      ? m.scan_check_roster_fresh({ cards })
      : m.scan_check_roster_ok({ cards, age: durationText(ageMs) });
  return { ...row, light: 'ok', value };
}

/** Never a reason to send a visitor away: also what too old an app stores is counted, after it is renewed. */
function versionRow({ appVersion, appAge, updateWaiting, shiftOpen }: PreflightFacts): PreflightRow {
  const row = { key: 'version' as const, label: m.scan_check_version() };
  if (appAge === 'current' && !updateWaiting) return { ...row, light: 'ok', value: appVersion };
  const tooOld = appAge === 'too-old' || appAge === 'refused';
  return {
    ...row,
    light: 'warn',
    value: tooOld ? m.scan_check_version_too_old() : m.scan_check_version_new(),
    help: [
      appAge === 'refused' && m.scan_loud_app_refused(),
      shiftOpen
        ? m.scan_check_version_help_shift()
        : updateWaiting
          ? m.scan_check_version_help()
          : m.scan_check_version_help_reopen(),
    ]
      .filter(Boolean)
      .join(' '),
    ...(updateWaiting && !shiftOpen && { action: 'renew' }),
  };
}

const unsentRow = ({ unsent }: PreflightFacts): PreflightRow => ({
  key: 'unsent',
  label: m.scan_check_unsent(),
  light: 'ok',
  value: unsent === 0 ? m.scan_check_unsent_none() : m.scan_check_unsent_some({ count: unsent }),
  help: unsent === 0 ? undefined : m.scan_check_unsent_help(),
});

/** Rounded as people say it: 4 min, 3 uur, 2 dagen. */
export function durationText(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 120) return m.scan_minutes({ count: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 48 ? m.scan_hours({ count: hours }) : m.scan_days({ count: Math.round(hours / 24) });
}

function sizeText(bytes: number): string {
  const mega = bytes / (1024 * 1024);
  return mega < 1_000
    ? `${Math.round(mega)} MB`
    : `${(mega / 1_024).toLocaleString('nl-BE', { maximumFractionDigits: 1 })} GB`;
}
