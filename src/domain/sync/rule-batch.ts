// The rulings of a batch, in two pure steps between which the server loads facts:
//   placeCheckIn   window, card, trusted time -> a visit in a group (activity, account, period), or a refusal;
//   ruleGroups     each touched group is ranked anew -> rulings that follow, slots, mirrored entries.
// Law (offline-and-sync part 7): the same commands in any order give the same standing and the same balances, because
// a group is always judged as a whole, by trusted time and id, never by arrival.
import { assert } from '../kernel/assert.ts';
import type { CardFacts, CardState } from '../cards/card-facts.ts';
import { openOccurrence, type Occurrence } from '../checkins/activity-policy.ts';
import { admitCheckIn, type NoteCode, type RefusalCode } from '../checkins/decide-check-in.ts';
import { rankVisits, type Visit } from '../checkins/rank-visits.ts';
import { periodOf, type Instant, type PeriodType } from '../kernel/civil-time.ts';
import { planted } from '../kernel/planted.ts';
import { mirrorOf, pointsEntry, type Entry } from '../ledger/ledger.ts';
import { sameJudgement, type Judgement } from './ruling.ts';
import type { TrustedTime } from './trusted-time.ts';

/** A card as the server knows it. */
export type ServerCard = {
  /** The pass holder's account; null for stock cards and group passes. */
  readonly accountId: string | null;
  readonly state: CardState;
  readonly stateSince: Instant;
  readonly groupPass: boolean;
  /** Card systems in which the holder is an active member. */
  readonly cardSystemIds: readonly string[];
};

export type ServerActivity = {
  readonly activityId: string;
  /** Account that issues the points. */
  readonly organisationId: string;
  readonly cardSystemIds: readonly string[];
  readonly volume: number | null;
  readonly periodType: PeriodType | null;
  readonly currentVersion: number;
  readonly versions: ReadonlyMap<
    number,
    { readonly points: number; readonly occurrences: readonly Occurrence[] }
  >;
};

export type GroupKey = {
  readonly activityId: string;
  readonly accountId: string;
  readonly periodKey: string;
};

/** A visit with the ruling it has now; `n` 0: none yet. */
export type GroupVisit = Visit &
  GroupKey & {
    readonly deviceId: string;
    readonly seq: number;
    readonly issuerId: string;
    readonly points: number;
    readonly note: NoteCode | null;
    readonly number: string | null;
    readonly slot: number | null;
    readonly n: number;
    readonly ruled: Judgement | null;
  };

/** A visit as it was placed: not ranked yet. `n`: rulings that its command has already, more than 0 after quarantine. */
export type Placed = Omit<GroupVisit, 'ruled' | 'slot' | 'undone'>;

export type Placement =
  { readonly placed: true; readonly visit: Placed } | { readonly placed: false; readonly code: RefusalCode };

/** Without a limit every visit counts; the day only keeps the groups small. */
const NO_LIMIT_PERIOD: PeriodType = 'DAY';

export function placeCheckIn(check: {
  readonly commandId: string;
  readonly deviceId: string;
  readonly seq: number;
  readonly number: string | null;
  readonly card: ServerCard | undefined;
  readonly foreignAccountId: string;
  readonly activity: ServerActivity | undefined;
  readonly activityVersion: number | null;
  readonly enrolled: boolean;
  readonly time: TrustedTime;
  /** Of a command that was held: how many rulings it has. */
  readonly rulingsBefore?: number;
}): Placement {
  const { activity, card } = check;
  if (!activity) return { placed: false, code: 'activity-unknown' };
  if (!check.enrolled) return { placed: false, code: 'not-enrolled' };
  const current = activity.versions.get(activity.currentVersion);
  const held = activity.versions.get(check.activityVersion ?? activity.currentVersion) ?? current;
  assert(held && current, `activity ${activity.activityId} has its current version`);

  const facts = cardFactsFor(card, activity);
  // A window that the phone held, or the one that holds now: whichever is good for the visitor.
  const attempts = [held, current].map(({ occurrences, points }) => {
    const at = momentInWindow(check.time, occurrences);
    return { at, occurrences, admission: admitCheckIn({ card: facts, occurrences, points }, at) };
  });
  const best = attempts.find((attempt) => attempt.admission.admitted) ?? attempts[0];
  assert(best, 'two attempts were made');
  if (!best.admission.admitted) return { placed: false, code: best.admission.code };

  return {
    placed: true,
    visit: {
      commandId: check.commandId,
      at: best.at,
      activityId: activity.activityId,
      accountId:
        card?.accountId ??
        (planted('foreign-point-at-once') ? activity.organisationId : check.foreignAccountId),
      periodKey:
        (planted('limit-per-phone') ? `${check.deviceId} ` : '') +
        periodKeyOf(
          activity.periodType ?? NO_LIMIT_PERIOD,
          best.at,
          check.time.plausible ? [] : openMoments(check.time, best.occurrences),
        ),
      deviceId: check.deviceId,
      seq: check.seq,
      issuerId: activity.organisationId,
      points: best.admission.points,
      note: best.admission.note ?? (check.time.plausible ? null : 'clock-uncertain'),
      number: check.number,
      n: check.rulingsBefore ?? 0,
    },
  };
}

/**
 * A doubtful clock that may have been in several periods favours the visitor: such visits are counted apart from the
 * certain ones, up to the limit among themselves, and are listed by their note. Choosing the period that has room was
 * rejected: then it mattered which visit arrived first.
 */
