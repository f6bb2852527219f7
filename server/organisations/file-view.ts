// The file and the list of organisations as a desk sees them.
import type { OrganisationFile, OrganisationList } from '#domain/organisation-api.ts';
import { isAllowed, type Action } from '#domain/devices/permissions.ts';
import { addCivilDays, civilDayOf, type CivilDay } from '#domain/kernel/civil-time.ts';
import { coveredUntil, type Agreement } from '#domain/organisations/agreement.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { readStaffNames } from '../auth/staff-names.ts';
import { requirePermissionSomewhere } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import {
  listAgreements,
  listIbanChanges,
  listIbanWaiting,
  listMembers,
  type StoredFile,
} from './file-repository.ts';
import { listCardSystems, listMunicipalities, listOrganisations, type Organisation } from './repository.ts';

type ViewContext = Pick<Context, 'db' | 'clock'>;

const PAGE_SIZE = 50;
/** Time enough to talk about a new one. */
const ENDS_SOON_DAYS = 60;

export const LIST_STATES = ['all', 'no-agreement', 'iban-waits'] as const;

type Query = {
  readonly text: string;
  readonly nisCode?: string | undefined;
  readonly state: (typeof LIST_STATES)[number];
  readonly page: number;
};

/** A region has some hundred organisations: they are looked over here, so that the rule of agreements stands in one place. */
export async function listOrganisationFiles(
  context: ViewContext,
  actor: Actor,
  query: Query,
): Promise<OrganisationList> {
  await requirePermissionSomewhere(context, actor, 'organisation.read');
  const { db, clock } = context;
  const { regionId } = actor;
  const seen = (await listOrganisations(db, regionId)).filter((place) =>
    isAllowed(actor.grants, 'organisation.read', { regionId, ...place }),
  );
  const ids = seen.map(({ organisationId }) => organisationId);
  const [municipalities, agreements, waiting] = await Promise.all([
    listMunicipalities(db, regionId),
    listAgreements(db, regionId, ids),
    listIbanWaiting(db, regionId),
  ]);
  const nameOf = new Map(municipalities.map(({ nisCode, name }) => [nisCode, name]));
  const today = civilDayOf(clock.now());
  const wanted = query.text.toLowerCase();
  const found = seen
    .filter(({ name }) => name.toLowerCase().includes(wanted))
    .filter(({ nisCode }) => query.nisCode === undefined || nisCode === query.nisCode)
    .map(({ organisationId, name, kind, nisCode }) => ({
      organisationId,
      name,
      kind,
      municipalityName: (nisCode !== undefined && nameOf.get(nisCode)) || null,
      ...standingOf(
        kind,
        agreements.filter((one) => one.organisationId === organisationId),
        today,
      ),
      ibanWaits: waiting.has(organisationId),
    }))
    .filter(
      ({ agreement, ibanWaits }) =>
        query.state === 'all' ||
        (query.state === 'iban-waits' ? ibanWaits : agreement === 'none' || agreement === 'ends-soon'),
    );
  const places = new Set(seen.map(({ nisCode }) => nisCode));
  const offset = (query.page - 1) * PAGE_SIZE;
  return {
    organisations: found.slice(offset, offset + PAGE_SIZE),
    municipalities: municipalities.filter(({ nisCode }) => places.has(nisCode)),
    mayAdd: isAllowed(actor.grants, 'organisation.write', { regionId }),
    total: found.length,
    page: query.page,
    pageSize: PAGE_SIZE,
  };
}

export async function readChoices(
  context: ViewContext,
  actor: Actor,
): Promise<{
  municipalities: { nisCode: string; name: string }[];
  cardSystems: { cardSystemId: string; name: string }[];
}> {
  await requirePermissionSomewhere(context, actor, 'organisation.read');
  const { db } = context;
  const [municipalities, cardSystems] = await Promise.all([
    listMunicipalities(db, actor.regionId),
    listCardSystems(db, actor.regionId),
  ]);
  return { municipalities, cardSystems };
}

export async function toOrganisationFile(
  { db, clock }: ViewContext,
  actor: Actor,
  stored: StoredFile,
): Promise<OrganisationFile> {
  const { regionId } = actor;
  const { organisationId, nisCode, kind } = stored;
  const may = (action: Action): boolean =>
    isAllowed(actor.grants, action, { regionId, organisationId, ...(nisCode !== null && { nisCode }) });
  const [agreements, changes, members] = await Promise.all([
    listAgreements(db, regionId, [organisationId]),
    listIbanChanges(db, regionId, organisationId),
    may('staff.manage') ? listMembers(db, regionId, organisationId) : undefined,
  ]);
  const names = await readStaffNames(db, [
    ...agreements.flatMap(({ madeBy, ended }) => [madeBy, ...(ended ? [ended.by] : [])]),
    ...changes.flatMap(({ proposedBy, closedBy }) => [proposedBy, ...(closedBy === null ? [] : [closedBy])]),
  ]);
  const named = (who: string): string => names.get(who) ?? (who === 'system' ? 'Streekbalie' : who);
  return {
    ...stored,
    kboNumber: stored.kboNumber ?? '',
    cardSystemIds: [...stored.cardSystemIds],
    ...standingOf(kind, agreements, civilDayOf(clock.now())),
    agreements: agreements.map(({ ended, agreementId, fromDay, untilDay, note, madeAt, madeBy }) => ({
      ...{ agreementId, fromDay, untilDay, note, madeAt, madeBy: named(madeBy) },
      ...(ended && { ended: { ...ended, by: named(ended.by) } }),
    })),
    ibanChanges: changes.map(({ proposedBy, closedBy, ...change }) => ({
      ...change,
      proposedBy: named(proposedBy),
      closedBy: closedBy === null ? null : named(closedBy),
      mine: proposedBy === actorName(actor),
    })),
    ...(members && { members }),
    mayWrite: may('organisation.write'),
    mayProposeIban: may('organisation.propose-iban'),
    mayConfirmIban: may('organisation.confirm-iban'),
  };
}

/** A municipality and the region themselves give the agreements: of them none is asked. */
function standingOf(
  kind: Organisation['kind'],
  agreements: readonly Agreement[],
  today: CivilDay,
): Pick<OrganisationFile, 'agreement' | 'agreementUntil'> {
  if (kind !== 'organiser') return { agreement: 'not-asked', agreementUntil: null };
  const until = coveredUntil(agreements, today);
  if (until === undefined) return { agreement: 'none', agreementUntil: null };
  const soon = until !== null && until < addCivilDays(today, ENDS_SOON_DAYS);
  return { agreement: soon ? 'ends-soon' : 'in-force', agreementUntil: until };
}
