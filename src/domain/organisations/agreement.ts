// Agreements of an organisation with the region: from a day, to a day or until further notice. Rule: DVV Westhoek, only
// who has an agreement gives points. Invariant: an agreement is never taken away; it is ended by a later day that says why.
import { addCivilDays, type CivilDay } from '../kernel/civil-time.ts';

export type Agreement = {
  readonly fromDay: CivilDay;
  /** Included; null: until further notice. */
  readonly untilDay: CivilDay | null;
};

/**
 * The last day that is covered without a gap, of who is covered on this day: null without end, undefined when not covered.
 * Agreements that follow each other are one cover.
 */
export function coveredUntil(agreements: readonly Agreement[], day: CivilDay): CivilDay | null | undefined {
  let until: CivilDay | undefined;
  for (const { fromDay, untilDay } of [...agreements].sort((a, b) => (a.fromDay < b.fromDay ? -1 : 1))) {
    // The first that counts covers the day itself; a next one begins the day after at the latest.
    const reach = until === undefined ? day : addCivilDays(until, 1);
    if (fromDay > reach) continue;
    if (untilDay === null) return null;
    if (untilDay >= day && (until === undefined || untilDay > until)) until = untilDay;
  }
  return until;
}

export type AgreementFault = {
  readonly code: 'agreement-ends-before' | 'agreement-overlaps' | 'agreement-only-shorter' | 'agreement-over';
};

/** May this one be added? Two that hold on one day would be two answers to one question. */
export function faultInNew(agreements: readonly Agreement[], added: Agreement): AgreementFault | undefined {
  if (added.untilDay !== null && added.untilDay < added.fromDay) return { code: 'agreement-ends-before' };
  const overlaps = agreements.some(
    ({ fromDay, untilDay }) =>
      (untilDay === null || untilDay >= added.fromDay) &&
      (added.untilDay === null || added.untilDay >= fromDay) &&
      // One that was ended before it began holds on no day.
      (untilDay === null || untilDay >= fromDay),
  );
  return overlaps ? { code: 'agreement-overlaps' } : undefined;
}

/** Ended on a day from today on, earlier than it said. What was, was. */
export function faultInEnd(
  agreement: Agreement,
  untilDay: CivilDay,
  today: CivilDay,
): AgreementFault | undefined {
  const { untilDay: until } = agreement;
  if (until !== null && until < today) return { code: 'agreement-over' };
  // The day before it begins takes back one that has not begun.
  if (untilDay < addCivilDays(agreement.fromDay, -1) || untilDay < addCivilDays(today, -1))
    return { code: 'agreement-ends-before' };
  return until !== null && untilDay >= until ? { code: 'agreement-only-shorter' } : undefined;
}
