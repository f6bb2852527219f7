// Every code of a file as a person at a counter says it. No code reaches the screen: what we have no word for reads as text.
import type { HistoryEntry, PassholderFile } from '#domain/passholder-api.ts';
import type { BlockReason, ReplaceReason } from '#domain/passholders/card-life.ts';
import { addCivilDays, type CivilDay } from '#domain/kernel/civil-time.ts';
import type { KansenstatuutStatus } from '#domain/passholders/kansenstatuut.ts';
import { dateText, longDateText } from '../../appearance/dates.ts';
import { m } from '../../paraglide/messages.js';
import { cardNumberText } from '../cards/card-words.ts';

type Words<Code extends string> = Readonly<Record<Code, () => string>>;
type Membership = PassholderFile['memberships'][number];

const noon = (day: CivilDay): number => Date.parse(`${day}T12:00:00Z`);
/** 30/04/2027 */
export const civilDayText = (day: CivilDay): string => dateText(noon(day));
/** 30 april 2027 */
export const longCivilDayText = (day: CivilDay): string => longDateText(noon(day));

const PROOFS: Readonly<Record<string, () => string>> = {
  'verhoogde-tegemoetkoming': m.passholder_proof_verhoogde_tegemoetkoming,
  leefloon: m.passholder_proof_leefloon,
  schuldbemiddeling: m.passholder_proof_schuldbemiddeling,
  'materiele-opvang': m.passholder_proof_materiele_opvang,
};
/** A region may name proofs of its own. */
export function proofText(proof: string): string {
  const own = proof.replaceAll('-', ' ').trim();
  return PROOFS[proof]?.() ?? `${own.charAt(0).toUpperCase()}${own.slice(1)}`;
}

const STATUSES: Words<KansenstatuutStatus> = {
  none: m.passholder_status_none,
  active: m.passholder_status_active,
  grace: m.passholder_status_grace,
  suspended: m.passholder_status_suspended,
  expired: m.passholder_status_expired,
};
export const statusText = (status: KansenstatuutStatus): string => STATUSES[status]();
export const STATUS_TONES = {
  none: 'plain',
  active: 'ok',
  grace: 'warn',
  suspended: 'warn',
  expired: 'no',
} as const satisfies Record<KansenstatuutStatus, string>;

/** What it means at the door, in a sentence. */
export function statusSentence(
  { kansenstatuut, kansenstatuutStatus }: Membership,
  graceDays: number | undefined,
): string {
  if (kansenstatuut === null) return m.passholder_says_none();
  const until = longCivilDayText(kansenstatuut.until);
  const grace =
    graceDays === undefined ? undefined : longCivilDayText(graceEndOf(kansenstatuut.until, graceDays));
  switch (kansenstatuutStatus) {
    case 'active':
      if (kansenstatuut.endedOn !== undefined)
        return m.passholder_says_ends_early({ day: longCivilDayText(kansenstatuut.endedOn) });
      return grace === undefined
        ? m.passholder_says_active({ day: until })
        : m.passholder_says_active_grace({ day: until, grace });
    case 'grace':
      return grace === undefined
        ? m.passholder_says_over({ day: until })
        : m.passholder_says_grace({ day: until, grace });
    case 'suspended':
      return m.passholder_says_suspended({
        day: longCivilDayText(kansenstatuut.suspendedUntil ?? kansenstatuut.until),
      });
    case 'expired':
      return m.passholder_says_over({ day: until });
    case 'none':
      return kansenstatuut.endedOn === undefined
        ? m.passholder_says_none()
        : m.passholder_says_ended({ day: longCivilDayText(kansenstatuut.endedOn) });
  }
}

export const graceEndOf = (until: CivilDay, graceDays: number): CivilDay => addCivilDays(until, graceDays);

