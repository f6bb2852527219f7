// What a region or a municipality decides for itself, in force from a day. Values are data; what each means, and what
// holds when nobody decided, is here.
import * as z from 'zod/mini';
import type { CivilDay } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { tokenOf } from '../kernel/plain-text.ts';

const Proofs = z.array(tokenOf(limits.idMax)).check(z.maxLength(50));

export const SETTINGS = {
  /** Days after its end in which the kansenstatuut still holds (publiq: 30). */
  kansenstatuutGraceDays: z.int().check(z.minimum(0), z.maximum(366)),
  /** The region's target group: what proves that somebody belongs to it. */
  kansenstatuutProofs: Proofs,
  /** Of a municipality: the proofs that it leaves out. It may narrow the target group, never widen it. */
  kansenstatuutProofsLeftOut: Proofs,
} as const;

export type SettingKey = keyof typeof SETTINGS;
export type SettingValue<K extends SettingKey> = z.infer<(typeof SETTINGS)[K]>;

const DEFAULTS: { readonly [K in SettingKey]: SettingValue<K> } = {
  kansenstatuutGraceDays: 30,
  kansenstatuutProofs: ['verhoogde-tegemoetkoming', 'leefloon', 'schuldbemiddeling', 'materiele-opvang'],
  kansenstatuutProofsLeftOut: [],
};

/** `nisCode`: of one municipality; null for the region as a whole. */
export type SettingEntry = {
  readonly key: string;
  readonly nisCode: string | null;
  readonly value: unknown;
  readonly from: CivilDay;
  /** Of two for the same day the later one holds. */
  readonly setAt: number;
};

export function settingOn<K extends SettingKey>(
  entries: readonly SettingEntry[],
  key: K,
  nisCode: string | null,
  day: CivilDay,
): SettingValue<K> {
  const [newest] = entries
    .filter((entry) => entry.key === key && entry.nisCode === nisCode && entry.from <= day)
    .sort((a, b) => (a.from < b.from ? 1 : a.from > b.from ? -1 : b.setAt - a.setAt));
  const parsed = newest && z.safeParse(SETTINGS[key], newest.value);
  return parsed?.success ? (parsed.data as SettingValue<K>) : DEFAULTS[key];
}
