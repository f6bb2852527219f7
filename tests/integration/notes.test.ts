// Notes on a file, over HTTP and on real tables: who wrote what when, withdrawn with a reason, in the copy for the person, gone with it.
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PassholderCopy, PassholderFile } from '#domain/passholder-api.ts';
import type { PassholderAct } from '#domain/passholders/passholder-command.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER, aPerson } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 10);

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
afterAll(() => world.close());

type Known = Awaited<ReturnType<DeskWorld['card']>>;
async function known(): Promise<Known> {
  const card = await world.card();
  await world.context.db
    .updateTable('passholder')
    .set({ nis_code: IEPER })
    .where('passholder_id', '=', card.passholderId)
    .execute();
  return card;
}
const fileOf = async (id: string): Promise<PassholderFile> =>
  PassholderFile.parse((await desk.get(`/api/passholders/${id}`)).body);
async function act(id: string, asked: PassholderAct, by = desk): Promise<Answer> {
  const { n } = await fileOf(id);
  return by.post(`/api/passholders/${id}/acts`, {
    ...{ actId: randomUUID(), organisationId, basedOn: n, act: asked },
  });
}
const add = (id: string, noteId: string, text = 'Belt liever na vier uur'): Promise<Answer> =>
  act(id, { kind: 'add-note', noteId, text });

test('a note says who and when; withdrawn it stays to be read, with the reason, once', async () => {
  const { passholderId } = await known();
  const noteId = randomUUID();
  expect((await add(passholderId, noteId)).status).toBe(200);
  expect((await add(passholderId, noteId)).code).toBe('note-known');
  expect((await fileOf(passholderId)).notes).toMatchObject([
    { noteId, text: 'Belt liever na vier uur', at: NOW, by: 'desk', withdrawn: null },
  ]);
  const withdraw = { kind: 'withdraw-note', noteId, because: 'nieuw uur' } as const;
  expect((await act(passholderId, withdraw, admin)).status).toBe(200);
  expect((await act(passholderId, withdraw)).code).toBe('note-withdrawn');
  expect((await act(passholderId, { ...withdraw, noteId: randomUUID() })).code).toBe('note-unknown');
  const [note] = (await fileOf(passholderId)).notes ?? [];
  expect(note?.withdrawn).toEqual({ at: NOW, by: 'admin', because: 'nieuw uur' });
});

test('the history tells that, the note what: its text stands nowhere else', async () => {
  const { passholderId } = await known();
  await add(passholderId, randomUUID(), 'Kwinkelerende notitie');
  const { history } = await fileOf(passholderId);
  expect(history?.map(({ kind }) => kind)).toContain('note-added');
  expect(JSON.stringify(history)).not.toContain('Kwinkelerende');
  const audit = await world.context.db.selectFrom('audit_entry').selectAll().execute();
  expect(JSON.stringify(audit)).not.toContain('Kwinkelerende');
});

test('in the copy for the person, without the clerk; an erasure takes the text along', async () => {
  const [{ passholderId }, other] = [await known(), await known()];
  await add(other.passholderId, randomUUID(), 'Verdwijnende notitie');
  // Written in a file that went into this one.
  const [a, b] = [await fileOf(passholderId), await fileOf(other.passholderId)];
  const merged = await desk.post(`/api/passholders/${passholderId}/merge`, {
    ...{ actId: randomUUID(), organisationId, other: other.passholderId, basedOn: a.n, otherBasedOn: b.n },
    ...{ person: aPerson(), stays: [other.number] },
  });
  expect(merged.status).toBe(200);
  const copy = PassholderCopy.parse((await desk.post(`/api/passholders/${passholderId}/copy`, {})).body);
  expect(copy.file.notes).toMatchObject([{ text: 'Verdwijnende notitie', by: null }]);
  const noteId = copy.file.notes?.[0]?.noteId ?? '';
  expect((await act(passholderId, { kind: 'withdraw-note', noteId, because: 'dubbel' })).status).toBe(200);
  expect((await act(passholderId, { kind: 'erase' }, admin)).status).toBe(200);
  const { rows } = await sql<{ found: boolean }>`
    select exists (select from passholder_event e where e::text like '%Verdwijnende%' or e::text like '%dubbel%')
      or exists (select from passholder p where p::text like '%Verdwijnende%') as found`.execute(
    world.context.db,
  );
  expect(rows[0]?.found).toBe(false);
});