export const BLOCK_WORDS: Words<BlockReason> = {
  lost: m.passholder_block_lost,
  stolen: m.passholder_block_stolen,
  defect: m.passholder_block_defect,
  misuse: m.passholder_block_misuse,
  moved: m.passholder_block_moved,
  deceased: m.passholder_block_deceased,
  other: m.passholder_block_other,
};
export const REPLACE_WORDS: Words<ReplaceReason> = {
  defect: m.passholder_replace_defect,
  'lost-or-stolen': m.passholder_replace_lost,
  'kansenstatuut-obtained': m.passholder_replace_obtained,
  'kansenstatuut-lost': m.passholder_replace_ended,
};
function replacedBecause({ replaceReason, finerReason }: HistoryEntry): string {
  const reason = replaceReason ? REPLACE_WORDS[replaceReason]().toLowerCase() : '';
  return finerReason === undefined ? reason : `${reason} (${finerReason})`;
}
export const END_WORDS: Words<NonNullable<HistoryEntry['endReason']>> = {
  'moved-away': m.passholder_end_moved,
  asked: m.passholder_end_asked,
  deceased: m.passholder_end_deceased,
  erased: m.passholder_end_erased,
};
const PARTS: Readonly<Record<string, () => string>> = {
  firstName: m.passholder_first_name,
  lastName: m.passholder_last_name,
  dateOfBirth: m.passholder_born,
  gender: m.passholder_gender,
  nationality: m.passholder_nationality,
  address: m.passholder_address,
  email: m.passholder_email,
  phone: m.passholder_phone,
  optIns: m.passholder_opt_ins_short,
  parentalConsent: m.passholder_consent_short,
  termsAccepted: m.passholder_terms_short,
};

/** One event as one sentence. */
export function historyText(entry: HistoryEntry): string {
  const number = cardNumberText(entry.number ?? '');
  const home = entry.homeName ?? m.passholder_outside();
  switch (entry.kind) {
    case 'registered':
      return entry.number === undefined
        ? m.passholder_did_register({ home })
        : m.moving_did_register({ home, number });
    case 'taken-over':
      return m.passholder_did_take_over();
    case 'details-changed':
      return m.passholder_did_change({ parts: partsText(entry.changed ?? []) });
    case 'moved':
      return m.passholder_did_move({ home, day: civilDayText(entry.from ?? entry.day) });
    case 'membership-started':
      return m.passholder_did_join({ system: entry.cardSystemName ?? '' });
    case 'membership-ended':
      return m.passholder_did_leave({
        system: entry.cardSystemName ?? '',
        reason: entry.endReason ? END_WORDS[entry.endReason]().toLowerCase() : '',
      });
    case 'membership-end-planned':
      return entry.on === null || entry.on === undefined
        ? m.moving_did_call_off({ system: entry.cardSystemName ?? '' })
        : m.moving_did_plan({ system: entry.cardSystemName ?? '', day: civilDayText(entry.on) });
    case 'card-handed-out':
      return m.passholder_did_hand_out({ number });
    case 'card-blocked':
      return m.passholder_did_block({
        number,
        reason: entry.blockReason ? BLOCK_WORDS[entry.blockReason]().toLowerCase() : '',
      });
    case 'card-unblocked':
      return m.passholder_did_unblock({ number });
    case 'card-replaced':
      return m.passholder_did_replace({
        number,
        next: cardNumberText(entry.nextNumber ?? ''),
        reason: replacedBecause(entry),
      });
    case 'kansenstatuut-set':
      return kansenstatuutText(entry);
    case 'note-added':
      return m.note_did_add();
    case 'note-withdrawn':
      return m.note_did_withdraw();
    case 'merged':
      return m.passholder_did_merge();
    case 'merged-away':
      return m.passholder_did_merge_away();
    case 'erased':
      return m.passholder_did_erase();
  }
}

function kansenstatuutText({ act, kansenstatuut, day }: HistoryEntry): string {
  const until = civilDayText(kansenstatuut?.until ?? day);
  switch (act) {
    case 'granted':
      return m.passholder_did_grant({ day: until, proof: proofOf(kansenstatuut?.proof) });
    case 'renewed':
      return m.passholder_did_renew({ day: until, proof: proofOf(kansenstatuut?.proof) });
    case 'suspended':
      return m.passholder_did_suspend({ day: civilDayText(kansenstatuut?.suspendedUntil ?? day) });
    case 'ended':
      return m.passholder_did_end({ day: civilDayText(kansenstatuut?.endedOn ?? day) });
    case 'resumed':
    case undefined:
      return m.passholder_did_resume();
  }
}

const proofOf = (proof: string | undefined): string =>
  proof ? proofText(proof).toLowerCase() : m.passholder_proof_unknown();

/** "telefoon, adres": in the order of the form. */
export const partsText = (parts: readonly string[]): string =>
  parts.length === 0
    ? m.passholder_parts_none()
    : parts.map((part) => (PARTS[part]?.() ?? part).toLowerCase()).join(', ');
