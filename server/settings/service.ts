// Settings at the desk: what holds where, what was decided before and what is planned; and writing down a new one. One region is
// written by one at a time, so that two who change the same thing see each other.
import { isAllowed } from '#domain/devices/permissions.ts';
import { civilDayOf, startOfCivilDay, type CivilDay } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { isMarginKey, type MarginKey } from '#domain/settings/margin-steps.ts';
import type {
  MarginReach,
  SettingInput,
  SettingSaved,
  SettingState,
  SettingVersion,
  SettingsAnswer,
  WithdrawSettingInput,
} from '#domain/settings-api.ts';
import {
  decideSetting,
  decideWithdraw,
  isRegionsToDecide,
  newestOf,
  SETTING_KEYS,
  scopeOf,
  settingFor,
  settingOn,
  settingsAt,
  standingEntries,
  type SettingEntry,
  type SettingKey,
  type SettingPlace,
  type SettingRefusal,
} from '#domain/settings/settings.ts';
import type { Transaction } from 'kysely';
import { followMargins } from '../activities/follow-margins.ts';
import { countFollowers } from '../activities/repository.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requireFreshProof } from '../auth/fresh-proof.ts';
import { readStaffNames } from '../auth/staff-names.ts';
import { requirePermission, requirePermissionSomewhere } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import type { Database } from '../db/tables.ts';
import {
  findMunicipality,
  findOrganisation,
  findRegion,
  listMunicipalities,
  listOrganisations,
} from '../organisations/repository.ts';
import { insertSetting, listSettings, lockSettings, type Db, type KeptSetting } from './repository.ts';

export type SettingsContext = Pick<Context, 'db' | 'clock'>;

export type SettingProblem = SettingRefusal | { readonly code: 'not-found' };

type NamedPlace = SettingPlace & {
  readonly name: string;
  /** Of an organisation: its municipality, whose settings hold before the region's. */
  readonly inNis: string | null;
};

export async function readSettings(
  context: SettingsContext,
  actor: Actor,
  asked: SettingPlace,
): Promise<Result<SettingsAnswer, SettingProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const place = await findPlace(db, regionId, asked);
  // What the region decided holds for everybody who works in it.
  if (scopeOf(asked) === 'region') await requirePermissionSomewhere(context, actor, 'setting.read');
  else await requirePermission(context, actor, 'setting.read', targetOf(place));
  if (!place) return refuse({ code: 'not-found' });
  const today = civilDayOf(clock.now());
  const entries = await listSettings(db, regionId);
  const [names, municipalities, places] = await Promise.all([
    readStaffNames(
      db,
      entries.map(({ setBy }) => setBy),
    ),
    listMunicipalities(db, regionId),
    listPlaces(db, actor),
  ]);
  const { nisCode, organisationId, name, inNis } = place;
  return ok({
    today,
    place: { nisCode, organisationId, name },
    mayChange: isAllowed(actor.grants, 'setting.change', { regionId, ...targetOf(place) }),
    settings: settingsAt(scopeOf(place)).map((key): SettingState => {
      const { value, source } = settingFor(
        entries,
        key,
        { nisCode: nisCode ?? inNis, organisationId },
        today,
      );
      return {
        ...{ key, value, source, newest: newestOf(entries, key, { nisCode, organisationId }) },
        versions: versionsOf(entries, key, { nisCode, organisationId }, today, names),
        ...(isRegionsToDecide(key) && { mayChange: isAllowed(actor.grants, 'setting.change', { regionId }) }),
      };
    }),
    places: places.map((each) => ({
      nisCode: each.nisCode,
      organisationId: each.organisationId,
      name: each.name,
    })),
    municipalities: [...municipalities],
    regionProofs: [...settingOn(entries, 'kansenstatuutProofs', null, today)],
    keyBounds: settingOn(entries, 'keyBounds', null, today),
  });
}

export async function changeSetting(
  context: SettingsContext,
  actor: Actor,
  { reason, ...draft }: SettingInput,
): Promise<Result<SettingSaved, SettingProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const place = await findPlace(db, regionId, draft);
  await requirePermission(context, actor, 'setting.change', decidedAt(draft.key, place));
  if (!place) return refuse({ code: 'not-found' });
  requireFreshProof(context, actor);
  return db.transaction().execute(async (trx) => {
    await lockSettings(trx, regionId);
    const at = clock.now();
    const decided = decideSetting(await listSettings(trx, regionId), draft, civilDayOf(at));
    if (!decided.ok) return decided;
    const by = { at, actor: actorName(actor) };
    const settingId = await insertSetting(trx, regionId, {
      ...draft,
      ...by,
      value: decided.value,
      withdraws: null,
      reason,
    });
    await appendAudit(trx, {
      ...by,
      regionId,
      action: 'setting-changed',
      subject: `setting:${settingId}`,
      detail: {
        key: draft.key,
        nisCode: draft.nisCode,
        organisationId: draft.organisationId,
        from: draft.from,
        ...(await followUp(trx, regionId, draft, at)),
      },
    });
    return ok({ settingId });
  });
}

