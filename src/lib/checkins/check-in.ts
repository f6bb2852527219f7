// A card was held before the phone: decide on local facts, write it down, and only then say so.
// The same rule as on the server (decideCheckIn); the verdict comes from the result of the write, never from a list.
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import type { CardFacts } from '#domain/cards/card-facts.ts';
import { fingerprintToText } from '#domain/cards/fingerprint-text.ts';
import type { ScanReading, ScanWay } from '#domain/cards/read-scan.ts';
import { nextOpening, type ActivityPolicy } from '#domain/checkins/activity-policy.ts';
import { decideCheckIn, periodAt, type CheckInDecision } from '#domain/checkins/decide-check-in.ts';
import type { Visit } from '#domain/checkins/rank-visits.ts';
import { verdictOf, type Doubt } from '#domain/checkins/verdict.ts';
import { periodOf, type Instant } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { CheckInPayload } from '#domain/sync/command.ts';
import type { Because } from '#domain/sync/ruling.ts';
import { markOf } from '../db/device-keys.ts';
import { scanRow, type PhoneDb, type ScanRow, type Shown, type VisitRow } from '../db/phone-db.ts';
import type { NotSaved } from '../db/strict-write.ts';
import type { Phone } from '../session/phone.ts';
import { dispatch, type LocalEffect, type Stamp } from '../sync/dispatch.ts';
import { maskedCard } from './masked-card.ts';

export type CheckInContext = {
  readonly activityId: string;
  readonly way: ScanWay;
  /** The volunteer answered that a number which could be a shop article is a card. */
  readonly surelyCard?: boolean;
};

/** A reading that is, or may be, a card. */
export type CardReading = Exclude<ScanReading, { kind: 'no-card' }>;

export type ScanResult =
  /** Stored. `again`: the same card within five seconds, so it is the same scan and nothing was added. */
  | ({ readonly kind: 'scanned'; readonly again: boolean } & ScanShown)
  /** No card number. Nothing stored, and of what was read only kind and length go on. */
  | { readonly kind: 'no-card'; readonly reading: Extract<ScanReading, { kind: 'no-card' }> }
  /** Typed or wedged, also a valid article code, and not in the roster: ask; answer with `surelyCard`. */
  | { readonly kind: 'ask'; readonly masked: string }
  /** NIET BEWAARD. */
  | {
      readonly kind: 'not-saved';
      readonly why: NotSaved['why'] | 'unknown-activity';
      readonly masked: string;
    };

export type ScanShown = Shown & {
  readonly commandId: string;
  readonly at: Instant;
  readonly masked: string;
  /** Of a duplicate: the visit that counts. Undefined name: a phone this one does not know by name. */
  readonly earlier?: {
    readonly at: Instant;
    readonly here: boolean;
    readonly deviceName: string | undefined;
  };
  /** Of a closed activity: when check-in opens next. */
  readonly nextOpening?: Instant;
  /** Until when undo stands on the verdict. */
  readonly undoUntil: Instant;
};

/** Cards of the last seconds per phone: a card held before the camera is read many times a second. */
type Sighting = { result: Promise<ScanResult>; seenAtMonoMs: number; seenAt: number };
const sightings = new WeakMap<Phone, Map<string, Sighting>>();

export async function checkIn(
  phone: Phone,
  reading: ScanReading,
  context: CheckInContext,
): Promise<ScanResult> {
  if (reading.kind === 'no-card') return { kind: 'no-card', reading };
  const mark = await markOf(phone.markKey, identifierOf(reading));
  const seen = seenBy(phone);
  const key = `${context.activityId} ${mark}`;
  const last = seen.get(key);
  if (last && isSameScan(phone, last)) {
    last.seenAtMonoMs = phone.clock.monoMs();
    last.seenAt = phone.clock.now();
    const result = await last.result;
    return result.kind === 'scanned' ? { ...result, again: true } : result;
  }
  const sighting: Sighting = {
    result: checkInNow(phone, reading, mark, context),
    seenAtMonoMs: phone.clock.monoMs(),
    seenAt: phone.clock.now(),
  };
  seen.set(key, sighting);
  const forget = (): void => {
    if (seen.get(key) === sighting) seen.delete(key);
  };
  return sighting.result.then(
    (result) => {
      // What was not stored is tried again at once.
      if (result.kind !== 'scanned') forget();
      return result;
    },
    (error: unknown) => {
      forget();
      throw error;
    },
  );
}

