// Two files of one person become one, over HTTP and on real tables: points on one account by entries that only come, nobody twice at one
// activity, one active card, both histories, once, and whatever comes late finds its way.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { MergePreview, PassholderCopy, PassholderFile } from '#domain/passholder-api.ts';
import { CheckInList } from '#domain/desk-api.ts';
import { apply, nobody } from '#domain/passholders/passholder.ts';
import { listEvents, readPassholder } from '#server/passholders/repository.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER, aPerson } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const DIKSMUIDE = '32003';

let world: DeskWorld;
let desk: DeskClient;
let admin: DeskClient;
let organisationId: string;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  desk = await world.client('desk');
  admin = await world.client('admin');
  ({ organisationId } = world.staffed.organisations.bib);
});
beforeEach(() => world.context.db.deleteFrom('attempt').execute());
afterAll(async () => {
  const { db } = world.context;
  // Laws: every balance is the sum of its postings, all entries together are nought, and files are the sum of their events.
  const { rows } = await sql<{ wrong: number; sum: number }>`
    select (select count(*)::int from account a where a.balance is not null and a.balance <> coalesce(
        (select sum(amount) from posting p where p.region_id = a.region_id and p.account_id = a.account_id), 0)) as wrong,
      (select coalesce(sum(amount), 0)::int from posting) as sum`.execute(db);
  expect(rows).toEqual([{ wrong: 0, sum: 0 }]);
  const touched = await db.selectFrom('passholder').select('passholder_id').where('n', '>', 0).execute();
  expect(touched.length).toBeGreaterThan(5);
  for (const { passholder_id: id } of touched) {
    const standing = await readPassholder(db, 1, id, false);
    if (standing.state === 'erased') continue;
    const events = await listEvents(db, 1, id);
    const told = events.reduce((now, { event, ...when }) => apply(now, event, when), nobody(id));
    const inOrder = (file: typeof told) => [...file.cards].sort((a, b) => (a.number < b.number ? -1 : 1));
    // Merged on and on, each leads to the last: its own event says where it went first.
    const where = told.mergedInto === undefined ? {} : { mergedInto: standing.mergedInto };
    expect({ ...told, ...where, cards: inOrder(told) }).toEqual({ ...standing, cards: inOrder(standing) });
  }
  await world.close();
});

type Known = { readonly passholderId: string; readonly number: string };
async function known(nis = IEPER): Promise<Known> {
  const card = await world.card();
  await world.context.db
    .updateTable('passholder')
    .set({ nis_code: nis })
    .where('passholder_id', '=', card.passholderId)
    .execute();
  return card;
}
async function comes(to: { activityId: string }, ...who: readonly Known[]): Promise<void> {
  const answer = await world.bib.post('/api/paper-lists', {
    ...{ requestId: randomUUID(), activityId: to.activityId, reason: 'geen stroom' },
    rows: who.map(({ number }, i) => ({ number, at: NOW - 60_000 + i })),
  });
  expect(answer.status).toBe(200);
}
const fileOf = async (id: string, by = desk): Promise<PassholderFile> =>
  PassholderFile.parse((await by.get(`/api/passholders/${id}`)).body);
async function wishFor(into: Known, from: Known, over: Record<string, unknown> = {}) {
  const [a, b] = [await fileOf(into.passholderId, admin), await fileOf(from.passholderId, admin)];
  return {
    ...{ organisationId, other: from.passholderId, basedOn: a.n, otherBasedOn: b.n },
    ...{ person: aPerson({ lastName: 'Samen' }), stays: [into.number] },
    ...over,
  };
}
const send = (into: Known, wish: object, by = desk): Promise<Answer> =>
  by.post(`/api/passholders/${into.passholderId}/merge`, { actId: randomUUID(), ...wish });
const balanceOf = async (id: string): Promise<number | null | undefined> =>
  (
    await world.context.db
      .selectFrom('account')
      .select('balance')
      .where('account_id', '=', id)
      .executeTakeFirst()
  )?.balance;

test('points come together, a visit of both at one activity counts once, and what was seen before is what stands', async () => {
  const [into, from] = [await known(), await known()];
  const [one, two] = [await world.activity(), await world.activity()];
  await comes(one, into, from);
  await comes(two, from);
  expect([await balanceOf(into.passholderId), await balanceOf(from.passholderId)]).toEqual([1, 2]);
  const wish = await wishFor(into, from);
  const before = await sql<{ mark: string }>`
    select md5(string_agg(p::text, '|' order by p::text)) as mark from posting p`.execute(world.context.db);

  const seen = MergePreview.parse(
    (await desk.post(`/api/passholders/${into.passholderId}/merge/preview`, wish)).body,
  );
  expect(seen).toMatchObject({ points: 2, visitsBeyondLimit: 1, cardsThatDiffer: [] });
  const untouched = await sql<{ mark: string }>`
    select md5(string_agg(p::text, '|' order by p::text)) as mark from posting p`.execute(world.context.db);
  expect(untouched.rows).toEqual(before.rows);

  expect((await send(into, wish)).status).toBe(200);
  const file = await fileOf(into.passholderId);
  expect(file.points).toBe(seen.points);
  expect(file.person?.lastName).toBe('Samen');
  expect(file.cards.map(({ number, state }) => [number, state]).sort()).toEqual(
    [
      [into.number, 'active'],
      [from.number, 'replaced'],
    ].sort(),
  );
  expect([await balanceOf(into.passholderId), await balanceOf(from.passholderId)]).toEqual([2, 0]);
  const list = CheckInList.parse((await world.bib.get(`/api/activities/${one.activityId}/check-ins`)).body);
  expect(list.checkIns.map(({ outcome }) => outcome).sort()).toEqual(['accepted', 'duplicate']);
});

