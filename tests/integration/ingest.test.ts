import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { toBase64url } from '#domain/kernel/bytes.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { Run } from '#domain/sync/exchange.ts';
import type { DeskCommand } from '#server/checkins/desk-command.ts';
import { getDeskDevice } from '#server/devices/desk-device.ts';
import { randomIds } from '#server/ids.ts';
import { createDeskSubmission } from '#server/sync/desk-commands.ts';
import { ingest, type IngestRequest } from '#server/sync/ingest.ts';
import { postgresSyncDatabase } from '#server/sync/postgres-sync-database.ts';
import type { BatchResult } from '#server/sync/process-batch.ts';
import { freshDatabase, type FreshDatabase } from '#tests/_support/database.ts';
import { EVENING, REGION_ID, openRegion, type TestRegion } from '#tests/_support/region.ts';
import { TestPhone } from '#tests/_support/test-phone.ts';
import { testKeys } from '#tests/_support/test-context.ts';

const MINUTE = 60_000;
const keys = { fingerprint: new Uint8Array(32).fill(7) };
let database: FreshDatabase;
let region: TestRegion;

beforeEach(async () => {
  database = await freshDatabase();
  region = await openRegion(database.url);
});
afterEach(async () => {
  expect(await region.brokenLaws()).toEqual([]);
  await region.close();
  await database.drop();
});

async function send(
  phone: TestPhone,
  runs: Run[] = [phone.run()],
  over: Partial<IngestRequest> = {},
): Promise<BatchResult> {
  const request = {
    regionId: REGION_ID,
    regionSlug: 'westhoek',
    deviceId: phone.id,
    runs,
    headSeq: 0,
    receivedAt: EVENING + 60 * MINUTE,
    ...over,
  };
  const results = await ingest(region.db, keys, request);
  const last = results[results.length - 1];
  if (!last) throw new Error('no result');
  return last;
}

async function phoneAt(activityId: string, name = 'Inkom 1'): Promise<TestPhone> {
  const phone = new TestPhone();
  await region.enrol(phone, [activityId], name);
  return phone;
}

const deskHere = (): Promise<string> =>
  getDeskDevice({ db: region.db, clock: { now: () => EVENING }, ids: randomIds }, REGION_ID, {
    organisationId: region.organisationId,
    name: 'Bibliotheek Ieper',
  });
const submitDesk = (deviceId: string, commands: readonly DeskCommand[]) =>
  createDeskSubmission({ db: region.db, keys: testKeys(), ids: randomIds })(
    { regionId: REGION_ID, deviceId },
    commands,
    EVENING + 60 * MINUTE,
  );

