import { expect, it, vi } from 'vitest';
import { deltaOf, encodeDelta } from '#domain/cards/roster-delta.ts';
import { decodeRoster, RosterWriter, type Roster } from '#domain/cards/roster.ts';
import { makeUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { must } from '#domain/kernel/assert.ts';
import { loadRoster, type RosterDownload } from '../../../src/lib/cards/roster-store.ts';
import type { Phone } from '../../../src/lib/session/phone.ts';
import {
  offerRoster,
  rosterFile,
  testFingerprint,
  testPhone,
  TEST_NOW,
} from '../../_support/phone-in-test.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });

const OLD = makeUitpasNumber('09000109591', '0');
const NEW = makeUitpasNumber('09000109592', '0');
const FILE = rosterFile([{ number: OLD }]);

const decoded = (bytes: Uint8Array): Roster => {
  const roster = decodeRoster(bytes);
  return must(roster.ok ? roster.value : undefined, 'roster');
};

/** The server, as far as a roster goes: version 3 is FILE, and each change is a version. */
function serverWithRoster() {
  let roster = decoded(FILE);
  const changedIn = new Map<number, number>();
  const asked: string[] = [];
  let spoil = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> => bytes;
  const download: RosterDownload = (url) => {
    asked.push(url);
    const from = /\?from=[\w-]+\.(\d+)$/.exec(url)?.[1];
    const version = roster.header.version;
    if (from === undefined) {
      const writer = new RosterWriter(roster.header);
      writer.add(roster.cards());
      return Promise.resolve({ bytes: writer.finish(), etag: `"${version}"` });
    }
    const changed = [...changedIn].filter(([, tx]) => tx >= Number(from)).map(([card]) => card);
    return Promise.resolve({
      bytes: spoil(encodeDelta(deltaOf(roster, Number(from), changed))),
      etag: `"${version}"`,
    });
  };
  return {
    asked,
    download,
    spoil: (by: typeof spoil) => (spoil = by),
    change(number: UitpasNumber, bits: number, rosterId = roster.header.rosterId): void {
      const { version } = roster.header;
      changedIn.set(testFingerprint(number), version);
      const next = { rosterId, version: version + 1, builtAt: TEST_NOW, expiresAt: TEST_NOW + 3_600_000 };
      roster = roster.with(new Map([[testFingerprint(number), bits]]), next);
    },
    async offerTo(phone: Phone): Promise<void> {
      const { rosterId, version, expiresAt } = roster.header;
      const rosterOffer = { id: rosterId, version, url: '/roster', expiresAt };
      await phone.db.contacts.update(phone.device.id, { rosterOffer });
      await phone.refreshRoster();
    },
  };
}

const stateOf = (roster: Roster | undefined, number: UitpasNumber): unknown =>
  roster?.find(testFingerprint(number));

it('one change is fetched and kept on its own, and stands after the next start', async () => {
  const server = serverWithRoster();
  const phone = await testPhone({ download: server.download });
  await offerRoster(phone);
  const onDisk = await phone.db.blobs.get('roster');
  server.change(OLD, 1);
  await server.offerTo(phone);
  server.change(NEW, 0);
  await server.offerTo(phone);
  expect(server.asked).toEqual(['/roster', '/roster?from=r1.3', '/roster?from=r1.4']);
  expect(await phone.db.blobs.get('roster')).toEqual(onDisk);
  const delta = await phone.db.blobs.get('roster-delta');
  expect(delta?.key === 'roster-delta' && delta.sealed.bytes.byteLength).toBeLessThan(80);
  const again = await loadRoster(phone.db, phone.device, TEST_NOW);
  for (const roster of [phone.roster(), again]) {
    expect(roster?.header).toMatchObject({ version: 5, cardCount: 2 });
    expect(stateOf(roster, OLD)).toMatchObject({ state: 'blocked' });
    expect(stateOf(roster, NEW)).toMatchObject({ state: 'active' });
  }
});

it('a renewed roster of the same cards costs no whole file', async () => {
  const server = serverWithRoster();
  const phone = await testPhone({ download: server.download });
  await offerRoster(phone);
  server.change(OLD, 1, 'r2');
  await server.offerTo(phone);
  expect(server.asked).toEqual(['/roster', '/roster?from=r1.3']);
  expect((await loadRoster(phone.db, phone.device, TEST_NOW))?.header).toMatchObject({
    rosterId: 'r2',
    expiresAt: TEST_NOW + 3_600_000,
  });
});

it('what does not lead to the promised roster is not applied: the whole file comes instead', async () => {
  const server = serverWithRoster();
  const phone = await testPhone({ download: server.download });
  await offerRoster(phone);
  server.change(OLD, 1);
  server.spoil((bytes) => bytes.with(-1, 2) as Uint8Array<ArrayBuffer>);
  await server.offerTo(phone);
  expect(server.asked).toEqual(['/roster', '/roster?from=r1.3', '/roster']);
  expect(stateOf(phone.roster(), OLD)).toMatchObject({ state: 'blocked' });
  expect(await phone.db.blobs.get('roster-delta')).toBeUndefined();
  expect((await loadRoster(phone.db, phone.device, TEST_NOW))?.header.version).toBe(4);
});

it('a whole file that was printed before the last change is followed by that change', async () => {
  const server = serverWithRoster();
  server.change(OLD, 1);
  const phone = await testPhone({
    download: (url, ...rest) =>
      url.includes('?') ? server.download(url, ...rest) : Promise.resolve({ bytes: FILE, etag: '"3"' }),
  });
  await offerRoster(phone);
  await server.offerTo(phone);
  expect(phone.roster()?.header.version).toBe(4);
  expect(stateOf(phone.roster(), OLD)).toMatchObject({ state: 'blocked' });
});

it('a change without its file on the disk is not kept: the whole file is fetched', async () => {
  const server = serverWithRoster();
  const phone = await testPhone({ download: server.download });
  await offerRoster(phone);
  await phone.db.blobs.delete('roster');
  await phone.db.meta.delete('roster');
  server.change(OLD, 1);
  await server.offerTo(phone);
  expect(server.asked).toEqual(['/roster', '/roster']);
});

it('a changed delta on the disk is noticed, and everything of the roster goes', async () => {
  const server = serverWithRoster();
  const phone = await testPhone({ download: server.download });
  await offerRoster(phone);
  server.change(OLD, 1);
  await server.offerTo(phone);
  const kept = must(await phone.db.blobs.get('roster-delta'), 'delta');
  if (kept.key !== 'roster-delta') throw new Error('another blob');
  const bytes = new Uint8Array(kept.sealed.bytes.slice(0));
  bytes[3] = (bytes[3] ?? 0) ^ 1;
  await phone.db.blobs.put({ ...kept, sealed: { ...kept.sealed, bytes: bytes.buffer } });
  expect(await loadRoster(phone.db, phone.device, TEST_NOW)).toBeUndefined();
  expect(await phone.db.blobs.bulkGet(['roster', 'roster-delta'])).toEqual([undefined, undefined]);
});
