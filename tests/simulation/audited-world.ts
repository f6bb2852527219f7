// The world as the auditor looks at it: facts only, none of the domain's decisions.
import type { AuditedWorld } from './auditor.ts';
import type { ServerFacts } from './memory-batch-store.ts';
import { placeOf, type ServerTables } from './server-tables.ts';

export function auditedWorld(
  tables: ServerTables,
  facts: ServerFacts,
  foreignAccount: (number: string) => string,
): AuditedWorld {
  return {
    device: (id) => {
      const device = tables.devices.get(id);
      return (
        device && {
          id,
          desk: device.kind === 'desk',
          organisationId: device.organisationId,
          enrolledAt: device.enrolledAt,
          activityIds: device.enrolledActivityIds,
        }
      );
    },
    card: (number, at) => {
      const card = facts.card(number, at);
      return (
        card && {
          accountId: card.accountId,
          state: card.state,
          since: card.stateSince,
          groupPass: card.groupPass,
          systems: card.cardSystemIds,
        }
      );
    },
    activity: (id, at) => {
      const activity = facts.activity(id, at);
      if (!activity) return undefined;
      const { volume, periodType } = activity;
      return {
        id,
        organisationId: activity.organisationId,
        systems: activity.cardSystemIds,
        limit: volume === null || periodType === null ? null : { volume, period: periodType },
        versions: new Map(
          [...activity.versions].map(([n, { points, occurrences }]) => [n, { points, windows: occurrences }]),
        ),
        version: activity.currentVersion,
      };
    },
    *answersTo(device, upTo) {
      for (let no = Math.min(upTo, tables.devices.get(device)?.syncNo ?? 0); no > 0; no--) {
        const time = tables.syncTimes.get(placeOf(device, no));
        if (time !== undefined) yield time;
      }
    },
    foreignAccount,
  };
}
