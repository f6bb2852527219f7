// Somebody counts a cupboard: what was there is written down beside what should have been.
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { decideCount } from '#domain/stock/count.ts';
import type { CountAnswer, CountInput } from '#domain/stock-api.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import { findCount, insertCount, type CountRow } from './count-repository.ts';
import { countStock, hasCardSystem } from './repository.ts';
import type { StockContext, StockProblem } from './service.ts';

export async function countCards(
  { db, clock }: StockContext,
  actor: Actor,
  { countId, place, cardSystemId, kansenstatuut, seen, counted, why }: CountInput,
): Promise<Result<CountAnswer, StockProblem>> {
  const { regionId } = actor;
  await requirePermission({ db, clock }, actor, 'stock.manage', place === null ? {} : { nisCode: place });
  if (!(await hasCardSystem(db, regionId, cardSystemId))) return refuse({ code: 'card-system-unknown' });
  return db.transaction().execute(async (trx): Promise<Result<CountAnswer, StockProblem>> => {
    const isSame = (row: CountRow): boolean =>
      row.place_nis === place &&
      row.card_system_id === cardSystemId &&
      row.kansenstatuut === kansenstatuut &&
      row.counted === counted;
    const twin = await findCount(trx, regionId, countId);
    if (twin)
      return isSame(twin)
        ? ok({ difference: twin.counted - twin.expected })
        : refuse({ code: 'other-act-with-this-id' });
    const kinds = await countStock(trx, regionId);
    const expected =
      kinds.find(
        (kind) =>
          kind.place === place && kind.cardSystemId === cardSystemId && kind.kansenstatuut === kansenstatuut,
      )?.inStock ?? 0;
    const decided = decideCount({ counted, seen, expected, why });
    if (!decided.ok) return decided;
    const { difference, why: reason } = decided.value;
    const by = { at: clock.now(), actor: actorName(actor) };
    const isNew = await insertCount(trx, {
      ...{ region_id: regionId, count_id: countId, card_system_id: cardSystemId, place_nis: place },
      ...{ kansenstatuut, expected, counted, why: reason, ...by },
    });
    if (!isNew) return refuse({ code: 'other-act-with-this-id' });
    await appendAudit(trx, {
      ...{ ...by, regionId, action: 'stock-counted', subject: `cupboard:${place ?? 'region'}` },
      detail: { cardSystemId, kansenstatuut, expected, counted },
    });
    return ok({ difference });
  });
}
