// The golden table of the kansentarief: who pays what, and why not, as readable cases. Examples of UITPAS 1.9: 10 becomes 2; 3,10
// becomes 0,62; 12 becomes 2,40; 119 becomes 23,80.
import { describe, expect, it } from 'vitest';
import type { KeyBounds, DistributionKey } from '#domain/tariffs/distribution-key.ts';
import { offerFor, type OfferFacts } from '#domain/tariffs/offer.ts';
import type { PriceSplit } from '#domain/tariffs/split-price.ts';
import { SETTING_DEFAULTS } from '#domain/settings/settings.ts';

const USUAL: KeyBounds = SETTING_DEFAULTS.keyBounds;
const key = (over: Partial<DistributionKey> = {}): DistributionKey => ({
  keyId: over.name ?? 'standard',
  name: '20-40-40',
  person: { kind: 'percent', value: 20 },
  organisationPercent: 40,
  ...over,
});
const HALF_DAY = key({
  name: '€ 1,50 halve dag',
  person: { kind: 'amount', value: 150 },
  organisationPercent: 30,
  priceClass: 'halve dag',
});
const CLUBS = key({ name: '20-10-70', organisationPercent: 10 });
const MEETJESLAND = key({
  name: '25-20-55',
  person: { kind: 'percent', value: 25 },
  organisationPercent: 20,
});

const offer = (over: Partial<OfferFacts> = {}) =>
  offerFor({
    price: { label: 'Basisprijs', cents: 1_000 },
    keys: [key()],
    bounds: USUAL,
    holder: { kansenstatuut: 'active', nisCode: '33011', inCardSystem: true },
    limit: null,
    taken: 0,
    ...over,
  });
const sharesOf = (answer: ReturnType<typeof offer>): number[] | string => {
  if (!answer.ok) return answer.error.code;
  const { person, organisation, municipality } = answer.value.split;
  return [person, organisation, municipality];
};
const price = (cents: number, label = 'Basisprijs') => ({ label, cents });

describe('who pays what', () => {
  it.each<[what: string, over: Partial<OfferFacts>, shares: number[]]>([
    ['10 euro by the usual key', {}, [200, 400, 400]],
    ['3,10 euro', { price: price(310) }, [62, 124, 124]],
    ['12 euro', { price: price(1_200) }, [240, 480, 480]],
    ['119 euro', { price: price(11_900) }, [2_380, 4_760, 4_760]],
    ['3,33 euro: 66,6 cents are 67, 133,2 are 133, the rest is 133', { price: price(333) }, [67, 133, 133]],
    ['half a cent goes up, first for the person', { price: price(1_013) }, [203, 405, 405]],
    ['a club that the region supports', { keys: [CLUBS] }, [200, 100, 700]],
    ['a quarter for the person', { keys: [MEETJESLAND] }, [250, 200, 550]],
    [
      'a camp: a fixed price for half a day, and not the usual key',
      { price: price(800, 'Halve dag'), keys: [HALF_DAY, key()] },
      [150, 240, 410],
    ],
    [
      'a fixed price on a low price is a quarter of it',
      { price: price(300, 'halve dag'), keys: [HALF_DAY] },
      [75, 90, 135],
    ],
    [
      'a fixed price on a low price, where the region has no bound',
      { price: price(300, 'halve dag'), keys: [HALF_DAY], bounds: { ...USUAL, personPercentMax: 100 } },
      [150, 90, 60],
    ],
    [
      'another price class has the next key',
      { price: price(800, 'hele dag'), keys: [HALF_DAY, key()] },
      [160, 320, 320],
    ],
    ['up to the ceiling', { price: price(2_000), keys: [key({ ceilingCents: 2_000 })] }, [400, 800, 800]],
    [
      'above the ceiling of the first key the next one',
      { price: price(2_001), keys: [key({ ceilingCents: 2_000 }), MEETJESLAND] },
      [500, 400, 1_101],
    ],
    ['2 cents: a fifth is nothing, and nobody pays nothing', { price: price(2) }, [1, 1, 0]],
    [
      '2 cents, where a region gives it for nothing',
      { price: price(2), bounds: { ...USUAL, personMayPayNothing: true } },
      [0, 1, 1],
    ],
    [
      'a share below what the region asks of an organisation since',
      { keys: [CLUBS], bounds: { ...USUAL, organisationPercentMin: 15 } },
      [200, 150, 650],
    ],
    [
      'nothing is left for the municipality',
      { price: price(3), keys: [key({ organisationPercent: 80 })] },
      [1, 2, 0],
    ],
  ])('%s', (_, over, shares) => {
    expect(sharesOf(offer(over))).toEqual(shares);
    expect(shares.reduce((sum, each) => sum + each, 0)).toBe(over.price?.cents ?? 1_000);
  });

  it('each cent says where it comes from', () => {
    const steps = (over: Partial<OfferFacts>): PriceSplit['steps'] | undefined => {
      const answer = offer(over);
      return answer.ok ? answer.value.split.steps : undefined;
    };
    expect(steps({})).toEqual({
      person: [{ why: 'percent', percent: 20, cents: 200 }],
      organisation: [{ why: 'percent', percent: 40, cents: 400 }],
    });
    expect(steps({ price: price(300, 'halve dag'), keys: [HALF_DAY] })).toEqual({
      person: [
        { why: 'amount', cents: 150 },
        { why: 'at-most', percent: 25, cents: 75 },
      ],
      organisation: [{ why: 'percent', percent: 30, cents: 90 }],
    });
    expect(steps({ price: price(2) })).toEqual({
      person: [
        { why: 'percent', percent: 20, cents: 0 },
        { why: 'one-cent', cents: 1 },
      ],
      organisation: [{ why: 'percent', percent: 40, cents: 1 }],
    });
  });
});

