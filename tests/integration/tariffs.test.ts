// The kansentarief at an activity, by the keys of its day: the region's, or those that the region gave its organisation.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SettingsAnswer } from '#domain/settings-api.ts';
import { ActivityTariffs } from '#domain/tariff-api.ts';
import type { DistributionKey } from '#domain/tariffs/distribution-key.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const TODAY = '2026-11-23';
const DAY_MS = 24 * 3_600_000;
const CLUB: DistributionKey = {
  ...{ keyId: 'club', name: '20-10-70', person: { kind: 'percent', value: 20 }, organisationPercent: 10 },
};

let world: DeskWorld;
let admin: DeskClient;
let organisationId: string;
beforeAll(async () => {
  world = await openDeskWorld(NOW);
  ({ organisationId } = world.staffed.organisations.bib);
});
beforeEach(async () => {
  world.setNow(NOW);
  admin = await world.client('admin');
});
afterAll(() => world.close());

const change = async (
  key: string,
  value: unknown,
  { of = null, from = TODAY, by = admin }: { of?: string | null; from?: string; by?: DeskClient } = {},
): Promise<Answer> => {
  const query = of === null ? '' : `?organisationId=${of}`;
  const { settings } = SettingsAnswer.parse((await admin.get(`/api/settings${query}`)).body);
  const basedOn = settings.find((setting) => setting.key === key)?.newest ?? 0;
  const body = { key, nisCode: null, organisationId: of, value, from, reason: 'besluit', basedOn };
  return by.post('/api/settings', body);
};
const tariffs = async (activityId: string, query = ''): Promise<ActivityTariffs> =>
  ActivityTariffs.parse((await world.bib.get(`/api/activities/${activityId}/tariffs${query}`)).body);
const priced = (cents = 1_000) =>
  world.activity({
    priceClasses: [
      { label: 'Basisprijs', cents },
      { label: 'Met drankje', cents: 0 },
    ],
  });

test('without a decision it is 20-40-40, and what is free says so', async () => {
  const { activityId } = await priced();
  expect(await tariffs(activityId)).toMatchObject({
    ...{ day: TODAY, source: 'default' },
    lines: [
      {
        label: 'Basisprijs',
        offer: { keyName: '20-40-40', person: 200, organisation: 400, municipality: 400 },
      },
      { label: 'Met drankje', refusal: { code: 'free' } },
    ],
  });
});

test('an organisation has its own keys from a day on, and they hold on the day of the activity', async () => {
  const { activityId } = await priced();
  expect((await change('distributionKeys', [CLUB], { of: organisationId, from: '2026-11-25' })).status).toBe(
    201,
  );
  expect((await tariffs(activityId)).lines[0]?.offer).toMatchObject({ organisation: 400 });
  expect(await tariffs(activityId, '?day=2026-11-25')).toMatchObject({
    source: 'organisation',
    lines: [{ offer: { keyName: '20-10-70', person: 200, organisation: 100, municipality: 700 } }, {}],
  });
  const later = await world.activity({
    priceClasses: [{ label: 'Basisprijs', cents: 1_000 }],
    occurrences: [{ startsAt: NOW + 3 * DAY_MS, endsAt: NOW + 3 * DAY_MS + 3_600_000 }],
  });
  expect(await tariffs(later.activityId)).toMatchObject({ day: '2026-11-26', source: 'organisation' });
});

test('only the region gives keys: who runs the organisation reads them', async () => {
  const own = await world.client('desk');
  for (const by of [own, world.bib])
    expect(await change('distributionKeys', [CLUB], { of: organisationId, by })).toMatchObject({
      status: 403,
      code: 'not-allowed',
    });
  const read = SettingsAnswer.parse((await own.get(`/api/settings?organisationId=${organisationId}`)).body);
  expect(read.settings.find(({ key }) => key === 'distributionKeys')).toMatchObject({ mayChange: false });
  const all = SettingsAnswer.parse((await admin.get(`/api/settings?organisationId=${organisationId}`)).body);
  expect(all.settings.find(({ key }) => key === 'distributionKeys')).toMatchObject({ mayChange: true });
});

test.each<[what: string, key: Partial<DistributionKey>, code: string]>([
  ['a person pays more than a quarter', { person: { kind: 'percent', value: 26 } }, 'key-out-of-bounds'],
  ['a person pays nothing', { person: { kind: 'percent', value: 0 } }, 'key-out-of-bounds'],
  ['a fixed price of nothing', { person: { kind: 'amount', value: 0 } }, 'key-out-of-bounds'],
  ['an organisation bears less than a tenth', { organisationPercent: 9 }, 'key-out-of-bounds'],
  ['shares of more than all', { organisationPercent: 81 }, 'setting-value'],
  ['half a percent', { organisationPercent: 12.5 }, 'setting-value'],
  ['a price below nothing', { person: { kind: 'amount', value: -150 } }, 'setting-value'],
  ['no name', { name: '' }, 'setting-value'],
])('a key in which %s is refused', async (_, over, code) => {
  expect(await change('distributionKeys', [{ ...CLUB, ...over }])).toMatchObject({ status: 422, code });
});

test('two keys of one name are refused, and a region that wants it may give the first visit for nothing', async () => {
  expect(await change('distributionKeys', [CLUB, { ...CLUB, keyId: 'b', name: '20-10-70 ' }])).toMatchObject({
    code: 'setting-value',
  });
  const bounds = { personPercentMax: 25, personMayPayNothing: true, organisationPercentMin: 0 };
  expect((await change('keyBounds', bounds)).status).toBe(201);
  const gift = { ...CLUB, person: { kind: 'percent', value: 0 }, organisationPercent: 0 } as const;
  expect((await change('distributionKeys', [gift])).status).toBe(201);
  const { activityId } = await priced();
  expect((await tariffs(activityId)).lines[0]?.offer).toMatchObject({ person: 0, municipality: 1_000 });
});
