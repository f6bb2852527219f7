// One act on a pass holder, weighed and written down: what a single act at a desk and a row of a list have in common. The caller
// holds the transaction, has locked the person, and has seen to the permission.
import type { Kysely } from 'kysely';
import type { CivilDay } from '#domain/kernel/civil-time.ts';
import type { RegionCard } from '#domain/passholders/card-life.ts';
import type { PassholderFacts } from '#domain/passholders/decide-passholder.ts';
import { acceptedProofs } from '#domain/passholders/kansenstatuut.ts';
import type { PassholderCommand } from '#domain/passholders/passholder-command.ts';
import { apply, type Passholder, type PassholderEvent } from '#domain/passholders/passholder.ts';
import type { Person } from '#domain/passholders/person.ts';
import { settingOn, type SettingEntry } from '#domain/settings/settings.ts';
import { appendAudit } from '../audit.ts';
import type { Database } from '../db/tables.ts';
import { publish } from '../events.ts';
import { listSettings } from '../settings/repository.ts';
import { lockCards, readPostcodes, storeAct } from './repository.ts';

type Db = Kysely<Database>;

/** What the region has set, and where its postcodes are. */
export type World = {
  readonly settings: readonly SettingEntry[];
  readonly postcodes: ReadonlyMap<string, string>;
};

export const readWorld = async (db: Db, regionId: number): Promise<World> => ({
  settings: await listSettings(db, regionId),
  postcodes: await readPostcodes(db, regionId),
});

export const isUnknown = ({ n, person }: Passholder): boolean => n === 0 && person === null;

type When = { readonly at: number; readonly today: CivilDay };

/** Who was known before there were events begins with what stood. `known`: the events that say so, at the first act. */
export function beginningOf(
  before: Passholder,
  when: When,
): { readonly known: readonly PassholderEvent[]; readonly start: Passholder } {
  if (before.n > 0) return { known: [], start: before };
  const unread: Passholder = { ...before, person: null, homes: [], memberships: [], cards: [] };
  if (isUnknown(before)) return { known: [], start: unread };
  const { person, homes, memberships, cards } = before;
  const known: PassholderEvent[] = [{ kind: 'taken-over', person, homes, memberships, cards }];
  return { known, start: known.reduce((now, event) => apply(now, event, when), unread) };
}

export const nisCodeOf =
  (postcodes: World['postcodes']) =>
  ({ address: { country, postalCode } }: Person): string | null =>
    country === 'BE' ? (postcodes.get(postalCode) ?? null) : null;

/** `place`: the municipality of the counter. */
export function factsOf(
  { settings, postcodes }: World,
  today: CivilDay,
  place: string | null,
  cards: ReadonlyMap<string, RegionCard>,
): PassholderFacts {
  const regionProofs = settingOn(settings, 'kansenstatuutProofs', null, today);
  return {
    today,
    place,
    cards,
    graceDays: settingOn(settings, 'kansenstatuutGraceDays', null, today),
    moveDays: {
      back: settingOn(settings, 'moveBackDays', null, today),
      ahead: settingOn(settings, 'moveAheadDays', null, today),
    },
    blockReasons: settingOn(settings, 'blockReasons', null, today),
    replaceReasons: settingOn(settings, 'replaceReasons', null, today),
    nisCodeOf: nisCodeOf(postcodes),
    acceptedProofs: (nisCode) =>
      acceptedProofs(regionProofs, settingOn(settings, 'kansenstatuutProofsLeftOut', nisCode, today)),
  };
}

/** The cards that the act names, locked. */
export const lockNamedCards = (
  db: Db,
  regionId: number,
  command: PassholderCommand,
): Promise<Map<string, RegionCard>> =>
  lockCards(db, regionId, [
    ...('number' in command ? [command.number] : []),
    ...('by' in command && command.by !== undefined ? [command.by] : []),
    ...('comesWith' in command && command.comesWith !== undefined ? [command.comesWith] : []),
  ]);

export type DoneBy = When & {
  readonly actId: string;
  readonly actor: string;
  readonly organisationId: string;
  /** Besides the act itself, for the audit. */
  readonly detail?: Readonly<Record<string, unknown>>;
};

/** Writes down what was decided, what follows for cards and rights, and who did it. */
export async function storeDecided(
  trx: Db,
  regionId: number,
  before: Passholder,
  { known, start }: ReturnType<typeof beginningOf>,
  decided: readonly PassholderEvent[],
  kind: PassholderCommand['kind'] | 'merge',
  { actId, at, today, actor, organisationId, detail }: DoneBy,
): Promise<Passholder> {
  const after = decided.reduce((now, event) => apply(now, event, { at, today }), start);
  const events = [...known, ...decided];
  await storeAct(trx, regionId, { actId, at, day: today, actor, organisationId }, before, after, events);
  if (events.some((event) => SEEN_BY_PHONES.has(event.kind)))
    await publish(trx, { regionId, topic: 'cards' });
  await appendAudit(trx, {
    regionId,
    at,
    actor,
    action: `passholder-${kind}`,
    subject: `passholder:${before.passholderId}`,
    detail: { actId, organisationId, ...detail },
  });
  return after;
}

/** After these a phone shows another verdict for a card. */
const SEEN_BY_PHONES: ReadonlySet<PassholderEvent['kind']> = new Set([
  'membership-started',
  'membership-ended',
  'card-handed-out',
  'card-blocked',
  'card-unblocked',
  'card-replaced',
  'merged',
]);
