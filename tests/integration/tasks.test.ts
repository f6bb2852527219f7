// Tasks between counters, over HTTP and on real tables: who sees which, done once, nothing more than what is needed, gone with
// the person.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PassholderCopy, PassholderFile } from '#domain/passholder-api.ts';
import { TaskList } from '#domain/task-api.ts';
import { limits } from '#domain/kernel/limits.ts';
import { tidyUp } from '#server/housekeeping.ts';
import { addTask } from '#server/tasks/service.ts';
import type { DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const DIKSMUIDE = '32003';

let world: DeskWorld;
let desk: DeskClient;
let admin: DeskClient;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  desk = await world.client('desk');
  admin = await world.client('admin');
});
afterAll(() => world.close());

async function asked(
  passholderId: string,
  { from = DIKSMUIDE, to = IEPER }: { from?: string; to?: string } = {},
): Promise<string> {
  const taskId = randomUUID();
  const task = { kind: 'known-here', from, to, passholderId, number: null } as const;
  await world.context.db
    .transaction()
    .execute((trx) => addTask(trx, 1, taskId, task, { at: NOW, actor: 'user:somebody' }));
  return taskId;
}
const listOf = async (client: DeskClient): Promise<TaskList> =>
  TaskList.parse((await client.get('/api/tasks')).body);

test('the side it is for sees the file, the side that asks sees that it waits', async () => {
  const { passholderId } = await world.card();
  const [here, there] = [
    await asked(passholderId),
    await asked(passholderId, { from: IEPER, to: DIKSMUIDE }),
  ];
  const list = await listOf(desk);
  expect(list.open.map(({ taskId }) => taskId)).toContain(here);
  expect(list.open.find(({ taskId }) => taskId === here)).toMatchObject({
    ...{ fromName: 'Diksmuide', toName: 'Ieper', passholderId, number: null, doneAt: null },
  });
  expect(list.asked.find(({ taskId }) => taskId === there)).toMatchObject({
    ...{ toName: null, passholderId: null, doneBy: null },
  });
  expect(await desk.post(`/api/tasks/${there}/done`, {})).toMatchObject({ status: 403 });
});

test('asked again it is one task; done, it may be asked anew', async () => {
  const { passholderId } = await world.card();
  const [first] = [await asked(passholderId), await asked(passholderId)];
  const waiting = async (): Promise<number> =>
    (await listOf(desk)).open.filter((line) => line.passholderId === passholderId).length;
  expect(await waiting()).toBe(1);
  expect((await desk.post(`/api/tasks/${first}/done`, {})).status).toBe(200);
  expect(await waiting()).toBe(0);
  await asked(passholderId);
  expect(await waiting()).toBe(1);
});

test('ten presses at once: done once, and a colleague hears that it was', async () => {
  const { passholderId } = await world.card();
  const taskId = await asked(passholderId);
  const presses = await Promise.all(
    Array.from({ length: 10 }, (_, i) => (i % 2 ? admin : desk).post(`/api/tasks/${taskId}/done`, {})),
  );
  const good = presses.filter(({ status }) => status === 200);
  const late = presses.filter(({ code }) => code === 'task-done-already');
  expect([good.length, late.length]).toEqual([5, 5]);
  const { rows } = await world.context.db
    .selectFrom('audit_entry')
    .select('actor')
    .where('action', '=', 'task-done')
    .where('subject', '=', `passholder:${passholderId}`)
    .execute()
    .then((entries) => ({ rows: entries }));
  expect(rows).toHaveLength(1);
  expect((await listOf(desk)).done.find((line) => line.taskId === taskId)?.doneAt).toBe(NOW);
});

test('it stands in the copy for the person, and goes when the person is erased', async () => {
  const { passholderId } = await world.card();
  await asked(passholderId);
  const copy = PassholderCopy.parse((await admin.post(`/api/passholders/${passholderId}/copy`, {})).body);
  expect(copy.tasks).toMatchObject([{ kind: 'known-here', fromName: 'Diksmuide', toName: 'Ieper' }]);
  const { n } = PassholderFile.parse((await admin.get(`/api/passholders/${passholderId}`)).body);
  const { organisationId } = world.staffed.organisations.bib;
  const erased = await admin.post(`/api/passholders/${passholderId}/acts`, {
    ...{ actId: randomUUID(), organisationId, basedOn: n, act: { kind: 'erase' } },
  });
  expect(erased.status).toBe(200);
  const left = await world.context.db
    .selectFrom('desk_task')
    .select('task_id')
    .where('passholder_id', '=', passholderId)
    .execute();
  expect(left).toEqual([]);
});

test('one that was done goes after a season, one that waits stays', async () => {
  const { passholderId } = await world.card();
  const { passholderId: other } = await world.card();
  const [done, open] = [await asked(passholderId), await asked(other)];
  await desk.post(`/api/tasks/${done}/done`, {});
  world.setNow(NOW + limits.taskKeptMs + 1);
  await tidyUp(world.context);
  world.setNow(NOW);
  const left = await world.context.db.selectFrom('desk_task').select('task_id').execute();
  const ids = left.map((row) => row.task_id);
  expect(ids).toContain(open);
  expect(ids).not.toContain(done);
});

test('what a task says is never changed', async () => {
  const { passholderId } = await world.card();
  const taskId = await asked(passholderId);
  const change = world.context.db
    .updateTable('desk_task')
    .set({ to_nis: DIKSMUIDE })
    .where('task_id', '=', taskId)
    .execute();
  await expect(change).rejects.toThrow();
});
