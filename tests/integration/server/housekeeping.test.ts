// Old rows go; what a phone may still name, and what is still good, stays.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { limits } from '#domain/kernel/limits.ts';
import { tidyUp } from '#server/housekeeping.ts';
import { ingest } from '#server/sync/ingest.ts';
import { EVENING, REGION_ID, openRegion, type TestRegion } from '#tests/_support/region.ts';
import { openTestContext, type TestServer } from '#tests/_support/test-context.ts';
import { TestPhone } from '#tests/_support/test-phone.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;
let server: TestServer;
let region: TestRegion;

beforeEach(async () => {
  server = await openTestContext(EVENING);
  region = await openRegion(server.context.config.databaseUrl ?? '');
});
afterEach(async () => {
  expect(await region.brokenLaws()).toEqual([]);
  await region.close();
  await server.close();
});

async function rememberAnswers(deviceId: string, times: readonly number[]): Promise<void> {
  await sql`
    insert into device_sync (region_id, device_id, sync_no, server_time)
    select ${REGION_ID}, ${deviceId}, no, time from unnest(${times}::bigint[]) with ordinality as t (time, no)
  `.execute(server.context.db);
}

async function countOf(table: string): Promise<number | undefined> {
  const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(
    server.context.db,
  );
  return rows[0]?.n;
}

test('scans of weeks ago keep their time: a true clock stands, a wrong one is at most an hour before the answer', async () => {
  const [longAgo, lately] = [EVENING - 20 * DAY, EVENING - 2 * DAY];
  const activityId = await region.activity({ limit: null, startsAt: EVENING - 30 * DAY, endsAt: EVENING });
  const { number } = await region.card();
  const phone = new TestPhone();
  await region.enrol(phone, [activityId]);
  await server.context.db
    .updateTable('device')
    .set({ enrolled_at: EVENING - 25 * DAY })
    .execute();
  const answers = [longAgo, lately].flatMap((from) =>
    Array.from({ length: 24 }, (_, i) => from + i * 7 * MINUTE + i),
  );
  await rememberAnswers(phone.id, answers);

  const scans = answers.map((serverTime, index) => {
    const anchor = { serverTime, syncNo: index + 1, monoMs: null };
    return {
      serverTime,
      honest: phone.checkIn({ activityId, number }, serverTime + 2 * MINUTE, { anchor }),
      behind: phone.checkIn({ activityId, number }, serverTime - YEAR, { anchor }),
    };
  });
  expect(await tidyUp(server.context)).toMatchObject({ device_sync: 24 - 3 });
  expect(await countOf('device_sync')).toBe(3 + 24);

  await ingest(
    region.db,
    { fingerprint: new Uint8Array(32) },
    {
      regionId: REGION_ID,
      regionSlug: 'westhoek',
      deviceId: phone.id,
      runs: [phone.run()],
      headSeq: 0,
      receivedAt: EVENING,
    },
  );
  const rows = await region.db.selectFrom('visit').select(['command_id', 'at', 'note']).execute();
  const visits = new Map(rows.map((row) => [row.command_id, row]));
  for (const { serverTime, honest, behind } of scans) {
    expect(visits.get(honest.id)).toMatchObject({ at: serverTime + 2 * MINUTE, note: null });
    const { at = 0, note } = visits.get(behind.id) ?? {};
    expect(note).toBe('clock-uncertain');
    expect(at).toBeLessThanOrEqual(serverTime);
    expect(at).toBeGreaterThan(serverTime - (serverTime < EVENING - limits.anchorsAllKeptMs ? HOUR : 1));
  }
});

test('what is over goes, what is still good stays', async () => {
  const { db } = server.context;
  const user = await db
    .insertInto('auth_user')
    .values({ name: 'Els', email: 'els@gemeente.example' })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const at of [EVENING - 1, EVENING + HOUR]) {
    await sql`insert into auth_session (user_id, token, expires_at) values (${user.id}, ${`token ${at}`}, ${new Date(at)})`.execute(
      db,
    );
    await sql`insert into auth_verification (identifier, value, expires_at) values (${`link ${at}`}, 'x', ${new Date(at)})`.execute(
      db,
    );
  }
  for (const [index, expiresAt] of [
    EVENING - limits.enrolLinkKeptMs - 1,
    EVENING - HOUR,
    EVENING + MINUTE,
  ].entries()) {
    await db
      .insertInto('enrol_link')
      .values({
        region_id: REGION_ID,
        link_id: randomUUID(),
        code_hash: Buffer.from([index]),
        organisation_id: region.organisationId,
        activity_ids: [],
        created_by: 'test',
        created_at: expiresAt - limits.enrolLinkMs,
        expires_at: expiresAt,
        used_at: null,
        device_id: null,
      })
      .execute();
  }
  for (const expiresAt of [EVENING - limits.invitationKeptMs - 1, EVENING - HOUR]) {
    await db
      .insertInto('invitation')
      .values({
        region_id: REGION_ID,
        invitation_id: randomUUID(),
        email: `els.${String(expiresAt)}@gemeente.example`,
        role: 'auditor',
        place_kind: 'region',
        nis_code: null,
        organisation_id: null,
        token_hash: Buffer.from(String(expiresAt)),
        created_at: expiresAt - limits.invitationMs,
        created_by: 'test',
        expires_at: expiresAt,
        accepted_at: null,
      })
      .execute();
  }
  for (const createdAt of [EVENING - limits.mailKeptMs - 1, EVENING - HOUR]) {
    await db
      .insertInto('outgoing_mail')
      .values({
        region_id: REGION_ID,
        mail_id: randomUUID(),
        recipient: 'els@gemeente.example',
        subject: 'Streekbalie',
        body: null,
        created_at: createdAt,
        next_attempt_at: createdAt,
        sent_at: createdAt,
        last_error: null,
      })
      .execute();
  }
  expect(await tidyUp(server.context)).toEqual({
    device_sync: 0,
    auth_session: 1,
    auth_verification: 1,
    enrol_link: 1,
    invitation: 1,
    outgoing_mail: 1,
    desk_task: 0,
    uitdatabank_import: 0,
    bulk_list: 0,
  });
  expect(await countOf('invitation')).toBe(1);
  expect(await countOf('outgoing_mail')).toBe(1);
  expect(await countOf('auth_session')).toBe(1);
  expect(await countOf('auth_verification')).toBe(1);
  expect(await countOf('enrol_link')).toBe(2);
});

test('two processes at once delete each row once, in more than one batch', async () => {
  const hours = 3;
  const answers = 2 * limits.tidyBatchRows + 500;
  const start = EVENING - 30 * DAY - (EVENING % HOUR);
  await rememberAnswers(
    randomUUID(),
    Array.from({ length: answers }, (_, i) => start + Math.floor((i * hours * HOUR) / answers)),
  );
  const deleted = await Promise.all([tidyUp(server.context), tidyUp(server.context)]);
  const total = deleted.reduce((sum, rows) => sum + (rows['device_sync'] ?? 0), 0);
  expect(total).toBe(answers - hours);
  expect(await countOf('device_sync')).toBe(hours);
});
