// All that is kept of one person besides the file, for the copy that the person may ask for.
import type { Kysely } from 'kysely';
import type { PassholderCopy } from '#domain/passholder-api.ts';
import type { Database } from '../db/tables.ts';

type Db = Kysely<Database>;

export const listPayments = (
  db: Db,
  regionId: number,
  passholderIds: readonly string[],
  max: number,
): Promise<PassholderCopy['payments']> =>
  db
    .selectFrom('cash_entry as e')
    .innerJoin('organisation as o', (join) =>
      join.onRef('o.region_id', '=', 'e.region_id').onRef('o.organisation_id', '=', 'e.organisation_id'),
    )
    .select(['e.day', 'o.name as organisationName', 'e.due_cents as dueCents', 'e.means'])
    .where('e.region_id', '=', regionId)
    .where('e.passholder_id', 'in', passholderIds)
    .orderBy('e.at', 'desc')
    .limit(max)
    .execute();

export const listLooks = (
  db: Db,
  regionId: number,
  passholderIds: readonly string[],
  max: number,
): Promise<PassholderCopy['looks']> =>
  db
    .selectFrom('audit_entry')
    .select(['at', 'action'])
    .where('region_id', '=', regionId)
    .where(
      'subject',
      'in',
      passholderIds.map((id) => `passholder:${id}`),
    )
    .orderBy('at', 'desc')
    .orderBy('audit_id', 'desc')
    .limit(max)
    .execute();
