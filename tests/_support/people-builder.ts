import { makeUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { RegionCard } from '#domain/passholders/card-life.ts';
import type { Person } from '#domain/passholders/person.ts';

export const IEPER = '33011';
export const LANGEMARK = '33040';
export const WESTHOEK = 'westhoek';
export const OTHER_SYSTEM = 'elders';

export const aPerson = (change: Partial<Person> = {}): Person => ({
  firstName: 'Noor',
  lastName: 'Vandevoorde',
  dateOfBirth: '1988-03-14',
  address: { country: 'BE', postalCode: '8900', city: 'Ieper' },
  optIns: { service: true, milestones: false, newsByMail: false, newsBySms: false, newsByPost: false },
  parentalConsent: false,
  termsAccepted: 'paper',
  ...change,
});

/** A card in stock: the n-th, regular or with kansenstatuut. */
export const stockCard = (
  n: number,
  reduced = false,
  change: Partial<RegionCard> = {},
): RegionCard & { number: UitpasNumber } => ({
  number: makeUitpasNumber(`0991${String(n).padStart(7, '0')}`, reduced ? '1' : '0'),
  cardSystemId: WESTHOEK,
  state: 'stock',
  place: IEPER,
  underWay: false,
  passholderId: null,
  groupPass: false,
  ...change,
});

const TOWNS: Readonly<Record<string, string>> = { '8900': IEPER, '8920': LANGEMARK };

export const townOf = (person: Person): string | null =>
  person.address.country === 'BE' ? (TOWNS[person.address.postalCode] ?? null) : null;
