// What a region, a municipality or an organisation decides for itself, in force from a day. Values are data; what each means,
// who may have one, and what holds when nobody decided, is here. Invariant: an entry is never changed; what was planned is
// taken back by a later entry that names it (docs/adr/019).
import * as z from 'zod/mini';
import { PriceList } from '../cash/card-price.ts';
import { PAYMENT_MEANS } from '../cash/sale.ts';
import { addCivilDays, isCivilDay, type CivilDay } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { Cents } from '../kernel/money.ts';
import { lineOf, tokenOf } from '../kernel/plain-text.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import { BLOCK_REASONS, NARROWED_REASONS } from '../passholders/card-life.ts';
import { DistributionKeys, KeyBounds, keyFault, type KeyFault } from '../tariffs/distribution-key.ts';

export const SETTING_SCOPES = ['region', 'municipality', 'organisation'] as const;
export type SettingScope = (typeof SETTING_SCOPES)[number];

const Days = z.int().check(z.minimum(0), z.maximum(366));
const listOf = <T extends z.core.$ZodType>(item: T) =>
  z.array(item).check(z.maxLength(limits.settingListMax));
const Minutes = z.int().check(z.minimum(0), z.maximum(1440));
const Reason = lineOf(limits.settingReasonMax).check(z.minLength(1));
const isEachOnce = (texts: readonly string[]): boolean =>
  new Set(texts.map((text) => text.toLowerCase())).size === texts.length;
/** What the letters of a printed page can write (server/posters/poster-pdf.ts). */
const paperLineOf = (max: number) =>
  lineOf(max).check(z.regex(/^[\x20-\x7e\u00a0-\u00ff\p{Script=Latin}€‘’“”–—]*$/u));
const Proofs = listOf(tokenOf(limits.idMax).check(z.minLength(1)));
/** `04-30`; of a day that only some years have nobody can count. */
const MonthDay = z.string().check(z.refine((text) => isCivilDay(`2027-${text}`)));

export const SETTINGS = {
  /** Days after its end in which the kansenstatuut still holds (publiq: 30). */
  kansenstatuutGraceDays: Days,
  /** The day of next year on which a kansenstatuut ends, unless a counter says another one (publiq: 30 April). */
  kansenstatuutEndsOn: MonthDay,
  /** The region's target group: what proves that somebody belongs to it. */
  kansenstatuutProofs: Proofs.check(z.minLength(1)),
  /** Of a municipality: the proofs that it leaves out. It may narrow the target group, never widen it. */
  kansenstatuutProofsLeftOut: Proofs,
  /** How long ago, and how far ahead, a move may be told. */
  moveBackDays: Days,
  moveAheadDays: Days,
  /** Is the national number asked, for who wants to give it? A municipality may leave it out, or ask where the region does not. */
  inszAsked: z.boolean(),
  /** Why a counter may block a card. */
  blockReasons: listOf(z.enum(BLOCK_REASONS)).check(z.minLength(1)),
  /** A finer reason for a replacement: it says more than the reason it stands under, which alone decides what fits and costs. */
  replaceReasons: listOf(z.object({ under: z.enum(NARROWED_REASONS), text: Reason })).check(
    z.refine((reasons) => isEachOnce(reasons.map(({ under, text }) => `${under} ${text}`))),
  ),
  /** Minutes before the start and after the end of an activity in which one can check in. */
  marginBeforeMin: Minutes,
  marginAfterMin: Minutes,
  /** Why a desk may undo a check-in; without any, the desk writes a reason itself. */
  undoReasons: listOf(Reason).check(z.refine(isEachOnce)),
  /** On a poster instead of the usual words; nothing: the usual ones. */
  posterHeading: paperLineOf(limits.posterHeadingMax),
  posterHelp: paperLineOf(limits.posterHelpMax),
  /** On the page where somebody saves a point by himself; who reads English and has no text of his own gets the Dutch one. */
  selfSaveText: z
    .object({ nl: lineOf(limits.settingTextMax), en: lineOf(limits.settingTextMax) })
    .check(z.refine(({ nl, en }) => nl !== '' || en === '')),
  cardPrices: PriceList,
  /** How a counter is paid; that nothing is asked is always possible. */
  paymentMeans: listOf(z.enum(PAYMENT_MEANS)).check(z.minLength(1)),
  /** A line under each receipt: an address, opening hours. */
  receiptText: lineOf(limits.settingTextMax),
  /** What stays in the till as change when a day is closed. */
  tillChangeCents: Cents,
  /** Who bears what of a price at the kansentarief; of an organisation: its own list instead of the region's. */
  distributionKeys: DistributionKeys,
  keyBounds: KeyBounds,
} as const;

