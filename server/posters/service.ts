// The poster of an activity at the desk: its code, the picture of it, and the paper.
import * as bwip from 'bwip-js/node';
import type { DeskPoster } from '#domain/poster-api.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { settingFor } from '#domain/settings/settings.ts';
import { findActivity, lockActivityVersion, type Activity } from '../activities/repository.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { listSettings } from '../settings/repository.ts';
import { drawPoster } from './poster-pdf.ts';
import { findPoster, replacePoster } from './repository.ts';

type PosterContext = Pick<Context, 'db' | 'clock' | 'ids' | 'appUrl'>;
type Refusal = { readonly code: 'not-found' };

/** Without the letters that look like figures. */
const SIGNS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_LENGTH = 12;

export async function readPoster(
  context: PosterContext,
  actor: Actor,
  activityId: string,
): Promise<Result<DeskPoster, Refusal>> {
  const activity = await findActivity(context.db, actor.regionId, activityId);
  await requirePermission(context, actor, 'activity.write', activity);
  return activity ? ok(await toDeskPoster(context, actor, activity)) : refuse({ code: 'not-found' });
}

/** A new code; the poster that hangs somewhere no longer works. */
export async function makePoster(
  context: PosterContext,
  actor: Actor,
  activityId: string,
): Promise<Result<DeskPoster, Refusal>> {
  const { db, clock, ids } = context;
  const { regionId } = actor;
  const activity = await findActivity(db, regionId, activityId);
  await requirePermission(context, actor, 'activity.write', activity);
  if (!activity) return refuse({ code: 'not-found' });
  const made = { at: clock.now(), by: actorName(actor) };
  const code = [...ids.bytes(CODE_LENGTH)].map((byte) => SIGNS[byte % SIGNS.length]).join('');
  await db.transaction().execute(async (trx) => {
    // One after the other: an activity has one poster.
    await lockActivityVersion(trx, regionId, activityId);
    await replacePoster(trx, regionId, { activityId, code, ...made });
    await appendAudit(trx, {
      regionId,
      at: made.at,
      actor: made.by,
      action: 'poster-made',
      subject: `activity:${activityId}`,
    });
  });
  return ok(await toDeskPoster(context, actor, activity));
}

export async function printPoster(
  context: PosterContext,
  actor: Actor,
  activityId: string,
): Promise<Result<Uint8Array<ArrayBuffer>, Refusal>> {
  const activity = await findActivity(context.db, actor.regionId, activityId);
  await requirePermission(context, actor, 'activity.write', activity);
  const poster = activity && (await findPoster(context.db, actor.regionId, activityId));
  if (!activity || !poster) return refuse({ code: 'not-found' });
  const words = await wordsOf(context, actor.regionId, activity);
  return ok(drawPoster({ ...activity, ...words, url: urlOf(context, poster.code) }));
}

/** As they hold today: a poster that hangs keeps the words it was printed with. */
async function wordsOf(
  { db, clock }: PosterContext,
  regionId: number,
  activity: Activity,
): Promise<{ heading: string; help: string }> {
  const { organisationId, nisCode = null } = activity;
  const [settings, today] = [await listSettings(db, regionId), civilDayOf(clock.now())];
  const wordOf = (key: 'posterHeading' | 'posterHelp'): string =>
    settingFor(settings, key, { nisCode, organisationId }, today).value;
  return { heading: wordOf('posterHeading'), help: wordOf('posterHelp') };
}

const urlOf = ({ appUrl }: PosterContext, code: string): string => `${appUrl}/ik?p=${code}`;

async function toDeskPoster(
  context: PosterContext,
  { regionId }: Actor,
  activity: Activity,
): Promise<DeskPoster> {
  const { activityId, title, place, organisationName } = activity;
  const poster = await findPoster(context.db, regionId, activityId);
  const url = poster && urlOf(context, poster.code);
  return {
    ...{ title, place, organisationName },
    ...(await wordsOf(context, regionId, activity)),
    poster:
      poster && url !== undefined
        ? { url, madeAt: poster.madeAt, qrSvg: bwip.toSVG({ bcid: 'qrcode', text: url }) }
        : null,
  };
}