describe('a batch', () => {
  it('gives a point for a visit, with a receipt whose hash is the phone’s own', async () => {
    const activityId = await region.activity();
    const { number, passholderId } = await region.card();
    const phone = await phoneAt(activityId);
    const made = phone.checkIn({ activityId, number }, EVENING + MINUTE);
    const result = await send(phone);
    expect(result.receipts).toEqual([
      { from: 1, to: 1, hash: toBase64url(made.hash), receivedAt: EVENING + 60 * MINUTE },
    ]);
    expect(result.rulings).toMatchObject([{ commandId: made.id, n: 1, outcome: 'accepted', points: 1 }]);
    expect(await region.balance(passholderId)).toBe(1);
  });

  it('answers a replay with the same receipt and the same ruling, and posts nothing again', async () => {
    const activityId = await region.activity();
    const { number, passholderId } = await region.card();
    const phone = await phoneAt(activityId);
    phone.checkIn({ activityId, number }, EVENING + MINUTE);
    const first = await send(phone);
    const again = await send(phone);
    expect(again.receipts.map(({ hash }) => hash)).toEqual(first.receipts.map(({ hash }) => hash));
    expect(again.rulings).toEqual(first.rulings);
    expect(await region.balance(passholderId)).toBe(1);
  });

  it('counts the same card once a day and says which visit counted', async () => {
    const activityId = await region.activity();
    const { number, passholderId } = await region.card();
    const phone = await phoneAt(activityId);
    const first = phone.checkIn({ activityId, number }, EVENING + MINUTE);
    const second = phone.checkIn({ activityId, number }, EVENING + 2 * MINUTE);
    const { rulings } = await send(phone);
    expect(rulings.find(({ commandId }) => commandId === second.id)).toMatchObject({
      outcome: 'duplicate',
      because: { of: first.id, at: EVENING + MINUTE, device: phone.id },
      points: 0,
    });
    expect(await region.balance(passholderId)).toBe(1);
  });

  it('follows up when an earlier visit arrives later: rulings change hands, the balance does not', async () => {
    const activityId = await region.activity();
    const { number, passholderId } = await region.card();
    const [one, two] = [await phoneAt(activityId, 'Inkom 1'), await phoneAt(activityId, 'Inkom 2')];
    const late = one.checkIn({ activityId, number }, EVENING + 30 * MINUTE);
    const early = two.checkIn({ activityId, number }, EVENING + 10 * MINUTE);
    await send(one);
    const result = await send(two);
    expect(result.touchedDeviceIds).toContain(one.id);
    const standing = await region.standing();
    expect(standing.get(early.id)).toBe('accepted');
    expect(standing.get(late.id)).toBe('duplicate');
    expect(await region.balance(passholderId)).toBe(1);
  });

  it('undoes a visit, and lets the next one count', async () => {
    const activityId = await region.activity();
    const { number, passholderId } = await region.card();
    const [one, two] = [await phoneAt(activityId, 'Inkom 1'), await phoneAt(activityId, 'Inkom 2')];
    const first = one.checkIn({ activityId, number }, EVENING + MINUTE);
    await send(one);
    const second = two.checkIn({ activityId, number }, EVENING + 2 * MINUTE);
    await send(two);
    one.undo({ target: first.id }, EVENING + 3 * MINUTE);
    await send(one);
    const standing = await region.standing();
    expect(standing.get(first.id)).toBe('refused:undone');
    expect(standing.get(second.id)).toBe('accepted');
    expect(await region.balance(passholderId)).toBe(1);
  });

  it('lets an undo wait for its check-in', async () => {
    const activityId = await region.activity();
    const { number, passholderId } = await region.card();
    const phone = await phoneAt(activityId);
    const first = phone.checkIn({ activityId, number }, EVENING + MINUTE);
    const undo = phone.undo({ target: first.id }, EVENING + 2 * MINUTE);
    await send(phone, [phone.run(2, 2)]);
    expect((await region.standing()).get(undo.id)).toBe('pending:awaiting-target');
    const result = await send(phone, [phone.run(1, 1)]);
    expect(result.custody.ackedSeq).toBe(2);
    const standing = await region.standing();
    expect(standing.get(undo.id)).toBe('accepted');
    expect(standing.get(first.id)).toBe('refused:undone');
    expect(await region.balance(passholderId)).toBe(0);
  });

  it('lets an undo wait while its check-in is held: a release must not count what was undone', async () => {
    const activityId = await region.activity();
    const phone = await phoneAt(activityId);
    await region.db
      .updateTable('device')
      .set({ state: 'revoked', revoked_after_seq: 0 })
      .where('device_id', '=', phone.id)
      .execute();
    const held = phone.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    await send(phone);
    const deskId = await deskHere();
    const result = await submitDesk(deskId, [
      { id: randomUUID(), kind: 'undo-check-in', payload: { target: held.id } },
    ]);
    expect(result).toMatchObject([{ n: 1, outcome: 'pending', code: 'awaiting-target' }]);
    expect((await region.standing()).get(held.id)).toBe('quarantined:device-revoked');
  });

  it('keeps an undo waiting, with the ruling it has, when its check-in comes and is held', async () => {
    const activityId = await region.activity();
    const phone = await phoneAt(activityId);
    const id = randomUUID();
    const [early] = await submitDesk(await deskHere(), [
      { id: randomUUID(), kind: 'undo-check-in', payload: { target: id } },
    ]);
    expect(early).toMatchObject({ n: 1, outcome: 'pending' });
    await region.db
      .updateTable('device')
      .set({ state: 'revoked', revoked_after_seq: 0 })
      .where('device_id', '=', phone.id)
      .execute();
    phone.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE, { id });
    await send(phone);
    const rulings = await region.db.selectFrom('ruling').select(['command_id', 'n', 'outcome']).execute();
    expect(rulings).toHaveLength(2);
    expect(rulings).toContainEqual({ command_id: early?.commandId, n: 1, outcome: 'pending' });
  });

  it('lets an undo wait for a check-in of a kind that only a newer server understands', async () => {
    const activityId = await region.activity();
    const phone = await phoneAt(activityId);
    const newer = phone.checkIn({ activityId, number: '1' }, EVENING + MINUTE, { v: 2 });
    const undo = phone.undo({ target: newer.id }, EVENING + 2 * MINUTE);
    await send(phone);
    const standing = await region.standing();
    expect(standing.get(newer.id)).toBe('pending:unknown-kind');
    expect(standing.get(undo.id)).toBe('pending:awaiting-target');
  });

  it('refuses the undo of another phone', async () => {
    const activityId = await region.activity();
    const { number } = await region.card();
    const [one, two] = [await phoneAt(activityId, 'Inkom 1'), await phoneAt(activityId, 'Inkom 2')];
    const first = one.checkIn({ activityId, number }, EVENING + MINUTE);
    await send(one);
    const undo = two.undo({ target: first.id }, EVENING + 2 * MINUTE);
    await send(two);
    expect((await region.standing()).get(undo.id)).toBe('refused:undo-not-yours');
  });

  it('keeps the point of a foreign card on its own account', async () => {
    const activityId = await region.activity();
    const phone = await phoneAt(activityId);
    const foreign = phone.checkIn(
      { activityId, number: makeUitpasNumber('98765432100', '0') },
      EVENING + MINUTE,
    );
    await send(phone);
    expect((await region.standing()).get(foreign.id)).toBe('accepted-with-note:foreign');
    const accounts = await region.db
      .selectFrom('account')
      .selectAll()
      .where('kind', '=', 'foreign-card')
      .execute();
    expect(accounts.map(({ balance }) => balance)).toEqual([1]);
  });

  it('rules on each state of a card, judged at the time of the scan', async () => {
    const activityId = await region.activity();
    const phone = await phoneAt(activityId);
    const scan = async (over: Parameters<TestRegion['card']>[0]): Promise<string> => {
      const { number } = await region.card(over);
      return phone.checkIn({ activityId, number }, EVENING + MINUTE).id;
    };
    const expected = new Map([
      [await scan({ state: 'blocked' }), 'refused:card-blocked'],
      [await scan({ state: 'blocked', since: EVENING + 30 * MINUTE }), 'accepted'],
      [await scan({ state: 'replaced' }), 'accepted-with-note:card-replaced'],
      [await scan({ state: 'stock' }), 'refused:card-not-registered'],
      [await scan({ state: 'deleted' }), 'refused:card-deleted'],
      [await scan({ system: 'testregio' }), 'accepted-with-note:other-card-system'],
    ]);
    await send(phone);
    expect(await region.standing()).toEqual(expected);
  });

  it('counts scans that arrive a week later on their own day', async () => {
    const activityId = await region.activity();
    const { number, passholderId } = await region.card();
    const phone = await phoneAt(activityId);
    const made = phone.checkIn({ activityId, number }, EVENING + MINUTE);
    await send(phone, [phone.run()], { receivedAt: EVENING + 7 * 24 * 60 * MINUTE });
    expect((await region.standing()).get(made.id)).toBe('accepted');
    const visit = await region.db.selectFrom('visit').select(['at', 'period_key']).executeTakeFirstOrThrow();
    expect(visit).toEqual({ at: EVENING + MINUTE, period_key: 'D2026-11-20' });
    expect(await region.balance(passholderId)).toBe(1);
  });

  it('does not believe a clock that runs a day ahead, and favours the visitor', async () => {
    const activityId = await region.activity();
    const { number } = await region.card();
    const phone = await phoneAt(activityId);
    const made = phone.checkIn({ activityId, number }, EVENING + 24 * 60 * MINUTE);
    await send(phone);
    expect((await region.standing()).get(made.id)).toBe('accepted-with-note:clock-uncertain');
  });

  it('refuses outside the window, at an unknown activity and without enrolment, and goes on with the rest', async () => {
    const [open, closed, other] = [
      await region.activity(),
      await region.activity({ startsAt: EVENING - 10 * 60 * MINUTE, endsAt: EVENING - 8 * 60 * MINUTE }),
      await region.activity(),
    ];
    const { number } = await region.card();
    const phone = new TestPhone();
    await region.enrol(phone, [open, closed]);
    const ids = [
      phone.checkIn({ activityId: closed, number }, EVENING + MINUTE),
      phone.checkIn({ activityId: randomUUID(), number }, EVENING + MINUTE),
      phone.checkIn({ activityId: other, number }, EVENING + MINUTE),
      phone.append(randomUUID(), 'no json', '{}'),
      phone.checkIn({ activityId: open, number }, EVENING + MINUTE),
    ].map(({ id }) => id);
    const result = await send(phone);
    expect(result.custody.ackedSeq).toBe(5);
    const standing = await region.standing();
    expect(ids.map((id) => standing.get(id))).toEqual([
      'refused:activity-closed',
      'refused:activity-unknown',
      'refused:not-enrolled',
      undefined,
      'accepted',
    ]);
    expect([...standing.values()]).toContain('refused:malformed');
  });
});

