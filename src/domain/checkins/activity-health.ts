// What somebody should look at before an activity opens, so that nobody stands at a door that does not work.
// Rule: pains 8 of the official desk ("Vind je de activiteit niet?"): organiser, price, card systems, window, limit.
// Invariant: the same facts give the same warnings, in the same order; the first is the most urgent one.
import type { Instant } from '../kernel/civil-time.ts';
import type { CheckInLimit } from './activity-policy.ts';
import type { Schedule, Span } from './activity-schedule.ts';

export const HEALTH_WARNINGS = [
  /** No moment is left that takes place. */
  'no-window',
  /** Every moment is over. */
  'window-past',
  /** No card system is chosen: no card of the region saves here. */
  'no-card-system',
  /** No phone that scans was enrolled for it. */
  'no-phone',
  /** Open for ever and without a limit: one card can save a point a minute. */
  'permanent-without-limit',
  /** The organisation has no agreement today. */
  'no-agreement',
  /** It has one, but not any more when the last moment comes. */
  'agreement-ends',
  /** Neither a price nor "free" is filled in. */
  'price-missing',
] as const;
export type HealthWarning = (typeof HEALTH_WARNINGS)[number];

export type HealthFacts = {
  readonly schedule: Schedule;
  /** The moments that take place. */
  readonly moments: readonly Span[];
  readonly limit: CheckInLimit | null;
  readonly priceClasses: number;
  readonly cardSystems: number;
  /** Enrolled and not revoked. */
  readonly phones: number;
  /** The organisation's: until when (null: without end), none, or not asked of this kind of organisation. */
  readonly agreement: { readonly until: Instant | null } | 'none' | 'not-asked';
};

export function healthOf(facts: HealthFacts, now: Instant): HealthWarning[] {
  const { moments, agreement } = facts;
  if (moments.length === 0) return ['no-window'];
  const lastEnd = Math.max(...moments.map(({ endsAt }) => endsAt));
  // What is over needs nothing any more.
  if (lastEnd <= now) return ['window-past'];
  const warnings: HealthWarning[] = [];
  if (facts.cardSystems === 0) warnings.push('no-card-system');
  if (facts.phones === 0) warnings.push('no-phone');
  if (facts.schedule.kind === 'opening-hours' && facts.limit === null)
    warnings.push('permanent-without-limit');
  if (agreement === 'none') warnings.push('no-agreement');
  else if (agreement !== 'not-asked' && agreement.until !== null && agreement.until < lastEnd)
    warnings.push('agreement-ends');
  if (facts.priceClasses === 0) warnings.push('price-missing');
  return warnings;
}
