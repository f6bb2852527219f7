// The list of associations and schools: kept by the desk of a municipality or by the region (docs/adr/025).
import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import type {
  AssociationAct,
  AssociationFile,
  AssociationInput,
  AssociationList,
} from '#domain/association-api.ts';
import {
  checkAssociation,
  checkChange,
  type AssociationFacts,
  type AssociationRefusal,
} from '#domain/associations/association.ts';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission, requirePermissionSomewhere } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import type { Database } from '../db/tables.ts';
import { unlessRefused } from '../db/unless-refused.ts';
import {
  findMunicipality,
  findOrganisation,
  listMunicipalities,
  listOrganisations,
} from '../organisations/repository.ts';
import { fileOf } from './association-file.ts';
import {
  findAssociation,
  insertAssociation,
  listAssociations,
  storeAssociation,
  storeEnd,
} from './repository.ts';

export type AssociationContext = Pick<Context, 'db' | 'clock'>;
type Trx = Transaction<Database>;

export type AssociationProblem =
  | AssociationRefusal
  | { readonly code: 'not-found' | 'other-act-with-this-id' | 'association-organisation-unknown' }
  | { readonly code: 'changed-meanwhile'; readonly n: number };

export async function readAssociations(context: AssociationContext, actor: Actor): Promise<AssociationList> {
  await requirePermissionSomewhere(context, actor, 'association.read');
  const { db, clock } = context;
  const { regionId, grants } = actor;
  const max = limits.associationsShownMax;
  const [found, towns, organisations] = await Promise.all([
    listAssociations(db, regionId, max + 1),
    listMunicipalities(db, regionId),
    listOrganisations(db, regionId),
  ]);
  const kept = towns.filter(({ nisCode }) => isAllowed(grants, 'association.write', { regionId, nisCode }));
  return {
    today: civilDayOf(clock.now()),
    associations: found.slice(0, max).map((each) => fileOf(actor, each, towns)),
    more: found.length > max,
    municipalities: kept,
    organisations:
      kept.length === 0 ? [] : organisations.map(({ organisationId, name }) => ({ organisationId, name })),
    mayKeepForRegion: isAllowed(grants, 'association.write', { regionId }),
  };
}

export async function makeAssociation(
  context: AssociationContext,
  actor: Actor,
  { associationId, ...facts }: AssociationInput,
): Promise<Result<AssociationFile, AssociationProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const checked = await checkFacts(context, actor, facts, checkAssociation(facts));
  if (!checked.ok) return checked;
  const requestDigest = createHash('sha256')
    .update(JSON.stringify({ associationId, ...facts }))
    .digest();
  const made = await unlessRefused(db, async (trx): Promise<Result<null, AssociationProblem>> => {
    const by = { at: clock.now(), by: actorName(actor), requestDigest };
    if (!(await insertAssociation(trx, regionId, associationId, facts, by))) {
      const known = await findAssociation(trx, regionId, associationId);
      return known && Buffer.from(known.requestDigest).equals(requestDigest)
        ? ok(null)
        : refuse({ code: 'other-act-with-this-id' });
    }
    await record(context, trx, actor, 'association-made', associationId, told(facts));
    return ok(null);
  });
  return made.ok ? readAfter(context, actor, associationId) : made;
}

export async function actOnAssociation(
  context: AssociationContext,
  actor: Actor,
  associationId: string,
  act: AssociationAct,
): Promise<Result<AssociationFile, AssociationProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const known = await findAssociation(db, regionId, associationId);
  await requirePermission(context, actor, 'association.write', placeOf(known?.nisCode ?? null));
  if (!known) return refuse({ code: 'not-found' });
  if (act.kind === 'change') {
    const checked = await checkFacts(context, actor, act.facts, checkChange(known, act.facts));
    if (!checked.ok) return checked;
  }
  const done = await unlessRefused(db, async (trx): Promise<Result<null, AssociationProblem>> => {
    const now = await findAssociation(trx, regionId, associationId, true);
    if (!now) return refuse({ code: 'not-found' });
    if (act.kind === 'change') {
      if (now.n !== act.basedOn) return refuse({ code: 'changed-meanwhile', n: now.n });
      await storeAssociation(trx, regionId, associationId, now.n + 1, act.facts);
      await record(context, trx, actor, 'association-changed', associationId, told(act.facts));
      return ok(null);
    }
    const isEnd = act.kind === 'end';
    if (isEnd === (now.endedOn !== null)) return ok(null);
    await storeEnd(trx, regionId, associationId, isEnd ? civilDayOf(clock.now()) : null);
    await record(context, trx, actor, isEnd ? 'association-ended' : 'association-resumed', associationId, {});
    return ok(null);
  });
  return done.ok ? readAfter(context, actor, associationId) : done;
}

/** The place that will keep it, and an organisation that is there. */
async function checkFacts(
  context: AssociationContext,
  actor: Actor,
  { nisCode, organisationId }: AssociationFacts,
  checked: Result<AssociationFacts, AssociationRefusal>,
): Promise<Result<null, AssociationProblem>> {
  const { db } = context;
  const { regionId } = actor;
  await requirePermission(context, actor, 'association.write', placeOf(nisCode));
  if (nisCode !== null && !(await findMunicipality(db, regionId, nisCode)))
    return refuse({ code: 'not-found' });
  if (!checked.ok) return checked;
  if (organisationId !== null && !(await findOrganisation(db, regionId, organisationId)))
    return refuse({ code: 'association-organisation-unknown' });
  return ok(null);
}

const placeOf = (nisCode: string | null): { nisCode?: string } => (nisCode === null ? {} : { nisCode });

const told = ({ name, ...facts }: AssociationFacts): Record<string, unknown> => ({ ...facts, title: name });

async function readAfter(
  { db }: AssociationContext,
  actor: Actor,
  associationId: string,
): Promise<Result<AssociationFile, AssociationProblem>> {
  const [association, towns] = await Promise.all([
    findAssociation(db, actor.regionId, associationId),
    listMunicipalities(db, actor.regionId),
  ]);
  return association ? ok(fileOf(actor, association, towns)) : refuse({ code: 'not-found' });
}

const record = (
  { clock }: AssociationContext,
  trx: Trx,
  actor: Actor,
  action: AuditAction,
  associationId: string,
  detail: Record<string, unknown>,
): Promise<void> =>
  appendAudit(trx, {
    regionId: actor.regionId,
    at: clock.now(),
    actor: actorName(actor),
    action,
    subject: `association:${associationId}`,
    detail,
  });
