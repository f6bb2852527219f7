// What the rules ask of somebody who joins or goes on.
import type { Member } from '#domain/associations/member-terms.ts';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import { isEntitled, kansenstatuutOn } from '#domain/passholders/kansenstatuut.ts';
import type { Passholder } from '#domain/passholders/passholder.ts';
import { settingOn } from '#domain/settings/settings.ts';
import type { Kysely } from 'kysely';
import type { Database } from '../db/tables.ts';
import { listSettings } from '../settings/repository.ts';

export type ReadMember = (passholder: Pick<Passholder, 'person' | 'memberships'> | undefined) => Member;

export async function memberReader(
  db: Kysely<Database>,
  regionId: number,
  today: CivilDay,
): Promise<ReadMember> {
  const graceDays = settingOn(await listSettings(db, regionId), 'kansenstatuutGraceDays', null, today);
  return (passholder) => ({
    dateOfBirth: passholder?.person?.dateOfBirth ?? '',
    entitled: (passholder?.memberships ?? []).some(
      ({ status, kansenstatuut }) =>
        status === 'active' && isEntitled(kansenstatuutOn(kansenstatuut, today, graceDays)),
    ),
  });
}
