// 5,000 invented people of the Westhoek with valid card numbers, in every state a card can have; and the public test
// cards of publiq, each exactly as listed (data/publiq-test-dataset.json).
import type { CardState } from '#domain/cards/card-facts.ts';
import { parseInsz, inszFacts } from '#domain/cards/insz.ts';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { must } from '#domain/kernel/assert.ts';
import { civilDayOf } from '#domain/kernel/civil-time.ts';
import { TEST_REGION, WESTHOEK } from './activities.ts';
import publiq from './data/publiq-test-dataset.json' with { type: 'json' };
import type { Dice } from './dice.ts';
import { FIRST_NAMES, LAST_NAMES } from './names.ts';

const DAY_MS = 24 * 3_600_000;
const YEAR_DAYS = 365;
const PASSHOLDERS = 5_000;
/** In the cupboard of each counter, and in the region's: regular ones, and with kansenstatuut. */
const STOCK = { '0': 60, '1': 20 } as const;
const GROUP_PASSES = 4;

export type DemoPassholder = {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly dateOfBirth: string;
  readonly postalCode: string;
  readonly nisCode: string | null;
  /** Registered then; absent: now. */
  readonly since?: number;
};
export type DemoMembership = {
  readonly passholderId: string;
  readonly cardSystem: string;
  readonly status: 'active' | 'blocked';
  readonly kansenstatuutUntil: string | null;
  readonly suspendedUntil: string | null;
  readonly kansenstatuutSince?: string;
};
export type DemoCard = {
  readonly number: string;
  readonly cardSystem: string;
  readonly passholderId: string | null;
  readonly chip: string | null;
  readonly kind: 'card' | 'digital' | 'group-pass';
  readonly state: CardState;
  readonly since: number;
  /** Where it lies while it is in stock; absent: the region's own cupboard. */
  readonly place?: string | undefined;
};
export type DemoPeople = {
  readonly passholders: DemoPassholder[];
  readonly memberships: DemoMembership[];
  readonly cards: DemoCard[];
};

export type DemoTown = {
  readonly name: string;
  readonly nis: string;
  readonly postalCodes: readonly string[];
  readonly uitpas: boolean;
};

export function makePeople(dice: Dice, towns: readonly DemoTown[], now: number): DemoPeople {
  const people: DemoPeople = { passholders: [], memberships: [], cards: [] };
  const homes = towns.filter(({ uitpas }) => uitpas);
  let serial = 0;
  const newNumber = (reduced: boolean): string => {
    serial += 1 + dice.roll(7);
    return makeUitpasNumber(`0991${String(serial).padStart(7, '0')}`, reduced ? '1' : '0');
  };
  for (let i = 0; i < PASSHOLDERS; i++) {
    const town = dice.pick(homes);
    const id = dice.uuid();
    const reduced = dice.chance(14);
    people.passholders.push({
      id,
      firstName: dice.pick(FIRST_NAMES),
      lastName: dice.pick(LAST_NAMES),
      dateOfBirth: civilDayOf(now - (3 * YEAR_DAYS + dice.roll(80 * YEAR_DAYS)) * DAY_MS),
      postalCode: dice.pick(town.postalCodes),
      nisCode: town.nis,
      since: now - 2 * YEAR_DAYS * DAY_MS,
    });
    people.memberships.push({
      passholderId: id,
      cardSystem: WESTHOEK,
      status: dice.chance(1) ? 'blocked' : 'active',
      ...(reduced ? reducedTariff(dice, now) : { kansenstatuutUntil: null, suspendedUntil: null }),
    });
    people.cards.push(...cardsOf(dice, id, reduced, newNumber, now));
  }
  for (const [box, place] of [undefined, ...homes].entries()) {
    for (const kind of ['0', '1'] as const) {
      for (let i = 0; i < STOCK[kind]; i++)
        people.cards.push({
          // As the printer sends them: numbers that follow each other.
          number: makeUitpasNumber(`0993${String(box * 1_000 + i).padStart(7, '0')}`, kind),
          cardSystem: WESTHOEK,
          passholderId: null,
          chip: newChip(dice),
          kind: 'card',
          state: 'stock',
          since: now - YEAR_DAYS * DAY_MS,
          place: place?.nis,
        });
    }
  }
  for (let i = 0; i < GROUP_PASSES; i++)
    people.cards.push({
      number: newNumber(true),
      cardSystem: WESTHOEK,
      passholderId: null,
      chip: newChip(dice),
      kind: 'group-pass',
      state: 'active',
      since: now - 2 * YEAR_DAYS * DAY_MS,
    });
  return people;
}

