// A price in three shares, each cent explained. Rule: the person first, rounded half up to the cent, then the organisation, and the
// municipality takes the rest. Invariants: shares are whole cents, none below nothing, and add up to the price.
import { percentOf } from '../kernel/money.ts';
import type { DistributionKey, KeyBounds } from './distribution-key.ts';

/** Why a share is what it is. */
export type ShareStep =
  | { readonly why: 'percent'; readonly percent: number; readonly cents: number }
  | { readonly why: 'amount'; readonly cents: number }
  /** Held at the bound of the region. */
  | { readonly why: 'at-most'; readonly percent: number; readonly cents: number }
  | { readonly why: 'at-least'; readonly percent: number; readonly cents: number }
  /** Nobody pays nothing. */
  | { readonly why: 'one-cent'; readonly cents: number }
  /** There is no more than that. */
  | { readonly why: 'what-is-left'; readonly cents: number };

export type PriceSplit = {
  readonly person: number;
  readonly organisation: number;
  readonly municipality: number;
  /** For each party what was reckoned, in order: the last one holds. */
  readonly steps: { readonly person: readonly ShareStep[]; readonly organisation: readonly ShareStep[] };
};

export function splitPrice(
  cents: number,
  { person, organisationPercent }: Pick<DistributionKey, 'person' | 'organisationPercent'>,
  bounds: KeyBounds,
): PriceSplit {
  const ofPerson = personSteps(cents, person, bounds);
  const paid = last(ofPerson);
  const ofOrganisation = organisationSteps(cents, cents - paid, organisationPercent, bounds);
  const borne = last(ofOrganisation);
  return {
    person: paid,
    organisation: borne,
    municipality: cents - paid - borne,
    steps: { person: ofPerson, organisation: ofOrganisation },
  };
}

function personSteps(
  cents: number,
  { kind, value }: DistributionKey['person'],
  { personPercentMax, personMayPayNothing }: KeyBounds,
): ShareStep[] {
  const steps: ShareStep[] = [
    kind === 'percent'
      ? { why: 'percent', percent: value, cents: percentOf(cents, value) }
      : { why: 'amount', cents: value },
  ];
  const most = percentOf(cents, personPercentMax);
  if (last(steps) > most) steps.push({ why: 'at-most', percent: personPercentMax, cents: most });
  if (last(steps) === 0 && !personMayPayNothing && cents > 0) steps.push({ why: 'one-cent', cents: 1 });
  return steps;
}

function organisationSteps(
  cents: number,
  left: number,
  percent: number,
  { organisationPercentMin }: KeyBounds,
): ShareStep[] {
  const steps: ShareStep[] = [{ why: 'percent', percent, cents: percentOf(cents, percent) }];
  if (percent < organisationPercentMin)
    steps.push({
      why: 'at-least',
      percent: organisationPercentMin,
      cents: percentOf(cents, organisationPercentMin),
    });
  if (last(steps) > left) steps.push({ why: 'what-is-left', cents: left });
  return steps;
}

const last = (steps: readonly ShareStep[]): number => steps.at(-1)?.cents ?? 0;
