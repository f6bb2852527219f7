// The events of a person as the file tells them: names instead of ids, and nothing of what was erased.
import type { Kysely } from 'kysely';
import type { HistoryEntry, PassholderFile } from '#domain/passholder-api.ts';
import { changedParts } from '#domain/passholders/history.ts';
import type { Passholder, PassholderEvent } from '#domain/passholders/passholder.ts';
import type { Person } from '#domain/passholders/person.ts';
import { readStaffNames } from '../auth/staff-names.ts';
import type { Database } from '../db/tables.ts';
import type { readNames } from './names.ts';
import { listEvents, listMergedFrom } from './repository.ts';

type Names = Awaited<ReturnType<typeof readNames>>;

/** The newest first. */
export async function readHistory(
  db: Kysely<Database>,
  regionId: number,
  passholderId: string,
  names: Names,
): Promise<HistoryEntry[]> {
  const own = await listEvents(db, regionId, passholderId);
  const others = await Promise.all(
    (await listMergedFrom(db, regionId, passholderId)).map((id) => listEvents(db, regionId, id)),
  );
  const actors = await readStaffNames(
    db,
    [own, ...others].flat().map(({ actor }) => actor),
  );
  const organisations = await readOrganisations(db, regionId);
  const tell = toldBy(names, actors, organisations);
  // Numbers below nought: an edit is based on the events of this file alone.
  let before = 0;
  const told = others.flatMap((events) =>
    tell(events)
      // That it went into this file, this file says itself.
      .filter(({ kind }) => kind !== 'merged-away')
      .map((entry) => ({ ...entry, n: (before -= 1), otherFile: true })),
  );
  const entries = tell(own).reverse();
  // The sort is stable: of one moment the later event of this file comes first.
  return [...entries, ...told.reverse()].sort((a, b) => b.at - a.at);
}

/** The newest first, also of files that went into this one. */
export async function readNotes(
  db: Kysely<Database>,
  regionId: number,
  { passholderId, notes = [] }: Passholder,
): Promise<NonNullable<PassholderFile['notes']>> {
  if (notes.length === 0) return [];
  const files = [passholderId, ...(await listMergedFrom(db, regionId, passholderId))];
  const events = (await Promise.all(files.map((id) => listEvents(db, regionId, id)))).flat();
  const actors = await readStaffNames(
    db,
    events.map(({ actor }) => actor),
  );
  const organisations = await readOrganisations(db, regionId);
  return events
    .flatMap(({ event, at, actor, organisationId }) => {
      if (event.kind !== 'note-added') return [];
      const { noteId, noteText: text } = event;
      const gone = events.find(
        (other) => other.event.kind === 'note-withdrawn' && other.event.noteId === noteId,
      );
      const because = gone?.event.kind === 'note-withdrawn' ? gone.event.noteBecause : '';
      return [
        {
          ...{ noteId, text, at, by: actors.get(actor) ?? null },
          organisationName: organisations.get(organisationId) ?? null,
          withdrawn: gone ? { at: gone.at, by: actors.get(gone.actor) ?? null, because } : null,
        },
      ];
    })
    .sort((a, b) => b.at - a.at);
}

/** The oldest first. */
const toldBy =
  (names: Names, actors: ReadonlyMap<string, string>, organisations: ReadonlyMap<string, string>) =>
  (events: Awaited<ReturnType<typeof listEvents>>): HistoryEntry[] => {
    let person: Person | undefined;
    return events.map(({ event, at, today, actor, organisationId }, i) => {
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
  };

function detailsOf(event: PassholderEvent, { municipalities, cardSystems }: Names): Partial<HistoryEntry> {
  const homeName = (nisCode: string | null): string | null =>
    nisCode === null ? null : (municipalities.get(nisCode) ?? nisCode);
  const system = 'cardSystemId' in event && {
    cardSystemName: cardSystems.get(event.cardSystemId) ?? event.cardSystemId,
  };
  switch (event.kind) {
    case 'registered':
      return {
        homeName: homeName(event.nisCode),
        // Erased it is nothing.
        ...(event.comesWith && { number: event.comesWith }),
      };
    case 'moved':
      return { homeName: homeName(event.nisCode), from: event.from };
    case 'membership-ended':
      return { ...system, endReason: event.reason };
    case 'membership-end-planned':
      return { ...system, on: event.on };
    case 'card-handed-out':
      return { ...system, number: event.number };
    case 'card-blocked':
      return { number: event.number, blockReason: event.reason };
    case 'card-unblocked':
      return { number: event.number };
    case 'card-replaced':
      return {
        ...{ number: event.number, nextNumber: event.by, replaceReason: event.reason },
        ...(event.finer !== undefined && { finerReason: event.finer }),
      };
    case 'kansenstatuut-set': {
      const { endedBy: _, ...kansenstatuut } = event.kansenstatuut;
      return { ...system, act: event.act, kansenstatuut };
    }
    case 'merged':
      return {};
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