function cardsOf(
  dice: Dice,
  passholderId: string,
  reduced: boolean,
  newNumber: (reduced: boolean) => string,
  now: number,
): DemoCard[] {
  const digital = dice.chance(8);
  const base = {
    cardSystem: WESTHOEK,
    passholderId,
    kind: digital ? ('digital' as const) : ('card' as const),
  };
  const card = (state: CardState, since: number): DemoCard => ({
    ...base,
    number: newNumber(reduced),
    chip: digital ? null : newChip(dice),
    state,
    since,
  });
  const longAgo = now - (1 + dice.roll(2)) * YEAR_DAYS * DAY_MS;
  const fate = dice.roll(100);
  if (fate < 3) {
    const replacedAt = now - dice.roll(300) * DAY_MS;
    return [card('replaced', replacedAt), card('active', replacedAt)];
  }
  if (fate < 5) return [card('blocked', now - dice.roll(200) * DAY_MS)];
  if (fate < 6) return [card('deleted', now - dice.roll(300) * DAY_MS), card('active', longAgo)];
  return [card('active', longAgo)];
}

/** Until 30 April, as regions do: mostly of next year, some over, a few suspended. */
function reducedTariff(
  dice: Dice,
  now: number,
): Pick<DemoMembership, 'kansenstatuutSince' | 'kansenstatuutUntil' | 'suspendedUntil'> {
  const year = Number(civilDayOf(now).slice(0, 4));
  const over = dice.chance(15);
  return {
    kansenstatuutSince: `${over ? year - 2 : year - 1}-05-12`,
    kansenstatuutUntil: `${over ? year - 1 : year + 1}-04-30`,
    suspendedUntil: !over && dice.chance(4) ? civilDayOf(now + 60 * DAY_MS) : null,
  };
}

/** 04 names the maker of the chip, as on every real card. */
function newChip(dice: Dice): string {
  const hex = (digits: number): string =>
    dice
      .roll(16 ** digits)
      .toString(16)
      .toUpperCase()
      .padStart(digits, '0');
  return `04${hex(6)}${hex(6)}`;
}

const STATES: Readonly<Record<string, CardState>> = {
  ACTIVE: 'active',
  BLOCKED: 'blocked',
  LOCAL_STOCK: 'stock',
};

/** What the data set says of the social tariff, as facts about this moment. */
const TARIFFS: Readonly<Record<string, (year: number) => readonly (readonly [string, string | null])[]>> = {
  none: () => [[TEST_REGION, null]],
  active: (year) => [[TEST_REGION, `${year + 1}-04-30`]],
  expired: (year) => [[TEST_REGION, `${year - 1}-04-30`]],
  'active in another region': (year) => [
    [TEST_REGION, null],
    [WESTHOEK, `${year + 1}-04-30`],
  ],
};

export function publiqPeople(dice: Dice, now: number): DemoPeople {
  const people: DemoPeople = { passholders: [], memberships: [], cards: [] };
  const year = Number(civilDayOf(now).slice(0, 4));
  const since = now - 2 * YEAR_DAYS * DAY_MS;
  for (const row of publiq.cards) {
    const id = row.inszNumber === null ? null : dice.uuid();
    if (id !== null && row.inszNumber !== null) {
      people.passholders.push({
        id,
        firstName: dice.pick(FIRST_NAMES),
        lastName: 'Proefpashouder',
        dateOfBirth: birthDateOf(row.inszNumber),
        postalCode: must(row.postalCode, 'postal code of a test card'),
        nisCode: null,
      });
      for (const [cardSystem, until] of must(TARIFFS[row.socialTariff], row.socialTariff)(year)) {
        people.memberships.push({
          passholderId: id,
          cardSystem,
          status: row.cardStatus === 'BLOCKED' ? 'blocked' : 'active',
          kansenstatuutUntil: until,
          suspendedUntil: null,
        });
      }
    }
    people.cards.push({
      number: row.uitpasNumber,
      cardSystem: TEST_REGION,
      passholderId: id,
      chip: row.chipNumber,
      kind: row.chipNumber === null ? 'digital' : 'card',
      state: must(STATES[row.cardStatus], row.cardStatus),
      since,
    });
  }
  for (const { uitpasNumber, chipNumber } of publiq.groupPasses) {
    people.cards.push({
      number: uitpasNumber,
      cardSystem: TEST_REGION,
      passholderId: null,
      chip: chipNumber,
      kind: 'group-pass',
      state: 'active',
      since,
    });
  }
  return people;
}

/** The number tells it; the number itself is kept nowhere. */
function birthDateOf(text: string): string {
  const insz = parseInsz(text);
  if (!insz.ok) throw new Error('a test card has a valid INSZ');
  const { year, month, day } = inszFacts(insz.value);
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
