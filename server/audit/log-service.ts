// Reading the audit at the desk: who did what, and who looked at whom. Asking is an entry too.
import { isUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { AUDIT_GROUPS } from '#domain/audit/audit-action.ts';
import type {
  AuditNamed,
  AuditPage,
  AuditPeople,
  AuditQuery,
  AuditSubject,
  AuditSubjectInput,
} from '#domain/audit-api.ts';
import { isAllowed } from '#domain/devices/permissions.ts';
import { addCivilDays, startOfCivilDay } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import {
  findHolderOf,
  listActingPeople,
  listAudit,
  readNamesOf,
  type Cursor,
  type LogFilter,
  type LogRow,
} from './log-repository.ts';

type LogContext = Pick<Context, 'db' | 'clock'>;

export async function readAudit(context: LogContext, actor: Actor, query: AuditQuery): Promise<AuditPage> {
  const { db } = context;
  const { regionId } = actor;
  await requirePermission(context, actor, 'audit.read', {});
  const isExport = query.export !== undefined;
  const rows = isExport ? limits.auditExportRows : limits.auditPageRows;
  const found = await listAudit(db, regionId, filterOf(query), rows + 1);
  // A page that goes on is one question with the page before it.
  if (query.before === undefined) await noteReading(context, actor, query);
  const shown = found.slice(0, rows);
  const last = shown.at(-1);
  const name = await namer(context, actor, shown);
  return {
    entries: shown.map(({ actor: by, subject, ...rest }) => ({
      ...rest,
      actor: name(by),
      subject: name(subject),
    })),
    next: found.length > rows && last ? `${last.at}.${last.auditId}` : null,
  };
}

export async function readAuditPeople(context: LogContext, actor: Actor): Promise<AuditPeople> {
  await requirePermission(context, actor, 'audit.read', {});
  return { people: await listActingPeople(context.db, actor.regionId, limits.auditPeopleMax) };
}

/** Numbers of a card system can be tried out one by one: more than an auditor looks up in an hour is refused. */
const SUBJECTS: AttemptRule = { purpose: 'audit-subject', max: 60, windowMs: 3_600_000 };

export type SubjectRefusal =
  { readonly code: 'number-wrong' } | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

/** By the number of a card; what is then read about that person is written down as any reading is. */
export async function findAuditSubject(
  context: LogContext,
  actor: Actor,
  { number }: AuditSubjectInput,
): Promise<Result<AuditSubject, SubjectRefusal>> {
  await requirePermission(context, actor, 'audit.read', {});
  if (!isUitpasNumber(number)) return refuse({ code: 'number-wrong' });
  const tries = await countAttempt(context, SUBJECTS, actor.userId);
  if (!tries.allowed) return refuse({ code: 'too-many-requests', retryAfterS: tries.retryAfterS });
  const passholderId = await findHolderOf(context.db, actor.regionId, number);
  return ok({ subject: passholderId === undefined ? null : `passholder:${passholderId}` });
}

const filterOf = ({ group, userId, subject, from, to, before }: AuditQuery): LogFilter => ({
  ...(group && { actions: AUDIT_GROUPS[group] }),
  ...(userId !== undefined && { actor: actorName({ userId }) }),
  ...(subject !== undefined && { subject }),
  ...(from !== undefined && { from: startOfCivilDay(from) }),
  ...(to !== undefined && { until: startOfCivilDay(addCivilDays(to, 1)) }),
  ...(before !== undefined && { before: cursorOf(before) }),
});

function cursorOf(text: string): Cursor {
  const [at = '', auditId = ''] = text.split('.');
  return { at: Number(at), auditId: Number(auditId) };
}

async function noteReading({ db, clock }: LogContext, actor: Actor, query: AuditQuery): Promise<void> {
  const { export: isExport, subject = 'audit', ...asked } = query;
  await appendAudit(db, {
    regionId: actor.regionId,
    at: clock.now(),
    actor: actorName(actor),
    action: isExport === undefined ? 'audit-read' : 'audit-exported',
    subject,
    detail: asked,
  });
}

const NAMED = ['user', 'device', 'activity', 'organisation', 'association', 'passholder'] as const;

/** Names of pass holders only for who may read their files anyway: an auditor sees that somebody was looked at, not who. */
async function namer(
  { db }: LogContext,
  { regionId, grants }: Actor,
  rows: readonly LogRow[],
): Promise<(text: string) => AuditNamed> {
  const mentioned = [...new Set(rows.flatMap(({ actor, subject }) => [actor, subject]))].map(partsOf);
  const mayName = isAllowed(grants, 'passholder.read', { regionId });
  const names = new Map<string, Map<string, string>>();
  for (const kind of NAMED) {
    if (kind === 'passholder' && !mayName) continue;
    const ids = mentioned.flatMap((part) => (part.kind === kind && part.id !== null ? [part.id] : []));
    names.set(kind, await readNamesOf(db, regionId, kind, ids));
  }
  return (text) => {
    const { kind, id } = partsOf(text);
    return { kind, id, name: id === null ? null : (names.get(kind)?.get(id) ?? null) };
  };
}

function partsOf(text: string): { kind: string; id: string | null } {
  const colon = text.indexOf(':');
  return colon < 0 ? { kind: text, id: null } : { kind: text.slice(0, colon), id: text.slice(colon + 1) };
}
