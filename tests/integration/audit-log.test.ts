// Reading the audit at the desk: who did what, who looked at whom, page by page, and who may.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AuditPage, AuditPeople, type AuditRow } from '#domain/audit-api.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import type { DeskClient } from '#tests/_support/desk-client.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
let world: DeskWorld;
let admin: DeskClient;
let auditor: DeskClient;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  admin = await world.client('admin');
  auditor = await world.client('auditor');
});
afterAll(() => world.close());

const page = async (query = '', by = admin): Promise<AuditPage> =>
  AuditPage.parse((await by.get(`/api/audit${query}`)).body);
const told = ({ actor, action, subject }: AuditRow) => ({ by: actor.name, action, about: subject.name });

test('a look at a person is told with who looked and at whom, and an auditor hears no name', async () => {
  const { passholderId } = await world.card();
  await admin.get(`/api/passholders/${passholderId}`);
  const about = `?subject=passholder:${passholderId}`;
  const { entries } = await page(about);
  expect(told(entries[0] as AuditRow)).toEqual({
    by: 'admin',
    action: 'passholder-read',
    about: 'Noor Voorbeeld',
  });
  const masked = await page(about, auditor);
  // The administrator looked too.
  expect(masked.entries.map(({ action }) => action)).toEqual(['audit-read', 'passholder-read']);
  expect(JSON.stringify(masked)).not.toContain('Noor');
});

test('a person is found by the number of a card, of this region alone, and not by trying', async () => {
  const { passholderId, number } = await world.card();
  const find = async (by: DeskClient, asked: string) => by.post('/api/audit/subject', { number: asked });
  expect((await find(auditor, number)).body).toEqual({ subject: `passholder:${passholderId}` });
  expect((await find(await world.client('foreign'), number)).body).toEqual({ subject: null });
  expect(await find(auditor, '123')).toMatchObject({ status: 422, code: 'number-wrong' });
  let status = 200;
  for (let i = 0; i < 60 && status === 200; i += 1) ({ status } = await find(auditor, number));
  expect(status).toBe(429);
});

test('it is found by group, person and day, and the newest stands first', async () => {
  await world.activity({ title: 'Voorleesuur' });
  const made = await page('?group=activities');
  expect(told(made.entries[0] as AuditRow)).toEqual({
    by: 'bib',
    action: 'activity-created',
    about: 'Voorleesuur',
  });
  const { people } = AuditPeople.parse((await admin.get('/api/audit/people')).body);
  const bib = people.find(({ name }) => name === 'bib');
  const ofBib = await page(`?userId=${bib?.userId ?? ''}`);
  expect(new Set(ofBib.entries.map(({ actor }) => actor.name))).toEqual(new Set(['bib']));
  expect((await page('?from=2026-11-23&to=2026-11-23')).entries).not.toEqual([]);
  expect((await page('?to=2026-11-22')).entries).toEqual([]);
  expect((await page('?from=2026-11-24')).entries).toEqual([]);
});

test('page after page each entry comes once, also of one moment, and going on is not written down again', async () => {
  for (let i = 0; i < 60; i += 1) await world.activity();
  const reads = async (): Promise<number> =>
    (await page('?group=looks')).entries.filter(({ action }) => action === 'audit-read').length;
  const before = await reads();
  const seen: number[] = [];
  let next: string | null = '';
  while (next !== null) {
    const piece: AuditPage = await page(`?group=activities${next && `&before=${next}`}`);
    seen.push(...piece.entries.map(({ auditId }) => auditId));
    next = piece.next;
  }
  expect(seen.length).toBeGreaterThan(60);
  expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
  expect(await reads()).toBe(before + 2);
});

test('an export is written down as one, with what was asked', async () => {
  await page('?export=1&group=staff');
  const { entries } = await page('?group=looks');
  expect(entries.find(({ action }) => action === 'audit-exported')?.detail).toEqual({ group: 'staff' });
});

test('what is no question is refused by name, and nobody reads another region', async () => {
  for (const query of ['?before=x', '?from=2026-02-30', '?subject=a%00b', '?group=all', '?userId=1'])
    expect(await admin.get(`/api/audit${query}`), query).toMatchObject({ status: 422, code: 'invalid' });
  const foreign = await world.client('foreign');
  const { entries } = await page('', foreign);
  expect(entries.map(({ actor }) => actor.name)).not.toContain('admin');
  expect((await world.bib.get('/api/audit')).status).toBe(403);
});
