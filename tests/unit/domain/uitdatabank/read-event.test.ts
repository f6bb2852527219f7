import { expect, it } from 'vitest';
import { instantOfLocal } from '#domain/kernel/civil-time.ts';
import { limits } from '#domain/kernel/limits.ts';
import { readEvent } from '#domain/uitdatabank/read-event.ts';
import { anEvent, multiple, periodic, permanent, single } from '#tests/_support/uitdatabank-events.ts';

const NOW = instantOfLocal('2026-11-23', '12:00');
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const EVENING = instantOfLocal('2026-12-04', '19:30');

const read = (over: Record<string, unknown> = {}) =>
  readEvent(JSON.parse(JSON.stringify(anEvent(NOW, over))), NOW);
const facts = (over: Record<string, unknown> = {}) => {
  const result = read(over);
  if (!result.ok) throw new Error(result.error);
  return result.value;
};
const why = (over: Record<string, unknown>): string => {
  const result = read(over);
  return result.ok ? 'read' : result.error;
};

it('an evening in Dutch, with its place, its organiser, its kind and its prices in cents', () => {
  const event = facts(single(EVENING));
  expect(event).toMatchObject({
    title: 'Lezing over de polder',
    place: 'Zaal De Vesten, Ieper',
    organiser: { name: 'Bibliotheek Ieper' },
    kind: { id: '0.3.2.0.0', name: 'Lezing of congres' },
    schedule: { kind: 'dates' },
    dates: [{ startsAt: EVENING, endsAt: EVENING + 2 * HOUR_MS }],
    withdrawn: null,
  });
  // What a card holder pays follows from the base price.
  expect(event.priceClasses).toEqual([
    { label: 'Basistarief', cents: 750 },
    { label: 'Jongeren', cents: 400 },
  ]);
});

it('a name in another language where there is no Dutch one, and as one text from an older export', () => {
  expect(facts({ name: { fr: 'Atelier de cuir' } }).title).toBe('Atelier de cuir');
  expect(facts({ name: 'Open bib' }).title).toBe('Open bib');
  expect(facts({ name: { nl: 'x'.repeat(300) } }).title).toHaveLength(limits.activityTitleMax);
});

it('dates that are over are left out, a cancelled one says why', () => {
  const event = facts(multiple([NOW - 30 * DAY_MS, EVENING, EVENING + DAY_MS], { 2: 'zaal bezet' }));
  expect(event.dates).toEqual([
    { startsAt: EVENING, endsAt: EVENING + 2 * HOUR_MS },
    { startsAt: EVENING + DAY_MS, endsAt: EVENING + DAY_MS + 2 * HOUR_MS, cancelledBecause: 'zaal bezet' },
  ]);
});

it('a period with hours is a week, a long one and a permanent one go on', () => {
  const week = facts(periodic(instantOfLocal('2026-12-01', '00:00'), 60)).schedule;
  expect(week).toEqual({
    kind: 'weekly',
    fromDay: '2026-12-01',
    untilDay: '2027-01-30',
    hours: [
      { weekday: 1, from: '09:00', to: '12:00' },
      { weekday: 3, from: '09:00', to: '12:00' },
      { weekday: 6, from: '14:00', to: '17:30' },
    ],
    except: [],
  });
  expect(facts(periodic(NOW, 700)).schedule).toMatchObject({ kind: 'opening-hours' });
  expect(facts(permanent()).schedule).toMatchObject({ kind: 'opening-hours', untilDay: null });
});

it('what is withdrawn says so, with the reason that stands there', () => {
  expect(facts({ workflowStatus: 'DELETED' }).withdrawn).toEqual({ why: 'deleted', text: '' });
  expect(
    facts({ status: { type: 'Unavailable', reason: { nl: 'te weinig inschrijvingen' } } }).withdrawn,
  ).toEqual({
    why: 'cancelled',
    text: 'te weinig inschrijvingen',
  });
  expect(facts({ status: { type: 'TemporarilyUnavailable' } }).withdrawn).toEqual({
    why: 'postponed',
    text: '',
  });
});

