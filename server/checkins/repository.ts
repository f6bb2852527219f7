import { sql, type Kysely } from 'kysely';
import * as z from 'zod/mini';
import type { NoteCode } from '#domain/checkins/decide-check-in.ts';
import { VERDICTS, type VerdictKind } from '#domain/checkins/verdict.ts';
import type { Because, Outcome, RulingCode } from '#domain/sync/ruling.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

/** A check-in as the desk lists it: admitted (then it is a visit), or not. */
export type CheckInRow = {
  readonly commandId: string;
  readonly activityId: string;
  readonly at: number;
  readonly receivedAt: number;
  /** Number or chip; null when the payload was erased. */
  readonly card: string | null;
  readonly deviceName: string;
  readonly outcome: Outcome;
  readonly code: RulingCode | null;
  readonly because: Because | null;
  readonly points: number;
  readonly undone: boolean;
  readonly way: string;
};

/** With what the phone showed at the door; null for a paper list. */
export type ShownRow = CheckInRow & { readonly shown: VerdictKind | null };
/** One that did not become a visit. */
export type TroubleRow = ShownRow;

type StoredRow = Omit<CheckInRow, 'way' | 'activityId'> & {
  activityId: string | null;
  payload: string | null;
};

const visitColumns = sql`
  v.command_id as "commandId", v.activity_id as "activityId", v.at, c.received_at as "receivedAt",
  v.uitpas_number as card, d.name as "deviceName", r.outcome, r.code, r.because, r.points, v.undone, c.payload
`;
const visitTables = sql`
  visit v
  join command c on c.region_id = v.region_id and c.command_id = v.command_id
  join device d on d.region_id = v.region_id and d.device_id = v.device_id
  join lateral (
    select * from ruling r where r.region_id = v.region_id and r.command_id = v.command_id order by r.n desc limit 1
  ) r on true
`;

/** A text that no honest phone writes must not fail the list of everyone: matched, not parsed. */
const shownVerdict = sql`substring(c.envelope from '"verdictShown":"(saved|noted|attention|refused)"')`;

/** The newest visits of a day. */
export async function listVisits(
  db: Db,
  regionId: number,
  activityId: string,
  from: number,
  to: number,
  limit: number,
): Promise<CheckInRow[]> {
  const { rows } = await sql<StoredRow>`
    select ${visitColumns} from ${visitTables}
    where v.region_id = ${regionId} and v.activity_id = ${activityId} and v.at >= ${from} and v.at < ${to}
    order by v.at desc, v.command_id desc limit ${limit}
  `.execute(db);
  return rows.map(checkInOf);
}

/** The newest visits of a day that stand like one of these groups; those that were taken back are left out. */
export async function listVisitsStanding(
  db: Db,
  regionId: number,
  activityId: string,
  from: number,
  to: number,
  groups: readonly Pick<VisitGroup, 'shown' | 'counts' | 'note'>[],
  limit: number,
): Promise<ShownRow[]> {
  if (groups.length === 0) return [];
  const { rows } = await sql<StoredRow & { shown: VerdictKind | null }>`
    select ${visitColumns}, g.shown from ${visitTables}
    join (
      select distinct * from unnest(
        ${groups.map(({ shown }) => shown)}::text[], ${groups.map(({ counts }) => counts)}::bool[],
        ${groups.map(({ note }) => note)}::text[]
      ) as g (shown, counts, note)
    ) g on g.shown is not distinct from ${shownVerdict} and g.counts = (v.slot is not null)
      and g.note is not distinct from v.note
    where v.region_id = ${regionId} and v.activity_id = ${activityId} and v.at >= ${from} and v.at < ${to}
      and not v.undone
    order by v.at desc, v.command_id desc limit ${limit}
  `.execute(db);
  return rows.map(({ shown, ...row }) => ({ ...checkInOf(row), shown }));
}

export async function findVisit(
  db: Db,
  regionId: number,
  commandId: string,
): Promise<CheckInRow | undefined> {
  const { rows } = await sql<StoredRow>`
    select ${visitColumns} from ${visitTables} where v.region_id = ${regionId} and v.command_id = ${commandId}
  `.execute(db);
  return rows[0] && checkInOf(rows[0]);
}

/**
 * Check-ins that did not become a visit: refused, held, or waiting. Their activity stands only in the payload, and their
 * time is what the device said.
 */