export type SettingKey = keyof typeof SETTINGS;
export type SettingValue<K extends SettingKey> = z.infer<(typeof SETTINGS)[K]>;
export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[]; // its own keys

/** Who may decide it; the narrower place holds before the wider one. */
const SCOPES: { readonly [K in SettingKey]: readonly SettingScope[] } = {
  kansenstatuutGraceDays: ['region'],
  kansenstatuutEndsOn: ['region'],
  kansenstatuutProofs: ['region'],
  kansenstatuutProofsLeftOut: ['municipality'],
  moveBackDays: ['region'],
  moveAheadDays: ['region'],
  inszAsked: ['region', 'municipality'],
  blockReasons: ['region'],
  replaceReasons: ['region'],
  marginBeforeMin: ['region'],
  marginAfterMin: ['region'],
  undoReasons: ['region'],
  posterHeading: SETTING_SCOPES,
  posterHelp: SETTING_SCOPES,
  selfSaveText: SETTING_SCOPES,
  cardPrices: ['region'],
  paymentMeans: SETTING_SCOPES,
  receiptText: SETTING_SCOPES,
  tillChangeCents: SETTING_SCOPES,
  distributionKeys: ['region', 'organisation'],
  keyBounds: ['region'],
};

/** Decided by the region also for a narrower place: an organisation that chose its own key would make others pay. */
const REGION_DECIDES: readonly SettingKey[] = ['distributionKeys'];
export const isRegionsToDecide = (key: SettingKey): boolean => REGION_DECIDES.includes(key);

/** What holds when nobody decided. */
export const SETTING_DEFAULTS: { readonly [K in SettingKey]: SettingValue<K> } = {
  kansenstatuutGraceDays: 30,
  kansenstatuutEndsOn: '04-30',
  kansenstatuutProofs: ['verhoogde-tegemoetkoming', 'leefloon', 'schuldbemiddeling', 'materiele-opvang'],
  kansenstatuutProofsLeftOut: [],
  moveBackDays: 92,
  moveAheadDays: 92,
  // Nobody keeps what nobody decided to keep.
  inszAsked: false,
  blockReasons: [...BLOCK_REASONS],
  replaceReasons: [],
  marginBeforeMin: 60,
  marginAfterMin: 60,
  undoReasons: [],
  posterHeading: '',
  posterHelp: '',
  selfSaveText: { nl: '', en: '' },
  // Nobody pays what nobody decided.
  cardPrices: [
    { reasons: ['first-card', 'lost', 'defect', 'kansenstatuut-changed', 'extra-card'], cents: 0 },
  ],
  paymentMeans: [...PAYMENT_MEANS],
  receiptText: '',
  tillChangeCents: 0,
  distributionKeys: [
    { keyId: 'standard', name: '20-40-40', person: { kind: 'percent', value: 20 }, organisationPercent: 40 },
  ],
  keyBounds: { personPercentMax: 25, personMayPayNothing: false, organisationPercentMin: 10 },
};

/** Both null: the region as a whole. */
export type SettingPlace = { readonly nisCode: string | null; readonly organisationId: string | null };

export const scopeOf = ({ nisCode, organisationId }: SettingPlace): SettingScope =>
  organisationId !== null ? 'organisation' : nisCode !== null ? 'municipality' : 'region';

export type SettingEntry = SettingPlace & {
  readonly settingId: number;
  readonly key: string;
  readonly value: unknown;
  readonly from: CivilDay;
  /** The entry that is taken back by this one. */
  readonly withdraws: number | null;
};

export const settingsAt = (scope: SettingScope): SettingKey[] =>
  SETTING_KEYS.filter((key) => SCOPES[key].includes(scope));

/** What a place decided itself: the municipality, else null for the region. */
export const settingOn = <K extends SettingKey>(
  entries: readonly SettingEntry[],
  key: K,
  nisCode: string | null,
  day: CivilDay,
): SettingValue<K> =>
  ownSetting(entries, key, { nisCode, organisationId: null }, day) ?? SETTING_DEFAULTS[key];

export type SettingSource = SettingScope | 'default';

/** What holds for a counter: the narrowest place that decided. `place`: the organisation with its municipality. */
export function settingFor<K extends SettingKey>(
  entries: readonly SettingEntry[],
  key: K,
  { nisCode, organisationId }: SettingPlace,
  day: CivilDay,
): { readonly value: SettingValue<K>; readonly source: SettingSource } {
  const places: SettingPlace[] = [
    { nisCode: null, organisationId },
    { nisCode, organisationId: null },
    { nisCode: null, organisationId: null },
  ];
  for (const place of places) {
    const value = ownSetting(entries, key, place, day);
    if (value !== undefined) return { value, source: scopeOf(place) };
  }
  return { value: SETTING_DEFAULTS[key], source: 'default' };
}

