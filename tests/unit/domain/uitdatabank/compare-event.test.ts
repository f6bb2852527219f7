import { expect, it } from 'vitest';
import { instantOfLocal } from '#domain/kernel/civil-time.ts';
import { compareEvent, toCallOff, type Here } from '#domain/uitdatabank/compare-event.ts';
import type { EventFacts } from '#domain/uitdatabank/event-facts.ts';
import { judgeEvent } from '#domain/uitdatabank/judge-event.ts';

const NOW = instantOfLocal('2026-11-23', '12:00');
const span = (day: string) => ({
  startsAt: instantOfLocal(day, '19:30'),
  endsAt: instantOfLocal(day, '21:30'),
});
const [FRIDAY, SATURDAY, PAST] = [span('2026-12-04'), span('2026-12-05'), span('2026-10-02')];

const THERE: EventFacts = {
  eventId: '0f5a1e0c-6c0e-4a5c-9b1e-3f5f7c1b2a3d',
  title: 'Lezing',
  place: 'Zaal, Ieper',
  organiser: null,
  kind: null,
  schedule: { kind: 'dates' },
  dates: [FRIDAY],
  priceClasses: [{ label: 'Basis', cents: 500 }],
  withdrawn: null,
};
const HERE: Here = { ...THERE, moments: [PAST, FRIDAY] };
const compare = (here: Partial<Here>, there: Partial<EventFacts>, last: Partial<EventFacts> = {}) =>
  compareEvent({ ...HERE, ...here }, { ...THERE, ...last }, { ...THERE, ...there }, NOW);

it.each<[string, Partial<Here>, Partial<EventFacts>, { take: string[]; kept: string[] }]>([
  ['nothing changed', {}, {}, { take: [], kept: [] }],
  ['changed there', {}, { title: 'Debat' }, { take: ['title'], kept: [] }],
  ['changed here', { title: 'Onze lezing' }, {}, { take: [], kept: ['title'] }],
  ['changed on both sides', { title: 'Onze lezing' }, { title: 'Debat' }, { take: [], kept: ['title'] }],
  ['changed on both sides to the same', { title: 'Debat' }, { title: 'Debat' }, { take: [], kept: [] }],
  ['another field there', { title: 'Onze lezing' }, { place: 'Kerk' }, { take: ['place'], kept: ['title'] }],
  ['a date more there', {}, { dates: [FRIDAY, SATURDAY] }, { take: ['when'], kept: [] }],
  ['a date more here', { moments: [FRIDAY, SATURDAY] }, {}, { take: [], kept: ['when'] }],
  ['a price there', {}, { priceClasses: [{ label: 'Basis', cents: 600 }] }, { take: ['prices'], kept: [] }],
  [
    'called off here: still that evening',
    { moments: [{ ...FRIDAY, cancelledBecause: 'ziek' }] },
    {},
    { take: [], kept: [] },
  ],
])('%s', (_, here, there, expected) => {
  expect(compare(here, there)).toEqual(expected);
});

it('what was kept stays kept at the next import, also when there it changes again', () => {
  const here = { title: 'Onze lezing' };
  expect(compare(here, { title: 'Tweede' }, { title: 'Debat' })).toEqual({ take: [], kept: ['title'] });
});

it('hours in another order are the same hours', () => {
  const hours = [
    { weekday: 1, from: '09:00', to: '12:00' },
    { weekday: 3, from: '09:00', to: '12:00' },
  ];
  const week = { kind: 'weekly', fromDay: '2026-12-01', untilDay: '2026-12-31' } as const;
  const there = { schedule: { ...week, hours, except: [] }, dates: [] };
  expect(compare({ schedule: { ...week, hours: hours.toReversed(), except: [] } }, there, there)).toEqual({
    take: [],
    kept: [],
  });
});

it('what does not take place there is to be called off, and only what still stands', () => {
  const here = { ...HERE, moments: [PAST, FRIDAY, { ...SATURDAY, cancelledBecause: 'ziek' }] };
  expect(toCallOff(here, { ...THERE, withdrawn: { why: 'deleted', text: '' } }, NOW)).toEqual([FRIDAY]);
  expect(toCallOff(here, { ...THERE, dates: [{ ...FRIDAY, cancelledBecause: 'storm' }] }, NOW)).toEqual([
    FRIDAY,
  ]);
  expect(toCallOff(here, THERE, NOW)).toEqual([]);
});

const judge = (there: Partial<EventFacts>, known: Partial<Parameters<typeof judgeEvent>[1]> = {}) => {
  const before = { here: HERE, last: THERE };
  return judgeEvent({ ...THERE, ...there }, { before, organisationId: 'o', mayWrite: true, ...known }, NOW);
};

it.each([
  ['new', judge({}, { before: undefined }), { state: 'new' }],
  ['nobody chose', judge({}, { before: undefined, organisationId: undefined }), { state: 'organiser' }],
  [
    'of somebody else',
    judge({}, { before: undefined, mayWrite: false }),
    { state: 'bad', code: 'not-yours' },
  ],
  ['of somebody else since', judge({ title: 'x' }, { mayWrite: false }), { state: 'bad', code: 'not-yours' }],
  ['changed', judge({ title: 'x' }), { state: 'changed', take: ['title'] }],
  ['unchanged', judge({}), { state: 'unchanged', callOff: 0 }],
  ['withdrawn', judge({ withdrawn: { why: 'deleted', text: '' } }), { state: 'unchanged', callOff: 1 }],
  [
    'withdrawn and never known',
    judge({ withdrawn: { why: 'deleted', text: '' } }, { before: undefined }),
    { state: 'bad', code: 'withdrawn-unknown' },
  ],
])('an event that is %s', (_, judged, expected) => {
  expect(judged).toMatchObject(expected);
});