test('the merged file leads to the one that stays, which tells both histories', async () => {
  const [into, from] = [await known(), await known()];
  expect((await send(into, await wishFor(into, from))).status).toBe(200);
  const led = await fileOf(from.passholderId);
  expect(led.passholderId).toBe(into.passholderId);
  expect(led.history?.map(({ kind, otherFile = false }) => [kind, otherFile])).toEqual([
    ['merged', false],
    ['taken-over', false],
    ['taken-over', true],
  ]);
  expect(new Set(led.history?.map(({ n }) => n)).size).toBe(3);
  const act = {
    actId: randomUUID(),
    organisationId,
    basedOn: 2,
    act: { kind: 'unblock-card', number: from.number },
  };
  expect((await admin.post(`/api/passholders/${from.passholderId}/acts`, act)).code).toBe('not-here');
  // Nobody finds it by name any more.
  const found = await desk.post('/api/passholders/search', { text: 'voorbeeld noor' });
  expect(JSON.stringify(found.body)).not.toContain(from.passholderId);
});

test('which of two cards stays has to be said, and only one of theirs', async () => {
  const [into, from, other] = [await known(), await known(), await known()];
  for (const stays of [[], [into.number, from.number], [other.number]])
    expect(await send(into, await wishFor(into, from, { stays }))).toMatchObject({
      status: 422,
      code: 'choose-card',
    });
  expect((await send(into, await wishFor(into, from, { stays: [from.number] }))).status).toBe(200);
  const { cards } = await fileOf(into.passholderId);
  expect(cards.find(({ number }) => number === into.number)).toMatchObject({
    state: 'replaced',
    replacedBy: from.number,
  });
});

