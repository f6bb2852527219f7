import { afterAll, beforeAll, expect, test } from 'vitest';
import { CardFile } from '#domain/desk-api.ts';
import { formatUitpasNumber, makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER } from '#tests/_support/people-builder.ts';

let world: DeskWorld;
let desk: DeskClient;

beforeAll(async () => {
  world = await openDeskWorld();
  desk = await world.client('desk');
});
afterAll(() => world.close());

const DIKSMUIDE = '32003';
const movedTo = (passholderId: string, nisCode: string) =>
  world.context.db
    .updateTable('passholder')
    .set({ nis_code: nisCode })
    .where('passholder_id', '=', passholderId)
    .execute();
const lookUp = (number: string, by = desk) => by.post('/api/cards/look-up', { number });

test('state, points and history, and nothing that a counter does not need', async () => {
  const now = world.context.clock.now();
  const { activityId } = await world.activity({ points: 3 });
  const card = await world.card();
  await movedTo(card.passholderId, IEPER);
  const phone = await world.phone([activityId]);
  phone.checkIn({ activityId, number: card.number }, now - 60_000);
  await world.sync(phone);
  const answer = await lookUp(formatUitpasNumber(card.number));
  const file = CardFile.parse(answer.body);
  expect(file).toMatchObject({
    number: card.number,
    cardSystemName: 'UITPAS Westhoek',
    state: 'active',
    firstName: 'Noor',
    points: 3,
    visitsThisYear: 1,
    history: [
      { title: 'Jeugdboekenweek', organisationName: 'Bibliotheek Ieper', outcome: 'accepted', points: 3 },
    ],
  });
  expect(file.pointsByMonth).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3]);
  for (const personal of ['Voorbeeld', '2014', '8900'])
    expect(JSON.stringify(answer.body)).not.toContain(personal);

  // Of somebody of elsewhere: what the work needs, and not where that person was.
  await movedTo(card.passholderId, DIKSMUIDE);
  expect(CardFile.parse((await lookUp(card.number)).body)).toEqual({
    ...{
      number: card.number,
      cardSystemName: 'UITPAS Westhoek',
      kind: 'card',
      state: 'active',
      stateSince: 0,
    },
    ...{ firstName: 'Noor', points: 3, visitsThisYear: 0, pointsByMonth: [], history: [], pastHidden: true },
  });
});

test('a wrong number names the rule, an unknown card is unknown', async () => {
  expect(await lookUp('12345')).toMatchObject({ status: 422, code: 'number-length' });
  expect(await lookUp('09000000959O2')).toMatchObject({ status: 422, code: 'number-not-a-digit' });
  expect(await lookUp('0930000237931')).toMatchObject({ status: 422, code: 'number-digit-12' });
  expect(await lookUp('0930000237912')).toMatchObject({ status: 422, code: 'number-check-digit' });
  expect(await lookUp(makeUitpasNumber('99999999999', '0'))).toMatchObject({
    status: 404,
    code: 'card-unknown',
  });
});

test('every look-up is in the audit, without the number', async () => {
  const { number, passholderId } = await world.card();
  await lookUp(number);
  const entry = await world.context.db
    .selectFrom('audit_entry')
    .selectAll()
    .where('action', '=', 'card-looked-up')
    .orderBy('audit_id', 'desc')
    .executeTakeFirst();
  expect(entry?.subject).toBe(`passholder:${passholderId}`);
  expect(JSON.stringify(entry)).not.toContain(number);
});

test('nobody goes through the card system: unknown numbers stop after thirty, known ones after sixty', async () => {
  const trying = await world.client('admin');
  const answers: number[] = [];
  for (let serial = 1; serial <= 31; serial++) {
    answers.push((await lookUp(makeUitpasNumber(String(777_000 + serial), '0'), trying)).status);
  }
  expect(answers.slice(0, 30).every((status) => status === 404)).toBe(true);
  expect(answers[30]).toBe(429);

  const { number } = await world.card();
  let last = 0;
  for (let i = 0; i < 30 && last !== 429; i++) last = (await lookUp(number, trying)).status;
  expect(await lookUp(number, trying)).toMatchObject({ status: 429, code: 'too-many-requests' });
  expect((await lookUp(number)).status).toBe(200);
});