const DATE = { startDate: '2026-12-04T19:30:00+01:00', endDate: '2026-12-04T21:30:00+01:00' };
const sub = (over: Record<string, unknown>) => ({ subEvent: [{ ...DATE, ...over }] });

it.each<[string, string, Record<string, unknown>]>([
  ['a place of UiTdatabank', 'no-event', { '@type': 'Place' }],
  ['no UUID', 'no-event', { '@id': 'https://io.uitdatabank.be/event/1' }],
  ['a text as an id', 'no-event', { '@id': 7 }],
  ['no name', 'title-missing', { name: { it: 'Serata' } }],
  ['a name of spaces that nobody sees', 'title-missing', { name: { nl: '\u200b \u202e' } }],
  ['no place', 'place-missing', { location: {} }],
  ['HTML in the name', 'html', { name: { nl: 'Kom <img src=x onerror=alert(1)>' } }],
  ['HTML in a price', 'html', { priceInfo: [{ name: { nl: '<b>Basis</b>' }, price: 1 }] }],
  ['HTML in the organiser', 'html', { organizer: { name: '<script>' } }],
  ['an unknown calendar', 'calendar', { calendarType: 'weekly' }],
  ['30 February', 'date', sub({ startDate: '2027-02-30T19:30:00+01:00' })],
  ['a date without an offset', 'date', sub({ startDate: '2026-12-04T19:30:00' })],
  ['a date as a number', 'date', sub({ startDate: 1_796_000_000 })],
  ['the year 9999', 'date', sub({ endDate: '9999-12-31T00:00:00Z' })],
  ['no end', 'no-end', sub({ endDate: DATE.startDate })],
  ['an end before the start', 'ends-before-start', sub({ endDate: '2026-12-04T18:00:00+01:00' })],
  ['an evening that is over', 'over', single(NOW - DAY_MS)],
  ['a period that is over', 'over', periodic(NOW - 60 * DAY_MS, 20)],
  ['a period without hours', 'no-hours', periodic(NOW, 20, null)],
  ['hours of another clock', 'hours', permanent([{ opens: '9u', closes: '12:00', dayOfWeek: ['monday'] }])],
  ['a day that is none', 'hours', permanent([{ opens: '09:00', closes: '12:00', dayOfWeek: ['maandag'] }])],
  [
    'more dates than a phone holds',
    'too-many-dates',
    multiple(Array.from({ length: limits.activityOccurrencesMax + 1 }, (_, i) => EVENING + i * DAY_MS)),
  ],
  ['a price below nothing', 'price', { priceInfo: [{ name: { nl: 'Basis' }, price: -1 }] }],
  ['a third of a cent', 'price', { priceInfo: [{ name: { nl: 'Basis' }, price: 1.003 }] }],
  ['a price as text', 'price', { priceInfo: [{ name: { nl: 'Basis' }, price: '5' }] }],
  ['dollars', 'price', { priceInfo: [{ name: { nl: 'Basis' }, price: 5, priceCurrency: 'USD' }] }],
  [
    'two prices of one name',
    'price',
    { priceInfo: [1, 2].map((price) => ({ name: { nl: 'Basis' }, price })) },
  ],
])('%s is refused: %s', (_, code, over) => {
  expect(why(over)).toBe(code);
});

it('a key that reaches for the prototype is refused, and reaches nothing', () => {
  const event = JSON.parse(
    JSON.stringify(anEvent(NOW)).replace('"mainLanguage"', '"__proto__":{"polluted":true},"mainLanguage"'),
  );
  expect(readEvent(event, NOW)).toEqual({ ok: false, error: 'strange-keys' });
  expect(Object.prototype).not.toHaveProperty('polluted');
});

it('what is no object at all is refused', () => {
  for (const value of [null, 'tekst', 7, [], [anEvent(NOW)]])
    expect(readEvent(value, NOW)).toEqual({ ok: false, error: 'no-event' });
});
