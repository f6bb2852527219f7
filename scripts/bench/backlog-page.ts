// Runs in a page of the app's origin that is not the app: writes an evening's scans into the phone's own database as
// `dispatch` would have, sealed, chained and signed at the end, without waiting for the disk after each.
import { sha256 } from '@noble/hashes/sha2.js';
import { makeUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { must } from '#domain/kernel/assert.ts';
import { fromBase64url, toBase64url } from '#domain/kernel/bytes.ts';
import { chainHash, payloadDigest, RULES_VERSION, SALT_BYTES, type Envelope } from '#domain/sync/command.ts';
import { keepKnownDevice } from '../../src/lib/db/known-device.ts';
import { openPhoneDb, scanRow, type OutboxRow, type ScanRow } from '../../src/lib/db/phone-db.ts';
import { seal } from '../../src/lib/db/seal.ts';
import { chance, idFrom } from '../../src/lib/ids.ts';

const AT_ONCE = 2_000;

/** One card each, the first with the number `firstCard`. */
export type MakeBacklog = (count: number, firstCard: number) => Promise<void>;

const makeBacklog: MakeBacklog = async (count, firstCard) => {
  const db = openPhoneDb();
  const current = await db.meta.get('current');
  const device = must(
    current?.key === 'current' ? await db.devices.get(current.device) : undefined,
    'device',
  );
  const { activityId, version } = must(await db.activities.toCollection().first(), 'activity');
  const contact = must(await db.contacts.get(device.id), 'contact');
  const heard = must(contact.anchor ?? undefined, 'anchor');
  const roster = await db.meta.get('roster');
  const chain = must(await db.chains.get(device.id), 'chain');
  let hash = must(fromBase64url(chain.hash), 'hash');
  const session = idFrom(chance, heard.deviceTime);
  for (let made = 0; made < count; made += AT_ONCE) {
    const rows: OutboxRow[] = [];
    const scans: ScanRow[] = [];
    for (let i = made; i < Math.min(count, made + AT_ONCE); i++) {
      const at = heard.deviceTime + i;
      const seq = chain.seq + i + 1;
      const number = makeUitpasNumber(String(firstCard + i).padStart(11, '0'), '0');
      const payload = JSON.stringify({ activityId, number, way: 'camera' });
      const salt = chance.bytes(SALT_BYTES);
      const id = idFrom(chance, at);
      const fields: Envelope = {
        id,
        kind: 'check-in',
        v: 1,
        device: device.id,
        seq,
        session,
        occurredAt: at,
        monoMs: 1_000 + i,
        anchor: { serverTime: heard.serverTime, syncNo: heard.syncNo, monoMs: null },
        verdictShown: 'saved',
        activityVersion: version,
        rosterVersion: roster?.key === 'roster' ? roster.version : null,
        rulesVersion: RULES_VERSION,
      };
      const envelope = JSON.stringify(fields);
      const prevHash = toBase64url(hash);
      hash = chainHash(sha256, hash, envelope, payloadDigest(sha256, salt, payload));
      rows.push({
        device: device.id,
        seq,
        id,
        kind: 'check-in',
        envelope,
        payload: await seal(device.storageKey, chance, payload),
        salt: toBase64url(salt),
        prevHash,
        hash: toBase64url(hash),
        at,
        state: 'unsent',
      });
      const shown = { verdict: 'saved', outcome: 'accepted', points: 1 } as const;
      const mark = `bench-${i}`;
      scans.push(scanRow({ commandId: id, device: device.id, seq, activityId, mark, at, shown, undone: 0 }));
    }
    await db.transaction('rw', db.outbox, db.scans, db.chains, async () => {
      await db.outbox.bulkAdd(rows);
      await db.scans.bulkAdd(scans);
      await db.chains.put({
        device: device.id,
        seq: chain.seq + made + rows.length,
        hash: toBase64url(hash),
      });
    });
  }
  keepKnownDevice(localStorage, { device: device.id, seq: chain.seq + count });
  db.close();
};

Object.assign(globalThis, { makeBacklog });
