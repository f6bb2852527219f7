import { sql, type Kysely, type Transaction } from 'kysely';
import type { OwingPhone, PhoneReport, PublicKey, SeqRange } from '#domain/sync/exchange.ts';
import { gapsIn, toRanges } from '#domain/sync/seq-ranges.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

export type DeviceState = 'pending' | 'active' | 'refused' | 'revoked';

export type Device = {
  readonly deviceId: string;
  readonly regionId: number;
  readonly organisationId: string;
  readonly organisationName: string;
  readonly nisCode?: string;
  readonly name: string;
  readonly kind: 'phone' | 'desk';
  readonly state: DeviceState;
  readonly publicKey: PublicKey | null;
  readonly requestedAt: number;
  readonly enrolledBy: string | null;
  readonly enrolledAt: number | null;
  readonly revokedAt: number | null;
  readonly lostAt: number | null;
  readonly lastSeenAt: number | null;
  readonly platform: string;
  readonly appVersion: string;
  readonly replaces: string | null;
  readonly report: PhoneReport | null;
  readonly headSeq: number;
  readonly ackedSeq: number;
  readonly activities: readonly { readonly activityId: string; readonly title: string }[];
  /** Commands beyond a gap: here, but not yet in custody. */
  readonly heldCount: number;
  /** The first ranges that it wrote and the server does not have. */
  readonly owed: readonly SeqRange[];
  readonly quarantined: number;
};

export async function listPhones(
  db: Db,
  regionId: number,
  organisationIds: readonly string[],
): Promise<Device[]> {
  const { rows } = await selectDevices(
    db,
    sql`d.region_id = ${regionId} and d.kind = 'phone' and d.organisation_id = any(${organisationIds}::uuid[])
      and (d.state <> 'refused')`,
  );
  return rows.map(deviceOf);
}

export async function findDevice(db: Db, regionId: number, deviceId: string): Promise<Device | undefined> {
  const { rows } = await selectDevices(
    db,
    sql`d.region_id = ${regionId} and d.device_id = ${deviceId} and d.kind = 'phone'`,
  );
  return rows[0] && deviceOf(rows[0]);
}

const selectDevices = (db: Db, where: ReturnType<typeof sql>) =>
  sql<DeviceRow>`
    select d.*, o.name as organisation_name, o.nis_code,
      (select coalesce(json_agg(json_build_object('activityId', a.activity_id, 'title', a.title) order by a.title), '[]')
        from device_activity da join activity a on a.region_id = da.region_id and a.activity_id = da.activity_id
        where da.region_id = d.region_id and da.device_id = d.device_id) as activities,
      (select count(*) from command c
        where c.region_id = d.region_id and c.device_id = d.device_id and c.seq > d.acked_seq) as held_count,
      case when d.head_seq > d.acked_seq then (
        select coalesce(json_agg(json_build_array(g.prev + 1, g.seq - 1) order by g.seq), '[]') from (
          select s.seq, s.prev from (
            select u.seq, lag(u.seq, 1, d.acked_seq) over (order by u.seq) as prev from (
              select c.seq from command c where c.region_id = d.region_id and c.device_id = d.device_id
                and c.seq > d.acked_seq and c.seq <= d.head_seq
              union all select d.head_seq + 1
            ) u
          ) s where s.seq > s.prev + 1 order by s.seq limit ${OWED_RANGES_MAX}
        ) g
      ) else '[]' end as owed,
      case when d.state = 'revoked' or d.broken_at_seq is not null then (
        select count(*) from command c join lateral (
          select r.outcome from ruling r where r.region_id = c.region_id and r.command_id = c.command_id order by r.n desc limit 1
        ) r on true
        where c.region_id = d.region_id and c.device_id = d.device_id and r.outcome = 'quarantined'
      ) else 0 end as quarantined
    from device d
    join organisation o on o.region_id = d.region_id and o.organisation_id = d.organisation_id
    where ${where}
    order by d.state = 'pending' desc, d.state = 'revoked', d.name, d.device_id
    limit ${LIST_MAX}
  `.execute(db);

const LIST_MAX = 500;
/** More gaps than this tell nobody anything. */
const OWED_RANGES_MAX = 5;