test('sent again it is the same act; something else under that id is refused', async () => {
  const [into, from] = [await known(), await known()];
  const wish = { actId: randomUUID(), ...(await wishFor(into, from)) };
  const answers = await Promise.all(Array.from({ length: 6 }, () => send(into, wish)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  expect((await fileOf(into.passholderId)).history?.filter(({ kind }) => kind === 'merged')).toHaveLength(1);
  expect(await send(into, { ...wish, stays: [from.number] })).toMatchObject({
    status: 409,
    code: 'other-act-with-this-id',
  });
});

test('two clerks, each the other way round, at once: one file is left, the other one hears it', async () => {
  for (let round = 0; round < 4; round += 1) {
    const [one, two] = [await known(), await known()];
    // Both looked before either sent.
    const wishes = [await wishFor(one, two), await wishFor(two, one)] as const;
    const answers = await Promise.all([send(one, wishes[0]), send(two, wishes[1], admin)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.code).toBe('changed-meanwhile');
    const states = await world.context.db
      .selectFrom('passholder')
      .select('state')
      .where('passholder_id', 'in', [one.passholderId, two.passholderId])
      .execute();
    expect(states.map(({ state }) => state).sort()).toEqual(['active', 'merged']);
  }
});

test('scans while files are merged: every point ends on the account that stays', async () => {
  for (let round = 0; round < 4; round += 1) {
    const [into, from] = [await known(), await known()];
    const activities = await Promise.all(Array.from({ length: 4 }, () => world.activity()));
    const wish = await wishFor(into, from);
    const [merged] = await Promise.all([
      send(into, wish),
      ...activities.map((activity) => comes(activity, from)),
    ]);
    expect(merged.status).toBe(200);
    expect([await balanceOf(from.passholderId), await balanceOf(into.passholderId)]).toEqual([0, 4]);
  }
});

test('an undo that comes after takes the point from the account that stays', async () => {
  const [into, from] = [await known(), await known()];
  const activity = await world.activity();
  await comes(activity, from);
  await send(into, await wishFor(into, from));
  expect(await balanceOf(into.passholderId)).toBe(1);
  const list = await world.bib.get(`/api/activities/${activity.activityId}/check-ins`);
  const [scan] = CheckInList.parse(list.body).checkIns;
  await world.bib.post(`/api/check-ins/${scan?.commandId}/undo`, { reason: 'vergissing' });
  expect([await balanceOf(from.passholderId), await balanceOf(into.passholderId)]).toEqual([0, 0]);
});

test('merged on and on: every one leads to the last, and one erasure takes all along', async () => {
  const [first, second, third] = [await known(), await known(), await known()];
  await send(second, await wishFor(second, first));
  await send(third, await wishFor(third, second));
  expect((await fileOf(first.passholderId)).passholderId).toBe(third.passholderId);
  const copy = PassholderCopy.parse(
    (await desk.post(`/api/passholders/${third.passholderId}/copy`, {})).body,
  );
  expect(copy.looks.filter(({ action }) => action === 'passholder-merge')).toHaveLength(4);
  expect(copy.file.history?.filter(({ kind }) => kind === 'taken-over')).toHaveLength(3);
  const { n } = await fileOf(third.passholderId);
  const erased = await admin.post(`/api/passholders/${third.passholderId}/acts`, {
    ...{ actId: randomUUID(), organisationId, basedOn: n, act: { kind: 'erase' } },
  });
  expect(erased.status).toBe(200);
  const ids = [first, second, third].map(({ passholderId }) => passholderId);
  const { rows } = await sql<{ left: number }>`
    select count(*)::int as left from passholder_event
    where passholder_id = any(${ids}::uuid[]) and personal is not null`.execute(world.context.db);
  expect(rows[0]?.left).toBe(0);
  const names = await world.context.db
    .selectFrom('passholder')
    .select(['first_name', 'person'])
    .where('passholder_id', 'in', ids)
    .execute();
  expect(names).toEqual(ids.map(() => ({ first_name: null, person: null })));
});

test('the national number goes along; two different ones are two people', async () => {
  await world.context.db
    .insertInto('setting')
    .values({
      ...{ region_id: 1, key: 'inszAsked', nis_code: null, organisation_id: null, value: 'true' },
      ...{ from_day: '2020-01-01', withdraws: null, set_at: 0, set_by: 'system', reason: 'proef' },
    })
    .execute();
  const write = ({ passholderId }: Known, insz: string) =>
    desk.post(`/api/passholders/${passholderId}/insz`, { organisationId, insz });
  const [into, from, other] = [await known(), await known(), await known()];
  await write(from, '83030201540');
  await send(into, await wishFor(into, from));
  const same = await desk.post(`/api/passholders/${into.passholderId}/insz/check`, { insz: '83030201540' });
  expect(same.body).toEqual({ same: true });
  await write(other, '08091860684');
  expect(await send(into, await wishFor(into, other))).toMatchObject({ status: 422, code: 'insz-differs' });
});

test('a kansenstatuut that holds is kept, with the suspension of either', async () => {
  const [into, from] = [await known(), await known()];
  const set = (who: Known, values: object) =>
    world.context.db
      .updateTable('membership')
      .set(values)
      .where('passholder_id', '=', who.passholderId)
      .execute();
  await set(into, { kansenstatuut_until: '2027-01-31', kansenstatuut_suspended_until: '2026-12-24' });
  await set(from, { kansenstatuut_until: '2027-04-30' });
  await send(into, await wishFor(into, from));
  const [membership] = (await fileOf(into.passholderId)).memberships;
  expect(membership?.kansenstatuut).toMatchObject({ until: '2027-04-30', suspendedUntil: '2026-12-24' });
});

test('in a family the file that stays takes the place, and the part, of the one that went', async () => {
  const { db } = world.context;
  const [into, from] = [await known(), await known()];
  const [familyId, memberId] = [randomUUID(), randomUUID()];
  await db
    .insertInto('family')
    .values({
      ...{ region_id: 1, family_id: familyId, n: 1, contact_id: memberId, consent_id: null },
      ...{ request_digest: Buffer.alloc(0), organisation_id: organisationId, made_at: 0, made_by: 'system' },
    })
    .execute();
  await db
    .insertInto('family_member')
    .values({
      ...{ region_id: 1, family_id: familyId, member_id: memberId, passholder_id: from.passholderId },
      ...{ from_day: '2026-01-01', until_day: null, added_at: 0, added_by: 'system' },
      ...{ ended_at: null, ended_by: null },
    })
    .execute();
  expect((await send(into, await wishFor(into, from))).status).toBe(200);
  const members = await db
    .selectFrom('family_member')
    .select(['member_id', 'passholder_id', 'until_day'])
    .where('family_id', '=', familyId)
    .execute();
  expect(members.find((member) => member.member_id === memberId)?.until_day).toBe('2026-11-23');
  const place = members.find((member) => member.until_day === null);
  expect(place?.passholder_id).toBe(into.passholderId);
  const family = await db
    .selectFrom('family')
    .select(['n', 'contact_id'])
    .where('family_id', '=', familyId)
    .execute();
  expect(family).toEqual([{ n: 2, contact_id: place?.member_id }]);
});

test('only who may change both, and never a file with itself', async () => {
  const [into, from] = [await known(), await known(DIKSMUIDE)];
  expect((await send(into, await wishFor(into, from))).status).toBe(403);
  const near = await known();
  const wish = await wishFor(into, near);
  expect(await send(into, { ...wish, other: into.passholderId, otherBasedOn: wish.basedOn })).toMatchObject({
    code: 'same-file',
  });
});
