import { expect, it } from 'vitest';
import { healthOf, type HealthFacts, type HealthWarning } from '#domain/checkins/activity-health.ts';

const NOW = 1_000_000;
const sound: HealthFacts = {
  schedule: { kind: 'dates' },
  moments: [{ startsAt: NOW + 10, endsAt: NOW + 20 }],
  limit: { volume: 1, period: 'DAY' },
  priceClasses: 1,
  cardSystems: 1,
  phones: 1,
  agreement: { until: null },
};
const openForEver: HealthFacts['schedule'] = {
  kind: 'opening-hours',
  fromDay: '2026-01-01',
  untilDay: null,
  hours: [],
  except: [],
};

it.each<[string, Partial<HealthFacts>, HealthWarning[]]>([
  ['all is well', {}, []],
  ['nothing is left that takes place', { moments: [] }, ['no-window']],
  ['all is over', { moments: [{ startsAt: 1, endsAt: NOW }], phones: 0 }, ['window-past']],
  ['no phone', { phones: 0 }, ['no-phone']],
  ['no card system', { cardSystems: 0 }, ['no-card-system']],
  ['open for ever without a limit', { schedule: openForEver, limit: null }, ['permanent-without-limit']],
  ['open for ever with a limit', { schedule: openForEver }, []],
  ['one evening without a limit', { limit: null }, []],
  ['no price', { priceClasses: 0 }, ['price-missing']],
  ['no agreement', { agreement: 'none' }, ['no-agreement']],
  ['an agreement that ends too soon', { agreement: { until: NOW + 15 } }, ['agreement-ends']],
  ['an agreement that ends with it', { agreement: { until: NOW + 20 } }, []],
  ['an agreement is not asked', { agreement: 'not-asked' }, []],
  [
    'several things',
    { phones: 0, priceClasses: 0, agreement: 'none' },
    ['no-phone', 'no-agreement', 'price-missing'],
  ],
])('%s', (_, over, expected) => {
  expect(healthOf({ ...sound, ...over }, NOW)).toEqual(expected);
});