describe('whom a batch tells', () => {
  it('names the activity of a refusal, and no other that the phone is enrolled for', async () => {
    const [one, two] = [await region.activity(), await region.activity()];
    const elsewhere = await region.activity();
    const blocked = await region.card({ state: 'blocked' });
    const phone = new TestPhone();
    await region.enrol(phone, [one, two]);
    phone.checkIn({ activityId: one, number: blocked.number }, EVENING + MINUTE);
    phone.checkIn({ activityId: elsewhere, number: blocked.number }, EVENING + MINUTE);
    phone.checkIn({ activityId: randomUUID(), number: blocked.number }, EVENING + MINUTE);
    expect((await send(phone)).touchedActivityIds).toEqual([one]);
    phone.checkIn({ activityId: two, number: '1' }, EVENING + MINUTE, { v: 2 });
    expect((await send(phone, [phone.run(4, 4)])).touchedActivityIds).toEqual([two]);
    expect((await send(phone)).touchedActivityIds).toEqual([]);
  });

  it('names the activity of what is held', async () => {
    const activityId = await region.activity();
    const phone = await phoneAt(activityId);
    await region.db.updateTable('device').set({ state: 'revoked', revoked_after_seq: 0 }).execute();
    phone.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    expect((await send(phone)).touchedActivityIds).toEqual([activityId]);
  });

  it('names the activity of a refusal of the desk, which is enrolled for none', async () => {
    const activityId = await region.activity();
    const { number } = await region.card({ state: 'blocked' });
    const deskId = await deskHere();
    const heard: string[] = [];
    const listener = await region.pool.connect();
    listener.on('notification', ({ payload = '' }) => heard.push(payload));
    await listener.query('listen streekbalie');
    await submitDesk(deskId, [
      { id: randomUUID(), kind: 'check-in', payload: { activityId, number, way: 'typed' } },
    ]);
    await listener.query('unlisten streekbalie');
    listener.release();
    expect(heard.map((text): unknown => JSON.parse(text))).toEqual([
      { regionId: REGION_ID, topic: 'check-ins', activityId },
    ]);
  });
});

