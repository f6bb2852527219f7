// What a counter asks before it registers somebody: by which rules, and whether the card in the hand may be given out.
// Card numbers can be enumerated, so a check is audited and counted as a look-up is; it says nothing of a holder.
import { isUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { CheckCardInput, CheckedCard, CounterFacts } from '#domain/passholder-api.ts';
import { checkHandOut, saysKansenstatuut } from '#domain/passholders/card-life.ts';
import { acceptedProofs } from '#domain/passholders/kansenstatuut.ts';
import { settingFor, settingOn } from '#domain/settings/settings.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { findOrganisation, findRegion } from '../organisations/repository.ts';
import { listSettings } from '../settings/repository.ts';
import { countRefusedCard } from './act-limits.ts';
import { isInszAsked, placeOf } from './insz-store.ts';
import { readNames } from './names.ts';
import { listOtherTowns } from './other-regions.ts';
import { findCardToGive, readPostcodes } from './repository.ts';

type CounterContext = Pick<Context, 'db' | 'clock'>;

const HOUR_MS = 3_600_000;
/** A pile of new cards is checked one by one, now and then twice. */
const PER_QUARTER: AttemptRule = { purpose: 'card-check', max: 120, windowMs: HOUR_MS / 4 };
const PER_DAY: AttemptRule = { purpose: 'card-check-day', max: 1_000, windowMs: 24 * HOUR_MS };

export type CounterRefusal =
  | { readonly code: 'not-found' }
  | { readonly code: 'number-wrong' }
  | { readonly code: 'too-many-requests'; readonly retryAfterS: number };

export async function readCounter(
  context: CounterContext,
  actor: Actor,
  organisationId: string,
): Promise<Result<CounterFacts, CounterRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const organisation = await findOrganisation(db, regionId, organisationId);
  await requirePermission(context, actor, 'passholder.register', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  const today = civilDayOf(clock.now());
  const [settings, postcodes, { municipalities }, others, region] = await Promise.all([
    listSettings(db, regionId),
    readPostcodes(db, regionId),
    readNames(db, regionId),
    listOtherTowns(db, regionId),
    findRegion(db, regionId),
  ]);
  const regionProofs = settingOn(settings, 'kansenstatuutProofs', null, today);
  return ok({
    today,
    graceDays: settingOn(settings, 'kansenstatuutGraceDays', null, today),
    kansenstatuutEndsOn: settingOn(settings, 'kansenstatuutEndsOn', null, today),
    moveBackDays: settingOn(settings, 'moveBackDays', null, today),
    moveAheadDays: settingOn(settings, 'moveAheadDays', null, today),
    blockReasons: [...settingOn(settings, 'blockReasons', null, today)],
    replaceReasons: [...settingOn(settings, 'replaceReasons', null, today)],
    inszAsked: isInszAsked(settings, placeOf(organisation), today),
    cardPrices: [...settingOn(settings, 'cardPrices', null, today)],
    paymentMeans: [
      ...settingFor(
        settings,
        'paymentMeans',
        { nisCode: organisation.nisCode ?? null, organisationId },
        today,
      ).value,
    ],
    municipalities: [...new Set(postcodes.values())].map((nisCode) => ({
      nisCode,
      name: municipalities.get(nisCode) ?? nisCode,
      postalCodes: [...postcodes].flatMap(([code, nis]) => (nis === nisCode ? [code] : [])),
      proofs: [
        ...acceptedProofs(regionProofs, settingOn(settings, 'kansenstatuutProofsLeftOut', nisCode, today)),
      ],
    })),
    regionName: region?.name ?? '',
    otherTowns: others.map(({ regionName, name, postalCodes }) => ({
      ...{ regionName, name, postalCodes: [...postalCodes] },
    })),
  });
}

export async function checkCard(
  context: CounterContext,
  actor: Actor,
  { organisationId, number }: CheckCardInput,
): Promise<Result<CheckedCard, CounterRefusal>> {
  const { db, clock } = context;
  const { regionId } = actor;
  const organisation = await findOrganisation(db, regionId, organisationId);
  await requirePermission(context, actor, 'passholder.register', organisation);
  if (!organisation) return refuse({ code: 'not-found' });
  if (!isUitpasNumber(number)) return refuse({ code: 'number-wrong' });
  for (const rule of [PER_QUARTER, PER_DAY]) {
    const attempt = await countAttempt(context, rule, actor.userId);
    if (!attempt.allowed) return refuse({ code: 'too-many-requests', retryAfterS: attempt.retryAfterS });
  }
  const found = await findCardToGive(db, regionId, number);
  // Its own card system and its own digit 12: whether those suit a person, the act decides.
  const weighed = checkHandOut(found?.card, {
    cardSystemId: found?.card.cardSystemId ?? '',
    place: organisation.nisCode ?? null,
    kansenstatuut: saysKansenstatuut(number),
  });
  const checked = await countRefusedCard(context, actor, 'check-card', weighed);
  if (checked.ok) {
    await appendAudit(db, {
      regionId,
      at: clock.now(),
      actor: actorName(actor),
      action: 'card-checked',
      subject: 'card',
    });
    const { cardSystemId } = checked.value;
    return ok({ number, cardSystemId, ...(found && { cardSystemName: found.cardSystemName }) });
  }
  const { error } = checked;
  if (error.code === 'too-many-requests') return refuse(error);
  return ok({
    number,
    why: isToldPlainly(error.code) ? error.code : 'card-at-other-counter',
    ...(error.code === 'card-not-in-stock' && { state: error.state }),
    ...(error.code === 'card-at-other-counter' && { placeName: found?.placeName ?? null }),
  });
}

const PLAIN = ['card-unknown', 'card-is-group-pass', 'card-not-in-stock', 'card-under-way'] as const;
const isToldPlainly = (code: string): code is (typeof PLAIN)[number] => PLAIN.some((plain) => plain === code);