export async function listTrouble(
  db: Db,
  regionId: number,
  activityId: string,
  from: number,
  to: number,
  limit: number,
): Promise<TroubleRow[]> {
  const { rows } = await sql<StoredRow & { envelope: string }>`
    select t.command_id as "commandId", null as "activityId", 0 as at, c.received_at as "receivedAt", null as card,
      d.name as "deviceName", t.outcome, t.code, t.because, t.points, c.payload, c.envelope,
      exists (select from undo u
        join ruling r on r.region_id = u.region_id and r.command_id = u.command_id and r.outcome = 'accepted'
        where u.region_id = t.region_id and u.target_id = t.command_id) as undone
    from device d
    join ruling t on t.region_id = d.region_id and t.device_id = d.device_id
      and t.outcome in ('refused', 'pending', 'quarantined') and t.ruled_at >= ${from}
    join command c on c.region_id = t.region_id and c.command_id = t.command_id and c.kind = 'check-in'
    where d.region_id = ${regionId}
      and (exists (select from device_activity a
            where a.region_id = d.region_id and a.device_id = d.device_id and a.activity_id = ${activityId})
        or (d.kind = 'desk' and d.organisation_id = (select organisation_id from activity
            where region_id = ${regionId} and activity_id = ${activityId})))
      and not exists (select from ruling later
        where later.region_id = t.region_id and later.command_id = t.command_id and later.n > t.n)
      and not exists (select from visit v where v.region_id = t.region_id and v.command_id = t.command_id)
    order by t.ruled_at desc limit ${limit}
  `.execute(db);
  return rows
    .map(({ envelope, ...row }) => ({
      ...checkInOf({ ...row, at: claimedTime({ ...row, envelope }) }),
      shown: readText(ShownEnvelope, envelope)?.verdictShown ?? null,
    }))
    .filter((row) => row.activityId === activityId && row.at >= from && row.at < to);
}

/** Visits that stand alike, counted: the rule that reads them lives in the domain. */
export type VisitGroup = {
  /** What the phone showed; null for a paper list. */
  readonly shown: VerdictKind | null;
  readonly counts: boolean;
  readonly note: NoteCode | null;
  readonly points: number;
  readonly undone: boolean;
  /** An undo that came too late, or was not theirs: the visit stands. */
  readonly undoRefused: boolean;
  readonly times: number;
};

export async function readVisitGroups(
  db: Db,
  regionId: number,
  activityId: string,
  from: number,
  to: number,
): Promise<VisitGroup[]> {
  const { rows } = await sql<VisitGroup>`
    select shown, counts, note, points, undone, "undoRefused", count(*) as times from (
      select ${shownVerdict} as shown,
        v.slot is not null as counts, v.note, v.points, v.undone,
        exists (select from undo u
          join ruling r on r.region_id = u.region_id and r.command_id = u.command_id and r.outcome = 'refused'
          where u.region_id = v.region_id and u.target_id = v.command_id and u.device_id = v.device_id
        ) as "undoRefused"
      from visit v
      join command c on c.region_id = v.region_id and c.command_id = v.command_id
      where v.region_id = ${regionId} and v.activity_id = ${activityId} and v.at >= ${from} and v.at < ${to}
    ) each
    group by shown, counts, note, points, undone, "undoRefused"
  `.execute(db);
  return rows;
}

/** What the list shows of a payload; anything else in it is none of its business. */
const ShownPayload = z.object({
  activityId: z.optional(z.string()),
  number: z.optional(z.string()),
  chip: z.optional(z.string()),
  way: z.optional(z.string()),
  paper: z.optional(z.object({ at: z.int() })),
});
const ShownEnvelope = z.object({
  occurredAt: z.int(),
  verdictShown: z.optional(z.nullable(z.enum(VERDICTS))),
});

function checkInOf({ payload, ...row }: StoredRow): CheckInRow {
  const shown = readText(ShownPayload, payload);
  return {
    ...row,
    activityId: row.activityId ?? shown?.activityId ?? '',
    card: row.card ?? shown?.number ?? shown?.chip ?? null,
    way: shown?.way ?? 'unknown',
  };
}

function claimedTime({ payload, envelope, receivedAt }: StoredRow & { envelope: string }): number {
  return (
    readText(ShownPayload, payload)?.paper?.at ?? readText(ShownEnvelope, envelope)?.occurredAt ?? receivedAt
  );
}

function readText<T>(schema: z.ZodMiniType<T>, text: string | null): T | undefined {
  try {
    return z.safeParse(schema, JSON.parse(text ?? 'null')).data;
  } catch {
    return undefined; // kept all the same, and ruled malformed
  }
}
