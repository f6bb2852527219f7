// Who finds whom by what is typed, over HTTP and on real tables; and what the search keeps of nobody.
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { CardFile } from '#domain/desk-api.ts';
import { SearchAnswer, SearchPlaces, type FoundPerson } from '#domain/passholder-api.ts';
import type { Answer, DeskClient } from '#tests/_support/desk-client.ts';
import { openDeskWorld, type DeskWorld } from '#tests/_support/desk-world.ts';
import { IEPER, aPerson, stockCard } from '#tests/_support/people-builder.ts';

const NOW = Date.UTC(2026, 10, 23, 10);
const SYSTEM = 'uitpas-westhoek';
const DIKSMUIDE = '32003';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let world: DeskWorld;
/** Of Ieper. */
let desk: DeskClient;
let admin: DeskClient;
/** The administrator of another region. */
let foreign: DeskClient;
let serial = 700;
let now = NOW;

beforeAll(async () => {
  world = await openDeskWorld(NOW);
  desk = await world.client('desk');
  admin = await world.client('admin');
  foreign = await world.client('foreign');
});
afterAll(() => world.close());

type Who = { first: string; last: string; born?: string; nis?: string | null; postcode?: string };

/** As one who was known before there were events. */
async function person({ first, last, born = '2015-04-03', nis = IEPER, postcode = '8900' }: Who) {
  const passholderId = randomUUID();
  await world.context.db
    .insertInto('passholder')
    .values({
      region_id: 1,
      passholder_id: passholderId,
      first_name: first,
      last_name: last,
      date_of_birth: born,
      postal_code: postcode,
      nis_code: nis,
      created_at: 0,
      upstream_reason: null,
    })
    .execute();
  return passholderId;
}

const ask = (text: string, by = desk, more: object = {}): Promise<Answer> =>
  by.post('/api/passholders/search', { text, ...more });

async function answerTo(text: string, by = desk, more: object = {}): Promise<SearchAnswer> {
  const { status, body } = await ask(text, by, { whole: true, ...more });
  expect(status, JSON.stringify(body)).toBe(200);
  return SearchAnswer.parse(body);
}
const find = async (text: string, by = desk, more: object = {}): Promise<string[]> =>
  (await answerTo(text, by, more)).people.map(({ passholderId }) => passholderId);