/** After an undo the same card is a new scan. */
export function forgetSightings(phone: Phone): void {
  seenBy(phone).clear();
}

async function checkInNow(
  phone: Phone,
  reading: CardReading,
  mark: string,
  context: CheckInContext,
): Promise<ScanResult> {
  await phone.rosterRead;
  const { card, doubt, fingerprint, rosterVersion } = lookUp(phone, reading);
  const masked = maskedCard(reading.kind === 'uitpas' ? reading.number : undefined);
  if (reading.kind === 'uitpas' && reading.maybeArticle && !card.known && context.surelyCard !== true)
    return { kind: 'ask', masked };

  const at = phone.trueNow();
  const payload: CheckInPayload = {
    activityId: context.activityId,
    ...(reading.kind === 'uitpas' ? { number: reading.number } : { chip: reading.chip }),
    way: context.way,
  };
  const saved = await dispatch<Scanned | undefined, 'check-in'>(phone, 'check-in', payload, async (stamp) => {
    const [policy, own, others] = await Promise.all([
      phone.db.activities.get(context.activityId),
      phone.db.scans.where('[activityId+mark]').equals([context.activityId, mark]).toArray(),
      visitsElsewhere(phone.db, context.activityId, fingerprint),
    ]);
    if (!policy) return { write: false, result: undefined };
    const same = own.find((row) => row.undone === 0 && Math.abs(at - row.at) < limits.sameScanMs);
    if (same) return { write: false, result: { row: same, again: true, policy } };
    const earlier = earlierVisits(policy, own, others, at);
    return scanEffect(phone.db, stamp, { policy, card, doubt, earlier, mark, at, rosterVersion });
  });
  if (!saved.ok) return { kind: 'not-saved', why: saved.error.why, masked };
  const { result } = saved.value;
  if (!result) return { kind: 'not-saved', why: 'unknown-activity', masked };
  return {
    kind: 'scanned',
    again: result.again,
    ...(await shownOf(phone, result.row, result.policy, masked)),
  };
}

type ScanFacts = {
  readonly policy: ActivityPolicy;
  readonly card: CardFacts;
  readonly doubt: Doubt | undefined;
  readonly earlier: readonly LocalVisit[];
  readonly mark: string;
  readonly at: Instant;
  readonly rosterVersion: number | null;
};

type Scanned = { readonly row: ScanRow; readonly again: boolean; readonly policy: ActivityPolicy };

/** Decides with the id the command will have: of two visits at the same moment the lower id counts. */
function scanEffect(db: PhoneDb, { commandId, device }: Stamp, facts: ScanFacts): LocalEffect<Scanned> {
  const { policy, card, doubt, earlier, mark, at, rosterVersion } = facts;
  const visit: LocalVisit = { commandId, device, at, undone: false };
  const decision = decideCheckIn(
    {
      card,
      occurrences: policy.occurrences,
      points: policy.points,
      volume: policy.limit?.volume ?? null,
      earlier,
    },
    visit,
  );
  const verdict = verdictOf(decision, doubt);
  const row = (seq: number): ScanRow =>
    scanRow({
      commandId,
      device,
      seq,
      activityId: policy.activityId,
      mark,
      at,
      shown: { verdict, ...shownParts(decision), ...(doubt && { doubt }) },
      undone: 0,
    });
  return {
    write: true,
    result: { row: row(0), again: false, policy },
    grounds: { verdictShown: verdict, activityVersion: policy.version, rosterVersion },
    apply: (seq) => db.scans.add(row(seq)),
  };
}

type LocalVisit = Visit & { readonly device: string };

