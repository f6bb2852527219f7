// Acts on the file of an organisation. Each is one transaction that holds the row of the organisation: two people who act at
// once act one after the other, and the second sees what the first one did.
import type { AuditAction } from '#domain/audit/audit-action.ts';
import { civilDayOf, type CivilDay } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type {
  AgreementEnd,
  AgreementInput,
  IbanProposal,
  OrganisationFile,
  OrganisationInput,
} from '#domain/organisation-api.ts';
import { faultInEnd, faultInNew, type AgreementFault } from '#domain/organisations/agreement.ts';
import { parseIban, type IbanProblem } from '#domain/organisations/iban.ts';
import { refuseConfirm, refusePropose, type IbanRefusal } from '#domain/organisations/iban-change.ts';
import { parseKboNumber, type KboProblem } from '#domain/organisations/kbo-number.ts';
import type { Transaction } from 'kysely';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requireFreshProof } from '../auth/fresh-proof.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import type { Database } from '../db/tables.ts';
import {
  closeIbanChange,
  endAgreement,
  findFile,
  insertAgreement,
  insertFile,
  insertIbanChange,
  listAgreements,
  listIbanChanges,
  lockFile,
  updateFile,
  writeIban,
  type FileFacts,
} from './file-repository.ts';
import { toOrganisationFile } from './file-view.ts';
import { findMunicipality, findOrganisation, listCardSystems, type Organisation } from './repository.ts';

type FileContext = Pick<Context, 'db' | 'clock' | 'ids'>;

export type OrganisationRefusal =
  | { readonly code: 'not-found' | 'changed-meanwhile' }
  | AgreementFault
  | IbanRefusal
  | IbanProblem
  /** Next to the field. */
  | { readonly field: string; readonly code: KboProblem['code'] | 'unknown' | 'needed' | 'no-address' };

type Answer = Promise<Result<OrganisationFile, OrganisationRefusal>>;

export async function readOrganisation(context: FileContext, actor: Actor, organisationId: string): Answer {
  const organisation = await findOrganisation(context.db, actor.regionId, organisationId);
  await requirePermission(context, actor, 'organisation.read', organisation);
  return organisation ? fileOf(context, actor, organisationId) : refuse({ code: 'not-found' });
}

export async function addOrganisation(context: FileContext, actor: Actor, input: OrganisationInput): Answer {
  await requirePermission(context, actor, 'organisation.write', {});
  const organisationId = context.ids.newId();
  const facts = await factsOf(context, actor, input, { organisationId, version: 1 });
  if (!facts.ok) return facts;
  await context.db.transaction().execute(async (trx) => {
    await insertFile(trx, actor.regionId, facts.value);
    await record(context, trx, actor, 'organisation-added', organisationId, {});
  });
  return fileOf(context, actor, organisationId);
}