describe('what is typed finds the person', () => {
  it.each<[Who, string[]]>([
    [
      { first: 'Jan', last: 'Peeters' },
      [
        'jan peeters',
        'PEETERS JAN',
        'pee ja',
        'peters jan',
        'pieters',
        'peetres',
        'j peters 2015',
        'peeters ieper',
      ],
    ],
    [
      { first: 'Élise', last: 'Van de Velde' },
      [
        'vandevelde',
        'van de velde',
        'Vande Velde',
        'elise velde',
        'van de v',
        'van develde elise',
        'vandeveldde',
      ],
    ],
    [{ first: 'Sofie', last: 'Declercq' }, ['sophie de clercq', 'declerck', 'de klerk', 'clercq', 'SOFIE']],
    [{ first: 'Christophe', last: "D'Hondt" }, ["d'hondt", 'dhondt', 'd hondt', 'D’Hondt', 'kristof d']],
    [{ first: 'Jan-Pieter', last: 'Verhaeghe' }, ['jan-pieter', 'janpieter', 'pieter verhaege', 'verhage']],
    [{ first: 'Jamal', last: 'El Amrani' }, ['amrani', 'elamrani', 'el amrani jamal', 'amrany']],
    [
      { first: 'Łukasz', last: 'Şahin-Öztürk' },
      ['lukasz', 'sahin', 'ozturk', 'şahin öztürk', 'lucasz sahin'],
    ],
    [{ first: 'Bo', last: 'Ly' }, ['bo', 'ly', 'bo ly', 'ly b']],
    [
      { first: 'Marie', last: 'Vandenbroucke', born: '1950-12-31' },
      [
        'vandenbr',
        'van den broucke',
        'broucke 31/12/1950',
        '31121950',
        'marie 31-12-50',
        'vandebroucke 1950',
      ],
    ],
  ])('%o', async (who, asked) => {
    const id = await person(who);
    for (const text of asked) expect([text, (await find(text)).includes(id)]).toEqual([text, true]);
  });

  it('in any order, by each beginning, and with a letter left out: whatever the name', async () => {
    const name = fc.stringMatching(/^[BKLMNPRSTVW][aiou][bklmnprstvw][aiou][bklmnprstvw][aiou]?[lmnrs]$/);
    await fc.assert(
      fc.asyncProperty(name, name, fc.nat(), async (first, last, at) => {
        const begun = last.slice(0, 2 + (at % 3));
        // "La Nivupn" is somebody of that name, before it is somebody whose name begins with La.
        fc.pre(!['la', 'van'].includes(begun.toLowerCase()));
        const id = await person({ first, last });
        const wrong = last.slice(0, at % last.length) + last.slice((at % last.length) + 1);
        for (const text of [`${last} ${first}`, `${first} ${last}`, `${begun} ${first}`, `${wrong} ${first}`])
          expect([text, (await find(text)).includes(id)]).toEqual([text, true]);
      }),
      { numRuns: 15 },
    );
  });

  it('what is exact comes first, then what begins so, then what sounds so; within that by name', async () => {
    const ids: string[] = [];
    for (const [first, last] of [
      ['Zoë', 'Cappaert'],
      ['An', 'Cappaert'],
      ['An', 'Cappaertsen'],
      ['An', 'Kapaert'],
    ] as const)
      ids.push(await person({ first, last }));
    expect(await find('cappaert')).toEqual([ids[1], ids[0], ids[2], ids[3]]);
    expect(await find('cappaert an')).toEqual([ids[1], ids[2], ids[3]]);
    expect(await find('an cappaert zoe')).toEqual([]);
  });

  it('says that there are more than it shows', async () => {
    for (let i = 0; i < 9; i++) await person({ first: `Kind${'abcdefghi'[i] ?? ''}`, last: 'Grootgezin' });
    const few = SearchAnswer.parse((await ask('grootgezin')).body);
    expect([few.people.length, few.more]).toEqual([8, true]);
    const all = await answerTo('grootgezin');
    expect([all.people.length, all.more]).toEqual([9, false]);
  });

  it.each(['%', '_', '%%', 'a', "'", '*', '2015', '8900', 'a 2015 8900'])(
    'nobody by "%s" alone',
    async (text) => {
      expect(await ask(text)).toMatchObject({ status: 422, code: 'search-too-short' });
    },
  );

  it('what means something in SQL, in a pattern or in a key is a letter here', async () => {
    const id = await person({ first: 'Obi', last: 'Wildcard' });
    for (const text of [
      "wild'; drop table passholder; --",
      'wi%rd',
      'wild_ard',
      '@33011 xy',
      '^wild',
      '=wildcard y',
    ])
      expect([text, await find(text)]).toEqual([text, text.startsWith('^') ? [id] : []]);
    expect(await find('wildcard')).toEqual([id]);
  });

  it('an INSZ and a card are not searched here', async () => {
    expect(await ask('85.07.30-033.28')).toMatchObject({ status: 422, code: 'search-insz' });
    expect(await ask('jan 85073003328')).toMatchObject({ status: 422, code: 'search-insz' });
    expect(await ask('0900000095902')).toMatchObject({ status: 422, code: 'search-number' });
    expect(await ask('04:78:4c:da:ee:38:80')).toMatchObject({ status: 422, code: 'search-number' });
  });
});