function ownSetting<K extends SettingKey>(
  entries: readonly SettingEntry[],
  key: K,
  place: SettingPlace,
  day: CivilDay,
): SettingValue<K> | undefined {
  const newest = standingEntries(entries, key, place).findLast(({ from }) => from <= day);
  const parsed = newest && z.safeParse(SETTINGS[key], newest.value);
  return parsed?.success ? (parsed.data as SettingValue<K>) : undefined; // parsed by its own schema
}

const isAt = (entry: SettingPlace, place: SettingPlace): boolean =>
  entry.nisCode === place.nisCode && entry.organisationId === place.organisationId;

/** Of one place and key, without what was taken back, in the order in which they hold: of two for a day the later written one. */
export function standingEntries<E extends SettingEntry>(
  entries: readonly E[],
  key: SettingKey,
  place: SettingPlace,
): E[] {
  const own = entries.filter((entry) => entry.key === key && isAt(entry, place));
  const gone = new Set(own.map(({ withdraws }) => withdraws));
  return own
    .filter(({ settingId, withdraws }) => withdraws === null && !gone.has(settingId))
    .sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : a.settingId - b.settingId));
}

/** What a change was based on: the newest entry of that place and key, 0 before the first. */
export const newestOf = (entries: readonly SettingEntry[], key: string, place: SettingPlace): number =>
  Math.max(
    0,
    ...entries.filter((entry) => entry.key === key && isAt(entry, place)).map(({ settingId }) => settingId),
  );

export type SettingDraft = SettingPlace & {
  readonly key: SettingKey;
  readonly value: unknown;
  readonly from: CivilDay;
  readonly basedOn: number;
};

export type SettingRefusal =
  | { readonly code: 'setting-not-here' }
  | { readonly code: 'setting-value' }
  | { readonly code: 'setting-from'; readonly earliest: CivilDay; readonly latest: CivilDay }
  | { readonly code: 'setting-same' }
  | { readonly code: 'proof-not-of-region'; readonly proofs: readonly string[] }
  | { readonly code: 'key-out-of-bounds'; readonly keyName: string; readonly fault: KeyFault }
  | { readonly code: 'setting-in-force' | 'setting-withdrawn' }
  | { readonly code: 'changed-meanwhile' };

/** May this be written down today? Nothing begins in the past: what was decided by it would have to be undone. */
export function decideSetting(
  entries: readonly SettingEntry[],
  { key, value, from, basedOn, ...place }: SettingDraft,
  today: CivilDay,
): Result<unknown, SettingRefusal> {
  if (!SCOPES[key].includes(scopeOf(place))) return refuse({ code: 'setting-not-here' });
  if (basedOn !== newestOf(entries, key, place)) return refuse({ code: 'changed-meanwhile' });
  const latest = addCivilDays(today, limits.settingAheadDays);
  if (from < today || from > latest) return refuse({ code: 'setting-from', earliest: today, latest });
  const parsed = z.safeParse(SETTINGS[key], value);
  if (!parsed.success) return refuse({ code: 'setting-value' });
  const held = standingEntries(entries, key, place).findLast((entry) => entry.from <= from);
  // Read by its schema: a database gives the fields of an object in an order of its own.
  const before = z.safeParse(SETTINGS[key], held?.value);
  if (held && before.success && JSON.stringify(before.data) === JSON.stringify(parsed.data))
    return refuse({ code: 'setting-same' });
  if (key === 'kansenstatuutProofsLeftOut') {
    const region = settingOn(entries, 'kansenstatuutProofs', null, from);
    const strange = (parsed.data as readonly string[]).filter((proof) => !region.includes(proof)); // of that schema
    if (strange.length > 0) return refuse({ code: 'proof-not-of-region', proofs: strange });
  }
  if (key === 'distributionKeys') {
    const bounds = settingOn(entries, 'keyBounds', null, from);
    for (const each of parsed.data as DistributionKeys) {
      const fault = keyFault(each, bounds); // of that schema
      if (fault) return refuse({ code: 'key-out-of-bounds', keyName: each.name, fault });
    }
  }
  return ok(parsed.data);
}

/** Only what does not hold yet. */
export function decideWithdraw(
  entries: readonly SettingEntry[],
  entry: SettingEntry,
  today: CivilDay,
): Result<SettingEntry, SettingRefusal> {
  if (entry.withdraws !== null || entries.some(({ withdraws }) => withdraws === entry.settingId))
    return refuse({ code: 'setting-withdrawn' });
  return entry.from <= today ? refuse({ code: 'setting-in-force' }) : ok(entry);
}
