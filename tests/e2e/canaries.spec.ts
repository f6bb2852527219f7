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

/** Every database, every store, every key and value, with bytes as text and as hexadecimal; and both other stores. */
const everythingOn = (page: Page): Promise<{ stores: string[]; text: string }> =>
  page.evaluate(async () => {
    const stores: string[] = [];
    const parts: string[] = [];
    const done = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('not read'));
      });
    const write = (value: unknown): string =>
      JSON.stringify(value, (_, inner: unknown) => {
        if (inner instanceof CryptoKey) return inner.extractable ? 'a key that can be copied' : 'a key';
        const bytes =
          inner instanceof ArrayBuffer
            ? new Uint8Array(inner)
            : ArrayBuffer.isView(inner)
              ? new Uint8Array(inner.buffer, inner.byteOffset, inner.byteLength)
              : undefined;
        if (!bytes) return inner;
        return (
          new TextDecoder('latin1').decode(bytes) +
          Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
        );
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
    return { stores, text: parts.join('\n') };
  });

test('a phone that is read out names nobody', async ({ town, newPhone }) => {
  const phone = await newPhone();
  await enrol(town, phone, 'Kanarie');
  await expectReady(phone.page);
  await startShift(phone.page);
  const number = town.takeCard();
  await typeNumber(phone.page, number);
  await expectVerdict(phone.page, maskUitpasNumber(number));
  const { rows } = await town.database.query<Record<string, string>>(
    `select p.first_name, p.last_name, p.date_of_birth::text as born, c.chip_number as chip, m.kansenstatuut_until::text as until
       from card c join passholder p using (region_id, passholder_id)
       join membership m using (region_id, passholder_id) where c.uitpas_number = $1`,
    [number],
  );
  const person = must(rows[0], 'the holder of the card');

  const { stores, text } = await everythingOn(phone.page);
  expect(stores.length).toBeGreaterThan(3);
  expect(text.length).toBeGreaterThan(10_000);
  expect(text).not.toContain('a key that can be copied');
  const found = Object.entries({ ...person, number })
    .filter(([, word]) => word && text.toLowerCase().includes(word.toLowerCase()))
    .map(([what]) => what);
  expect(found).toEqual([]);
});