export async function changeOrganisation(
  context: FileContext,
  actor: Actor,
  organisationId: string,
  input: OrganisationInput,
): Answer {
  const organisation = await findOrganisation(context.db, actor.regionId, organisationId);
  await requirePermission(context, actor, 'organisation.write', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  if (input.version === undefined) return refuse({ field: 'version', code: 'needed' });
  const version = input.version + 1;
  const facts = await factsOf(context, actor, input, { organisationId, version });
  if (!facts.ok) return facts;
  return act(context, actor, organisation, async (trx, stored) => {
    if (stored.version !== input.version) return { code: 'changed-meanwhile' };
    await updateFile(trx, actor.regionId, facts.value);
    await record(context, trx, actor, 'organisation-changed', organisationId, { version });
    return undefined;
  });
}

export async function addAgreement(
  context: FileContext,
  actor: Actor,
  organisationId: string,
  input: AgreementInput,
): Answer {
  const organisation = await findOrganisation(context.db, actor.regionId, organisationId);
  await requirePermission(context, actor, 'organisation.write', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const { regionId } = actor;
  return act(context, actor, organisation, async (trx) => {
    const known = await listAgreements(trx, regionId, [organisationId]);
    if (known.some(({ agreementId }) => agreementId === input.agreementId)) return undefined;
    const fault = faultInNew(known, input);
    if (fault) return fault;
    const by = { madeAt: context.clock.now(), madeBy: actorName(actor) };
    const fresh = await insertAgreement(trx, regionId, { ...input, ...by, organisationId });
    // An id that another organisation has: not made by our screen.
    if (!fresh) return { code: 'changed-meanwhile' };
    const { agreementId, fromDay, untilDay } = input;
    await record(context, trx, actor, 'agreement-added', organisationId, { agreementId, fromDay, untilDay });
    return undefined;
  });
}

export async function cutAgreement(
  context: FileContext,
  actor: Actor,
  organisationId: string,
  agreementId: string,
  { untilDay, because }: AgreementEnd,
): Answer {
  const organisation = await findOrganisation(context.db, actor.regionId, organisationId);
  await requirePermission(context, actor, 'organisation.write', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const { regionId } = actor;
  return act(context, actor, organisation, async (trx) => {
    const known = await listAgreements(trx, regionId, [organisationId]);
    const agreement = known.find((one) => one.agreementId === agreementId);
    if (!agreement) return { code: 'not-found' };
    const fault = faultInEnd(agreement, untilDay, todayOf(context));
    if (fault) return fault;
    const by = { at: context.clock.now(), by: actorName(actor) };
    await endAgreement(trx, regionId, { agreementId, untilDay, because, ...by });
    await record(context, trx, actor, 'agreement-ended', organisationId, { agreementId, untilDay });
    return undefined;
  });
}

export async function proposeIban(
  context: FileContext,
  actor: Actor,
  organisationId: string,
  { iban: typed, because }: IbanProposal,
): Answer {
  const organisation = await findOrganisation(context.db, actor.regionId, organisationId);
  await requirePermission(context, actor, 'organisation.propose-iban', organisation);
  requireFreshProof(context, actor);
  if (!organisation) return refuse({ code: 'not-found' });
  const iban = parseIban(typed);
  if (!iban.ok) return iban;
  const { regionId } = actor;
  return act(context, actor, organisation, async (trx, stored) => {
    const [newest] = await listIbanChanges(trx, regionId, organisationId);
    const waiting = newest?.state === 'proposed' ? newest : undefined;
    const refused = refusePropose(stored.iban, waiting, iban.value);
    if (refused) return refused;
    const changeId = context.ids.newId();
    await insertIbanChange(trx, regionId, {
      ...{ changeId, organisationId, because, iban: iban.value },
      ...{ proposedAt: context.clock.now(), proposedBy: actorName(actor) },
    });
    await record(context, trx, actor, 'iban-proposed', organisationId, { changeId });
    return undefined;
  });
}

export async function confirmIban(
  context: FileContext,
  actor: Actor,
  organisationId: string,
  changeId: string,
  iban: string,
): Answer {
  const organisation = await findOrganisation(context.db, actor.regionId, organisationId);
  await requirePermission(context, actor, 'organisation.confirm-iban', organisation);
  requireFreshProof(context, actor);
  if (!organisation) return refuse({ code: 'not-found' });
  const { regionId } = actor;
  return act(context, actor, organisation, async (trx) => {
    const change = (await listIbanChanges(trx, regionId, organisationId)).find(
      (one) => one.changeId === changeId,
    );
    if (!change) return { code: 'not-found' };
    const refused = refuseConfirm(change, actorName(actor), iban);
    if (refused) return refused;
    const by = { at: context.clock.now(), by: actorName(actor) };
    await closeIbanChange(trx, regionId, { changeId, state: 'confirmed', because: null, ...by });
    await writeIban(trx, regionId, organisationId, change.iban);
    await record(context, trx, actor, 'iban-confirmed', organisationId, { changeId });
    return undefined;
  });
}

/** By who proposed it, or by who may confirm it. */
export async function withdrawIban(
  context: FileContext,
  actor: Actor,
  organisationId: string,
  changeId: string,
  because: string,
): Answer {
  const organisation = await findOrganisation(context.db, actor.regionId, organisationId);
  await requirePermission(context, actor, 'organisation.propose-iban', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const { regionId } = actor;
  return act(context, actor, organisation, async (trx) => {
    const change = (await listIbanChanges(trx, regionId, organisationId)).find(
      (one) => one.changeId === changeId,
    );
    if (!change) return { code: 'not-found' };
    if (change.state !== 'proposed') return { code: 'iban-closed' };
    const by = { at: context.clock.now(), by: actorName(actor) };
    await closeIbanChange(trx, regionId, { changeId, state: 'withdrawn', because, ...by });
    await record(context, trx, actor, 'iban-withdrawn', organisationId, { changeId });
    return undefined;
  });
}

type Stored = { readonly version: number; readonly iban: string | null };

/** Undefined: done. */
async function act(
  context: FileContext,
  actor: Actor,
  { organisationId }: Organisation,
  decide: (trx: Transaction<Database>, stored: Stored) => Promise<OrganisationRefusal | undefined>,
): Answer {
  const refused = await context.db
    .transaction()
    .execute(async (trx): Promise<OrganisationRefusal | undefined> => {
      const stored = await lockFile(trx, actor.regionId, organisationId);
      return stored ? decide(trx, stored) : { code: 'not-found' };
    });
  return refused ? refuse(refused) : fileOf(context, actor, organisationId);
}

async function fileOf(context: FileContext, actor: Actor, organisationId: string): Answer {
  const stored = await findFile(context.db, actor.regionId, organisationId);
  return stored ? ok(await toOrganisationFile(context, actor, stored)) : refuse({ code: 'not-found' });
}

const todayOf = ({ clock }: FileContext): CivilDay => civilDayOf(clock.now());

/** No name, no account in the detail: those stand in the file. */
const record = (
  { clock }: FileContext,
  trx: Transaction<Database>,
  actor: Actor,
  action: AuditAction,
  organisationId: string,
  detail: Record<string, unknown>,
): Promise<void> =>
  appendAudit(trx, {
    regionId: actor.regionId,
    at: clock.now(),
    actor: actorName(actor),
    action,
    subject: `organisation:${organisationId}`,
    detail,
  });

async function factsOf(
  { db }: FileContext,
  { regionId }: Actor,
  input: OrganisationInput,
  { organisationId, version }: { organisationId: string; version: number },
): Promise<Result<FileFacts, OrganisationRefusal>> {
  const { kind, nisCode, kboNumber: typed, cardSystemIds, contactEmail } = input;
  const kbo = typed === '' ? undefined : parseKboNumber(typed);
  if (kbo && !kbo.ok) return refuse({ field: 'kboNumber', code: kbo.error.code });
  if (nisCode === null && kind !== 'region') return refuse({ field: 'nisCode', code: 'needed' });
  if (nisCode !== null && !(await findMunicipality(db, regionId, nisCode)))
    return refuse({ field: 'nisCode', code: 'unknown' });
  if (contactEmail !== '' && !EMAIL.test(contactEmail))
    return refuse({ field: 'contactEmail', code: 'no-address' });
  const known = (await listCardSystems(db, regionId)).map(({ cardSystemId }) => cardSystemId);
  if (!cardSystemIds.every((id) => known.includes(id)))
    return refuse({ field: 'cardSystemIds', code: 'unknown' });
  const { name, contactName, contactPhone } = input;
  return ok({
    ...{ organisationId, version, name, kind, nisCode, contactName, contactEmail, contactPhone },
    kboNumber: kbo?.value ?? null,
    cardSystemIds: [...new Set(cardSystemIds)],
  });
}

const EMAIL = new RegExp(`^[^\\s@]{1,64}@[^\\s@]{1,${limits.emailMax}}\\.[^\\s@.]{2,}$`);
