// A pass holder saves a point on his own phone, by the code of a poster. Nobody is signed in, and card numbers can be guessed:
// whatever the number, the answer is the same and as much is counted. Only who knows the birth date that belongs to it hears
// more; wrong ones are counted, and beyond the count a right one says no more than a wrong one (docs/THREATS.md).
import { createHash } from 'node:crypto';
import * as bwip from 'bwip-js/node';
import { parseUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { nextOpening, openOccurrence } from '#domain/checkins/activity-policy.ts';
import { must } from '#domain/kernel/assert.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { PosterActivity, PosterSave, PosterSaved } from '#domain/poster-api.ts';
import { marginSteps } from '#domain/settings/margin-steps.ts';
import { settingFor, type SettingEntry } from '#domain/settings/settings.ts';
import { windowsOf } from '../activities/policies.ts';
import { findActivity, type Activity } from '../activities/repository.ts';
import { countAttempt, forgiveAttempt, type AttemptRule } from '../attempts.ts';
import type { SubmitDeskCommands } from '../checkins/desk-command.ts';
import type { Context } from '../context.ts';
import { getDeskDevice } from '../devices/desk-device.ts';
import { readBalance } from '../passholders/names.ts';
import { listSettings } from '../settings/repository.ts';
import { findByCode, findOwner } from './repository.ts';

export type SelfContext = Pick<Context, 'db' | 'clock' | 'ids'> & { readonly submit: SubmitDeskCommands };

const QUARTER_MS = 900_000;
const DAY_MS = 24 * 3_600_000;
/** A class on the wifi of a hall saves within a quarter; who goes through numbers does not get far. */
const LOOKS: AttemptRule = { purpose: 'poster-look', max: 120, windowMs: QUARTER_MS };
const SAVES: AttemptRule = { purpose: 'poster-save', max: 60, windowMs: QUARTER_MS };
const SAVES_OF_DAY: AttemptRule = { purpose: 'poster-save-day', max: 400, windowMs: DAY_MS };
const SAVES_OF_POSTER: AttemptRule = { purpose: 'poster-saves', max: 400, windowMs: 4 * QUARTER_MS };
/** Wrong birth dates: a date is one of some thousands. */
const WRONG_BY_ADDRESS: AttemptRule = { purpose: 'poster-born', max: 20, windowMs: DAY_MS };
const WRONG_BY_NUMBER: AttemptRule = { purpose: 'poster-born-card', max: 5, windowMs: DAY_MS };

export type SelfRefusal =
  | { readonly code: 'poster-unknown' }
  | { readonly code: 'poster-closed'; readonly opensAt: number | null }
  | { readonly code: `number-${string}` }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

export async function lookAtPoster(
  context: SelfContext,
  code: string,
  address: string,
): Promise<Result<PosterActivity, SelfRefusal>> {
  const looks = await countAttempt(context, LOOKS, address);
  if (!looks.allowed) return refuse({ code: 'too-many-requests', retryAfterS: looks.retryAfterS });
  const found = await activityOf(context, code);
  if (!found) return refuse({ code: 'poster-unknown' });
  const { activity, open, opensAt, settings } = found;
  const { title, place, organisationName, points, organisationId, nisCode = null } = activity;
  const today = civilDayOf(context.clock.now());
  const { value: text } = settingFor(settings, 'selfSaveText', { nisCode, organisationId }, today);
  return ok({ title, place, organisationName, points, open, opensAt, text });
}

export async function saveByPoster(
  context: SelfContext,
  { code, saveId, number: typed, bornOn }: PosterSave,
  address: string,
): Promise<Result<PosterSaved, SelfRefusal>> {
  // What a number says of itself, the phone knows too.
  const number = parseUitpasNumber(typed);
  if (!number.ok) return refuse({ code: `number-${number.error.code}` });
  for (const [rule, subject] of [
    [SAVES, address],
    [SAVES_OF_DAY, address],
    [SAVES_OF_POSTER, code],
  ] as const) {
    const attempt = await countAttempt(context, rule, subject);
    if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  }
  const found = await activityOf(context, code);
  if (!found) return refuse({ code: 'poster-unknown' });
  const { activity, regionId, open, opensAt } = found;
  if (!open) return refuse({ code: 'poster-closed', opensAt });

  const { organisationId, organisationName: name, activityId } = activity;
  const deviceId = await getDeskDevice(context, regionId, { organisationId, name });
  const id = commandId(`self|${code}|${saveId}|${number.value}`);
  const payload = { activityId, number: number.value, way: 'self' as const };
  const commands = [{ id, kind: 'check-in' as const, payload }];
  const [ruling] = await context.submit({ regionId, deviceId }, commands, context.clock.now());
  const ruled = must(ruling, 'the ruling of the command');
  const passholderId = await proveOwner(context, regionId, { number: number.value, bornOn, address });
  if (passholderId === undefined) return ok({});
  return ok({
    own: {
      outcome: ruled.outcome,
      ...(ruled.code && { code: ruled.code }),
      points: ruled.points,
      balance: await readBalance(context.db, regionId, passholderId),
      barcodeSvg: bwip.toSVG({ bcid: 'code128', text: number.value, includetext: true }),
      qrSvg: bwip.toSVG({ bcid: 'qrcode', text: number.value }),
    },
  });
}

/** The same reads whatever the number; counted beforehand, or guesses sent at once would all be looked at. */
async function proveOwner(
  context: SelfContext,
  regionId: number,
  { number, bornOn, address }: { number: string; bornOn: string | undefined; address: string },
): Promise<string | undefined> {
  if (bornOn === undefined) return undefined;
  const counts = [
    [WRONG_BY_ADDRESS, address],
    [WRONG_BY_NUMBER, `${regionId}|${number}`],
  ] as const;
  const attempts = [];
  for (const [rule, subject] of counts) attempts.push(await countAttempt(context, rule, subject));
  const owner = await findOwner(context.db, regionId, number);
  if (!attempts.every(({ allowed }) => allowed) || owner?.bornOn !== bornOn) return undefined;
  for (const [rule, subject] of counts) await forgiveAttempt(context, rule, subject);
  return owner.passholderId;
}

async function activityOf(
  { db, clock }: SelfContext,
  code: string,
): Promise<
  | {
      activity: Activity;
      regionId: number;
      open: boolean;
      opensAt: number | null;
      settings: readonly SettingEntry[];
    }
  | undefined
> {
  const poster = await findByCode(db, code);
  if (!poster) return undefined;
  const { regionId, activityId } = poster;
  const [activity, settings] = await Promise.all([
    findActivity(db, regionId, activityId),
    listSettings(db, regionId),
  ]);
  if (!activity) return undefined;
  const windows = windowsOf(activity, marginSteps(settings));
  const now = clock.now();
  return {
    activity,
    regionId,
    settings,
    open: openOccurrence(windows, now) !== undefined,
    opensAt: nextOpening(windows, now) ?? null,
  };
}

/** A UUID (version 8) of a text: the same press again is the same visit. */
function commandId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
