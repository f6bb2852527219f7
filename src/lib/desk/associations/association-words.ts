import type { AssociationFile } from '#domain/association-api.ts';
import type { AssociationKind, EndRule } from '#domain/associations/association.ts';
import type { MemberStatus, StopReason } from '#domain/associations/member-terms.ts';
import { addCivilDays, type CivilDay } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { m } from '../../paraglide/messages.js';

const KINDS: Readonly<Record<AssociationKind, () => string>> = {
  association: m.associations_kind_association,
  school: m.associations_kind_school,
};
export const kindText = (kind: AssociationKind): string => KINDS[kind]();

export const RULE_WORDS: Readonly<Record<EndRule, () => string>> = {
  custom: m.associations_rule_custom,
  'birth-date': m.associations_rule_birth_date,
  'registration-date': m.associations_rule_registration_date,
  'school-year': m.associations_rule_school_year,
};

export function ruleText({ endRule, endMonths }: Pick<AssociationFile, 'endRule' | 'endMonths'>): string {
  const text = monthsText(endMonths ?? 0);
  switch (endRule) {
    case 'custom':
      return m.associations_rule_custom_is();
    case 'birth-date':
      return m.associations_rule_birth_date_is({ text });
    case 'registration-date':
      return m.associations_rule_registration_date_is({ text });
    case 'school-year':
      return m.associations_rule_school_year();
  }
}

function monthsText(count: number): string {
  if (count === 1) return m.associations_month_one();
  return count % 12 === 0
    ? m.associations_years_count({ count: count / 12 })
    : m.associations_months_count({ count });
}

export const placeText = ({ placeName }: { readonly placeName: string | null }): string =>
  placeName ?? m.associations_place_region();

/** What a screen says of somebody's standing, and how loud. */
export function standingOf(
  { status, until }: { readonly status: MemberStatus; readonly until: CivilDay },
  kind: AssociationKind,
  today: CivilDay,
): { readonly tone: 'ok' | 'warn' | 'no'; readonly text: string } {
  if (status !== 'active') return { tone: 'no', text: m.member_expired() };
  if (until <= addCivilDays(today, limits.memberRenewDays))
    return { tone: 'warn', text: m.member_ends_soon() };
  return { tone: 'ok', text: kind === 'school' ? m.member_active_pupil() : m.member_active() };
}

export const REASON_WORDS: Readonly<Record<StopReason, () => string>> = {
  asked: m.member_reason_asked,
  'moved-away': m.member_reason_moved_away,
  'not-paid': m.member_reason_not_paid,
  mistake: m.member_reason_mistake,
  deceased: m.member_reason_deceased,
  'other-school': m.member_reason_other_school,
  merged: m.member_reason_merged,
  erased: m.member_reason_erased,
};

/** Why the rules say no, in a sentence that also says what now. */
export const ASSOCIATION_SENTENCES: Readonly<Record<string, () => string>> = {
  'association-end-rule': m.associations_problem_end_rule,
  'association-months': m.associations_problem_months,
  'association-no-organisation': m.associations_problem_no_organisation,
  'association-school-organisation': m.associations_problem_school_organisation,
  'association-kind-fixed': m.associations_problem_kind_fixed,
  'association-organisation-unknown': m.associations_problem_organisation_unknown,
  'association-ended': m.associations_problem_ended,
  'member-already': m.member_problem_already,
  'member-day-to-come': m.member_problem_day_to_come,
  'member-day-too-early': m.member_problem_day_too_early,
  'member-end-needed': m.member_problem_end_needed,
  'member-end-passed': m.member_problem_end_passed,
  'member-end-too-far': m.member_problem_end_too_far,
  'member-birth-date-unknown': m.member_problem_birth_date_unknown,
  'member-too-old': m.member_problem_too_old,
  'member-none': m.member_problem_none,
  'member-no-renewal': m.member_problem_no_renewal,
  'member-not-renewable': m.member_problem_not_renewable,
  'member-changed-meanwhile': m.member_problem_changed,
  'member-card-differs': m.member_problem_card_differs,
  'pupil-no-kansenstatuut': m.member_problem_pupil_no_kansenstatuut,
  'pupil-elsewhere': m.member_problem_pupil_elsewhere,
};
