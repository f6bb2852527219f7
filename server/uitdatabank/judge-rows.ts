// Events against what is known here: which activity each became, whose it is or would be, and whether one may write there.
import { isAllowed } from '#domain/devices/permissions.ts';
import type { EventFacts } from '#domain/uitdatabank/event-facts.ts';
import { judgeEvent, type Judged } from '#domain/uitdatabank/judge-event.ts';
import { readActivities, type Activity } from '../activities/repository.ts';
import type { Actor } from '../auth/actor.ts';
import { listOrganisations, type Organisation } from '../organisations/repository.ts';
import { findLinks, findOrganisers, type Db, type EventLink } from './repository.ts';

export type JudgedEvent = Judged & {
  readonly organisation: Organisation | undefined;
  readonly activity: Activity | undefined;
  readonly last: EventFacts | undefined;
};

/** `otherwiseId`: whose events without an organiser are. By the UUID of the event. */
export async function judgeEvents(
  db: Db,
  actor: Actor,
  otherwiseId: string | null,
  events: readonly EventFacts[],
  now: number,
): Promise<Map<string, JudgedEvent>> {
  const { regionId, grants } = actor;
  const links = await findLinks(
    db,
    regionId,
    events.map(({ eventId }) => eventId),
  );
  const activities = new Map(
    (
      await readActivities(
        db,
        regionId,
        [...links.values()].map(({ activityId }) => activityId),
      )
    ).map((activity) => [activity.activityId, activity]),
  );
  const chosen = await findOrganisers(
    db,
    regionId,
    events.flatMap(({ organiser }) => organiser?.key ?? []),
  );
  const organisations = await listOrganisations(db, regionId);
  return new Map(
    events.map((facts) => {
      const link = links.get(facts.eventId);
      const activity = link && activities.get(link.activityId);
      const wantedId = activity?.organisationId ?? ownerOf(facts, chosen, organisations, otherwiseId);
      const organisation = organisations.find(({ organisationId }) => organisationId === wantedId);
      const judged = judgeEvent(
        facts,
        {
          before: activity && link && { here: activity, last: link.facts },
          organisationId: organisation?.organisationId,
          mayWrite:
            organisation !== undefined && isAllowed(grants, 'activity.write', { ...organisation, regionId }),
        },
        now,
      );
      return [facts.eventId, { ...judged, organisation, activity, last: link?.facts }];
    }),
  );
}

/** As somebody chose; otherwise the one organisation of that name. */
function ownerOf(
  { organiser }: EventFacts,
  chosen: ReadonlyMap<string, string>,
  organisations: readonly Organisation[],
  otherwiseId: string | null,
): string | undefined {
  if (organiser === null) return otherwiseId ?? undefined;
  const ofThatName = organisations.filter(({ name }) => name.toLowerCase() === organiser.name.toLowerCase());
  return chosen.get(organiser.key) ?? (ofThatName.length === 1 ? ofThatName[0]?.organisationId : undefined);
}

/** What stands here in the form of what stands there, so that a screen shows both in the same way. */
export const factsOfActivity = (
  activity: Activity,
  { eventId, facts }: EventLink,
  now: number,
): EventFacts => ({
  ...{ eventId, organiser: facts.organiser, withdrawn: null, kind: activity.kind },
  ...{ title: activity.title, place: activity.place, schedule: activity.schedule },
  priceClasses: [...activity.priceClasses],
  dates:
    activity.schedule.kind === 'dates'
      ? activity.moments
          .filter(({ endsAt }) => endsAt > now)
          .map(({ startsAt, endsAt, cancelledBecause }) => ({
            ...{ startsAt, endsAt },
            ...(cancelledBecause !== undefined && { cancelledBecause }),
          }))
      : [],
});
