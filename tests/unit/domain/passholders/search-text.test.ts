import { describe, expect, it } from 'vitest';
import { readSearch, type SearchPlace } from '#domain/passholders/search-text.ts';

const places: SearchPlace[] = [
  { nisCode: '33011', name: 'Ieper', postalCodes: ['8900', '8902'] },
  { nisCode: '38008', name: 'De Panne', postalCodes: ['8660'] },
  { nisCode: '33040', name: 'Langemark-Poelkapelle', postalCodes: ['8920'] },
];
const read = (typed: string) => readSearch(typed, { today: '2026-11-23', places });
const people = (names: string, more: object = {}) => ({
  kind: 'people',
  names,
  born: undefined,
  homes: [],
  ...more,
});
const IEPER = { nisCode: '33011' };

describe('what one box is asked', () => {
  it.each([
    ['', { kind: 'empty' }],
    ['   ', { kind: 'empty' }],
    ['j', { kind: 'too-short' }],
    ['%', { kind: 'too-short' }],
    ['2015', { kind: 'too-short' }],
    ['8900', { kind: 'too-short' }],
    ['j 2015 8900', { kind: 'too-short' }],
    ['je', people('je')],
    ['  Peeters   Jan ', people('Peeters Jan')],
    ['Jan,Peeters', people('Jan Peeters')],
    ["D'Hondt-Çelik", people("D'Hondt-Çelik")],
    ['jan2', people('jan')],

    ['0900000095902', { kind: 'card', number: '0900000095902' }],
    ['0900 000 095 902', { kind: 'card', number: '0900000095902' }],
    ['kaart 0900000095902', { kind: 'card', number: '0900000095902' }],
    ['0900000095903', { kind: 'number', problem: { code: 'check-digit' } }],
    ['0900 000 0', { kind: 'number', problem: { code: 'length', length: 8 } }],
    ['090000009590', { kind: 'number', problem: { code: 'length', length: 12 } }],
    ['04:78:4c:da:ee:38:80', { kind: 'chip', chip: '04784CDAEE3880' }],
    ['04784CDAEE3880', { kind: 'chip', chip: '04784CDAEE3880' }],

    ['jan peeters 2015 ieper', people('jan peeters', { born: { year: 2015 }, homes: [IEPER] })],
    ['ieper 3/4/2015 peeters', people('peeters', { born: { day: '2015-04-03' }, homes: [IEPER] })],
    ['peeters 8900', people('peeters', { homes: [{ postalCode: '8900' }] })],
    ['peeters 59270', people('peeters', { homes: [{ postalCode: '59270' }] })],
    ['peeters 2027', people('peeters', { homes: [{ postalCode: '2027' }] })],
    ['jan de panne', people('jan', { homes: [{ nisCode: '38008', name: 'de panne' }] })],
    ['jan LANGEMARK', people('jan', { homes: [{ nisCode: '33040' }] })],
    ['jan langemark-poelkapelle', people('jan', { homes: [{ nisCode: '33040' }] })],
    ['jan langemark poelkapelle', people('jan', { homes: [{ nisCode: '33040' }] })],
    ['ieper', people('ieper')],
    ['jan van ieper', people('jan van ieper')],
  ])('%s', (typed, expected) => {
    expect(read(typed)).toMatchObject(expected);
  });

  it.each([
    '3/4/2015',
    '03/04/2015',
    '3-4-2015',
    '3.4.2015',
    '3 4 2015',
    '03042015',
    '20150403',
    '2015-04-03',
    '030415',
    '3-4-15',
    '3/4/15',
  ])('a birth date: %s', (typed) => {
    expect(read(typed)).toEqual(people('', { born: { day: '2015-04-03' } }));
    expect(read(`jan ${typed}`)).toEqual(people('jan', { born: { day: '2015-04-03' } }));
  });

  it('a year in two digits is the last one that is not to come', () => {
    expect(read('24-11-26')).toMatchObject({ born: { day: '1926-11-24' } });
    expect(read('23-11-26')).toMatchObject({ born: { day: '2026-11-23' } });
  });

  it.each(['31/2/2015', '32012015', '3/4/2027'])('no day of a life: %s', (typed) => {
    expect(read(typed)).not.toMatchObject({ kind: 'people' });
  });

  it.each([
    '85.07.30-033.28',
    '85073003328',
    '850730-03328',
    '85 07 30 033 28',
    '85/07/30 033 28',
    'jan peeters 85.07.30-033.28',
    '85.07.30-033.29',
  ])('an INSZ is known as one and goes no further: %s', (typed) => {
    expect(read(typed)).toEqual({ kind: 'insz' });
  });

  it.each(['85.07.30-033', '8507300332', '85o73003328'])('nor does a part of one: %s', (typed) => {
    expect(read(typed)).toMatchObject({ kind: 'number' });
  });
});
