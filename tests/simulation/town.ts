// The town of a simulation: its organisations, activities, cards and how they change. Facts have a history, because the
// server judges by what held when a command came in.
import { createHmac } from 'node:crypto';
import type { CardState } from '#domain/cards/card-facts.ts';
import { fingerprintToText } from '#domain/cards/fingerprint-text.ts';
import {
  encodeRoster,
  fingerprintOf,
  rosterBits,
  type Hmac,
  type RosterEntry,
} from '#domain/cards/roster.ts';
import { makeUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { ActivityPolicy, CheckInLimit, Occurrence } from '#domain/checkins/activity-policy.ts';
import { must } from '#domain/kernel/assert.ts';
import { toBase64url } from '#domain/kernel/bytes.ts';
import { periodOf, PERIOD_TYPES } from '#domain/kernel/civil-time.ts';
import type { RosterOffer } from '#domain/sync/exchange.ts';
import type { ServerActivity, ServerCard } from '#domain/sync/rule-batch.ts';
import type { Dice } from './dice.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const HERE = 'westhoek';
const ELSEWHERE = 'testregio';

/** Evenings on which something can go wrong with the calendar, and ordinary ones. */
const EVENINGS = [
  '2026-11-20T18:00Z', // a Friday
  '2026-11-22T21:30Z', // a Sunday: the week ends at midnight
  '2026-10-24T21:00Z', // the night in which half past two comes twice
  '2027-10-30T21:00Z',
  '2027-03-27T21:00Z', // the night without half past two
  '2026-12-31T21:30Z', // a year ends
  '2026-09-30T20:30Z', // a quarter ends
];

export type TownCard = { readonly number: UitpasNumber; readonly known: boolean };
type Version<T> = { readonly since: number; readonly value: T };

export class Town {
  readonly startsAt: number;
  readonly organisationIds: readonly string[];
  readonly activityIds: readonly string[];
  readonly cards: readonly TownCard[];
  readonly rosterKey: Uint8Array<ArrayBuffer>;
  readonly #dice: Dice;
  readonly #activities = new Map<string, Version<ServerActivity>[]>();
  readonly #cardHistory = new Map<string, Version<ServerCard>[]>();
  #rosterVersion = 1;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.startsAt = Date.parse(dice.pick(EVENINGS));
    this.rosterKey = dice.bytes(32);
    this.organisationIds = Array.from({ length: dice.int(1, 2) }, () => dice.uuid());
    this.activityIds = Array.from({ length: dice.int(1, 3) }, () => this.#openActivity());
    this.cards = Array.from({ length: dice.int(5, 30) }, (_, i) => this.#issueCard(i));
  }

  activity(activityId: string, at: number): ServerActivity | undefined {
    return valueAt(this.#activities.get(activityId), at);
  }

  card(number: string, at: number): ServerCard | undefined {
    return valueAt(this.#cardHistory.get(number), at);
  }

  /** At the desk: lost, stolen, or replaced by a new one. */
  changeCard(number: string, state: CardState, now: number): void {
    const before = this.card(number, now);
    if (before?.state !== 'active') return;
    this.#cardHistory.get(number)?.push({ since: now, value: { ...before, state, stateSince: now } });
    this.#rosterVersion++;
  }

  /** The evening lasts longer, ends sooner, or gives other points. */
  changeActivity(activityId: string, now: number): void {
    const before = must(this.activity(activityId, now), 'activity');
    const version = must(before.versions.get(before.currentVersion), 'version');
    const shift = this.#dice.pick([-2 * HOUR, -30 * MINUTE, HOUR, 3 * HOUR]);
    const occurrences = version.occurrences.map((o) => ({
      ...o,
      endsAt: Math.max(o.startsAt + HOUR, o.endsAt + shift),
      closesAt: Math.max(o.opensAt + HOUR, o.closesAt + shift),
    }));
    const points = this.#dice.chance(0.3) ? this.#dice.int(1, 3) : version.points;
    const currentVersion = before.currentVersion + 1;
    const versions = new Map([...before.versions, [currentVersion, { points, occurrences }]]);
    this.#activities.get(activityId)?.push({ since: now, value: { ...before, currentVersion, versions } });
  }

  policies(activityIds: readonly string[], now: number): ActivityPolicy[] {
    return activityIds.map((activityId) => {
      const activity = must(this.activity(activityId, now), 'activity');
      const { points, occurrences } = must(activity.versions.get(activity.currentVersion), 'version');
      const { volume, periodType } = activity;
      return {
        activityId,
        version: activity.currentVersion,
        title: 'Activiteit',
        place: 'Zaal',
        organisationName: 'Organisatie',
        points,
        limit: volume === null || periodType === null ? null : { volume, period: periodType },
        occurrences: [...occurrences],
        periods: periodType === null ? [] : periodsAround(periodType, now),
        sells: false,
      };
    });
  }

  rosterOffer(now: number): RosterOffer {
    return { id: 'roster', version: this.#rosterVersion, url: '/api/roster', expiresAt: now + 2 * DAY };
  }

  /** What the roster of that moment says of a card. */
  cardInRoster(number: string, builtAt: number): ServerCard | undefined {
    const card = this.card(number, builtAt);
    return card?.cardSystemIds.includes(HERE) && card.state !== 'deleted' ? card : undefined;
  }

  rosterFile(now: number): Uint8Array<ArrayBuffer> {
    const entries = this.cards.flatMap(({ number, known }): RosterEntry[] => {
      const card = known ? this.cardInRoster(number, now) : undefined;
      if (!card) return [];
      const bits = rosterBits({ state: card.state, groupPass: card.groupPass, entitled: false });
      return bits === undefined ? [] : [{ fingerprint: this.fingerprint(number), bits }];
    });
    entries.sort((a, b) => a.fingerprint - b.fingerprint);
    const header = {
      v: 1 as const,
      rosterId: 'roster',
      version: this.#rosterVersion,
      key: toBase64url(this.rosterKey),
      of: 'number' as const,
      cardCount: entries.length,
      entitlement: false,
      builtAt: now,
      expiresAt: now + 2 * DAY,
    };
    return new Uint8Array(encodeRoster(header, entries));
  }

  readonly fingerprint = (number: string): number => fingerprintOf(hmac, this.rosterKey, number);
  readonly fingerprintText = (number: string): string => fingerprintToText(this.fingerprint(number));

  #openActivity(): string {
    const dice = this.#dice;
    const activityId = dice.uuid();
    const margin = dice.pick([0, 30 * MINUTE, HOUR]);
    const first = this.startsAt + dice.pick([-3 * HOUR, -HOUR, 0, HOUR]);
    const occurrences = Array.from({ length: dice.int(1, 4) }, (_, i): Occurrence => {
      const startsAt = first + i * dice.pick([6 * HOUR, DAY]);
      const endsAt = startsAt + dice.int(2, 9) * HOUR;
      return {
        occurrenceId: String(i),
        startsAt,
        endsAt,
        opensAt: startsAt - margin,
        closesAt: endsAt + margin,
      };
    });
    const limit: CheckInLimit | null = dice.chance(0.15)
      ? null
      : { volume: dice.pick([1, 1, 1, 2, 3]), period: dice.pick(PERIOD_TYPES) };
    const value: ServerActivity = {
      activityId,
      organisationId: dice.pick(this.organisationIds),
      cardSystemIds: [HERE],
      volume: limit?.volume ?? null,
      periodType: limit?.period ?? null,
      currentVersion: 1,
      versions: new Map([[1, { points: dice.pick([1, 1, 1, 2, 0]), occurrences }]]),
    };
    this.#activities.set(activityId, [{ since: Number.NEGATIVE_INFINITY, value }]);
    return activityId;
  }

  #issueCard(index: number): TownCard {
    const dice = this.#dice;
    const number = makeUitpasNumber(`0900${String(1_000 + index).padStart(7, '0')}`, dice.pick(['0', '1']));
    const kind = dice.weighted({
      good: 60,
      sameHolder: 8,
      foreign: 12,
      elsewhere: 5,
      blocked: 4,
      replaced: 3,
      stock: 2,
      groupPass: 2,
      ended: 2,
      deleted: 2,
    });
    if (kind === 'foreign') return { number, known: false };
    const holders = [...this.#cardHistory.values()].flatMap((history) => history[0]?.value.accountId ?? []);
    const own = kind === 'stock' || kind === 'groupPass' ? null : dice.uuid();
    const state =
      kind === 'blocked' || kind === 'replaced' || kind === 'stock' || kind === 'deleted' ? kind : 'active';
    const value: ServerCard = {
      // Somebody with two cards has one balance and one place under the limit.
      accountId: kind === 'sameHolder' && holders.length > 0 ? dice.pick(holders) : own,
      state,
      stateSince: this.startsAt + dice.int(-30, 1) * HOUR,
      groupPass: kind === 'groupPass',
      cardSystemIds: kind === 'ended' ? [] : [kind === 'elsewhere' ? ELSEWHERE : HERE],
    };
    this.#cardHistory.set(number, [{ since: Number.NEGATIVE_INFINITY, value }]);
    return { number, known: true };
  }
}

const hmac: Hmac = (key, bytes) => createHmac('sha256', key).update(bytes).digest();

/** Three periods, as instants: the phone does no calendar arithmetic. */
function periodsAround(type: (typeof PERIOD_TYPES)[number], now: number): ActivityPolicy['periods'] {
  const current = periodOf(type, now);
  if (type === 'ABSOLUTE') return [current];
  return [periodOf(type, current.startsAt - 1), current, periodOf(type, current.endsAt)];
}

function valueAt<T>(history: readonly Version<T>[] | undefined, at: number): T | undefined {
  return history?.findLast(({ since }) => since <= at)?.value;
}
