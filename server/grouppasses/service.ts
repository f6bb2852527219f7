// Group passes at the desk. The municipality that pays makes, renews and blocks one; who holds it sees what is left. Tickets are
// granted on the one ledger, from the counter to the account of that year: a sale will take them from there.
import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { AuditAction } from '#domain/audit/audit-action.ts';
import { parseUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { isAllowed, type Action } from '#domain/devices/permissions.ts';
import type { GroupPassAct, GroupPassFile, GroupPassInput, GroupPassList } from '#domain/group-pass-api.ts';
import {
  availableOn,
  checkGroupCard,
  grantYear,
  groupPassStatus,
  type GroupPassRefusal,
} from '#domain/grouppasses/group-pass.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { ticketsEntry } from '#domain/ledger/ledger.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission, requirePermissionSomewhere } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import type { Database } from '../db/tables.ts';
import { unlessRefused } from '../db/unless-refused.ts';
import { publish } from '../events.ts';
import { findOrganisation, listMunicipalities, listOrganisations } from '../organisations/repository.ts';
import { countRefusedCard, type LimitRefusal } from '../passholders/act-limits.ts';
import { lockCards } from '../passholders/repository.ts';
import { lockAccounts, post } from '../ledger/posting-rows.ts';
import {
  findGroupPass,
  findPassByNumber,
  insertGroupPass,
  insertPassYear,
  listGroupPasses,
  setGroupCard,
  type GroupPass,
} from './repository.ts';

type ReadContext = Pick<Context, 'db' | 'clock'>;
type PassContext = ReadContext & Pick<Context, 'ids'>;
type Trx = Transaction<Database>;

export type GroupPassProblem =
  | GroupPassRefusal
  | LimitRefusal
  | { readonly code: 'not-found' | 'other-act-with-this-id' | 'group-pass-holder-unknown' };
type Done = Result<null, GroupPassProblem>;

export async function listPasses(context: PassContext, actor: Actor): Promise<GroupPassList> {
  await requirePermissionSomewhere(context, actor, 'group-pass.read');
  const { db, clock } = context;
  const { regionId } = actor;
  const may = (action: Action, place: { nisCode?: string; organisationId?: string }): boolean =>
    isAllowed(actor.grants, action, { regionId, ...place });
  const [organisations, municipalities] = await Promise.all([
    listOrganisations(db, regionId),
    listMunicipalities(db, regionId),
  ]);
  const own = municipalities.filter(({ nisCode }) => may('group-pass.read', { nisCode }));
  const held = organisations.filter(({ organisationId }) => may('group-pass.read', { organisationId }));
  const scope = may('group-pass.read', {})
    ? undefined
    : {
        nisCodes: own.map(({ nisCode }) => nisCode),
        organisationIds: held.map(({ organisationId }) => organisationId),
      };
  const isNobody = scope?.nisCodes.length === 0 && scope.organisationIds.length === 0;
  const max = limits.groupPassesShownMax;
  const found = isNobody ? [] : await listGroupPasses(db, regionId, scope, max + 1);
  const paying = municipalities.filter(({ nisCode }) => may('group-pass.write', { nisCode }));
  return {
    passes: found.slice(0, max).map((pass) => fileOf(context, actor, pass)),
    more: found.length > max,
    holders:
      paying.length === 0 ? [] : organisations.map(({ organisationId, name }) => ({ organisationId, name })),
    municipalities: paying,
    year: Number(civilDayOf(clock.now()).slice(0, 4)),
  };
}

export async function makePass(
  context: PassContext,
  actor: Actor,
  input: GroupPassInput,
): Promise<Result<GroupPassFile, GroupPassProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const counter = await findOrganisation(db, regionId, input.organisationId);
  await requirePermission(context, actor, 'passholder.register', counter);
  const municipality = (await listMunicipalities(db, regionId)).find(
    ({ nisCode }) => nisCode === input.paysNis,
  );
  await requirePermission(context, actor, 'group-pass.write', municipality && { nisCode: input.paysNis });
  const holder = await findOrganisation(db, regionId, input.holderId);
  if (!counter || !municipality) return refuse({ code: 'not-found' });
  if (!holder) return refuse({ code: 'group-pass-holder-unknown' });
  const parsed = parseUitpasNumber(input.number);
  if (!parsed.ok) return refuse({ code: 'card-unknown' });
  const number = parsed.value;
  const at = clock.now();
  const { groupPassId, name, holderId, paysNis } = input;
  const requestDigest = createHash('sha256').update(JSON.stringify(input)).digest();

  const done = await unlessRefused(db, async (trx): Promise<Done> => {
    // The card before the pass, so that two screens with one card wait here.
    const card = (await lockCards(trx, regionId, [number])).get(number);
    const known = await findGroupPass(trx, regionId, groupPassId);
    if (known)
      return Buffer.from(known.requestDigest).equals(requestDigest)
        ? ok(null)
        : refuse({ code: 'other-act-with-this-id' });
    const checked = checkGroupCard(card, counter.nisCode ?? null);
    if (!checked.ok) return checked;
    const by = { at, by: actorName(actor) };
    const pass = { groupPassId, number, name, holderId, paysNis, requestDigest };
    if (!(await insertGroupPass(trx, regionId, pass, by))) return refuse({ code: 'other-act-with-this-id' });
    await setGroupCard(trx, regionId, number, 'active', at);
    await publish(trx, { regionId, topic: 'cards' });
    await record(context, trx, actor, 'group-pass-made', groupPassId, { holderId, paysNis });
    return grant(context, trx, actor, groupPassId, input);
  });
  const counted = await countRefusedCard(context, actor, 'make-group-pass', done);
  return counted.ok ? readPass(context, actor, groupPassId) : counted;
}