function shownParts(decision: CheckInDecision<LocalVisit>): Omit<Shown, 'verdict' | 'doubt'> {
  if (decision.outcome === 'refused') return { outcome: 'refused', code: decision.code, points: 0 };
  if (decision.outcome === 'duplicate') {
    const of: Because = { of: decision.of.commandId, at: decision.of.at, device: decision.of.device };
    return { outcome: 'duplicate', of, points: 0 };
  }
  return { outcome: 'accepted', ...(decision.note && { code: decision.note }), points: decision.points };
}

/** Without a roster that still holds, a well-formed number is kept and ruled at sync. */
function lookUp(
  phone: Phone,
  reading: CardReading,
): {
  card: CardFacts;
  doubt: Doubt | undefined;
  fingerprint: string | undefined;
  rosterVersion: number | null;
} {
  const unknown: CardFacts = { known: false };
  const isNumber = reading.kind === 'uitpas';
  const roster = phone.roster(isNumber ? 'number' : 'chip');
  if (!roster)
    return {
      card: unknown,
      doubt: phone.rosterExpired() ? 'roster-expired' : 'no-roster',
      fingerprint: undefined,
      rosterVersion: null,
    };
  const rosterVersion = roster.header.version;
  const fingerprint = roster.fingerprint((k, b) => hmac(sha256, k, b), identifierOf(reading));
  return {
    card: roster.find(fingerprint),
    doubt: undefined,
    // The visits of other phones are named by number.
    fingerprint: isNumber ? fingerprintToText(fingerprint) : undefined,
    rosterVersion,
  };
}

/** As far as this phone was told. */
const visitsElsewhere = async (
  db: PhoneDb,
  activityId: string,
  fingerprint: string | undefined,
): Promise<VisitRow[]> =>
  fingerprint === undefined
    ? []
    : db.visits.where('[activityId+fingerprint]').equals([activityId, fingerprint]).toArray();

/** This card at this activity within the limit's period: own scans and those that other phones told of. */
function earlierVisits(
  policy: ActivityPolicy,
  own: readonly ScanRow[],
  others: readonly VisitRow[],
  at: Instant,
): LocalVisit[] {
  if (!policy.limit) return [];
  const period = periodAt(policy.periods, at) ?? periodOf(policy.limit.period, at);
  const visits = new Map<string, LocalVisit>();
  for (const { commandId, device, at: when, counts } of others)
    visits.set(commandId, { commandId, device, at: when, undone: counts === 0 });
  for (const { commandId, device, at: when, undone, shown, ruling } of own) {
    const refused = (ruling?.outcome ?? shown.outcome) === 'refused';
    visits.set(commandId, { commandId, device, at: when, undone: undone === 1 || refused });
  }
  return [...visits.values()].filter((visit) => visit.at >= period.startsAt && visit.at < period.endsAt);
}

async function shownOf(
  { db, device, name }: Phone,
  { commandId, at, shown }: ScanRow,
  policy: ActivityPolicy,
  masked: string,
): Promise<ScanShown> {
  const { of } = shown;
  const opens = shown.code === 'activity-closed' ? nextOpening(policy.occurrences, at) : undefined;
  const here = of?.device === device.id;
  const deviceName = of && !here ? (await db.phones.get(of.device))?.name : name();
  return {
    ...shown,
    commandId,
    at,
    masked,
    ...(of && { earlier: { at: of.at, here, deviceName } }),
    ...(opens !== undefined && { nextOpening: opens }),
    undoUntil: at + limits.undoInPlaceMs,
  };
}

const identifierOf = (reading: CardReading): string =>
  reading.kind === 'uitpas' ? reading.number : reading.chip;

function seenBy(phone: Phone): Map<string, Sighting> {
  const seen = sightings.get(phone) ?? new Map<string, Sighting>();
  sightings.set(phone, seen);
  for (const [key, sighting] of seen) if (!isSameScan(phone, sighting)) seen.delete(key);
  return seen;
}

/** Both clocks: the monotonic one stands still while the phone sleeps, the other may jump. */
const isSameScan = ({ clock }: Phone, { seenAtMonoMs, seenAt }: Sighting): boolean =>
  clock.monoMs() - seenAtMonoMs < limits.sameScanMs && Math.abs(clock.now() - seenAt) < limits.sameScanMs;
