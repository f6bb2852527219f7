// How long somebody is a member, or a pupil. Rules: publiq, association memberships (status ACTIVE, EXPIRED or NONE, renewable, new
// end date) and schools (only pupils with kansenstatuut). Each registration and each renewal is a term from a day to a last day;
// terms are added and at most stopped, never changed. Invariants: the end is derived here and nowhere else; a term that was stopped
// counts no more; who renews twice from the same screen renews once.
import { addCivilDays, addCivilMonths, type CivilDay } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';
import type { Association } from './association.ts';

export type Term = {
  readonly termId: string;
  readonly from: CivilDay;
  /** The last day. */
  readonly until: CivilDay;
  /** From that day it counts no more. */
  readonly stoppedOn: CivilDay | null;
  /** The term that went before, of a renewal. */
  readonly renews?: string | null;
};

export const MEMBER_STATUSES = ['active', 'expired', 'none'] as const;
export type MemberStatus = (typeof MEMBER_STATUSES)[number];

/** Why a counter stops one; the others follow from another act. */
export const STOP_REASONS = ['asked', 'moved-away', 'not-paid', 'mistake', 'deceased'] as const;
export const ALL_STOP_REASONS = [...STOP_REASONS, 'other-school', 'merged', 'erased'] as const;
export type StopReason = (typeof ALL_STOP_REASONS)[number];

export type MemberRefusal =
  | { readonly code: 'association-ended' }
  | { readonly code: 'member-already'; readonly until: CivilDay }
  | { readonly code: 'member-day-to-come' }
  | { readonly code: 'member-day-too-early'; readonly earliest: CivilDay }
  | { readonly code: 'member-end-needed' }
  | { readonly code: 'member-end-passed' }
  | { readonly code: 'member-end-too-far'; readonly latest: CivilDay }
  | { readonly code: 'member-birth-date-unknown' }
  | { readonly code: 'member-too-old'; readonly until: CivilDay }
  | { readonly code: 'member-none' }
  | { readonly code: 'member-no-renewal' }
  | { readonly code: 'member-not-renewable'; readonly until: CivilDay }
  | { readonly code: 'member-changed-meanwhile'; readonly until: CivilDay }
  | { readonly code: 'pupil-no-kansenstatuut' }
  | { readonly code: 'pupil-elsewhere' };

/** What has to be known of who joins or goes on. */
export type Member = {
  /** Empty where nobody wrote it down. */
  readonly dateOfBirth: CivilDay;
  /** Pays the kansentarief today, in any card system. */
  readonly entitled: boolean;
};

type Rule = Pick<Association, 'endRule' | 'endMonths'>;
type Stretch = Pick<Term, 'from' | 'until'>;

const YEAR_MONTHS = 12;

/** The newest that still counts. */
export const standingTerm = (terms: readonly Term[]): Term | undefined =>
  terms
    .filter(({ stoppedOn }) => stoppedOn === null)
    .reduce<Term | undefined>((last, term) => (last && last.until >= term.until ? last : term), undefined);

export function memberStatus(terms: readonly Term[], today: CivilDay): MemberStatus {
  const standing = standingTerm(terms);
  if (!standing) return 'none';
  return standing.until >= today ? 'active' : 'expired';
}

/** The last day of a school year (Flanders: 1 September to 31 August). */
export const schoolYearEnd = (day: CivilDay): CivilDay =>
  `${Number(day.slice(0, 4)) + (day.slice(5) > '08-31' ? 1 : 0)}-08-31`;

/** What a new member gets, or is proposed where the end is picked: undefined when nobody knows when somebody was born. */
export function proposedEnd(
  { endRule, endMonths }: Rule,
  from: CivilDay,
  dateOfBirth: CivilDay,
): CivilDay | undefined {
  switch (endRule) {
    case 'custom':
      return addCivilMonths(from, YEAR_MONTHS);
    case 'birth-date':
      return dateOfBirth === '' ? undefined : addCivilMonths(dateOfBirth, endMonths ?? 0);
    case 'registration-date':
      return addCivilMonths(from, endMonths ?? 0);
    case 'school-year':
      return schoolYearEnd(from);
  }
}

export type JoinWish = { readonly from: CivilDay; readonly until: CivilDay | null };
export type JoinFacts = {
  readonly today: CivilDay;
  readonly terms: readonly Term[];
  /** A pupil of another school today. */
  readonly elsewhere: boolean;
};

/** Registers: `until` only where the end is picked. */
export function decideMember(
  association: Pick<Association, 'kind' | 'endedOn' | 'endRule' | 'endMonths'>,
  member: Member,
  { from, until }: JoinWish,
  { today, terms, elsewhere }: JoinFacts,
): Result<Stretch, MemberRefusal> {
  const refusal = closedTo(association, member, today);
  if (refusal) return refuse(refusal);
  const standing = standingTerm(terms);
  if (standing && standing.until >= today) return refuse({ code: 'member-already', until: standing.until });
  if (association.kind === 'school' && elsewhere) return refuse({ code: 'pupil-elsewhere' });
  if (from > today) return refuse({ code: 'member-day-to-come' });
  const earliest = addCivilDays(today, -limits.memberBackDays);
  if (from < earliest) return refuse({ code: 'member-day-too-early', earliest });
  const isPicked = association.endRule === 'custom';
  if (isPicked && until === null) return refuse({ code: 'member-end-needed' });
  const end = isPicked ? until : proposedEnd(association, from, member.dateOfBirth);
  if (end === undefined || end === null) return refuse({ code: 'member-birth-date-unknown' });
  return stretch(association, from, end, today);
}

