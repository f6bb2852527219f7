// About thirty activities around the moment of seeding: at least three are open whatever the hour, others are over, still
// to come, or every week since long ago, so that there is a past.
import type { CheckInLimit } from '#domain/checkins/activity-policy.ts';
import { civilDayOf, instantOfLocal, startOfCivilDay } from '#domain/kernel/civil-time.ts';
import type { ActivityKind } from '#domain/uitdatabank/event-facts.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const QUARTER_MS = 15 * MINUTE_MS;

export const WEEKS_BACK = 44;
const WEEKS_AHEAD = 8;
const DAYS_BACK = 20;
const DAYS_AHEAD = 60;

type Schedule =
  /** Outdoors: the whole day, every day. */
  | { readonly kind: 'always' }
  | { readonly kind: 'daily'; readonly from: string; readonly to: string }
  /** `weekday` 0 = Sunday. */
  | { readonly kind: 'weekly'; readonly weekday: number; readonly from: string; readonly to: string }
  /** Minutes from now. */
  | { readonly kind: 'around'; readonly from: number; readonly to: number }
  | { readonly kind: 'day'; readonly inDays: number; readonly from: string; readonly to: string };

export type DemoActivity = {
  readonly organisation: string;
  readonly title: string;
  readonly place: string;
  readonly points: number;
  readonly limit: CheckInLimit | null;
  readonly schedule: Schedule;
  readonly cardSystems: readonly string[];
};

export const WESTHOEK = 'uitpas-westhoek';
export const TEST_REGION = 'testregio';

const once = (period: CheckInLimit['period'], volume = 1): CheckInLimit => ({ volume, period });
const always: Schedule = { kind: 'always' };
const daily = (from: string, to: string): Schedule => ({ kind: 'daily', from, to });
const weekly = (weekday: number, from: string, to: string): Schedule => ({
  kind: 'weekly',
  weekday,
  from,
  to,
});
const around = (from: number, to: number): Schedule => ({ kind: 'around', from, to });
const day = (inDays: number, from: string, to: string): Schedule => ({ kind: 'day', inDays, from, to });

const activity = (
  organisation: string,
  title: string,
  place: string,
  schedule: Schedule,
  limit: CheckInLimit | null = once('DAY'),
  { points = 1, cardSystems = [WESTHOEK] }: Partial<Pick<DemoActivity, 'points' | 'cardSystems'>> = {},
): DemoActivity => ({ organisation, title, place, schedule, limit, points, cardSystems });

/** The first one is the one to try: open now, and it knows the test cards too. */
export const DEMO_ACTIVITIES: readonly DemoActivity[] = [
  activity('bib-ieper', 'Jeugdboekenweek', 'Leeszaal', around(-60, 240), once('DAY'), {
    cardSystems: [WESTHOEK, TEST_REGION],
  }),
  activity('bib-ieper', 'Bibliotheekbezoek', 'Inkom', daily('09:00', '19:00'), once('WEEK')),
  activity('bib-ieper', 'Voorleesuurtje', 'Jeugdhoek', weekly(3, '14:00', '15:00')),
  activity('bib-ieper', 'Digidokter', 'Leercentrum', weekly(5, '10:00', '12:00'), once('MONTH', 2)),
  activity(
    'bib-ieper',
    'Lezing: de IJzer in kaart',
    'Auditorium',
    day(3, '20:00', '22:00'),
    once('ABSOLUTE'),
  ),
  activity('bib-ieper', 'Boekenruilbeurs', 'Binnenplein', day(-9, '10:00', '16:00'), once('ABSOLUTE')),
  activity('ieper', 'Open atelier keramiek', 'Atelier Vestingpoort', around(-30, 150), null),
  activity('ieper', 'Buitenspeeldag', 'Park', day(12, '13:00', '17:00'), once('ABSOLUTE')),
  activity('ieper', 'Zomerbar op de vesten', 'Vesten', day(-75, '16:00', '23:00'), once('DAY', 2)),
  activity('ieper', 'Speurtocht langs de vesten', 'Vertrek aan de poort', always, once('WEEK')),
  activity('youth', 'Open jeugdhuis', 'Jeugdhuis', around(-120, 240)),
  activity('youth', 'Repeteren in de kelder', 'Kelder', weekly(6, '14:00', '17:00'), once('QUARTER', 10)),
  activity('youth', 'Graffitiworkshop', 'Binnenplaats', day(5, '14:00', '17:00'), once('ABSOLUTE'), {
    points: 2,
  }),
  activity(
    'culture',
    'Familievoorstelling: De Maanvis',
    'Grote zaal',
    day(2, '15:00', '16:30'),
    once('ABSOLUTE'),
    {
      points: 2,
    },
  ),
  activity('culture', 'Filmclub', 'Kleine zaal', weekly(4, '20:00', '22:30'), once('MONTH', 4)),
  activity('pool', 'Zwemmen', 'Zwembad', daily('07:00', '21:00')),
  activity('pool', 'Aquagym', 'Instructiebad', weekly(2, '19:00', '20:00'), once('WEEK')),
  activity('museum', 'Museumbezoek', 'Onthaal', daily('10:00', '17:00'), once('YEAR', 12)),
  activity('museum', 'Nacht in het museum', 'Alle zalen', day(1, '20:00', '23:30'), once('ABSOLUTE'), {
    points: 3,
  }),
  activity('dvv', 'Erfgoedtocht met audiogids', 'Vertrek waar je wil', always, once('ABSOLUTE'), {
    cardSystems: [WESTHOEK, TEST_REGION],
  }),
  activity('dvv', 'Dag van de vrijwilliger', 'Kasteelpark', day(20, '10:00', '18:00'), once('DAY')),
  activity('bib-veurne', 'Bibliotheekbezoek', 'Inkom', daily('09:00', '18:00'), once('WEEK')),
  activity('bib-veurne', 'Peuteruurtje', 'Kinderhoek', weekly(1, '10:00', '11:00')),
  activity('sport', 'Instuif in de sporthal', 'Zaal 1', around(-15, 120)),
  activity('sport', 'Initiatie strandvolleybal', 'Strand', day(-40, '14:00', '16:00'), once('ABSOLUTE')),
  activity('academy', 'Open lesweek', 'Academie', day(6, '16:00', '20:00'), once('ABSOLUTE')),
  activity('play', 'Speelplein', 'Duinpark', weekly(3, '13:00', '17:00')),
  activity('zonnebeke', 'Wandelzoektocht', 'Vertrek aan de kerk', always, once('MONTH')),
  activity('diksmuide', 'Fietszoektocht langs de IJzer', 'Vertrek op de markt', always, once('ABSOLUTE')),
  activity('diksmuide', 'Kermisnamiddag', 'Markt', day(-14, '14:00', '19:00'), once('DAY')),
  activity('diksmuide', 'Muziek op de markt', 'Markt', around(-240, -120)),
  activity('test', 'Proefactiviteit', 'Nergens', always, once('DAY', 3), { cardSystems: [TEST_REGION] }),
];