describe('who finds whom', () => {
  const NOBODY = { people: [], more: false };

  it('only people whose file one may read: elsewhere it is as if there were nobody', async () => {
    const id = await person({ first: 'Godelieve', last: 'Elderbos', nis: DIKSMUIDE, postcode: '8600' });
    for (const text of ['elderbos', 'elderbos godelieve 2015', 'elderbos diksmuide', 'elderbos 8600']) {
      expect(await answerTo(text)).toEqual(NOBODY);
      expect(await answerTo(text, foreign)).toEqual(NOBODY);
      expect(await find(text, admin)).toEqual([id]);
    }
    // Nor can one ask for that municipality, or see by the answer that somebody there has this name.
    expect(await answerTo('elderbos', desk, { nisCode: DIKSMUIDE })).toEqual(NOBODY);
    expect(await answerTo('niemand-heet-zo', desk, { nisCode: DIKSMUIDE })).toEqual(NOBODY);
    expect(await find('elderbos', admin, { nisCode: DIKSMUIDE })).toEqual([id]);
    expect(await answerTo('elderbos', admin, { nisCode: IEPER })).toEqual(NOBODY);
  });

  it('the places that one may choose from are those of the grants', async () => {
    const placesOf = async (by: DeskClient): Promise<string[]> =>
      SearchPlaces.parse((await by.get('/api/passholders/places')).body).places.map(({ name }) => name);
    expect(await placesOf(desk)).toEqual(['Ieper']);
    expect(await placesOf(admin)).toEqual(['Diksmuide', 'Ieper']);
    expect(await placesOf(foreign)).toEqual(['Elders']);
  });

  /** Finding by name and reading the file are one right, whatever happened to the homes of a person. */
  async function expectFoundWhereRead(passholderId: string, text: string): Promise<boolean> {
    const found = (await find(text)).includes(passholderId);
    const { status } = await desk.get(`/api/passholders/${passholderId}`);
    expect([text, now, found]).toEqual([text, now, status === 200]);
    expect(await find(text, admin)).toContain(passholderId);
    return found;
  }

  it('who moves is found where the file may be read, before and after the day', async () => {
    const { passholderId, act } = await registered({ firstName: 'Verhuis', lastName: 'Weggaander' });
    expect(await expectFoundWhereRead(passholderId, 'weggaander')).toBe(true);
    const address = { country: 'BE', postalCode: '8600', city: 'Diksmuide' };
    const moved = aPerson({ firstName: 'Verhuis', lastName: 'Weggaander', address });
    await act({ kind: 'move', person: moved, from: '2026-11-24' });
    expect(await expectFoundWhereRead(passholderId, 'weggaander')).toBe(true);
    expect((await answerTo('weggaander')).people[0]?.home).toBe('Ieper');
    await at(NOW + DAY, async () => {
      expect(await expectFoundWhereRead(passholderId, 'weggaander')).toBe(false);
      expect((await answerTo('weggaander', admin)).people[0]?.home).toBe('Diksmuide');
    });
  });

  it('who lives outside the region is found by the desk that gave the card', async () => {
    const address = { country: 'FR', postalCode: '59270', city: 'Bailleul' };
    const { passholderId } = await registered({ firstName: 'Chloé', lastName: 'Delafrontière', address });
    expect(await expectFoundWhereRead(passholderId, 'delafrontiere')).toBe(true);
    expect(await expectFoundWhereRead(passholderId, 'chloe 59270')).toBe(true);
    expect((await answerTo('delafrontiere')).people[0]?.home).toBe('Bailleul');
  });

  it('who was erased is found by nothing, and no word of the name stays', async () => {
    const { passholderId, act } = await registered({ firstName: 'Xandrine', lastName: 'Verdwijnpunt' });
    expect(await find('verdwijnpunt')).toEqual([passholderId]);
    await act({ kind: 'erase' }, admin);
    for (const by of [desk, admin])
      for (const text of ['verdwijnpunt', 'xandrine', 'verdwijn 1988', 'verdwijnpund'])
        expect([text, await find(text, by)]).toEqual([text, []]);
    const { rows } = await sql<{ row: string }>`
      select p::text as row from passholder p where passholder_id = ${passholderId}`.execute(
      world.context.db,
    );
    expect(rows[0]?.row).not.toMatch(/verdwijn|xandrine/i);
  });

  it('a row says who it is, which card works, and the kansenstatuut', async () => {
    const { number, passholderId } = await world.card();
    await world.context.db
      .updateTable('membership')
      .set({ kansenstatuut_until: '2026-11-01' })
      .where('passholder_id', '=', passholderId)
      .execute();
    await world.context.db
      .updateTable('passholder')
      .set({ last_name: 'Rijbeeld', nis_code: IEPER })
      .where('passholder_id', '=', passholderId)
      .execute();
    const shown: FoundPerson = {
      passholderId,
      firstName: 'Noor',
      lastName: 'Rijbeeld',
      dateOfBirth: '2014-04-03',
      home: 'Ieper',
      cards: [number],
      cardState: 'active',
      kansenstatuut: 'grace',
    };
    expect((await answerTo('rijbeeld')).people).toEqual([shown]);
    await world.context.db
      .updateTable('card')
      .set({ state: 'blocked' })
      .where('uitpas_number', '=', number)
      .execute();
    expect((await answerTo('rijbeeld')).people).toMatchObject([{ cards: [], cardState: 'blocked' }]);
  });
});