describe('the chain', () => {
  it('asks for each signature when the run’s is bad, and keeps the good prefix', async () => {
    const activityId = await region.activity();
    const phone = await phoneAt(activityId);
    for (let i = 0; i < 3; i++)
      phone.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    const run = { ...phone.run(), signature: toBase64url(new Uint8Array(64)) };
    const asked = await send(phone, [run]);
    expect(asked.sendSignatures).toEqual([[1, 3]]);
    expect(asked.custody.ackedSeq).toBe(0);
    const signatures = phone.commands.map((command) => phone.signHead(command));
    signatures[1] = toBase64url(new Uint8Array(64));
    await send(phone, [{ ...run, signatures }]);
    const standing = await region.standing();
    expect(phone.commands.map(({ id }) => standing.get(id))).toEqual([
      'accepted',
      'quarantined:bad-signature',
      'quarantined:bad-signature',
    ]);
  });

  it('quarantines everything after a broken link and drops nothing', async () => {
    const activityId = await region.activity();
    const phone = await phoneAt(activityId);
    phone.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    await send(phone);
    const twin = phone.twin();
    twin.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    const second = twin.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    const third = twin.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    const result = await send(phone, [twin.run(2, 3)]);
    expect(result.custody).toMatchObject({ brokenAtSeq: 2, ackedSeq: 3 });
    const standing = await region.standing();
    expect([second, third].map(({ id }) => standing.get(id))).toEqual([
      'quarantined:broken-chain',
      'quarantined:broken-chain',
    ]);
  });

  it('keeps both when a place comes with other content, and changes nothing that was ruled', async () => {
    const activityId = await region.activity();
    const { number, passholderId } = await region.card();
    const phone = await phoneAt(activityId);
    phone.checkIn({ activityId, number }, EVENING + MINUTE);
    await send(phone);
    const twin = phone.twin();
    twin.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    const result = await send(phone, [twin.run()]);
    expect(result.differs).toHaveLength(1);
    expect(await region.db.selectFrom('command_conflict').select('seq').execute()).toEqual([{ seq: 1 }]);
    expect(await region.balance(passholderId)).toBe(1);
  });

  it('holds what came beyond a gap, names the gap, and goes on when it is filled', async () => {
    const activityId = await region.activity();
    const phone = await phoneAt(activityId);
    for (let i = 0; i < 5; i++)
      phone.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    const ahead = await send(phone, [phone.run(4, 5)]);
    expect(ahead.custody.ackedSeq).toBe(0);
    const filled = await send(phone, [phone.run(1, 3)]);
    expect(filled.custody.ackedSeq).toBe(5);
    expect(toBase64url(filled.custody.ackedHash)).toBe(phone.head()?.hash);
  });

  it('passes over what was held page by page, and goes on with the next request beyond the most of one', async () => {
    const phone = await phoneAt(await region.activity());
    const count = limits.heldPassedMax + 50;
    for (let i = 0; i < count; i++) phone.append(randomUUID(), '{}', '{}');
    await send(phone, [phone.run(2)]);
    const filled = await send(phone, [phone.run(1, 1)]);
    expect(filled.custody.ackedSeq).toBe(1 + limits.heldPassedMax);
    const next = await send(phone, [], { headSeq: count });
    expect(next.custody.ackedSeq).toBe(count);
    expect(toBase64url(next.custody.ackedHash)).toBe(phone.head()?.hash);
  });

  it('names gaps only as far as it looked, so that an answer stays small and the next one tells more', async () => {
    const phone = await phoneAt(await region.activity());
    const count = 2 * limits.heldPageMax + 20;
    for (let i = 0; i < count; i++) phone.append(randomUUID(), '{}', '{}');
    const evens = Array.from({ length: count / 2 }, (_, i) => phone.run(2 * i + 2, 2 * i + 2));
    await send(phone, evens, { headSeq: count });
    const { headAndHeld } = postgresSyncDatabase(region.db);
    const first = await headAndHeld(REGION_ID, phone.id, 0);
    expect(first.heldSeqs).toHaveLength(limits.heldPageMax);
    expect(first.headSeq).toBe(2 * limits.heldPageMax);
    const rest = await headAndHeld(REGION_ID, phone.id, first.headSeq);
    expect(rest.heldSeqs).toHaveLength(10);
    expect(rest.headSeq).toBe(count);
  });

  it('keeps a whole batch of other content beside what is here, each once', async () => {
    const phone = await phoneAt(await region.activity());
    const twin = phone.twin();
    for (let i = 0; i < 20; i++) {
      phone.append(randomUUID(), '{}', '{}');
      twin.append(randomUUID(), `{"twin":${i}}`, '{"with":"a \0"}');
    }
    await send(phone);
    for (const _ of ['once', 'again']) expect((await send(phone, [twin.run()])).differs).toHaveLength(20);
    const kept = await region.db
      .selectFrom('command_conflict')
      .select(['seq', 'hash', 'envelope'])
      .orderBy('seq')
      .execute();
    expect(kept).toEqual(
      twin.commands.map(({ seq, hash, wire }) => ({ seq, hash: Buffer.from(hash), envelope: wire[0] })),
    );
  });

  it('quarantines what a revoked phone had not sent before', async () => {
    const activityId = await region.activity();
    const phone = await phoneAt(activityId);
    const before = phone.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    await send(phone);
    await region.db
      .updateTable('device')
      .set({ state: 'revoked', revoked_after_seq: 1 })
      .where('device_id', '=', phone.id)
      .execute();
    const after = phone.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    await send(phone, [phone.run(2, 2)]);
    const standing = await region.standing();
    expect(standing.get(before.id)).toBe('accepted');
    expect(standing.get(after.id)).toBe('quarantined:device-revoked');
  });
});