export type RenewWish = {
  /** The end on the screen. */
  readonly basedOn: CivilDay;
  /** Only where the end is picked; null: as proposed. */
  readonly until: CivilDay | null;
};

/** Goes on after the last day, or from today when that has passed. */
export function decideRenewal(
  association: Pick<Association, 'kind' | 'endedOn' | 'endRule' | 'endMonths'>,
  member: Member,
  { basedOn, until }: RenewWish,
  { today, terms }: Pick<JoinFacts, 'today' | 'terms'>,
): Result<Stretch, MemberRefusal> {
  const standing = standingTerm(terms);
  if (!standing) return refuse({ code: 'member-none' });
  if (standing.until !== basedOn) return refuse({ code: 'member-changed-meanwhile', until: standing.until });
  const refusal = closedTo(association, member, today);
  if (refusal) return refuse(refusal);
  const notYet = { code: 'member-not-renewable', until: standing.until } as const;
  if (addCivilDays(standing.until, -limits.memberRenewDays) > today) return refuse(notYet);
  const nextDay = addCivilDays(standing.until, 1);
  const from = nextDay > today ? nextDay : today;
  const proposed = renewedEnd(association, standing.until, from, member.dateOfBirth);
  if (proposed === undefined) return refuse({ code: 'member-birth-date-unknown' });
  const end = association.endRule === 'custom' ? (until ?? proposed) : proposed;
  if (end <= standing.until) return refuse(notYet);
  return stretch(association, from, end, today);
}

/** The day that one tap leads to; undefined: cannot be renewed now. */
export function renewalOf(
  association: Pick<Association, 'kind' | 'endedOn' | 'endRule' | 'endMonths'>,
  member: Member,
  facts: Pick<JoinFacts, 'today' | 'terms'>,
): CivilDay | undefined {
  const basedOn = standingTerm(facts.terms)?.until ?? '';
  const decided = decideRenewal(association, member, { basedOn, until: null }, facts);
  return decided.ok ? decided.value.until : undefined;
}

/** A year or so many months after the end that was, so that a season keeps its day; after a pause from today. */
function renewedEnd(rule: Rule, ended: CivilDay, from: CivilDay, born: CivilDay): CivilDay | undefined {
  if (rule.endRule === 'custom') {
    const years = Math.max(1, Number(from.slice(0, 4)) - Number(ended.slice(0, 4)));
    const next = addCivilMonths(ended, YEAR_MONTHS * years);
    return next >= from ? next : addCivilMonths(ended, YEAR_MONTHS * (years + 1));
  }
  const isOn = addCivilDays(ended, 1) === from;
  return proposedEnd(rule, rule.endRule === 'registration-date' && isOn ? ended : from, born);
}

function closedTo(
  { kind, endedOn }: Pick<Association, 'kind' | 'endedOn'>,
  { entitled }: Member,
  today: CivilDay,
): MemberRefusal | undefined {
  if (endedOn !== null && today >= endedOn) return { code: 'association-ended' };
  return kind === 'school' && !entitled ? { code: 'pupil-no-kansenstatuut' } : undefined;
}

function stretch(
  { endRule }: Rule,
  from: CivilDay,
  until: CivilDay,
  today: CivilDay,
): Result<Stretch, MemberRefusal> {
  if (until < today || until < from)
    return refuse(
      endRule === 'birth-date' ? { code: 'member-too-old', until } : { code: 'member-end-passed' },
    );
  // By birth date a child may be a member until it is old.
  const latest = addCivilDays(today, limits.memberAheadDays);
  if (endRule === 'custom' && until > latest) return refuse({ code: 'member-end-too-far', latest });
  return ok({ from, until });
}

/** A second time on the same day is the same act. */
export function decideStop(
  terms: readonly Term[],
  on: CivilDay,
  today: CivilDay,
): Result<readonly Term[], MemberRefusal> {
  const standing = terms.filter(({ stoppedOn }) => stoppedOn === null);
  if (standing.length === 0)
    return terms.some(({ stoppedOn }) => stoppedOn === on) ? ok([]) : refuse({ code: 'member-none' });
  if (on > today) return refuse({ code: 'member-day-to-come' });
  const first = standing.map(({ from }) => from).reduce((a, b) => (a < b ? a : b));
  if (on < first) return refuse({ code: 'member-day-too-early', earliest: first });
  return ok(standing);
}

/** The last renewal alone was a mistake: what went before it counts again. A second time is the same act. */
export function decideUndo(terms: readonly Term[], termId: string): Result<readonly Term[], MemberRefusal> {
  const wrong = terms.find((term) => term.termId === termId);
  if (wrong && wrong.stoppedOn !== null) return ok([]);
  const before = terms.find((term) => term.termId === wrong?.renews && term.stoppedOn === null);
  return wrong && before && standingTerm(terms) === wrong
    ? ok([wrong])
    : refuse({ code: 'member-no-renewal' });
}
