// Who moves out of the region and becomes a member elsewhere (publiq, moving house: a new card over there, the old membership is
// blocked here, points kept): from the day on which somebody lives outside, the memberships here end and their cards with them.
// Who stays a member (just across the border) keeps the card. A move that is told anew takes the place of what was planned.
import type { CivilDay } from '../kernel/civil-time.ts';
import { outsideFrom, type Home, type Passholder, type PassholderEvent } from './passholder.ts';

/** What the move does with the memberships. `leaves`: becomes a member elsewhere. */
export function endingsOf(
  { memberships }: Pick<Passholder, 'memberships'>,
  { homes, leaves, today }: { homes: readonly Home[]; leaves: boolean; today: CivilDay },
): readonly PassholderEvent[] {
  const outside = leaves ? outsideFrom({ homes }, today) : undefined;
  return memberships
    .filter(({ status }) => status === 'active')
    .flatMap(({ cardSystemId, endsOn }): readonly PassholderEvent[] => {
      if (outside !== undefined && outside <= today)
        return [{ kind: 'membership-ended', cardSystemId, reason: 'moved-away' }];
      if (outside === endsOn) return [];
      return [{ kind: 'membership-end-planned', cardSystemId, on: outside ?? null }];
    });
}

/** The memberships whose last day was before today: what the server ends by itself. */
export const endedBy = ({ memberships }: Pick<Passholder, 'memberships'>, today: CivilDay): string[] =>
  memberships
    .filter(({ status, endsOn }) => status === 'active' && endsOn !== undefined && endsOn <= today)
    .map(({ cardSystemId }) => cardSystemId);