export type DemoMoment = { readonly startsAt: number; readonly endsAt: number };

export function momentsOf(schedule: Schedule, now: number): DemoMoment[] {
  switch (schedule.kind) {
    case 'always':
      return days(now, -DAYS_BACK, DAYS_AHEAD).map((civilDay) => ({
        startsAt: startOfCivilDay(civilDay),
        endsAt: startOfCivilDay(dayAfter(civilDay)),
      }));
    case 'daily':
      return days(now, -DAYS_BACK, DAYS_AHEAD).map((civilDay) => on(civilDay, schedule));
    case 'weekly':
      return days(now, -7 * WEEKS_BACK, 7 * WEEKS_AHEAD)
        .filter((civilDay) => weekdayOf(civilDay) === schedule.weekday)
        .map((civilDay) => on(civilDay, schedule));
    case 'around': {
      const quarter = now - (now % QUARTER_MS);
      return [{ startsAt: quarter + schedule.from * MINUTE_MS, endsAt: quarter + schedule.to * MINUTE_MS }];
    }
    case 'day':
      return days(now, schedule.inDays, schedule.inDays).map((civilDay) => on(civilDay, schedule));
  }
}

const on = (civilDay: string, { from, to }: { from: string; to: string }): DemoMoment => ({
  startsAt: instantOfLocal(civilDay, from),
  endsAt: instantOfLocal(civilDay, to),
});

/** Civil days from noon to noon: a clock change cannot skip one. */
function days(now: number, from: number, to: number): string[] {
  const noon = instantOfLocal(civilDayOf(now), '12:00');
  return Array.from({ length: to - from + 1 }, (_, index) => civilDayOf(noon + (from + index) * DAY_MS));
}

const dayAfter = (civilDay: string): string => civilDayOf(instantOfLocal(civilDay, '12:00') + DAY_MS);

/** 1970-01-01 was a Thursday. */
const weekdayOf = (civilDay: string): number =>
  (Math.floor(instantOfLocal(civilDay, '12:00') / DAY_MS) + 4) % 7;

/** Types of UiTdatabank, for the figures; what says none of these has none. */
const KINDS: readonly (readonly [words: RegExp, kind: ActivityKind])[] = [
  [/atelier|workshop|digidokter/i, { id: '0.3.1.0.0', name: 'Cursus of workshop' }],
  [/lezing/i, { id: '0.3.2.0.0', name: 'Lezing of congres' }],
  [/voorstelling/i, { id: '0.55.0.0.0', name: 'Theatervoorstelling' }],
  [/film/i, { id: '0.50.6.0.0', name: 'Film' }],
  [/zwemmen|aquagym|sport|volleybal/i, { id: '0.59.0.0.0', name: 'Sportactiviteit' }],
  [/tocht/i, { id: '0.17.0.0.0', name: 'Route' }],
  [/museum/i, { id: '0.0.0.0.0', name: 'Tentoonstelling' }],
];

export const demoKindOf = (title: string): ActivityKind | null =>
  KINDS.find(([words]) => words.test(title))?.[1] ?? null;
