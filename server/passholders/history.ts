// The events of a person as the file tells them: names instead of ids, and nothing of what was erased.
import type { Kysely } from 'kysely';
import type { HistoryEntry } from '#domain/passholder-api.ts';
import { changedParts } from '#domain/passholders/history.ts';
import type { PassholderEvent } from '#domain/passholders/passholder.ts';
import type { Person } from '#domain/passholders/person.ts';
import { readStaffNames } from '../auth/staff-names.ts';
import type { Database } from '../db/tables.ts';
import type { readNames } from './names.ts';
import { listEvents } from './repository.ts';

type Names = Awaited<ReturnType<typeof readNames>>;

/** The newest first. */
export async function readHistory(
  db: Kysely<Database>,
  regionId: number,
  passholderId: string,
  names: Names,
): Promise<HistoryEntry[]> {
  const events = await listEvents(db, regionId, passholderId);
  const actors = await readStaffNames(
    db,
    events.map(({ actor }) => actor),
  );
  const organisations = await readOrganisations(db, regionId);
  let person: Person | undefined;
  const entries = events.map(({ event, at, today, actor, organisationId }, i): HistoryEntry => {
    const next = 'person' in event ? (event.person ?? undefined) : undefined;
    const changed =
      event.kind === 'details-changed' && person && next ? changedParts(person, next) : undefined;
    person = next ?? person;
    return {
      n: i + 1,
      at,
      day: today,
      kind: event.kind,
      by: actors.get(actor) ?? null,
      organisationName: organisations.get(organisationId) ?? null,
      ...detailsOf(event, names),
      ...(changed && { changed }),
    };
  });
  return entries.reverse();
}

function detailsOf(event: PassholderEvent, { municipalities, cardSystems }: Names): Partial<HistoryEntry> {
  const homeName = (nisCode: string | null): string | null =>
    nisCode === null ? null : (municipalities.get(nisCode) ?? nisCode);
  const system = 'cardSystemId' in event && {
    cardSystemName: cardSystems.get(event.cardSystemId) ?? event.cardSystemId,
  };
  switch (event.kind) {
    case 'registered':
      return { homeName: homeName(event.nisCode) };
    case 'moved':
      return { homeName: homeName(event.nisCode), from: event.from };
    case 'membership-ended':
      return { ...system, endReason: event.reason };
    case 'card-handed-out':
      return { ...system, number: event.number };
    case 'card-blocked':
      return { number: event.number, blockReason: event.reason };
    case 'card-unblocked':
      return { number: event.number };
    case 'card-replaced':
      return { number: event.number, nextNumber: event.by, replaceReason: event.reason };
    case 'kansenstatuut-set': {
      const { endedBy: _, ...kansenstatuut } = event.kansenstatuut;
      return { ...system, act: event.act, kansenstatuut };
    }
    default:
      return { ...system };
  }
}

async function readOrganisations(db: Kysely<Database>, regionId: number): Promise<Map<string, string>> {
  const rows = await db
    .selectFrom('organisation')
    .select(['organisation_id', 'name'])
    .where('region_id', '=', regionId)
    .execute();
  return new Map(rows.map(({ organisation_id, name }) => [organisation_id, name]));
}
