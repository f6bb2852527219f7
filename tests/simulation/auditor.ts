// The auditor: what the ledger must say, worked out a second time from the rules as people read them (GLOSSARY,
// ADR 003, and the sync rules on time, order, undo and quarantine). It calls none of the domain's decisions and not its
// calendar either: an error there cannot hide here.

export type AuditedCommand = {
  readonly id: string;
  readonly device: string;
  readonly kind: string;
  readonly envelope: string;
  readonly payload: string;
  readonly receivedAt: number;
  /** The server put it aside; the laws check apart whether it may. */
  readonly quarantined: boolean;
  /** The database would not have it as it is. */
  readonly poisoned: boolean;
};

export type AuditedDevice = {
  readonly id: string;
  readonly desk: boolean;
  readonly organisationId: string;
  readonly enrolledAt: number;
  readonly activityIds: readonly string[];
};

type State = 'active' | 'blocked' | 'replaced' | 'stock' | 'deleted';
export type AuditedCard = {
  readonly accountId: string | null;
  readonly state: State;
  readonly since: number;
  readonly groupPass: boolean;
  readonly systems: readonly string[];
};
type Window = { readonly startsAt: number; readonly opensAt: number; readonly closesAt: number };
export type AuditedActivity = {
  readonly id: string;
  readonly organisationId: string;
  readonly systems: readonly string[];
  readonly limit: { readonly volume: number; readonly period: string } | null;
  readonly versions: ReadonlyMap<number, { readonly points: number; readonly windows: readonly Window[] }>;
  readonly version: number;
};

/** What was true in the world, and when. */
export type AuditedWorld = {
  readonly device: (id: string) => AuditedDevice | undefined;
  readonly card: (number: string, at: number) => AuditedCard | undefined;
  readonly activity: (id: string, at: number) => AuditedActivity | undefined;
  /** When the server answered the device, as it remembers; by number of the sync, newest first. */
  readonly answersTo: (device: string, upTo: number) => Iterable<number>;
  readonly foreignAccount: (number: string) => string;
};

export type Expected = {
  readonly outcome: string;
  readonly code: string | null;
  readonly points: number;
  /** The visit that counts instead. */
  readonly of: string | null;
};
export type Audit = {
  readonly rulings: ReadonlyMap<string, Expected>;
  /** Points of each pass holder or foreign number; those who have none are left out. */
  readonly balances: ReadonlyMap<string, number>;
};

type Visit = {
  readonly id: string;
  readonly at: number;
  readonly device: string;
  readonly issuer: string;
  readonly group: string;
  readonly account: string;
  readonly volume: number;
  readonly points: number;
  readonly note: string | null;
  undone: boolean;
};

const DAY = 86_400_000;
const MONTH_OF_PAPER = 31 * DAY;

export function audit(world: AuditedWorld, commands: readonly AuditedCommand[]): Audit {
  const rulings = new Map<string, Expected>();
  const visits = new Map<string, Visit>();
  const undos: { id: string; device: AuditedDevice; target: string; at: number }[] = [];
  for (const command of commands) {
    const device = world.device(command.device);
    if (command.quarantined || !device) continue;
    const envelope = JSON.parse(command.envelope) as EnvelopeText;
    const payload = JSON.parse(command.payload || '{}') as PayloadText;
    const known = envelope.v === 1 && (envelope.kind === 'check-in' || envelope.kind === 'undo-check-in');
    if (command.poisoned) rulings.set(command.id, refused('malformed'));
    else if (!known) rulings.set(command.id, { ...refused('unknown-kind'), outcome: 'pending' });
    else if (envelope.kind === 'undo-check-in')
      undos.push({
        id: command.id,
        device,
        target: payload.target ?? '',
        at: trueTime(world, device, command, envelope, payload).at,
      });
    else {
      const placed = place(world, device, command, envelope, payload);
      if (typeof placed === 'string') rulings.set(command.id, refused(placed));
      else visits.set(command.id, placed);
    }
  }
  // Ruled for good, and no visit: there is nothing to undo. What is held, or not understood yet, may still become one.
  const settled = new Set([
    ...undos.map(({ id }) => id),
    ...[...rulings].flatMap(([id, { outcome }]) => (outcome === 'pending' ? [] : [id])),
  ]);
  for (const { id, device, target, at } of undos) {
    const visit = visits.get(target);
    if (!visit) {
      const pending = { outcome: 'pending', code: 'awaiting-target', points: 0, of: null };
      rulings.set(id, settled.has(target) ? accepted() : pending);
      continue;
    }
    const own = device.desk ? visit.issuer === device.organisationId : visit.device === device.id;
    if (!own) rulings.set(id, refused('undo-not-yours'));
    else if (!device.desk && at - visit.at > DAY) rulings.set(id, refused('undo-too-late'));
    else {
      visit.undone = true;
      rulings.set(id, accepted());
    }
  }
  return { rulings, balances: count([...visits.values()], rulings) };
}

