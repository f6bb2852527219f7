// What lies on a phone after an evening, read as its thief would: no word about a person, and no card number.
import type { Page } from '@playwright/test';
import { must } from '#domain/kernel/assert.ts';
import {
  enrol,
  expect,
  expectReady,
  expectVerdict,
  startShift,
  test,
  typeNumber,
} from '#tests/_support/story.ts';
import { maskUitpasNumber } from '#domain/cards/uitpas-number.ts';

/** Words that stand nowhere else by chance, as "An" does. */
const CANARIES = { firstName: 'Kanarievoornaam', lastName: 'Kanariefamilienaam', born: '1931-07-19' };

type Found = { stores: string[]; text: string; unsealed: string[] };

/**
 * Every database, every store, every key and value, with bytes as text and as hexadecimal; and both other stores. What is sealed
 * is opened with the phone's own key, which a thief cannot take along: chance bytes hold no words to find.
 */
const everythingOn = (page: Page): Promise<Found> =>
  page.evaluate(async () => {
    const stores: string[] = [];
    const parts: string[] = [];
    const sealed: { iv: BufferSource; bytes: BufferSource }[] = [];
    const keys: CryptoKey[] = [];
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('not read'));
      });
    const readable = (bytes: Uint8Array): string =>
      new TextDecoder('latin1').decode(bytes) +
      Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
    const isSealed = (value: unknown): value is (typeof sealed)[number] =>
      typeof value === 'object' && value !== null && 'iv' in value && 'bytes' in value;
    const isPad = (value: unknown): boolean =>
      typeof value === 'object' && value !== null && 'key' in value && value.key === 'pad';
    const write = (value: unknown): string =>
      JSON.stringify(value, (_, inner: unknown) => {
        if (inner instanceof CryptoKey) {
          if (inner.usages.includes('decrypt')) keys.push(inner);
          return inner.extractable ? 'a key that can be copied' : 'a key';
        }
        if (isPad(inner)) return 'the pad: nothing but chance';
        if (isSealed(inner)) {
          sealed.push(inner);
          return 'sealed';
        }
        const bytes =
          inner instanceof ArrayBuffer
            ? new Uint8Array(inner)
            : ArrayBuffer.isView(inner)
              ? new Uint8Array(inner.buffer, inner.byteOffset, inner.byteLength)
              : undefined;
        return bytes ? readable(bytes) : inner;
      }) ?? '';
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await done(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        stores.push(`${name}/${store}`);
        const source = database.transaction(store).objectStore(store);
        const [keys, values] = await Promise.all([done(source.getAllKeys()), done(source.getAll())]);
        parts.push(store, write(keys), write(values));
      }
      database.close();
    }
    parts.push(write({ ...localStorage }), write({ ...sessionStorage }), document.cookie);
    for (const cache of await caches.keys())
      for (const request of await (await caches.open(cache)).keys()) parts.push(request.url);
    const unsealed = await Promise.all(
      sealed.map(({ iv, bytes }) =>
        Promise.any(keys.map((key) => crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, bytes))),
      ),
    );
    return {
      stores,
      text: parts.join('\n'),
      unsealed: unsealed.map((bytes) => readable(new Uint8Array(bytes))),
    };
  });

test('a phone that is read out names nobody', async ({ town, newPhone }) => {
  const number = town.takeCard();
  await town.database.query(
    `update passholder p set first_name = $2, last_name = $3, date_of_birth = $4
       from card c where c.uitpas_number = $1 and p.region_id = c.region_id and p.passholder_id = c.passholder_id`,
    [number, CANARIES.firstName, CANARIES.lastName, CANARIES.born],
  );
  const phone = await newPhone();
  await enrol(town, phone, 'Kanarie');
  await expectReady(phone.page);
  await startShift(phone.page);
  await typeNumber(phone.page, number);
  await expectVerdict(phone.page, maskUitpasNumber(number));
  const { rows } = await town.database.query<Record<string, string>>(
    `select c.chip_number as chip, m.kansenstatuut_until::text as until
       from card c join membership m using (region_id, passholder_id) where c.uitpas_number = $1`,
    [number],
  );
  const person = { ...CANARIES, ...must(rows[0], 'the holder of the card') };

  const { stores, text, unsealed } = await everythingOn(phone.page);
  expect(stores.length).toBeGreaterThan(3);
  expect(text.length).toBeGreaterThan(10_000);
  expect(text).not.toContain('a key that can be copied');
  const found = (words: Record<string, string | null>, where: string): string[] =>
    Object.entries(words)
      .filter(([, word]) => word && where.toLowerCase().includes(word.toLowerCase()))
      .map(([what]) => what);
  expect(found({ ...person, number }, text)).toEqual([]);
  // The list of cards, and the scan: that one alone holds the number, for who has the phone's key.
  expect(unsealed.length).toBeGreaterThanOrEqual(2);
  expect(Math.max(...unsealed.map((opened) => opened.length))).toBeGreaterThan(10_000);
  expect(found(person, unsealed.join('\n'))).toEqual([]);
  expect(unsealed.filter((opened) => opened.includes(number)).length).toBe(1);
});