/** What enrolling needs of a device, by its id alone: a phone that asks names no region. */
export async function findEnrolment(
  db: Db,
  deviceId: string,
): Promise<
  | {
      readonly regionId: number;
      readonly state: DeviceState;
      readonly publicKey: PublicKey | null;
      readonly requestedAt: number;
    }
  | undefined
> {
  const row = await db
    .selectFrom('device')
    .select(['region_id', 'state', 'public_key', 'requested_at'])
    .where('device_id', '=', deviceId)
    .where('kind', '=', 'phone')
    .executeTakeFirst();
  return (
    row && {
      regionId: row.region_id,
      state: row.state,
      publicKey: row.public_key,
      requestedAt: row.requested_at,
    }
  );
}

export type EnrolLinkRow = {
  readonly regionId: number;
  readonly linkId: string;
  readonly organisationId: string;
  readonly activityIds: readonly string[];
  readonly createdBy: string;
  readonly expiresAt: number;
  readonly usedAt: number | null;
  readonly deviceId: string | null;
  /** The phone that takes the link comes in the place of this one. */
  readonly replaces: string | null;
};

export async function insertEnrolLink(
  db: Db,
  link: Omit<EnrolLinkRow, 'usedAt' | 'deviceId'> & { readonly codeHash: Buffer; readonly createdAt: number },
): Promise<void> {
  await db
    .insertInto('enrol_link')
    .values({
      region_id: link.regionId,
      link_id: link.linkId,
      code_hash: link.codeHash,
      organisation_id: link.organisationId,
      activity_ids: [...link.activityIds],
      created_by: link.createdBy,
      created_at: link.createdAt,
      expires_at: link.expiresAt,
      used_at: null,
      device_id: null,
      replaces: link.replaces,
    })
    .execute();
}

/** Locked: of two phones with the same code one comes first. */
export async function lockEnrolLink(
  trx: Transaction<Database>,
  codeHashes: readonly Buffer[],
): Promise<EnrolLinkRow | undefined> {
  const row = await trx
    .selectFrom('enrol_link')
    .selectAll()
    .where('code_hash', 'in', codeHashes)
    .forUpdate()
    .executeTakeFirst();
  return row && linkOf(row);
}

export async function findEnrolLink(
  db: Db,
  regionId: number,
  linkId: string,
): Promise<EnrolLinkRow | undefined> {
  const row = await db
    .selectFrom('enrol_link')
    .selectAll()
    .where('region_id', '=', regionId)
    .where('link_id', '=', linkId)
    .executeTakeFirst();
  return row && linkOf(row);
}

export async function useEnrolLink(
  trx: Transaction<Database>,
  link: EnrolLinkRow,
  deviceId: string,
  now: number,
): Promise<void> {
  await trx
    .updateTable('enrol_link')
    .set({ used_at: now, device_id: deviceId })
    .where('region_id', '=', link.regionId)
    .where('link_id', '=', link.linkId)
    .execute();
}

export type NewDevice = {
  readonly regionId: number;
  readonly deviceId: string;
  readonly organisationId: string;
  readonly name: string;
  readonly kind: 'phone' | 'desk';
  readonly publicKey: PublicKey | null;
  readonly enrolledBy: string;
  readonly at: number;
  readonly replaces: string | null;
  readonly platform: string;
  readonly appVersion: string;
  readonly activityIds: readonly string[];
};

