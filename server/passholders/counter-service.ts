// What a counter asks before it registers somebody: by which rules, and whether the card in the hand may be given out.
// Card numbers can be enumerated, so a check is audited and counted as a look-up is; it says nothing of a holder.
import { isUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import type { CheckCardInput, CheckedCard, CounterFacts } from '#domain/passholder-api.ts';
import { checkHandOut, saysKansenstatuut } from '#domain/passholders/card-life.ts';
import { acceptedProofs } from '#domain/passholders/kansenstatuut.ts';
import { settingOn } from '#domain/passholders/settings.ts';
import { countAttempt, type AttemptRule } from '../attempts.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { findOrganisation } from '../organisations/repository.ts';
import { readNames } from './names.ts';
import { findCardToGive, listSettings, readPostcodes } from './repository.ts';

type CounterContext = Pick<Context, 'db' | 'clock'>;

const HOUR_MS = 3_600_000;
/** A pile of new cards is checked one by one, now and then twice. */
const PER_QUARTER: AttemptRule = { purpose: 'card-check', max: 120, windowMs: HOUR_MS / 4 };
const PER_DAY: AttemptRule = { purpose: 'card-check-day', max: 1_000, windowMs: 24 * HOUR_MS };
/** Numbers that lead nowhere are the mark of someone trying. */
const UNKNOWN_PER_HOUR: AttemptRule = { purpose: 'card-check-unknown', max: 30, windowMs: HOUR_MS };

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
  const [settings, postcodes, { municipalities }] = await Promise.all([
    listSettings(db, regionId),
    readPostcodes(db, regionId),
    readNames(db, regionId),
  ]);
  const regionProofs = settingOn(settings, 'kansenstatuutProofs', null, today);
  return ok({
    today,
    graceDays: settingOn(settings, 'kansenstatuutGraceDays', null, today),
    municipalities: [...new Set(postcodes.values())].map((nisCode) => ({
      nisCode,
      name: municipalities.get(nisCode) ?? nisCode,
      postalCodes: [...postcodes].flatMap(([code, nis]) => (nis === nisCode ? [code] : [])),
      proofs: [
        ...acceptedProofs(regionProofs, settingOn(settings, 'kansenstatuutProofsLeftOut', nisCode, today)),
      ],
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
  await appendAudit(db, {
    regionId,
    at: clock.now(),
    actor: actorName(actor),
    action: found ? 'card-checked' : 'unknown-card-checked',
    subject: found?.card.passholderId ? `passholder:${found.card.passholderId}` : 'card',
  });
  if (!found) {
    const tries = await countAttempt(context, UNKNOWN_PER_HOUR, actor.userId);
    if (!tries.allowed) return refuse({ code: 'too-many-requests', retryAfterS: tries.retryAfterS });
    return ok({ number, why: 'card-unknown' });
  }
  const { card, cardSystemName, placeName } = found;
  // Its own card system and its own digit 12: whether those suit a person, the act decides.
  const checked = checkHandOut(card, {
    cardSystemId: card.cardSystemId,
    place: organisation.nisCode ?? null,
    kansenstatuut: saysKansenstatuut(card.number),
  });
  if (checked.ok) return ok({ number, cardSystemId: card.cardSystemId, cardSystemName });
  const { code } = checked.error;
  const isPlain = code === 'card-is-group-pass' || code === 'card-not-in-stock' || code === 'card-under-way';
  return ok({
    number,
    why: isPlain ? code : 'card-at-other-counter',
    ...(code === 'card-not-in-stock' && { state: card.state }),
    ...(code === 'card-at-other-counter' && { placeName }),
  });
}
