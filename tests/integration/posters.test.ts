// A poster on a wall: whoever scans it saves a point on his own phone, and learns nothing of cards that are not his.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { CheckInList, type DeskActivity } from '#domain/desk-api.ts';
import { DeskPoster, PosterActivity, PosterSaved } from '#domain/poster-api.ts';
import { DeskClient, type Answer } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';

const BORN = '2014-04-03';
const HOUR_MS = 3_600_000;
let world: DeskWorld;
let unknown = 9_000;

beforeAll(async () => {
  world = await openDeskWorld();
});
afterAll(() => world.close());

const codeOf = (answer: Answer): string =>
  new URL(DeskPoster.parse(answer.body).poster?.url ?? '').searchParams.get('p') ?? '';
async function poster(over: Record<string, unknown> = {}): Promise<{ activity: DeskActivity; code: string }> {
  const activity = await world.activity(over);
  const made = await world.bib.post(`/api/activities/${activity.activityId}/poster`, {});
  expect(made.status).toBe(201);
  return { activity, code: codeOf(made) };
}
/** A visitor with a telephone: nobody is signed in. */
const visitor = (address = `198.51.100.${unknown++ % 250}`): DeskClient => new DeskClient(world.app, address);
const save = (
  phone: DeskClient,
  code: string,
  number: string,
  over: Record<string, unknown> = {},
): Promise<Answer> => phone.post('/api/ik/save', { code, saveId: randomUUID(), number, ...over });
const strange = (): string => makeUitpasNumber(String(unknown++).padStart(11, '0'), '0');
async function checkIns({ activityId }: DeskActivity): Promise<CheckInList> {
  return CheckInList.parse((await world.bib.get(`/api/activities/${activityId}/check-ins`)).body);
}

test('who knows the birth date of the card sees the point, the balance and the pass; the visit says how it came in', async () => {
  const { activity, code } = await poster();
  const { number } = await world.card();
  const look = PosterActivity.parse((await visitor().post('/api/ik/look', { code })).body);
  expect(look).toMatchObject({ title: 'Jeugdboekenweek', open: true, points: 1 });

  const answer = PosterSaved.parse((await save(visitor(), code, number, { bornOn: BORN })).body);
  expect(answer.own).toMatchObject({ outcome: 'accepted', points: 1, balance: 1 });
  expect(answer.own?.barcodeSvg).toContain('<svg');
  const { checkIns: visits, totals } = await checkIns(activity);
  expect(visits).toMatchObject([{ way: 'self', outcome: 'accepted', points: 1 }]);
  expect(totals).toMatchObject({ counted: 1, points: 1 });

  world.setNow(world.context.clock.now() + 60_000);
  const again = PosterSaved.parse((await save(visitor(), code, number, { bornOn: BORN })).body);
  expect(again.own).toMatchObject({ outcome: 'duplicate', points: 0, balance: 1 });
});

test('sent again after a lost answer it is one visit, also when ten presses come at once', async () => {
  const { activity, code } = await poster({ limit: null });
  const { number } = await world.card();
  const saveId = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => save(visitor(), code, number, { saveId, bornOn: BORN })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect((await checkIns(activity)).totals).toMatchObject({ counted: 1, points: 1 });
});

test('a number tells nothing: known, blocked, in stock, used already or made up, the answer is the same to the letter', async () => {
  const { code } = await poster();
  const numbers = [
    (await world.card()).number,
    (await world.card('blocked')).number,
    (await world.card('stock')).number,
    (await world.card('deleted')).number,
    strange(),
  ];
  for (const number of [...numbers, ...numbers])
    for (const over of [{}, { bornOn: '1999-12-31' }]) {
      const { status, body } = await save(visitor(), code, number, over);
      expect({ status, body }).toEqual({ status: 200, body: {} });
    }
});