describe('each no has its reason, what concerns the person first', () => {
  const holder = (over: Partial<OfferFacts['holder']>): Partial<OfferFacts> => ({
    holder: { kansenstatuut: 'active', nisCode: '33011', inCardSystem: true, ...over },
  });
  const once = { volume: 1, period: 'DAY' } as const;

  it.each<[what: string, over: Partial<OfferFacts>, code: string]>([
    ['without kansenstatuut', holder({ kansenstatuut: 'none' }), 'no-kansenstatuut'],
    ['suspended', holder({ kansenstatuut: 'suspended' }), 'kansenstatuut-suspended'],
    ['expired', holder({ kansenstatuut: 'expired' }), 'kansenstatuut-expired'],
    ['of another region', holder({ nisCode: null }), 'other-region'],
    ['of another region and expired', holder({ nisCode: null, kansenstatuut: 'expired' }), 'other-region'],
    ['of a card system that does not count', holder({ inCardSystem: false }), 'other-card-system'],
    ['free', { price: price(0) }, 'free'],
    ['without a key', { keys: [] }, 'no-key'],
    ['with a key for another price only', { keys: [HALF_DAY] }, 'no-key'],
    ['above every ceiling', { price: price(5_000), keys: [key({ ceilingCents: 2_000 })] }, 'above-ceiling'],
    ['one cent: a share would be all of it', { price: price(1) }, 'not-cheaper'],
    ['had one today', { limit: once, taken: 1 }, 'limit-reached'],
    [
      'no status, and free, and no key',
      { ...holder({ kansenstatuut: 'none' }), price: price(0), keys: [] },
      'no-kansenstatuut',
    ],
  ])('%s', (_, over, code) => {
    expect(sharesOf(offer(over))).toBe(code);
  });

  it('the highest ceiling that would fit is told', () => {
    const keys = [
      key({ ceilingCents: 2_000 }),
      key({ name: 'b', ceilingCents: 3_000 }),
      key({ name: 'c', ceilingCents: 9_000, priceClass: 'kamp' }),
    ];
    expect(offer({ price: price(5_000), keys })).toMatchObject({
      error: { code: 'above-ceiling', ceilingCents: 3_000 },
    });
  });

  it('in the days of grace it holds, and what is left of a limit is told', () => {
    const limit = { volume: 3, period: 'MONTH' } as const;
    expect(offer({ ...holder({ kansenstatuut: 'grace' }), limit, taken: 1 })).toMatchObject({
      value: { nisCode: '33011', remaining: 2 },
    });
    expect(offer()).toMatchObject({ value: { remaining: null } });
  });
});
