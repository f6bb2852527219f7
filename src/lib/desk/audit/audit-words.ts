// What an entry of the audit says: every act in words.
import type { AuditAction, AuditGroup } from '#domain/audit/audit-action.ts';
import type { AuditNamed, AuditRow } from '#domain/audit-api.ts';
import type { InszPurpose } from '#domain/passholders/insz-use.ts';
import { m } from '../../paraglide/messages.js';

export const GROUP_NAMES: Readonly<Record<AuditGroup, () => string>> = {
  looks: m.audit_group_looks,
  passholders: m.audit_group_passholders,
  'group-passes': m.audit_group_group_passes,
  stock: m.audit_group_stock,
  settings: m.audit_group_settings,
  till: m.audit_group_till,
  activities: m.audit_group_activities,
  organisations: m.audit_group_organisations,
  phones: m.audit_group_phones,
  staff: m.audit_group_staff,
  'sign-in': m.audit_group_sign_in,
  refusals: m.audit_group_refusals,
};

const ACTS: Readonly<Record<AuditAction, () => string>> = {
  'passholder-read': m.audit_act_passholder_read,
  'passholder-copied': m.audit_act_passholder_copied,
  'passholders-searched': m.audit_act_passholders_searched,
  'passholder-search-stopped': m.audit_act_passholder_search_stopped,
  'duplicates-checked': m.audit_act_duplicates_checked,
  'known-elsewhere': m.audit_act_known_elsewhere,
  'insz-used': m.audit_act_insz_used,
  'picture-set': m.audit_act_picture_set,
  'picture-removed': m.audit_act_picture_removed,
  'card-looked-up': m.audit_act_card_looked_up,
  'unknown-card-looked-up': m.audit_act_unknown_card_looked_up,
  'card-checked': m.audit_act_card_checked,
  'arrival-checked': m.audit_act_arrival_checked,
  'card-refused': m.audit_act_card_refused,
  'take-over-refused': m.audit_act_take_over_refused,
  'kansenstatuut-listed': m.audit_act_kansenstatuut_listed,
  'kansenstatuut-saved': m.audit_act_kansenstatuut_saved,
  'bulk-read': m.audit_act_bulk_read,
  'bulk-saved': m.audit_act_bulk_saved,
  'bulk-exported': m.audit_act_bulk_exported,
  'passholder-exported': m.audit_act_passholder_exported,
  'bulk-looked-over': m.audit_act_bulk_looked_over,
  'bulk-started': m.audit_act_bulk_started,
  'bulk-stopped': m.audit_act_bulk_stopped,
  'bulk-withdrawn': m.audit_act_bulk_withdrawn,
  'bulk-ended': m.audit_act_bulk_ended,
  'family-read': m.audit_act_family_read,
  'family-made': m.audit_act_family_made,
  'family-joined': m.audit_act_family_joined,
  'family-left': m.audit_act_family_left,
  'family-roles-changed': m.audit_act_family_roles_changed,
  'family-card-refused': m.audit_act_family_card_refused,
  'members-read': m.audit_act_members_read,
  'members-saved': m.audit_act_members_saved,
  'memberships-read': m.audit_act_memberships_read,
  'member-registered': m.audit_act_member_registered,
  'member-renewed': m.audit_act_member_renewed,
  'member-stopped': m.audit_act_member_stopped,
  'member-card-refused': m.audit_act_member_card_refused,
  'association-made': m.audit_act_association_made,
  'association-changed': m.audit_act_association_changed,
  'association-ended': m.audit_act_association_ended,
  'association-resumed': m.audit_act_association_resumed,
  'group-pass-made': m.audit_act_group_pass_made,
  'group-pass-granted': m.audit_act_group_pass_granted,
  'group-pass-blocked': m.audit_act_group_pass_blocked,
  'group-pass-unblocked': m.audit_act_group_pass_unblocked,
  'task-made': m.audit_act_task_made,
  'task-done': m.audit_act_task_done,
  'audit-read': m.audit_act_audit_read,
  'audit-exported': m.audit_act_audit_exported,
  'passholder-register': m.audit_act_passholder_register,
  'passholder-change-details': m.audit_act_passholder_change_details,
  'passholder-move': m.audit_act_passholder_move,
  'passholder-take-over': m.audit_act_passholder_take_over,
  'passholder-add-note': m.audit_act_passholder_add_note,
  'passholder-withdraw-note': m.audit_act_passholder_withdraw_note,
  'passholder-merge': m.audit_act_passholder_merge,
  'passholder-join': m.audit_act_passholder_join,
  'passholder-leave': m.audit_act_passholder_leave,
  'passholder-block-card': m.audit_act_passholder_block_card,
  'passholder-unblock-card': m.audit_act_passholder_unblock_card,
  'passholder-replace-card': m.audit_act_passholder_replace_card,
  'passholder-grant-kansenstatuut': m.audit_act_passholder_grant_kansenstatuut,
  'passholder-renew-kansenstatuut': m.audit_act_passholder_renew_kansenstatuut,
  'passholder-suspend-kansenstatuut': m.audit_act_passholder_suspend_kansenstatuut,
  'passholder-end-kansenstatuut': m.audit_act_passholder_end_kansenstatuut,
  'passholder-erase': m.audit_act_passholder_erase,
  'stock-delivered': m.audit_act_stock_delivered,
  'stock-sent': m.audit_act_stock_sent,
  'stock-received': m.audit_act_stock_received,
  'stock-withdrawn': m.audit_act_stock_withdrawn,
  'stock-written-off': m.audit_act_stock_written_off,
  'stock-counted': m.audit_act_stock_counted,
  'setting-changed': m.audit_act_setting_changed,
  'setting-withdrawn': m.audit_act_setting_withdrawn,
  'voucher-made': m.audit_act_voucher_made,
  'voucher-ended': m.audit_act_voucher_ended,
  'journal-read': m.audit_act_journal_read,
  'till-closed': m.audit_act_till_closed,
  'till-change-moved': m.audit_act_till_change_moved,
  'payment-corrected': m.audit_act_payment_corrected,
  'activity-created': m.audit_act_activity_created,
  'activity-changed': m.audit_act_activity_changed,
  'activity-planned-on': m.audit_act_activity_planned_on,
  'activity-called-off': m.audit_act_activity_called_off,
  'uitdatabank-organiser-chosen': m.audit_act_uitdatabank_organiser_chosen,
  'uitdatabank-source-changed': m.audit_act_uitdatabank_source_changed,
  'occurrence-cancelled': m.audit_act_occurrence_cancelled,
  'occurrence-resumed': m.audit_act_occurrence_resumed,
  'poster-made': m.audit_act_poster_made,
  'check-in-undone': m.audit_act_check_in_undone,
  'paper-list-entered': m.audit_act_paper_list_entered,
  'organisation-added': m.audit_act_organisation_added,
  'organisation-changed': m.audit_act_organisation_changed,
  'agreement-added': m.audit_act_agreement_added,
  'agreement-ended': m.audit_act_agreement_ended,
  'iban-proposed': m.audit_act_iban_proposed,
  'iban-confirmed': m.audit_act_iban_confirmed,
  'iban-withdrawn': m.audit_act_iban_withdrawn,
  'enrol-link-made': m.audit_act_enrol_link_made,
  'phone-asked': m.audit_act_phone_asked,
  'phone-approved': m.audit_act_phone_approved,
  'phone-refused': m.audit_act_phone_refused,
  'phone-renamed': m.audit_act_phone_renamed,
  'phone-revoked': m.audit_act_phone_revoked,
  'phone-lost': m.audit_act_phone_lost,
  'rescue-brought': m.audit_act_rescue_brought,
  'quarantine-accepted': m.audit_act_quarantine_accepted,
  'quarantine-refused': m.audit_act_quarantine_refused,
  'quarantine-decision-reversed': m.audit_act_quarantine_decision_reversed,
  'admin-created': m.audit_act_admin_created,
  invited: m.audit_act_invited,
  'invitation-withdrawn': m.audit_act_invitation_withdrawn,
  'invitation-accepted': m.audit_act_invitation_accepted,
  'role-withdrawn': m.audit_act_role_withdrawn,
  'sessions-ended': m.audit_act_sessions_ended,
  'second-step-removed': m.audit_act_second_step_removed,
  'password-link-made': m.audit_act_password_link_made,
  'ways-in-cleared': m.audit_act_ways_in_cleared,
  'sign-in': m.audit_act_sign_in,
  'sign-in-failed': m.audit_act_sign_in_failed,
  proved: m.audit_act_proved,
  'proof-failed': m.audit_act_proof_failed,
  'password-changed': m.audit_act_password_changed,
  'session-ended': m.audit_act_session_ended,
  'other-sessions-ended': m.audit_act_other_sessions_ended,
  'second-step-on': m.audit_act_second_step_on,
  'second-step-off': m.audit_act_second_step_off,
  'recovery-codes-renewed': m.audit_act_recovery_codes_renewed,
  'passkey-added': m.audit_act_passkey_added,
  'passkey-removed': m.audit_act_passkey_removed,
  'provider-linked': m.audit_act_provider_linked,
  'provider-unlinked': m.audit_act_provider_unlinked,
  refused: m.audit_act_refused,
};