test('birth dates cannot be tried: after some wrong ones a right one says no more than a wrong one', async () => {
  const { code } = await poster({ limit: null });
  const { number } = await world.card();
  for (let day = 1; day <= 5; day++)
    expect((await save(visitor(), code, number, { bornOn: `2001-01-0${day}` })).body).toEqual({});
  // Also from somewhere else: it is counted by card.
  expect((await save(visitor(), code, number, { bornOn: BORN })).body).toEqual({});

  const phone = visitor();
  const other = await world.card();
  for (let i = 0; i < 20; i++) await save(phone, code, strange(), { bornOn: BORN });
  expect((await save(phone, code, other.number, { bornOn: BORN })).body).toEqual({});
  expect((await save(visitor(), code, other.number, { bornOn: BORN })).body).not.toEqual({});
});

test('one address goes through no numbers, whatever they are', async () => {
  const { code } = await poster();
  const phone = visitor();
  const statuses: number[] = [];
  for (let i = 0; i < 61; i++) statuses.push((await save(phone, code, strange())).status);
  expect(statuses.filter((status) => status === 200)).toHaveLength(60);
  expect(statuses.at(-1)).toBe(429);
  expect((await save(visitor(), code, strange())).status).toBe(200);
});

test('only while the activity is open, and not when that evening was called off', async () => {
  const now = world.context.clock.now();
  const later = [{ startsAt: now + 24 * HOUR_MS, endsAt: now + 25 * HOUR_MS }];
  const { activity, code } = await poster({ occurrences: later });
  expect(await save(visitor(), code, strange())).toMatchObject({
    ...{ status: 409, code: 'poster-closed' },
    body: { opensAt: activity.occurrences[0]?.opensAt },
  });
  expect((await checkIns(activity)).checkIns).toEqual([]);

  const open = await poster();
  const occurrenceId = open.activity.occurrences[0]?.occurrenceId ?? '';
  const path = `/api/activities/${open.activity.activityId}/occurrences/${occurrenceId}/cancel`;
  await world.bib.post(path, { because: 'storm', version: 1 });
  expect(await save(visitor(), open.code, strange())).toMatchObject({ status: 409, code: 'poster-closed' });
});

test('a new poster ends the old one, and a code that never was is the same as one that ended', async () => {
  const { activity, code } = await poster();
  const next = codeOf(await world.bib.post(`/api/activities/${activity.activityId}/poster`, {}));
  expect(next).not.toBe(code);
  for (const gone of [code, '0123456789AB'])
    expect(await visitor().post('/api/ik/look', { code: gone })).toMatchObject({
      status: 404,
      code: 'poster-unknown',
    });
  expect((await visitor().post('/api/ik/look', { code: next })).status).toBe(200);
  expect(await save(visitor(), next, '0900000095903')).toMatchObject({
    status: 422,
    code: 'number-check-digit',
  });
});

test('the poster comes as a PDF that holds together', async () => {
  const { activity } = await poster({ title: 'Café (gratis) – € 0 Łódź', place: 'Zaal \\ 1' });
  const { status, headers, body } = await world.bib.get(`/api/activities/${activity.activityId}/poster.pdf`);
  expect([status, headers.get('content-type')]).toEqual([200, 'application/pdf']);
  const text = String(body);
  expect(text.startsWith('%PDF-1.4')).toBe(true);
  expect(text).toContain('Caf\\351 \\(gratis\\) \\226');
  expect(text).toContain('L\\363dz');
  const table = Number(/startxref\n(\d+)/.exec(text)?.[1]);
  expect(text.slice(table, table + 4)).toBe('xref');
  for (const [, at = '', ...rest] of text.matchAll(/^(\d{10}) 00000 n/gm))
    expect([text.slice(Number(at), Number(at) + 7), rest]).toEqual([expect.stringMatching(/^\d+ 0 obj/), []]);
  const stream = /<< \/Length (\d+) >>\nstream\n([\s\S]*?)\nendstream/.exec(text);
  expect(stream?.[2]?.length).toBe(Number(stream?.[1]));
});