function periodKeyOf(type: PeriodType, at: Instant, possible: readonly Instant[]): string {
  const { key } = periodOf(type, at);
  return possible.every((moment) => periodOf(type, moment).key === key) ? key : `uncertain:${key}`;
}

function cardFactsFor(card: ServerCard | undefined, activity: ServerActivity): CardFacts {
  if (!card) return { known: false };
  const here = card.cardSystemIds.some((id) => activity.cardSystemIds.includes(id));
  return {
    known: true,
    state: card.state,
    stateSince: card.stateSince,
    groupPass: card.groupPass,
    membership: here ? 'here' : card.cardSystemIds.length > 0 ? 'elsewhere' : 'ended',
  };
}

/** An implausible clock favours the visitor: the open moment of the trusted window nearest to the clamped claim. */
function momentInWindow(time: TrustedTime, occurrences: readonly Occurrence[]): Instant {
  if (time.plausible || openOccurrence(occurrences, time.at)) return time.at;
  const byDistance = (a: Instant, b: Instant): number =>
    Math.abs(a - time.at) - Math.abs(b - time.at) || a - b;
  return openMoments(time, occurrences).sort(byDistance)[0] ?? time.at;
}

/** First and last moment of the trusted window in which check-in was open, of each occurrence. */
function openMoments(time: TrustedTime, occurrences: readonly Occurrence[]): Instant[] {
  return occurrences
    .filter((o) => o.opensAt <= time.latest && o.closesAt > time.earliest)
    .flatMap((o) => [Math.max(o.opensAt, time.earliest), Math.min(o.closesAt - 1, time.latest)]);
}

export type RuledVisit = GroupVisit & {
  readonly judgement: Judgement;
  readonly changed: boolean;
  /** Not stored before. */
  readonly fresh: boolean;
};

export type GroupRulings = {
  /** Every visit of the touched groups that is new, moved to another slot, or ruled anew. */
  readonly visits: readonly RuledVisit[];
  readonly rulings: readonly {
    readonly commandId: string;
    readonly n: number;
    readonly deviceId: string;
    readonly seq: number;
    readonly judgement: Judgement;
  }[];
  readonly entries: readonly (Entry & {
    readonly commandId: string;
    readonly n: number;
    readonly correctsN?: number;
  })[];
};

export const groupKeyText = (key: GroupKey): string => `${key.activityId}|${key.accountId}|${key.periodKey}`;

/**
 * `existing`: all visits of all touched groups, as stored. `placed`: the new ones. `undone`: command ids of check-ins
 * that an accepted undo names. `volumes`: limit by activity.
 */
export function ruleGroups(
  existing: readonly GroupVisit[],
  placed: readonly Placed[],
  undone: ReadonlySet<string>,
  volumes: ReadonlyMap<string, number | null>,
): GroupRulings {
  const groups = new Map<string, GroupVisit[]>();
  const add = (visit: GroupVisit): void => {
    const key = groupKeyText(visit);
    const group = groups.get(key);
    const marked = undone.has(visit.commandId) ? { ...visit, undone: true } : visit;
    if (group) group.push(marked);
    else groups.set(key, [marked]);
  };
  existing.forEach(add);
  for (const visit of placed) add({ ...visit, undone: false, ruled: null, slot: null });

  const before = new Map(existing.map((visit) => [visit.commandId, visit]));
  const visits: RuledVisit[] = [];
  const rulings: GroupRulings['rulings'][number][] = [];
  const entries: GroupRulings['entries'][number][] = [];
  for (const group of groups.values()) {
    for (const ranked of rankVisits(group, volumes.get(group[0]?.activityId ?? '') ?? null)) {
      const { visit } = ranked;
      const judgement = judgementOf(ranked);
      const slot = ranked.standing === 'counts' ? ranked.slot : null;
      const was = before.get(visit.commandId);
      const changed = !visit.ruled || !sameJudgement(visit.ruled, judgement);
      if (!changed && was && was.slot === slot && was.undone === visit.undone) continue;
      const n = changed ? visit.n + 1 : visit.n;
      visits.push({ ...visit, slot, n, judgement, changed, fresh: was === undefined });
      if (!changed) continue;
      rulings.push({ commandId: visit.commandId, n, deviceId: visit.deviceId, seq: visit.seq, judgement });
      const pointsBefore = visit.ruled?.points ?? 0;
      if (pointsBefore === judgement.points) continue;
      const entryId = `${visit.commandId}/${n}`;
      const full = pointsEntry(entryId, visit.issuerId, visit.accountId, visit.points);
      const entry =
        judgement.points > 0
          ? full
          : mirrorOf(
              pointsEntry(`${visit.commandId}/${visit.n}`, visit.issuerId, visit.accountId, visit.points),
              entryId,
            );
      entries.push({
        ...entry,
        commandId: visit.commandId,
        n,
        ...(judgement.points === 0 && { correctsN: visit.n }),
      });
    }
  }
  return { visits, rulings, entries };
}

function judgementOf(ranked: ReturnType<typeof rankVisits<GroupVisit>>[number]): Judgement {
  const { visit } = ranked;
  if (ranked.standing === 'undone') return { outcome: 'refused', code: 'undone', points: 0 };
  if (ranked.standing === 'already') {
    return {
      outcome: 'duplicate',
      because: { of: ranked.of.commandId, at: ranked.of.at, device: ranked.of.deviceId },
      points: 0,
    };
  }
  if (visit.note) return { outcome: 'accepted-with-note', code: visit.note, points: visit.points };
  return { outcome: 'accepted', points: visit.points };
}
