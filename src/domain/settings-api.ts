// The contract for settings. As desk-api.ts: one schema for each body, versioned by addition only. A place is a municipality, an
// organisation, or with both null the region.
import * as z from 'zod/mini';
import { limits } from './kernel/limits.ts';
import { lineOf, tokenOf } from './kernel/plain-text.ts';
import { Day } from './passholders/person.ts';
import { SETTING_KEYS, SETTING_SCOPES } from './settings/settings.ts';
import { KeyBounds } from './tariffs/distribution-key.ts';

const Id = z.uuid();
const Instant = z.int();
const Nis = z.nullable(tokenOf(limits.idMax));

export const SettingVersion = z.object({
  settingId: z.int(),
  value: z.unknown(),
  from: Day,
  at: Instant,
  by: z.string(),
  reason: z.string(),
  state: z.enum(['past', 'holds', 'planned', 'withdrawn']),
  /** Of one that was taken back: by whom, when and why. */
  withdrawn: z.optional(z.object({ at: Instant, by: z.string(), reason: z.string() })),
});
export type SettingVersion = z.infer<typeof SettingVersion>;

export const SettingState = z.object({
  key: z.enum(SETTING_KEYS),
  /** What holds here today, and who decided it. */
  value: z.unknown(),
  source: z.enum([...SETTING_SCOPES, 'default']),
  /** What a change is based on. */
  newest: z.int(),
  /** Of this place, the newest first. */
  versions: z.array(SettingVersion),
  /** False where the region decides it for this place; absent: as `mayChange` of the place. */
  mayChange: z.optional(z.boolean()),
});
export type SettingState = z.infer<typeof SettingState>;

const SettingPlaceName = z.object({
  nisCode: Nis,
  organisationId: z.nullable(Id),
  name: z.string(),
});

/** GET /api/settings?nisCode=&organisationId= : one place; without both the region. */
export const SettingsAnswer = z.object({
  today: Day,
  place: SettingPlaceName,
  mayChange: z.boolean(),
  settings: z.array(SettingState),
  /** Whose settings one may see. */
  places: z.array(SettingPlaceName),
  /** For prices of one municipality. */
  municipalities: z.array(z.object({ nisCode: z.string(), name: z.string() })),
  /** The region's target group today. */
  regionProofs: z.array(z.string()),
  /** What no distribution key goes beyond today. */
  keyBounds: z.optional(KeyBounds),
});
export type SettingsAnswer = z.infer<typeof SettingsAnswer>;

/** GET /api/settings/margin-reach?key=&from= : how many activities follow that margin of the region and have something from then on. */
export const MarginReach = z.object({ activities: z.int() });
export type MarginReach = z.infer<typeof MarginReach>;

/** POST /api/settings */
export const SettingInput = z.object({
  key: z.enum(SETTING_KEYS),
  nisCode: Nis,
  organisationId: z.nullable(Id),
  value: z.unknown(),
  from: Day,
  reason: lineOf(limits.reasonMax).check(z.minLength(1)),
  basedOn: z.int(),
});
export type SettingInput = z.infer<typeof SettingInput>;

/** POST /api/settings/withdraw: a planned one that does not come after all. */
export const WithdrawSettingInput = z.object({
  settingId: z.int(),
  reason: lineOf(limits.reasonMax).check(z.minLength(1)),
});
export type WithdrawSettingInput = z.infer<typeof WithdrawSettingInput>;

export const SettingSaved = z.object({ settingId: z.int() });
export type SettingSaved = z.infer<typeof SettingSaved>;
