import { sql, type Kysely } from 'kysely';
import type { DeskRescue } from '#domain/desk-api.ts';
import type { RescueOutcome } from '#domain/sync/rescue.ts';
import type { Database } from '../db/tables.ts';
import type { RescuedDevice } from './take-commands.ts';

type Db = Kysely<Database>;

export async function findRescuedDevice(
  db: Db,
  regionId: number,
  deviceId: string,
): Promise<RescuedDevice | undefined> {
  return db
    .selectFrom('device')
    .innerJoin('region', 'region.region_id', 'device.region_id')
    .select([
      'device.region_id as regionId',
      'region.slug as regionSlug',
      'device.device_id as deviceId',
      'device.name as name',
      'device.public_key as publicKey',
      'device.state as state',
    ])
    .where('device.region_id', '=', regionId)
    .where('device.device_id', '=', deviceId)
    .where('device.kind', '=', 'phone')
    .executeTakeFirst();
}

/** The same file again changes nothing: the row tells what it brought when it came first. */
export async function insertRescue(
  trx: Db,
  regionId: number,
  rescue: {
    readonly rescueId: string;
    readonly digest: Uint8Array;
    readonly broughtBy: string;
    readonly broughtAt: number;
    readonly outcome: RescueOutcome;
  },
): Promise<void> {
  const { outcome } = rescue;
  await trx
    .insertInto('rescue')
    .values({
      region_id: regionId,
      rescue_id: rescue.rescueId,
      device_id: outcome.device,
      digest: Buffer.from(rescue.digest),
      brought_by: rescue.broughtBy,
      brought_at: rescue.broughtAt,
      count: outcome.count,
      counted: outcome.counted,
      already: outcome.already,
      known: outcome.known,
      to_look_at: outcome.toLookAt,
    })
    .onConflict((conflict) => conflict.columns(['region_id', 'digest']).doNothing())
    .execute();
}

/** The newest first. */
export async function listRescues(
  db: Db,
  regionId: number,
  organisationIds: readonly string[],
  limit: number,
): Promise<DeskRescue[]> {
  const { rows } = await sql<DeskRescue>`
    select r.rescue_id as "rescueId", d.device_id as "deviceId", d.name as "deviceName", r.brought_at as "broughtAt",
      coalesce(u.name, c.name, r.brought_by) as "broughtBy",
      r.count, r.counted, r.already, r.known, r.to_look_at as "toLookAt",
      greatest(0, r.count - r.counted - r.already - r.known - r.to_look_at) as "refused"
    from rescue r
    join device d on d.region_id = r.region_id and d.device_id = r.device_id
    left join auth_user u on r.brought_by = 'user:' || u.id
    left join device c on c.region_id = r.region_id and r.brought_by = 'device:' || c.device_id
    where r.region_id = ${regionId} and d.organisation_id = any(${organisationIds}::uuid[])
    order by r.brought_at desc, r.rescue_id desc limit ${limit}
  `.execute(db);
  return rows;
}
