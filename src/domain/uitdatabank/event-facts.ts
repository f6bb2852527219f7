// What is taken over of an event of UiTdatabank, and nothing more: no description, no picture, no person to call. Kept beside the
// activity that it became, so that the next import knows what was changed here and what was changed there.
// Source: UiTdatabank Search API 3, JSON-LD of an event (documentatie.uitdatabank.be).
import * as z from 'zod/mini';
import { Schedule } from '../checkins/activity-schedule.ts';
import { PriceClass } from '../checkins/price-class.ts';

/** Type of an event in the words of UiTdatabank: Concert, Cursus of workshop. */
export const ActivityKind = z.object({ id: z.string(), name: z.string() });
export type ActivityKind = z.infer<typeof ActivityKind>;

export const WITHDRAWN_WHYS = ['deleted', 'cancelled', 'postponed'] as const;

export const EventFacts = z.object({
  eventId: z.uuid(),
  title: z.string(),
  place: z.string(),
  /** `key` is the UUID there, or the name where an organiser has none. */
  organiser: z.nullable(z.object({ key: z.string(), name: z.string() })),
  kind: z.nullable(ActivityKind),
  schedule: Schedule,
  /** Dates one by one that were not over when it was read; empty for a schedule that repeats. */
  dates: z.array(z.object({ startsAt: z.int(), endsAt: z.int(), cancelledBecause: z.optional(z.string()) })),
  priceClasses: z.array(PriceClass),
  /** It does not take place, and why. */
  withdrawn: z.nullable(z.object({ why: z.enum(WITHDRAWN_WHYS), text: z.string() })),
});
export type EventFacts = z.infer<typeof EventFacts>;

/** What can differ between here and there, each taken over by itself. */
export const EVENT_FIELDS = ['title', 'place', 'when', 'prices', 'kind'] as const;
export type EventField = (typeof EVENT_FIELDS)[number];

/** Why an event cannot be read. */
export const READ_PROBLEMS = [
  'too-large',
  'malformed',
  'no-event',
  'strange-keys',
  'title-missing',
  'place-missing',
  'html',
  'calendar',
  'date',
  'no-end',
  'ends-before-start',
  'no-hours',
  'hours',
  'too-many-dates',
  'over',
  'price',
  'too-many-prices',
] as const;
export type ReadProblem = (typeof READ_PROBLEMS)[number];
