// Why scans are held, what to do about it, and moments as a person compares them.
import type { HeldReason } from '#domain/sync/held-decision.ts';
import { dayText, dayTimeText, timeText } from '../../appearance/dates.ts';
import { m } from '../../paraglide/messages.js';

type Words = { readonly why: () => string; readonly advice: () => string; readonly refusal: () => string };

const REASONS: Record<HeldReason, Words> = {
  'device-revoked': {
    why: m.desk_held_revoked,
    advice: m.desk_held_revoked_advice,
    refusal: m.desk_held_revoked_refusal,
  },
  'broken-chain': {
    why: m.desk_held_broken,
    advice: m.desk_held_broken_advice,
    refusal: m.desk_held_broken_refusal,
  },
  'bad-signature': {
    why: m.desk_held_unsigned,
    advice: m.desk_held_unsigned_advice,
    refusal: m.desk_held_broken_refusal,
  },
};

export const wordsOf = (reason: HeldReason): Words => REASONS[reason];

/** vr 20 nov, 19:03 – 21:10, with the second day where it is another. */
export function betweenText([from, to]: readonly [number, number]): string {
  if (dayTimeText(from) === dayTimeText(to)) return dayTimeText(from);
  return `${dayTimeText(from)} – ${dayText(from) === dayText(to) ? timeText(to) : dayTimeText(to)}`;
}
