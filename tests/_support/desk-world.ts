// A desk at work: Bibliotheek Ieper with one open activity, some cards, and a phone at the door.
import { randomUUID } from 'node:crypto';
import { DeskActivity } from '#domain/desk-api.ts';
import type { CardState } from '#domain/cards/card-facts.ts';
import { makeUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { createApp } from '#server/app.ts';
import { insertPeople } from '#server/demo/people-store.ts';
import { insertDevice } from '#server/devices/repository.ts';
import { DeskClient } from './desk-client.ts';
import { PASSWORD, emailOf, staffRegions } from './staffed-region.ts';
import { openTestContext } from './test-context.ts';
import { TestPhone } from './test-phone.ts';

const HOUR_MS = 3_600_000;

export type DeskWorld = Awaited<ReturnType<typeof openDeskWorld>>;

/**
 * The latest three o'clock in the afternoon (four in summer): half an hour before it is the same civil day. With the time of
 * the machine a test about one day fails for whoever runs it just after midnight.
 */
export function lastAfternoon(): number {
  const hour = 14 * HOUR_MS;
  return Math.floor((Date.now() - hour) / (24 * HOUR_MS)) * 24 * HOUR_MS + hour;
}

export async function openDeskWorld(now = Date.now()) {
  const server = await openTestContext(now);
  const staffed = await staffRegions(server.context);
  const app = createApp(server.context);
  const bib = await new DeskClient(app).signIn(emailOf('bib'), PASSWORD);
  let serial = 100;

  return {
    ...server,
    app,
    bib,
    staffed,
    client: (person: string) => new DeskClient(app).signIn(emailOf(person), PASSWORD),

    /** Open from three hours ago until three hours from now. */
    async activity(over: Record<string, unknown> = {}): Promise<DeskActivity> {
      const answer = await bib.post('/api/activities', {
        organisationId: staffed.organisations.bib.organisationId,
        title: 'Jeugdboekenweek',
        place: 'Leeszaal',
        points: 1,
        limit: { volume: 1, period: 'DAY' },
        marginBeforeMin: null,
        marginAfterMin: null,
        occurrences: [{ startsAt: now - 3 * HOUR_MS, endsAt: now + 3 * HOUR_MS }],
        ...over,
      });
      return DeskActivity.parse(answer.body);
    },

    async card(state: CardState = 'active'): Promise<{ number: UitpasNumber; passholderId: string }> {
      const number = makeUitpasNumber(String(serial++).padStart(11, '0'), '0');
      const passholderId = randomUUID();
      const cardSystem = 'uitpas-westhoek';
      await insertPeople(
        server.context.db,
        1,
        {
          passholders: [
            {
              id: passholderId,
              firstName: 'Noor',
              lastName: 'Voorbeeld',
              dateOfBirth: '2014-04-03',
              postalCode: '8900',
              nisCode: null,
            },
          ],
          memberships: [
            { passholderId, cardSystem, status: 'active', kansenstatuutUntil: null, suspendedUntil: null },
          ],
          cards: [{ number, cardSystem, passholderId, chip: null, kind: 'card', state, since: 0 }],
        },
        now,
      );
      return { number, passholderId };
    },

    async phone(activityIds: readonly string[], name = 'Inkom 1'): Promise<TestPhone> {
      const phone = new TestPhone();
      await insertDevice(server.context.db, {
        regionId: 1,
        deviceId: phone.id,
        organisationId: staffed.organisations.bib.organisationId,
        name,
        kind: 'phone',
        publicKey: phone.publicKey,
        enrolledBy: 'test',
        at: now - HOUR_MS,
        replaces: null,
        platform: 'test',
        appVersion: 'test',
        activityIds,
      });
      await server.context.db
        .updateTable('device')
        .set({ state: 'active', enrolled_at: now - HOUR_MS })
        .where('device_id', '=', phone.id)
        .execute();
      return phone;
    },

    /** Sends what the phone wrote, from `from` on; gives the answer's body. */
    async sync(phone: TestPhone, from = 1): Promise<unknown> {
      const runs = phone.commands.length >= from ? [phone.run(from)] : [];
      const { body, signature } = phone.request(runs, { wantsToken: true });
      const response = await app.request('/api/sync', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'streekbalie-signature': signature },
        body,
      });
      if (response.status !== 200) throw new Error(`sync: ${response.status} ${await response.text()}`);
      return response.json();
    },
  };
}
