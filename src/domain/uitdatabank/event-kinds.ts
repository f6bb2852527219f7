// The kinds of activity that a desk may choose. Source: the event types of UiTdatabank (taxonomy `eventtype`), in its own words, so that
// the figures count what was made here with what was taken over. An import may bring a kind that is not here yet: it stays.
import type { ActivityKind } from './event-facts.ts';

export const EVENT_KINDS: readonly ActivityKind[] = [
  { id: '0.7.0.0.0', name: 'Begeleide rondleiding' },
  { id: '0.6.0.0.0', name: 'Beurs' },
  { id: '0.50.4.0.0', name: 'Concert' },
  { id: '0.3.1.0.1', name: 'Cursus met open sessies' },
  { id: '0.3.1.0.0', name: 'Cursus of workshop' },
  { id: '0.54.0.0.0', name: 'Dansvoorstelling' },
  { id: '1.50.0.0.0', name: 'Eten en drinken' },
  { id: '0.5.0.0.0', name: 'Festival' },
  { id: '0.50.6.0.0', name: 'Film' },
  { id: '0.57.0.0.0', name: 'Kamp of vakantie' },
  { id: '0.28.0.0.0', name: 'Kermis of feestelijkheid' },
  { id: '0.3.2.0.0', name: 'Lezing of congres' },
  { id: '0.37.0.0.0', name: 'Markt of braderie' },
  { id: '0.12.0.0.0', name: 'Opendeurdag' },
  { id: '0.49.0.0.0', name: 'Party of fuif' },
  { id: '0.17.0.0.0', name: 'Route' },
  { id: '0.50.21.0.0', name: 'Spel of quiz' },
  { id: '0.59.0.0.0', name: 'Sport en beweging' },
  { id: '0.19.0.0.0', name: 'Sportwedstrijd bekijken' },
  { id: '0.0.0.0.0', name: 'Tentoonstelling' },
  { id: '0.55.0.0.0', name: 'Theatervoorstelling' },
];

/** What a desk chose, null for none; undefined when there is no such kind. The one that it has may always stay. */
export function chosenKind(id: string | null, held: ActivityKind | null): ActivityKind | null | undefined {
  if (id === null) return null;
  return held?.id === id ? held : EVENT_KINDS.find((kind) => kind.id === id);
}
