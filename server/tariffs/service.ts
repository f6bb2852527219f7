// What the kansentarief is at an activity: the rule of the domain, asked with the keys that hold for its organisation on that day.
import { civilDayOf, type CivilDay } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { settingFor, settingOn } from '#domain/settings/settings.ts';
import type { ActivityTariffs, TariffLine } from '#domain/tariff-api.ts';
import { priceOffer, type PriceFacts } from '#domain/tariffs/offer.ts';
import { findActivity, type Activity } from '../activities/repository.ts';
import type { Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { listSettings } from '../settings/repository.ts';

export async function readActivityTariffs(
  context: Pick<Context, 'db' | 'clock'>,
  actor: Actor,
  activityId: string,
  asked: CivilDay | undefined,
): Promise<Result<ActivityTariffs, { readonly code: 'not-found' }>> {
  const { db, clock } = context;
  const activity = await findActivity(db, actor.regionId, activityId);
  await requirePermission(context, actor, 'activity.read', activity);
  if (!activity) return refuse({ code: 'not-found' });
  const day = asked ?? nextDayOf(activity, clock.now());
  const entries = await listSettings(db, actor.regionId);
  const place = { nisCode: null, organisationId: activity.organisationId };
  const { value: keys, source } = settingFor(entries, 'distributionKeys', place, day);
  const bounds = settingOn(entries, 'keyBounds', null, day);
  return ok({ day, source, lines: activity.priceClasses.map((price) => lineOf({ price, keys, bounds })) });
}

function lineOf({ price, ...rules }: PriceFacts): TariffLine {
  const offer = priceOffer({ price, ...rules });
  if (!offer.ok) return { ...price, refusal: offer.error };
  const { keyName, split } = offer.value;
  const { steps, ...shares } = split;
  return {
    ...price,
    offer: {
      ...{ keyName, ...shares },
      steps: { person: [...steps.person], organisation: [...steps.organisation] },
    },
  };
}

/** The first day that is not over, else today. */
function nextDayOf({ moments }: Activity, now: number): CivilDay {
  const next = moments
    .filter(({ endsAt, cancelledBecause }) => endsAt > now && cancelledBecause === undefined)
    .map(({ startsAt }) => startsAt)
    .sort((a, b) => a - b)[0];
  return civilDayOf(Math.max(now, next ?? now));
}