const KINDS: Readonly<Record<string, () => string>> = {
  passholder: m.audit_kind_passholder,
  user: m.audit_kind_user,
  device: m.audit_kind_device,
  activity: m.audit_kind_activity,
  organisation: m.audit_kind_organisation,
};

const PURPOSES: Readonly<Record<string, () => string>> = {
  register: m.audit_insz_register,
  'duplicate-check': m.audit_insz_duplicate_check,
  write: m.audit_insz_write,
  remove: m.audit_insz_remove,
  verify: m.audit_insz_verify,
  copy: m.audit_insz_copy,
  merge: m.audit_insz_merge,
} satisfies Record<InszPurpose, () => string>;

export const actText = (action: string): string =>
  action in ACTS ? ACTS[action as AuditAction]() : m.audit_unknown(); // its own key

/** What more there is to say in numbers; ids are for who reads the file. */
export function detailText({ action, detail }: AuditRow): string {
  const count = (name: string): number | undefined =>
    typeof detail[name] === 'number' ? detail[name] : undefined;
  const [cards, missing, rows, scans] = [count('cards'), count('missing'), count('rows'), count('count')];
  return [
    cards !== undefined && m.audit_detail_cards({ count: cards }),
    missing !== undefined && missing > 0 && m.audit_detail_missing({ count: missing }),
    rows !== undefined && m.audit_detail_rows({ count: rows }),
    scans !== undefined && m.audit_detail_scans({ count: scans }),
    action === 'insz-used' && (PURPOSES[String(detail['purpose'])]?.() ?? false),
    action === 'refused' &&
      typeof detail['action'] === 'string' &&
      m.audit_asked_for({ action: detail['action'] }),
  ]
    .filter((part) => part !== false)
    .join(', ');
}

export function actorText({ kind, name }: AuditNamed): string {
  if (kind === 'system') return m.audit_system();
  return name ?? m.audit_somebody();
}

/** Empty for what has no name of its own, such as a session. */
export function subjectText({ kind, name }: AuditNamed): string {
  if (name !== null) return name;
  const known = KINDS[kind];
  return known ? m.audit_gone({ kind: known() }) : '';
}

export function subjectHref({ kind, id, name }: AuditNamed): string | undefined {
  if (id === null || name === null) return undefined;
  if (kind === 'passholder') return `/balie/pashouders/${id}`;
  if (kind === 'organisation') return `/balie/organisaties/${id}`;
  return kind === 'activity' ? `/balie/activiteiten/${id}` : undefined;
}
