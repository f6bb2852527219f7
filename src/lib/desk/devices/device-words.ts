// How a phone's state reads. Numbers of the phone's own report, as old as its last contact.
import type { DeskDevice } from '#domain/desk-api.ts';
import { appAge, type AppAge } from '#domain/sync/app-age.ts';
import { m } from '../../paraglide/messages.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

export function agoText(at: number, now: number): string {
  const ago = Math.max(0, now - at);
  if (ago < MINUTE_MS) return m.desk_ago_now();
  if (ago < HOUR_MS) return m.desk_ago_minutes({ count: Math.floor(ago / MINUTE_MS) });
  if (ago < DAY_MS) return m.desk_ago_hours({ count: Math.floor(ago / HOUR_MS) });
  return m.desk_ago_days({ count: Math.floor(ago / DAY_MS) });
}

export const STATE_TONES = { pending: 'warn', active: 'ok', refused: 'no', revoked: 'plain' } as const;

export const stateText = (device: DeskDevice): string =>
  ({
    pending: m.desk_device_pending,
    active: m.desk_device_active,
    refused: m.desk_device_refused,
    revoked: m.desk_device_revoked,
  })[device.state]();

/** 41-57, 60 */
export const rangesText = (ranges: readonly (readonly [number, number])[]): string =>
  ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ');

/** Of the app on a phone that is in use; `newest` is the server's own version. */
export const ageOf = ({ state, appVersion }: DeskDevice, newest: string): AppAge =>
  state === 'active' ? appAge(appVersion, newest) : 'current';

/** On the phone and not yet here: what it told at its last contact, or what the chain of numbers proves. */
export const unsentCount = (device: DeskDevice): number => Math.max(device.report?.unsent ?? 0, device.owes);
