// Why the rules say no to an act, in a sentence that also says what now. The codes are the domain's own.
import { m } from '../../paraglide/messages.js';

/** What a refusal brings along, as far as a sentence needs it. */
type CardRefusalFacts = {
  readonly code: string;
  readonly state?: string | undefined;
  readonly placeName?: string | null | undefined;
  readonly wanted?: boolean;
};

const NOT_IN_STOCK: Readonly<Record<string, () => string>> = {
  active: m.passholder_card_active,
  blocked: m.passholder_card_blocked,
  replaced: m.passholder_card_replaced,
  deleted: m.passholder_card_deleted,
};

export function cardRefusalText({ code, state, placeName, wanted }: CardRefusalFacts): string {
  switch (code) {
    case 'card-not-in-stock':
      return (NOT_IN_STOCK[state ?? ''] ?? m.passholder_card_not_in_stock)();
    case 'card-at-other-counter':
      if (placeName === undefined) return m.passholder_card_elsewhere();
      return placeName === null ? m.passholder_card_at_region() : m.passholder_card_at({ place: placeName });
    case 'card-under-way':
      return m.passholder_card_under_way();
    case 'card-is-group-pass':
      return m.passholder_card_group_pass();
    case 'card-digit-differs':
      return wanted ? m.passholder_card_wants_kansenstatuut() : m.passholder_card_wants_regular();
    default:
      return m.passholder_card_unknown();
  }
}

export const PASSHOLDER_SENTENCES: Readonly<Record<string, () => string>> = {
  'card-of-other-system': m.passholder_card_other_system,
  'card-at-other-counter': m.passholder_card_elsewhere,
  'card-is-group-pass': m.passholder_card_group_pass,
  'card-not-in-stock': m.passholder_card_not_in_stock,
  'card-under-way': m.passholder_card_under_way,
  'card-not-theirs': m.passholder_card_not_theirs,
  'card-not-active': m.passholder_card_not_active,
  'card-not-blocked': m.passholder_card_not_blocked,
  'card-digit-differs': m.passholder_card_digit_differs,
  'has-active-card': m.passholder_card_has_active,
  'reason-does-not-fit': m.passholder_reason_does_not_fit,
  'reason-not-offered': m.passholder_reason_not_offered,
  'proof-not-accepted': m.passholder_proof_not_accepted,
  'end-passed': m.passholder_end_passed,
  'end-too-far': m.passholder_end_too_far,
  'end-not-later': m.passholder_end_not_later,
  'no-kansenstatuut': m.passholder_no_kansenstatuut,
  'has-kansenstatuut': m.passholder_has_kansenstatuut,
  'lives-outside': m.passholder_lives_outside,
  person: m.passholder_person_wrong,
  'insz-not-asked': m.insz_problem_not_asked,
  'insz-differs': m.merge_problem_insz,
  'same-file': m.merge_problem_same,
  'choose-card': m.merge_problem_card,
  'picture-none': m.picture_problem_none,
  'picture-too-heavy': m.picture_problem_not_small,
  'picture-too-wide': m.picture_problem_not_small,
  'picture-says-more': m.picture_problem_not_small,
  'note-known': m.note_problem_known,
  'note-unknown': m.note_problem_unknown,
  'note-withdrawn': m.note_problem_withdrawn,
  'too-many-notes': m.note_problem_too_many,
  'insz-taken': m.insz_problem_taken,
  'is-registered': m.passholder_is_registered,
  'other-act-with-this-id': m.passholder_done_before,
  'not-here': m.passholder_not_here,
  'is-member': m.passholder_is_member,
  'is-no-member': m.passholder_is_no_member,
  'is-a-move': m.passholder_is_a_move,
  'move-out-of-range': m.passholder_move_out_of_range,
  'stays-in-region': m.moving_problem_stays,
  'card-known-here': m.moving_problem_known_here,
};