export async function actOnPass(
  context: PassContext,
  actor: Actor,
  groupPassId: string,
  act: GroupPassAct,
): Promise<Result<GroupPassFile, GroupPassProblem>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const known = await findGroupPass(db, regionId, groupPassId);
  const target = known && { nisCode: known.paysNis };
  await requirePermission(
    context,
    actor,
    act.kind === 'unblock' ? 'card.unblock' : 'group-pass.write',
    target,
  );
  if (!known) return refuse({ code: 'not-found' });
  if (act.kind === 'renew') {
    const counter = await findOrganisation(db, regionId, act.organisationId);
    await requirePermission(context, actor, 'passholder.register', counter);
    if (!counter) return refuse({ code: 'not-found' });
  }
  const done = await unlessRefused(db, async (trx): Promise<Done> => {
    const pass = await findGroupPass(trx, regionId, groupPassId, true);
    if (!pass) return refuse({ code: 'not-found' });
    if (act.kind === 'renew')
      return pass.state === 'active'
        ? grant(context, trx, actor, groupPassId, act)
        : refuse({ code: 'group-pass-blocked' });
    const state = act.kind === 'block' ? 'blocked' : 'active';
    if (pass.state === state) return ok(null);
    if (pass.state !== 'active' && pass.state !== 'blocked')
      return refuse({ code: 'group-pass-not-blocked' });
    await setGroupCard(trx, regionId, pass.number, state, clock.now());
    await publish(trx, { regionId, topic: 'cards' });
    await record(
      context,
      trx,
      actor,
      act.kind === 'block' ? 'group-pass-blocked' : 'group-pass-unblocked',
      groupPassId,
    );
    return ok(null);
  });
  return done.ok ? readPass(context, actor, groupPassId) : done;
}

/** The caller holds the card: a year is granted once. */
async function grant(
  context: PassContext,
  trx: Trx,
  actor: Actor,
  groupPassId: string,
  { organisationId, year, tickets }: { organisationId: string; year: number; tickets: number },
): Promise<Done> {
  const { regionId } = actor;
  const at = context.clock.now();
  const years = (await findGroupPass(trx, regionId, groupPassId))?.years ?? [];
  const granted = grantYear(years, { year, tickets }, civilDayOf(at));
  if (!granted.ok) return granted;
  if (granted.value === 'as-before') return ok(null);
  const accountId = context.ids.newId();
  await lockAccounts(trx, regionId, [
    { accountId, kind: 'group-pass' },
    { accountId: organisationId, kind: 'issued' },
  ]);
  // Named by the account that it opens: there is one such entry.
  const { postings } = ticketsEntry(`${accountId}/1`, organisationId, accountId, tickets);
  await post(trx, regionId, [{ entryId: `${accountId}/1`, commandId: accountId, n: 1, postings }], at);
  const by = { at, by: actorName(actor) };
  await insertPassYear(trx, regionId, groupPassId, { year, tickets, accountId }, by);
  await record(context, trx, actor, 'group-pass-granted', groupPassId, { year, tickets });
  return ok(null);
}

/** Of a card that lies on the counter; undefined for who may not see it. */
export async function findPassOfCard(
  context: ReadContext,
  actor: Actor,
  number: string,
): Promise<GroupPassFile | undefined> {
  const { grants, regionId } = actor;
  const pass = await findPassByNumber(context.db, regionId, number);
  if (!pass) return undefined;
  const places = [{ nisCode: pass.paysNis }, { organisationId: pass.holderId }];
  const maySee = places.some((place) => isAllowed(grants, 'group-pass.read', { regionId, ...place }));
  return maySee ? fileOf(context, actor, pass) : undefined;
}

async function readPass(
  context: PassContext,
  actor: Actor,
  groupPassId: string,
): Promise<Result<GroupPassFile, GroupPassProblem>> {
  const pass = await findGroupPass(context.db, actor.regionId, groupPassId);
  return pass ? ok(fileOf(context, actor, pass)) : refuse({ code: 'not-found' });
}

function fileOf({ clock }: ReadContext, { grants, regionId }: Actor, pass: GroupPass): GroupPassFile {
  const today = civilDayOf(clock.now());
  const { groupPassId, number, cardSystemName, name, holderName, paysName, state, years } = pass;
  const target = { regionId, nisCode: pass.paysNis };
  return {
    ...{ groupPassId, number, cardSystemName, name, holderName, paysName },
    status: groupPassStatus(state, years, today),
    available: availableOn(state, years, today),
    years: [...years],
    mayChange: isAllowed(grants, 'group-pass.write', target),
    mayUnblock: isAllowed(grants, 'card.unblock', target),
  };
}

const record = (
  { clock }: PassContext,
  trx: Trx,
  actor: Actor,
  action: AuditAction,
  groupPassId: string,
  detail: Record<string, unknown> = {},
): Promise<void> =>
  appendAudit(trx, {
    regionId: actor.regionId,
    at: clock.now(),
    actor: actorName(actor),
    action,
    subject: `group-pass:${groupPassId}`,
    detail,
  });