export async function withdrawSetting(
  context: SettingsContext,
  actor: Actor,
  { settingId, reason }: WithdrawSettingInput,
): Promise<Result<SettingSaved, SettingProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const known = (await listSettings(db, regionId)).find((entry) => entry.settingId === settingId);
  const place = known && (await findPlace(db, regionId, known));
  await requirePermission(context, actor, 'setting.change', decidedAt(known?.key, place));
  if (!known) return refuse({ code: 'not-found' });
  requireFreshProof(context, actor);
  return db.transaction().execute(async (trx) => {
    await lockSettings(trx, regionId);
    const at = clock.now();
    const decided = decideWithdraw(await listSettings(trx, regionId), known, civilDayOf(at));
    if (!decided.ok) return decided;
    const { key, nisCode, organisationId, from } = known;
    const by = { at, actor: actorName(actor) };
    const written = { key, nisCode, organisationId, from, value: null, withdraws: settingId, reason };
    const id = await insertSetting(trx, regionId, { ...written, ...by });
    await appendAudit(trx, {
      ...by,
      regionId,
      action: 'setting-withdrawn',
      subject: `setting:${settingId}`,
      detail: { key, nisCode, organisationId, ...(await followUp(trx, regionId, known, at)) },
    });
    return ok({ settingId: id });
  });
}

/** What changes with it, for the audit. */
async function followUp(
  trx: Transaction<Database>,
  regionId: number,
  { key, from }: Pick<SettingEntry, 'key' | 'from'>,
  at: number,
): Promise<{ activities?: number }> {
  return isMarginKey(key) ? { activities: await followMargins(trx, regionId, { key, from, at }) } : {};
}

/** What a margin of the region would change, from that day on. */
export async function readMarginReach(
  context: SettingsContext,
  actor: Actor,
  key: MarginKey,
  from: CivilDay,
): Promise<MarginReach> {
  await requirePermissionSomewhere(context, actor, 'setting.read');
  return { activities: await countFollowers(context.db, actor.regionId, key, startOfCivilDay(from)) };
}

/** Undefined where it does not exist. */
async function findPlace(
  db: Db,
  regionId: number,
  { nisCode, organisationId }: SettingPlace,
): Promise<NamedPlace | undefined> {
  if (organisationId !== null) {
    const organisation = await findOrganisation(db, regionId, organisationId);
    return (
      organisation && {
        nisCode: null,
        organisationId,
        name: organisation.name,
        inNis: organisation.nisCode ?? null,
      }
    );
  }
  if (nisCode !== null) {
    const municipality = await findMunicipality(db, regionId, nisCode);
    return municipality && { nisCode, organisationId: null, name: municipality.name, inNis: null };
  }
  const region = await findRegion(db, regionId);
  return region && { nisCode: null, organisationId: null, name: region.name, inNis: null };
}

const targetOf = (
  place: NamedPlace | undefined,
): { organisationId?: string; nisCode?: string } | undefined => {
  if (!place) return undefined;
  const nisCode = place.nisCode ?? place.inNis;
  return {
    ...(place.organisationId !== null && { organisationId: place.organisationId }),
    ...(nisCode !== null && { nisCode }),
  };
};

/** Where one has to be somebody to change it. */
const decidedAt = (key: string | undefined, place: NamedPlace | undefined): ReturnType<typeof targetOf> =>
  place && SETTING_KEYS.some((each) => each === key && isRegionsToDecide(each)) ? {} : targetOf(place);

/** The region, then the municipalities and organisations that one may see. */
async function listPlaces(db: Db, { regionId, grants }: Actor): Promise<NamedPlace[]> {
  const region = await findPlace(db, regionId, { nisCode: null, organisationId: null });
  const [municipalities, organisations] = await Promise.all([
    listMunicipalities(db, regionId),
    listOrganisations(db, regionId),
  ]);
  const narrower: NamedPlace[] = [
    ...municipalities.map(({ nisCode, name }) => ({ nisCode, organisationId: null, name, inNis: null })),
    ...organisations.map(({ organisationId, name, nisCode = null }) => ({
      ...{ nisCode: null, organisationId, name, inNis: nisCode },
    })),
  ];
  return [
    ...(region ? [region] : []),
    ...narrower.filter(
      (place) =>
        settingsAt(scopeOf(place)).length > 0 &&
        isAllowed(grants, 'setting.read', { regionId, ...targetOf(place) }),
    ),
  ];
}

function versionsOf(
  entries: readonly KeptSetting[],
  key: SettingKey,
  place: SettingPlace,
  today: CivilDay,
  names: ReadonlyMap<string, string>,
): SettingVersion[] {
  const standing = standingEntries(entries, key, place);
  const holds = standing.findLast(({ from }) => from <= today);
  const by = ({ setAt, setBy, reason }: KeptSetting) => ({
    ...{ at: setAt, by: names.get(setBy) ?? setBy, reason },
  });
  const own = entries.filter(
    (entry) =>
      entry.key === key &&
      entry.nisCode === place.nisCode &&
      entry.organisationId === place.organisationId &&
      entry.withdraws === null,
  );
  return own
    .map((entry): SettingVersion => {
      const { settingId, value, from } = entry;
      const taken = entries.find(({ withdraws }) => withdraws === settingId);
      const state = taken ? 'withdrawn' : entry === holds ? 'holds' : from > today ? 'planned' : 'past';
      return { ...{ settingId, value, from, state }, ...by(entry), ...(taken && { withdrawn: by(taken) }) };
    })
    .sort((a, b) => (a.from < b.from ? 1 : a.from > b.from ? -1 : b.settingId - a.settingId));
}