type EnvelopeText = {
  readonly kind: string;
  readonly v: number;
  readonly occurredAt: number;
  readonly monoMs: number;
  readonly anchor: {
    readonly syncNo: number;
    readonly serverTime: number;
    readonly monoMs: number | null;
  } | null;
  readonly activityVersion: number | null;
};
type PayloadText = {
  readonly activityId?: string;
  readonly number?: string;
  readonly target?: string;
  readonly paper?: { readonly at: number };
};

const refused = (code: string): Expected => ({ outcome: 'refused', code, points: 0, of: null });
const accepted = (): Expected => ({ outcome: 'accepted', code: null, points: 0, of: null });

/** Up to `volume` visits of a person count in a period: the earliest, then the lowest id. The others are "already". */
function count(visits: readonly Visit[], rulings: Map<string, Expected>): Map<string, number> {
  const balances = new Map<string, number>();
  const counting = new Map<string, Visit[]>();
  const inOrder = [...visits].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  for (const visit of inOrder) {
    if (visit.undone) {
      rulings.set(visit.id, refused('undone'));
      continue;
    }
    const before = counting.get(visit.group) ?? [];
    if (before.length >= visit.volume) {
      const of = before[before.length - 1]?.id ?? null;
      rulings.set(visit.id, { outcome: 'duplicate', code: null, points: 0, of });
      continue;
    }
    counting.set(visit.group, [...before, visit]);
    balances.set(visit.account, (balances.get(visit.account) ?? 0) + visit.points);
    rulings.set(visit.id, {
      outcome: visit.note ? 'accepted-with-note' : 'accepted',
      code: visit.note,
      points: visit.points,
      of: null,
    });
  }
  for (const [account, points] of balances) if (points === 0) balances.delete(account);
  return balances;
}

/** The visit, or why there is none. */
function place(
  world: AuditedWorld,
  device: AuditedDevice,
  command: AuditedCommand,
  envelope: EnvelopeText,
  payload: PayloadText,
): Visit | string {
  const activity = world.activity(payload.activityId ?? '', command.receivedAt);
  const number = payload.number ?? '';
  if (payload.paper && !device.desk) return 'not-allowed';
  if (!activity) return 'activity-unknown';
  const enrolled = device.desk
    ? activity.organisationId === device.organisationId
    : device.activityIds.includes(activity.id);
  if (!enrolled) return 'not-enrolled';

  const time = trueTime(world, device, command, envelope, payload);
  const current = activity.versions.get(activity.version);
  const held = activity.versions.get(envelope.activityVersion ?? activity.version) ?? current;
  if (!held || !current) throw new Error(`activity ${activity.id} lacks its version`);
  const card = world.card(number, command.receivedAt);
  let why = '';
  // What the phone was promised, or what holds now: whichever is good for the visitor.
  for (const version of [held, current]) {
    const at = momentOf(time, version.windows);
    const open = version.windows.some((window) => at >= window.opensAt && at < window.closesAt);
    const verdict = open ? admits(card, activity, at) : { no: 'activity-closed' };
    if ('no' in verdict) {
      why ||= verdict.no;
      continue;
    }
    const account = card?.accountId ?? world.foreignAccount(number);
    return {
      id: command.id,
      at,
      device: device.id,
      issuer: activity.organisationId,
      account,
      group: `${activity.id} ${account} ${periodName(activity, time, at, version.windows)}`,
      volume: activity.limit?.volume ?? Number.POSITIVE_INFINITY,
      points: version.points,
      note: verdict.note ?? (time.certain ? null : 'clock-uncertain'),
      undone: false,
    };
  }
  return why;
}

function admits(
  card: AuditedCard | undefined,
  activity: Pick<AuditedActivity, 'systems'>,
  at: number,
): { readonly no: string } | { readonly note: string | null } {
  if (!card) return { note: 'foreign' };
  if (card.groupPass) return { no: 'group-pass' };
  if (card.state === 'stock') return { no: 'card-not-registered' };
  // Blocked, replaced or deleted after the visit: it was still good at the visit.
  const state = card.since > at ? 'active' : card.state;
  if (state === 'blocked') return { no: 'card-blocked' };
  if (state === 'deleted') return { no: 'card-deleted' };
  if (card.systems.length === 0) return { no: 'membership-ended' };
  if (state === 'replaced') return { note: 'card-replaced' };
  return { note: card.systems.some((id) => activity.systems.includes(id)) ? null : 'other-card-system' };
}

type TrueTime = {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly certain: boolean;
};