test('a chip in the box leads to its card, with the rights and the log of a look-up', async () => {
  const { number } = await world.card();
  const chip = '04784CDAEE3880';
  await world.context.db
    .updateTable('card')
    .set({ chip_number: chip })
    .where('uitpas_number', '=', number)
    .execute();
  const answer = await desk.post('/api/cards/look-up', { number: '04:78:4c:da:ee:38:80' });
  expect(CardFile.parse(answer.body).number).toBe(number);
  expect(await foreign.post('/api/cards/look-up', { number: chip })).toMatchObject({ status: 404 });
  expect((await auditOf('card-looked-up')).length).toBeGreaterThan(0);
});

describe('what is left of a search', () => {
  it('no name in the audit: who searched, at once and then at each hundredth; and it stops', async () => {
    await at(NOW + DAY, async () => {
      const searched = async (): Promise<number> => (await auditOf('passholders-searched')).length;
      const counted = (count: number): Promise<unknown> =>
        sql`update attempt set count = ${count} where purpose = 'passholder-search'`.execute(
          world.context.db,
        );
      await ask('zoektocht');
      const first = await searched();
      await ask('zoektocht');
      expect(await searched()).toBe(first);
      await counted(99);
      await ask('zoektocht');
      expect(await searched()).toBe(first + 1);
      await counted(599);
      expect((await ask('zoektocht')).status).toBe(200);
      expect(await ask('zoektocht')).toMatchObject({ status: 429, code: 'too-many-requests' });
      expect((await ask('zoektocht')).status).toBe(429);
      // One counter does not stop another.
      expect((await ask('zoektocht', admin)).status).toBe(200);
      expect(await auditOf('passholder-search-stopped')).toHaveLength(1);
      expect(JSON.stringify(await auditOf())).not.toContain('zoektocht');
    });
  });

  it('one who asks much at once waits, and takes no connection of others', async () => {
    await at(NOW + 2 * DAY, async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => ask('tegelijk')));
      const counts = (status: number): number => answers.filter((answer) => answer.status === status).length;
      expect(counts(200) + counts(429)).toBe(12);
      expect(counts(429)).toBeGreaterThan(0);
      expect((await ask('tegelijk')).status).toBe(200);
    });
  });
});

async function registered(over: Parameters<typeof aPerson>[0]) {
  const { organisationId } = world.staffed.organisations.bib;
  const { number } = stockCard(serial++);
  await world.context.db
    .insertInto('card')
    .values({
      region_id: 1,
      uitpas_number: number,
      card_system_id: SYSTEM,
      passholder_id: null,
      chip_number: null,
      kind: 'card',
      state: 'stock',
      state_since: 0,
      upstream_reason: null,
      place_nis: IEPER,
    })
    .execute();
  const passholderId = randomUUID();
  const send = async (path: string, body: object, by: DeskClient): Promise<number> => {
    const answer = await by.post(path, { actId: randomUUID(), organisationId, ...body });
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    return (answer.body as { n: number }).n;
  };
  const registration = { kind: 'register', person: aPerson(over), cardSystemId: SYSTEM, number };
  let n = await send('/api/passholders/register', { passholderId, registration }, desk);
  const act = async (asked: object, by = desk): Promise<void> => {
    n = await send(`/api/passholders/${passholderId}/acts`, { basedOn: n, act: asked }, by);
  };
  return { passholderId, act };
}

/** Sessions end after a while: the people sign in again. */
async function at(moment: number, work: () => Promise<void>): Promise<void> {
  const [before, of] = [now, { desk, admin }];
  now = moment;
  world.setNow(moment);
  desk = await world.client('desk');
  admin = await world.client('admin');
  try {
    await work();
  } finally {
    now = before;
    world.setNow(before);
    ({ desk, admin } = of);
  }
}

async function auditOf(action?: string) {
  let query = world.context.db.selectFrom('audit_entry').selectAll().orderBy('audit_id');
  if (action !== undefined) query = query.where('action', '=', action);
  return query.execute();
}
