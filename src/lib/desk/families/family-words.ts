import { m } from '../../paraglide/messages.js';

/** Why the rules say no, in a sentence that also says what now. */
export const FAMILY_SENTENCES: Readonly<Record<string, () => string>> = {
  'family-too-large': m.family_too_large,
  'family-too-many-adults': m.family_too_many_adults,
  'family-too-many-families': m.family_too_many_families,
  'family-is-member': m.family_is_member,
  'family-no-member': m.family_no_member,
  'family-day-to-come': m.family_day_to_come,
  'family-day-too-early': m.family_day_too_early,
  'family-contact-too-young': m.family_contact_too_young,
  'family-consent-too-young': m.family_consent_too_young,
  'family-changed-meanwhile': m.family_changed_meanwhile,
  'family-card-differs': m.family_card_differs,
};