/** The claim, if it lies between the last answer the phone held and the arrival; else the nearer bound. */
function trueTime(
  world: AuditedWorld,
  device: AuditedDevice,
  { receivedAt }: AuditedCommand,
  { occurredAt, monoMs, anchor }: EnvelopeText,
  { paper }: PayloadText,
): TrueTime {
  if (device.desk) {
    const at = Math.max(receivedAt - MONTH_OF_PAPER, Math.min(receivedAt, paper?.at ?? occurredAt));
    return { at, from: at, to: at, certain: true };
  }
  // After a restored backup numbers count again: an answer of after the one that was heard says nothing about it.
  let heard: number | undefined;
  for (const answered of anchor ? world.answersTo(device.id, anchor.syncNo) : [])
    if (anchor && answered <= anchor.serverTime) {
      heard = answered;
      break;
    }
  const counted =
    anchor?.monoMs === null || anchor?.monoMs === undefined
      ? 0
      : Math.max(0, Math.floor(monoMs - anchor.monoMs));
  const from = Math.min(receivedAt, heard === undefined ? device.enrolledAt : heard + counted);
  if (occurredAt < from) return { at: from, from, to: receivedAt, certain: false };
  if (occurredAt > receivedAt) return { at: receivedAt, from, to: receivedAt, certain: false };
  return { at: occurredAt, from, to: receivedAt, certain: true };
}

/** An uncertain clock favours the visitor: the nearest moment it may have been at which check-in was open. */
function momentOf(time: TrueTime, windows: readonly Window[]): number {
  if (time.certain) return time.at;
  let best: number | undefined;
  for (const { opensAt, closesAt } of windows) {
    const from = Math.max(opensAt, time.from);
    const to = Math.min(closesAt - 1, time.to);
    if (from > to) continue;
    const nearest = Math.min(Math.max(time.at, from), to);
    const distance = Math.abs(nearest - time.at);
    const before = best === undefined ? Number.POSITIVE_INFINITY : Math.abs(best - time.at);
    if (distance < before || (distance === before && nearest < (best ?? 0))) best = nearest;
  }
  return best ?? time.at;
}

/** A doubtful clock that may have been in two periods takes no certain visitor's place: it is counted apart, and listed. */
function periodName(
  activity: AuditedActivity,
  time: TrueTime,
  at: number,
  windows: readonly Window[],
): string {
  const type = activity.limit?.period ?? 'DAY';
  const names = new Set([civilPeriod(type, at)]);
  if (!time.certain)
    for (const { opensAt, closesAt } of windows) {
      const from = Math.max(opensAt, time.from);
      const to = Math.min(closesAt - 1, time.to);
      if (from <= to) names.add(civilPeriod(type, from)).add(civilPeriod(type, to));
    }
  const [name = ''] = names;
  return names.size > 1 ? `? ${name}` : name;
}

const brussels = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Brussels', dateStyle: 'short' });
const dayNames = new Map<number, string>();

/** The civil day from the time zone data of the machine; remembered by quarter of an hour, where no day can change. */
function civilDay(at: number): string {
  const quarter = Math.floor(at / 900_000);
  const known = dayNames.get(quarter);
  if (known !== undefined) return known;
  const name = brussels.format(at);
  dayNames.set(quarter, name);
  return name;
}

export function civilPeriod(type: string, at: number): string {
  const day = civilDay(at);
  const [year = '', month = ''] = day.split('-');
  if (type === 'ABSOLUTE') return 'ever';
  if (type === 'DAY') return day;
  if (type === 'MONTH') return `${year}-${month}`;
  if (type === 'QUARTER') return `${year} quarter ${Math.ceil(Number(month) / 3)}`;
  if (type === 'YEAR') return year;
  const noon = new Date(`${day}T12:00:00Z`);
  noon.setUTCDate(noon.getUTCDate() - ((noon.getUTCDay() + 6) % 7));
  return `week of ${noon.toISOString().slice(0, 10)}`;
}

/** What a phone knows when a card is held before it. */
export type PhoneFacts = {
  readonly at: number;
  readonly card: AuditedCard | undefined;
  readonly windows: readonly Window[];
  readonly points: number;
  readonly limit: { readonly volume: number; readonly period: string } | null;
  /** Visits of this card at this activity, own and told; without those that were undone or refused. */
  readonly visits: readonly { readonly id: string; readonly at: number }[];
};

/** The same rules on what the phone knows: what its screen must say. */
export function expectedOnPhone(facts: PhoneFacts, commandId: string): Expected {
  const { at, card, windows, limit, points } = facts;
  if (!windows.some(({ opensAt, closesAt }) => at >= opensAt && at < closesAt))
    return refused('activity-closed');
  // A roster holds only cards of the activity's own card systems, and says only what is now.
  const verdict = admits(card && { ...card, since: 0 }, { systems: card?.systems ?? [] }, at);
  if ('no' in verdict) return refused(verdict.no);
  const before = facts.visits
    .filter(
      (visit) => limit !== null && civilPeriod(limit.period, visit.at) === civilPeriod(limit.period, at),
    )
    .sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  const counting = before.slice(0, limit?.volume ?? 0);
  const last = counting[counting.length - 1];
  const full = limit !== null && counting.length >= limit.volume && last !== undefined;
  if (full && (last.at < at || (last.at === at && last.id < commandId)))
    return { outcome: 'duplicate', code: null, points: 0, of: last.id };
  return { outcome: 'accepted', code: verdict.note, points, of: null };
}
