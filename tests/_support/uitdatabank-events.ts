// Events in the shape of the public documentation of UiTdatabank (Search API 3, JSON-LD with embed=true:
// https://documentatie.uitdatabank.be/content/search_api_3/latest/ and https://docs.publiq.be/docs/uitdatabank), made up here.
import { randomUUID } from 'node:crypto';

const DAY_MS = 24 * 3_600_000;

export type MadeEvent = Record<string, unknown> & { '@id': string };

export const eventAddress = (eventId: string): string => `https://io.uitdatabank.be/event/${eventId}`;
export const organiserAddress = (id: string): string => `https://io.uitdatabank.be/organizers/${id}`;

/** As UiTdatabank writes a moment: with the offset of Brussels in winter. */
export const momentText = (at: number): string =>
  new Date(at + 3_600_000).toISOString().replace(/\.\d{3}Z$/, '+01:00');

const part = (startsAt: number, endsAt: number, status: Record<string, unknown> = { type: 'Available' }) => ({
  '@type': 'Event',
  startDate: momentText(startsAt),
  endDate: momentText(endsAt),
  status,
  bookingAvailability: { type: 'Available' },
});

/** One evening, two hours long. */
export const single = (startsAt: number, endsAt = startsAt + 2 * 3_600_000) => ({
  calendarType: 'single',
  startDate: momentText(startsAt),
  endDate: momentText(endsAt),
  subEvent: [part(startsAt, endsAt)],
  openingHours: undefined,
});

export const multiple = (starts: readonly number[], cancelled: Readonly<Record<number, string>> = {}) => ({
  calendarType: 'multiple',
  startDate: momentText(Math.min(...starts)),
  endDate: momentText(Math.max(...starts) + 2 * 3_600_000),
  subEvent: starts.map((at, i) =>
    part(
      at,
      at + 2 * 3_600_000,
      cancelled[i] === undefined ? undefined : { type: 'Unavailable', reason: { nl: cancelled[i] } },
    ),
  ),
  openingHours: undefined,
});

const WEEK = [
  { opens: '09:00', closes: '12:00', dayOfWeek: ['monday', 'wednesday'] },
  { opens: '14:00', closes: '17:30', dayOfWeek: ['saturday'] },
];

export const periodic = (from: number, days: number, openingHours: unknown = WEEK) => ({
  calendarType: 'periodic',
  startDate: momentText(from),
  endDate: momentText(from + days * DAY_MS),
  subEvent: [part(from, from + days * DAY_MS)],
  openingHours,
});

export const permanent = (openingHours: unknown = WEEK) => ({
  calendarType: 'permanent',
  startDate: undefined,
  endDate: undefined,
  subEvent: undefined,
  openingHours,
});

export function anEvent(now: number, over: Record<string, unknown> = {}): MadeEvent {
  return {
    '@id': eventAddress(randomUUID()),
    '@context': '/contexts/event',
    '@type': 'Event',
    mainLanguage: 'nl',
    languages: ['nl', 'fr'],
    name: { nl: 'Lezing over de polder', fr: 'Conférence sur le polder' },
    description: { nl: '<p>Een avond over <strong>water</strong>.</p>' },
    location: {
      '@id': `https://io.uitdatabank.be/place/${randomUUID()}`,
      '@type': 'Place',
      name: { nl: 'Zaal De Vesten' },
      address: {
        nl: {
          addressCountry: 'BE',
          addressLocality: 'Ieper',
          postalCode: '8900',
          streetAddress: 'Verzonnenstraat 1',
        },
      },
    },
    organizer: {
      '@id': organiserAddress(randomUUID()),
      '@type': 'Organizer',
      name: { nl: 'Bibliotheek Ieper' },
    },
    terms: [
      { id: '0.3.2.0.0', label: 'Lezing of congres', domain: 'eventtype' },
      { id: '1.11.0.0.0', label: 'Geschiedenis', domain: 'theme' },
    ],
    priceInfo: [
      {
        category: 'base',
        name: { nl: 'Basistarief', fr: 'Tarif de base' },
        price: 7.5,
        priceCurrency: 'EUR',
      },
      { category: 'tariff', name: { nl: 'Jongeren' }, price: 4, priceCurrency: 'EUR' },
      { category: 'uitpas', name: { nl: 'Kansentarief' }, price: 1.5, priceCurrency: 'EUR' },
    ],
    status: { type: 'Available' },
    bookingAvailability: { type: 'Available' },
    workflowStatus: 'APPROVED',
    created: momentText(now - 90 * DAY_MS),
    modified: momentText(now - DAY_MS),
    availableTo: momentText(now + 60 * DAY_MS),
    ...single(Math.ceil(now / DAY_MS) * DAY_MS + 3 * DAY_MS + 18 * 3_600_000),
    ...over,
  };
}

/** A page as the Search API answers it. */
export const searchPage = (events: readonly unknown[], start = 0, limit = 30) => ({
  '@context': 'http://www.w3.org/ns/hydra/context.jsonld',
  '@type': 'PagedCollection',
  itemsPerPage: limit,
  totalItems: events.length,
  member: events.slice(start, start + limit),
});
