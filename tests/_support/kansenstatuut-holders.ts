// People who have the kansenstatuut and a card that says so, as they stood before there were events.
import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { makeUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import type { DemoCard, DemoMembership, DemoPassholder } from '#server/demo/passholders.ts';
import { insertPeople } from '#server/demo/people-store.ts';
import type { Database } from '#server/db/tables.ts';
import { IEPER } from './people-builder.ts';

export type Holder = { readonly passholderId: string; readonly number: UitpasNumber };

type Change = {
  readonly passholder?: Partial<DemoPassholder>;
  readonly membership?: Partial<DemoMembership>;
  readonly card?: Partial<DemoCard>;
};

/** Counted on in the whole process: stories of several files share a database, and no number is used twice in it. */
let serial = 0;

export function holdersIn(db: Kysely<Database>, cardSystem = 'uitpas-westhoek') {
  return async (count: number, change: (i: number) => Change = () => ({})): Promise<Holder[]> => {
    const people = { passholders: [], memberships: [], cards: [] } as {
      passholders: DemoPassholder[];
      memberships: DemoMembership[];
      cards: DemoCard[];
    };
    const made: Holder[] = [];
    for (let i = 0; i < count; i++) {
      serial += 1;
      const passholderId = randomUUID();
      const { passholder, membership, card } = change(i);
      const number = makeUitpasNumber(`0995${String(serial).padStart(7, '0')}`, '1');
      people.passholders.push({
        ...{ id: passholderId, firstName: 'Noor', lastName: `Voorbeeld${serial}`, dateOfBirth: '1990-04-03' },
        ...{ postalCode: '8900', nisCode: IEPER, since: 0 },
        ...passholder,
      });
      people.memberships.push({
        ...{ passholderId, cardSystem, status: 'active', suspendedUntil: null },
        ...{ kansenstatuutUntil: '2026-04-30', kansenstatuutSince: '2025-05-01' },
        ...membership,
      });
      const own: DemoCard = {
        ...{ number, cardSystem, passholderId, chip: null, kind: 'card', state: 'active', since: 0 },
        ...card,
      };
      people.cards.push(own);
      made.push({ passholderId, number: own.number as UitpasNumber }); // made by makeUitpasNumber here or by the test
    }
    await insertPeople(db, 1, people, 0);
    return made;
  };
}
