// The picture in a file, over HTTP and on real tables: small, of nobody else, and gone when it is replaced.
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PassholderCopy, PassholderFile } from '#domain/passholder-api.ts';
import { limits } from '#domain/kernel/limits.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER } from '#tests/_support/people-builder.ts';
import { smallJpeg } from '#tests/_support/small-jpeg.ts';

const NOW = Date.UTC(2026, 10, 23, 10);

let world: DeskWorld;
let desk: DeskClient;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  desk = await world.client('desk');
});
afterAll(() => world.close());

async function somebody(nisCode = IEPER): Promise<string> {
  const { passholderId } = await world.card();
  await world.context.db
    .updateTable('passholder')
    .set({ nis_code: nisCode })
    .where('passholder_id', '=', passholderId)
    .execute();
  return passholderId;
}
const put = (id: string, data: string | null, by = desk): Promise<Answer> =>
  by.put(`/api/passholders/${id}/picture`, { data });
const send = (id: string, mark: number): Promise<Answer> => put(id, textOf(mark));
const textOf = (mark: number): string => smallJpeg(480, 360, mark).toString('base64url');
const fileOf = async (id: string): Promise<PassholderFile> =>
  PassholderFile.parse((await desk.get(`/api/passholders/${id}`)).body);
const actsOn = async (id: string): Promise<string[]> => {
  const rows = await world.context.db
    .selectFrom('audit_entry')
    .select('action')
    .where('subject', '=', `passholder:${id}`)
    .where('action', 'like', 'picture-%')
    .orderBy('audit_id')
    .execute();
  return rows.map(({ action }) => action);
};

test('kept, read with the file and in the copy for the person, replaced, taken away; each stands in the log', async () => {
  const id = await somebody();
  expect((await fileOf(id)).picture).toBeNull();
  expect(await send(id, 1)).toMatchObject({ status: 200, body: { pictureAt: NOW } });
  expect((await fileOf(id)).picture).toEqual({ mediaType: 'image/jpeg', data: textOf(1), at: NOW });
  await send(id, 2);
  const copy = PassholderCopy.parse((await desk.post(`/api/passholders/${id}/copy`, {})).body);
  expect(copy.file.picture?.data).toBe(textOf(2));
  // Of the first one no byte is left.
  const { rows } = await sql<{ bytes: Buffer }>`select bytes from passholder_picture`.execute(
    world.context.db,
  );
  expect(rows.map(({ bytes }) => bytes)).toEqual([smallJpeg(480, 360, 2)]);
  expect(await put(id, null)).toMatchObject({ status: 200, body: { pictureAt: null } });
  expect(await put(id, null)).toMatchObject({ status: 200 });
  expect((await fileOf(id)).picture).toBeNull();
  expect(await actsOn(id)).toEqual(['picture-set', 'picture-set', 'picture-removed']);
});

test.each([
  ['a text', Buffer.from('Dit is geen foto, al heet het foto.jpg').toString('base64url'), 'picture-none'],
  ['no base64url', 'geen+foto', 'picture-none'],
  ['nothing', '', 'picture-none'],
  ['too wide', smallJpeg(481, 10).toString('base64url'), 'picture-too-wide'],
])('%s is refused, and what was there stays', async (_, data, code) => {
  const id = await somebody();
  await send(id, 3);
  expect(await put(id, data)).toMatchObject({ status: 422, code });
  expect((await fileOf(id)).picture?.data).toBe(textOf(3));
});

test('a large one is refused before it is decoded', async () => {
  const id = await somebody();
  expect(await put(id, 'A'.repeat(limits.pictureBase64Max + 1))).toMatchObject({
    status: 422,
    code: 'invalid',
  });
  expect(await put(id, 'A'.repeat(limits.bodyBytesMax))).toMatchObject({ status: 413 });
});

test('of somebody of another municipality nobody here sets one', async () => {
  const id = await somebody('32003');
  expect(await send(id, 4)).toMatchObject({ status: 403, code: 'not-allowed' });
  expect(await actsOn(id)).toEqual([]);
});

test('ten at once: one of them stands', async () => {
  const id = await somebody();
  const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => send(id, 10 + i)));
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
  const standing = (await fileOf(id)).picture?.data;
  expect(answers.map((_, i) => textOf(10 + i))).toContain(standing);
});
