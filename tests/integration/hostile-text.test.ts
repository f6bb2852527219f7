// Text and times that no screen can show and no database can keep: a clear answer or a cleaned text, never a 500.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DeskActivity, DeskDevice } from '#domain/desk-api.ts';
import { limits } from '#domain/kernel/limits.ts';
import { DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { TestPhone } from '#tests/_support/test-phone.ts';

const NUL = '\u0000';
const LONE_SURROGATE = '\uD800';
const RIGHT_TO_LEFT = '\u202E';
const ZERO_WIDTH = '\u200B';

let world: DeskWorld;
let activity: DeskActivity;
beforeAll(async () => {
  world = await openDeskWorld();
  activity = await world.activity();
});
afterAll(() => world.close());

const input = (over: Record<string, unknown>) => ({
  organisationId: world.staffed.organisations.bib.organisationId,
  title: 'Voorlezen',
  place: 'Leeszaal',
  points: 1,
  limit: null,
  marginBeforeMin: null,
  marginAfterMin: null,
  occurrences: [{ startsAt: 0, endsAt: 3_600_000 }],
  ...over,
});

describe('what people type', () => {
  test('invisible characters leave a title, and one of nothing else is empty', async () => {
    const title = ` ${RIGHT_TO_LEFT}Voor${NUL}lezen${ZERO_WIDTH}\tvoor\n👩‍👧${LONE_SURROGATE} `;
    const made = await world.bib.post('/api/activities', input({ title }));
    expect(DeskActivity.parse(made.body).title).toBe('Voorlezen voor 👩‍👧');
    const empty = await world.bib.post('/api/activities', input({ title: ZERO_WIDTH + NUL }));
    expect(empty).toMatchObject({ status: 422, code: 'invalid', body: { fields: [{ path: 'title' }] } });
  });

  test('so it is for the name of a phone', async () => {
    const { organisationId } = activity;
    const link = await world.bib.post('/api/enrol-links', {
      organisationId,
      activityIds: [activity.activityId],
    });
    const { code } = link.body as { code: string };
    const ask = {
      protocol: 1,
      code,
      publicKey: new TestPhone().publicKey,
      appVersion: '1',
      platform: 'test',
    };
    const asked = await world.bib.post('/api/enrol', { ...ask, name: `In${NUL}kom${LONE_SURROGATE}` });
    expect(asked.status).toBe(200);
    const { device } = asked.body as { device: string };
    const renamed = await world.bib.post(`/api/devices/${device}/rename`, { name: `${RIGHT_TO_LEFT}Deur` });
    expect(DeskDevice.parse(renamed.body).name).toBe('Deur');
  });

  test('a search for it is an ordinary search', async () => {
    const found = await world.bib.get('/api/activities?q=%00');
    expect(found.status).toBe(200);
  });
});

describe('what programs send', () => {
  test('a link of nonsense is no link', async () => {
    const stranger = new DeskClient(world.app, '198.51.100.7');
    const reset = { token: `a${NUL}`, newPassword: 'een lang wachtwoord' };
    expect(await stranger.post('/api/auth/reset-password', reset)).toMatchObject({ status: 422 });
  });

  test.each<[string, { region?: string; report?: object }]>([
    ['region', { region: `west${NUL}hoek` }],
    ['platform', { report: { platform: NUL } }],
    ['version', { report: { appVersion: LONE_SURROGATE } }],
  ])('a sync with nonsense for its %s is malformed', async (_, over) => {
    const phone = await world.phone([activity.activityId]);
    const { report } = JSON.parse(phone.request([]).body) as { report: object };
    const sent = phone.request([], { ...over, report: { ...report, ...over.report } as never });
    expect(await post(sent)).toEqual([400, 'malformed']);
  });

  test('a run beyond the highest sequence number is malformed', async () => {
    const phone = await world.phone([activity.activityId]);
    phone.append(randomUUID(), '{}', '{}');
    phone.append(randomUUID(), '{}', '{}');
    const beyond = phone.request([{ ...phone.run(), fromSeq: limits.seqMax }]);
    expect(await post(beyond)).toEqual([400, 'malformed']);
  });

  const post = async ({ body, signature }: { body: string; signature: string }): Promise<unknown[]> => {
    const response = await world.app.request('/api/sync', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'streekbalie-signature': signature },
      body,
    });
    return [response.status, ((await response.json()) as { code?: string }).code];
  };
});

test.each([
  ['no calendar has', 9e15],
  ['nobody lives to see', Date.UTC(2300, 0)],
  ['is before the calendar', -1],
])('an activity at a moment that %s is refused', async (_, startsAt) => {
  const occurrences = [{ startsAt, endsAt: startsAt + 3_600_000 }];
  const made = await world.bib.post('/api/activities', input({ occurrences }));
  expect(made).toMatchObject({ status: 422, code: 'invalid' });
});