/** A phone waits for approval; a desk is part of the server and needs none. */
export async function insertDevice(db: Db, device: NewDevice): Promise<void> {
  const isDesk = device.kind === 'desk';
  await db
    .insertInto('device')
    .values({
      region_id: device.regionId,
      device_id: device.deviceId,
      organisation_id: device.organisationId,
      name: device.name,
      kind: device.kind,
      state: isDesk ? 'active' : 'pending',
      public_key: device.publicKey && JSON.stringify(device.publicKey),
      enrolled_by: device.enrolledBy,
      requested_at: device.at,
      enrolled_at: isDesk ? device.at : null,
      revoked_at: null,
      replaces: device.replaces,
      platform: device.platform,
      app_version: device.appVersion,
      last_seen_at: null,
      report: null,
      broken_at_seq: null,
      revoked_after_seq: null,
      token_hash: null,
      token_expires_at: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  if (device.activityIds.length === 0) return;
  await db
    .insertInto('device_activity')
    .values(
      device.activityIds.map((activityId) => ({
        region_id: device.regionId,
        device_id: device.deviceId,
        activity_id: activityId,
      })),
    )
    .execute();
}

export async function findDeskDevice(
  db: Db,
  regionId: number,
  organisationId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('device')
    .select('device_id')
    .where('region_id', '=', regionId)
    .where('organisation_id', '=', organisationId)
    .where('kind', '=', 'desk')
    .executeTakeFirst();
  return row?.device_id;
}

/** False when it was no longer pending. */
export async function settlePending(
  db: Db,
  regionId: number,
  deviceId: string,
  state: 'active' | 'refused',
  by: string,
  now: number,
): Promise<boolean> {
  const row = await db
    .updateTable('device')
    .set({ state, enrolled_by: by, enrolled_at: state === 'active' ? now : null })
    .where('region_id', '=', regionId)
    .where('device_id', '=', deviceId)
    .where('state', '=', 'pending')
    .returning('device_id')
    .executeTakeFirst();
  return row !== undefined;
}

export async function renameDevice(db: Db, regionId: number, deviceId: string, name: string): Promise<void> {
  await db
    .updateTable('device')
    .set({ name })
    .where('region_id', '=', regionId)
    .where('device_id', '=', deviceId)
    .execute();
}

/** What is in custody by now still counts; later commands go into quarantine. False when it was revoked before. */
export async function revokeDevice(
  db: Db,
  regionId: number,
  deviceId: string,
  now: number,
): Promise<boolean> {
  const row = await db
    .updateTable('device')
    .set((eb) => ({
      state: 'revoked',
      revoked_at: now,
      revoked_after_seq: eb.ref('acked_seq'),
      token_hash: null,
      token_expires_at: null,
    }))
    .where('region_id', '=', regionId)
    .where('device_id', '=', deviceId)
    .where('state', '=', 'active')
    .returning('device_id')
    .executeTakeFirst();
  return row !== undefined;
}

export type ReadingDevice = {
  readonly regionId: number;
  readonly deviceId: string;
  readonly activityIds: readonly string[];
};

/** Revoked before or now: from here on it is known to be lost. */
export async function markLost(db: Db, regionId: number, deviceId: string, now: number): Promise<void> {
  await db
    .updateTable('device')
    .set({ lost_at: now })
    .where('region_id', '=', regionId)
    .where('device_id', '=', deviceId)
    .where('lost_at', 'is', null)
    .execute();
}

/** The active phone that holds this token. */
export async function findDeviceByToken(
  db: Db,
  hash: Buffer,
  now: number,
): Promise<ReadingDevice | undefined> {
  const { rows } = await sql<{ region_id: number; device_id: string; activity_ids: string[] }>`
    select d.region_id, d.device_id,
      (select coalesce(array_agg(a.activity_id), '{}') from device_activity a
        where a.region_id = d.region_id and a.device_id = d.device_id) as activity_ids
    from device d
    where d.token_hash = ${hash} and d.token_expires_at > ${now} and d.state = 'active'
  `.execute(db);
  const [row] = rows;
  return row && { regionId: row.region_id, deviceId: row.device_id, activityIds: row.activity_ids };
}

/**
 * Other phones of these activities whose signed heads name commands that the server does not have, and those in the
 * middle of a shift that have been silent since.
 */
export async function listOwing(
  db: Db,
  regionId: number,
  deviceId: string,
  activityIds: readonly string[],
  silentSince: number,
): Promise<OwingPhone[]> {
  const { rows } = await sql<{ device_id: string; name: string; owed: number; last_seen_at: number }>`
    select d.device_id, d.name, coalesce(d.last_seen_at, d.requested_at) as last_seen_at, d.head_seq - d.acked_seq - (
      select count(*)::int from command c
      where c.region_id = d.region_id and c.device_id = d.device_id and c.seq > d.acked_seq) as owed
    from device d
    where d.region_id = ${regionId} and d.device_id <> ${deviceId} and d.kind = 'phone'
      and (d.head_seq > d.acked_seq
        or (d.state = 'active' and d.last_seen_at < ${silentSince} and (d.report ->> 'shiftActive')::boolean))
      and exists (select 1 from device_activity a where a.region_id = d.region_id and a.device_id = d.device_id
        and a.activity_id = any(${activityIds}::uuid[]))
    order by d.name
  `.execute(db);
  return rows.map((row) => ({
    device: row.device_id,
    name: row.name,
    atLeast: Math.max(0, row.owed),
    lastSeenAt: row.last_seen_at,
  }));
}

/** Of each phone of an activity the commands that it wrote and the server does not have: "phone 3 owes 41-57". */
export async function listOwedRanges(
  db: Db,
  regionId: number,
  activityId: string,
): Promise<{ deviceId: string; deviceName: string; lastSeenAt: number | null; range: SeqRange }[]> {
  const { rows } = await sql<{
    device_id: string;
    name: string;
    acked_seq: number;
    head_seq: number;
    last_seen_at: number | null;
    held: number[];
  }>`
    select d.device_id, d.name, d.acked_seq, d.head_seq, d.last_seen_at,
      (select coalesce(array_agg(c.seq order by c.seq), '{}') from command c
        where c.region_id = d.region_id and c.device_id = d.device_id and c.seq > d.acked_seq) as held
    from device d join device_activity a on a.region_id = d.region_id and a.device_id = d.device_id
    where d.region_id = ${regionId} and a.activity_id = ${activityId} and d.head_seq > d.acked_seq
    order by d.name
  `.execute(db);
  return rows.flatMap((row) =>
    gapsIn([[1, row.acked_seq], ...toRanges(row.held)], row.head_seq).map((range) => ({
      deviceId: row.device_id,
      deviceName: row.name,
      lastSeenAt: row.last_seen_at,
      range,
    })),
  );
}

const linkOf = (row: {
  region_id: number;
  link_id: string;
  organisation_id: string;
  activity_ids: string[];
  created_by: string;
  expires_at: number;
  used_at: number | null;
  device_id: string | null;
  replaces: string | null;
}): EnrolLinkRow => ({
  regionId: row.region_id,
  linkId: row.link_id,
  organisationId: row.organisation_id,
  activityIds: row.activity_ids,
  createdBy: row.created_by,
  expiresAt: row.expires_at,
  usedAt: row.used_at,
  deviceId: row.device_id,
  replaces: row.replaces,
});

type DeviceRow = {
  region_id: number;
  device_id: string;
  organisation_id: string;
  organisation_name: string;
  nis_code: string | null;
  name: string;
  kind: 'phone' | 'desk';
  state: DeviceState;
  public_key: PublicKey | null;
  requested_at: number;
  enrolled_by: string | null;
  enrolled_at: number | null;
  revoked_at: number | null;
  lost_at: number | null;
  last_seen_at: number | null;
  platform: string;
  app_version: string;
  replaces: string | null;
  report: PhoneReport | null;
  head_seq: number;
  acked_seq: number;
  activities: { activityId: string; title: string }[];
  held_count: number;
  owed: SeqRange[];
  quarantined: number;
};

const deviceOf = (row: DeviceRow): Device => ({
  deviceId: row.device_id,
  regionId: row.region_id,
  organisationId: row.organisation_id,
  organisationName: row.organisation_name,
  ...(row.nis_code !== null && { nisCode: row.nis_code }),
  name: row.name,
  kind: row.kind,
  state: row.state,
  publicKey: row.public_key,
  requestedAt: row.requested_at,
  enrolledBy: row.enrolled_by,
  enrolledAt: row.enrolled_at,
  revokedAt: row.revoked_at,
  lostAt: row.lost_at,
  lastSeenAt: row.last_seen_at,
  platform: row.platform,
  appVersion: row.app_version,
  replaces: row.replaces,
  report: row.report,
  headSeq: row.head_seq,
  ackedSeq: row.acked_seq,
  activities: row.activities,
  heldCount: row.held_count,
  owed: row.owed,
  quarantined: row.quarantined,
});
