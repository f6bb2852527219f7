// Every code of a decision as a sentence: what, why, and what now. Shared by scanner and desk.
import type { RulingCode } from '#domain/sync/ruling.ts';
import { m } from './paraglide/messages.js';

const CODES: Readonly<Record<RulingCode, () => string>> = {
  'card-blocked': m.code_card_blocked,
  'card-deleted': m.code_card_deleted,
  'card-not-registered': m.code_card_not_registered,
  'group-pass': m.code_group_pass,
  'membership-ended': m.code_membership_ended,
  'activity-closed': m.code_activity_closed,
  'activity-unknown': m.code_activity_unknown,
  'not-enrolled': m.code_not_enrolled,
  undone: m.code_undone,
  'undo-too-late': m.code_undo_too_late,
  'undo-not-yours': m.code_undo_not_yours,
  malformed: m.code_malformed,
  'not-allowed': m.code_not_allowed,
  foreign: m.code_foreign,
  'other-card-system': m.code_other_card_system,
  'card-replaced': m.code_card_replaced,
  'clock-uncertain': m.code_clock_uncertain,
  'awaiting-target': m.code_awaiting_target,
  'unknown-kind': m.code_unknown_kind,
  'device-revoked': m.code_device_revoked,
  'broken-chain': m.code_broken_chain,
  'bad-signature': m.code_bad_signature,
  'refused-at-desk': m.code_refused_at_desk,
};

/** Undefined for a code of a newer server than this app: its outcome still says what happened. */
export const codeText = (code: string | undefined): string | undefined =>
  code !== undefined && code in CODES ? CODES[code as RulingCode]() : undefined;
