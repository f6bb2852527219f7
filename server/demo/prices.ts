// Prices of the demo region. No region publishes such a list in one place: these amounts are invented, and say so.
import type { PriceList } from '#domain/cash/card-price.ts';
import { addCivilDays, civilDayOf } from '#domain/kernel/civil-time.ts';
import type { Context } from '../context.ts';
import { insertSetting } from '../settings/repository.ts';

const DEMO_PRICES: PriceList = [
  { reasons: ['defect', 'kansenstatuut-changed'], cents: 0 },
  { reasons: ['first-card', 'lost', 'extra-card'], kansentarief: true, cents: 100 },
  { reasons: ['first-card', 'lost', 'extra-card'], ageTo: 17, cents: 200 },
  { reasons: ['first-card', 'lost', 'extra-card'], cents: 500 },
];
const LONG_AGO_DAYS = 400;

export async function insertDemoPrices(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  regionId: number,
): Promise<void> {
  const at = clock.now();
  await insertSetting(db, regionId, {
    ...{ key: 'cardPrices', nisCode: null, organisationId: null, withdraws: null },
    value: DEMO_PRICES,
    from: addCivilDays(civilDayOf(at), -LONG_AGO_DAYS),
    ...{ at, actor: 'system', reason: 'Voorbeeldbedragen van de demo' },
  });
}
