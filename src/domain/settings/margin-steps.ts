// The margins of a region as a phone's windows need them: by the day on which something begins. Rule: publiq check-ins, "a certain
// period before and after". Invariant: as a setting never begins in the past, no window of a day that is over ever moves (docs/adr/028).
import type { MarginStep } from '../checkins/activity-window.ts';
import { startOfCivilDay } from '../kernel/civil-time.ts';
import { settingOn, standingEntries, type SettingEntry, type SettingKey } from './settings.ts';

const REGION = { nisCode: null, organisationId: null };
const FROM_EVER = '1970-01-01';

export const MARGIN_KEYS = ['marginBeforeMin', 'marginAfterMin'] as const satisfies readonly SettingKey[];
export type MarginKey = (typeof MARGIN_KEYS)[number];

export const isMarginKey = (key: string): key is MarginKey => MARGIN_KEYS.some((each) => each === key);

/** In order; the first holds from ever. */
export function marginSteps(entries: readonly SettingEntry[]): MarginStep[] {
  const decided = MARGIN_KEYS.flatMap((key) => standingEntries(entries, key, REGION).map(({ from }) => from));
  return [...new Set([FROM_EVER, ...decided])].sort().map((day) => ({
    fromAt: startOfCivilDay(day),
    beforeMin: settingOn(entries, 'marginBeforeMin', null, day),
    afterMin: settingOn(entries, 'marginAfterMin', null, day),
  }));
}