describe('at the same time', () => {
  it('ten connections with the same card: one point, nine "already"', async () => {
    const activityId = await region.activity();
    const { number, passholderId } = await region.card();
    const phones = await Promise.all(
      Array.from({ length: 10 }, (_, i) => phoneAt(activityId, `Inkom ${i + 1}`)),
    );
    for (const [i, phone] of phones.entries()) phone.checkIn({ activityId, number }, EVENING + i * 1000);
    await Promise.all(phones.map((phone) => send(phone)));
    const outcomes = [...(await region.standing()).values()].sort();
    expect(outcomes).toEqual(['accepted', ...Array.from({ length: 9 }, () => 'duplicate')]);
    expect(await region.balance(passholderId)).toBe(1);
  });

  it('the same request twice at once counts once', async () => {
    const activityId = await region.activity();
    const { number, passholderId } = await region.card();
    const phone = await phoneAt(activityId);
    phone.checkIn({ activityId, number }, EVENING + MINUTE);
    await Promise.all([send(phone), send(phone), send(phone)]);
    expect(await region.balance(passholderId)).toBe(1);
    expect(await region.db.selectFrom('ruling').select('n').execute()).toHaveLength(1);
  });
});

describe('the database itself', () => {
  it('refuses to change or delete a ruling or a posting', async () => {
    const activityId = await region.activity();
    const phone = await phoneAt(activityId);
    phone.checkIn({ activityId, number: (await region.card()).number }, EVENING + MINUTE);
    await send(phone);
    await expect(region.db.updateTable('ruling').set({ points: 5 }).execute()).rejects.toThrow(
      /never changed/,
    );
    await expect(region.db.deleteFrom('posting').execute()).rejects.toThrow(/never changed/);
    await expect(region.db.deleteFrom('command').execute()).rejects.toThrow(/never changed/);
    await expect(region.db.updateTable('command').set({ envelope: '{}' }).execute()).rejects.toThrow(
      /never changed/,
    );
  });
});
