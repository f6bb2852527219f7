// Runs in a page of the app's origin that is not the app: the phone's own code on the phone's own database, from nothing in
// memory to the first verdict.
import type { UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { must } from '#domain/kernel/assert.ts';
import { checkIn } from '../../src/lib/checkins/check-in.ts';
import { openPhoneDb } from '../../src/lib/db/phone-db.ts';
import { openPhone } from '../../src/lib/session/phone.ts';

export type FirstVerdict = {
  readonly rosterMs: number;
  readonly verdictMs: number;
  readonly lookUpNs: number;
  readonly diskBytes: number;
  readonly cards: number;
};

const LOOK_UPS = 100_000;

async function measureFirstVerdict(number: string): Promise<FirstVerdict> {
  const started = performance.now();
  const db = openPhoneDb();
  const current = await db.meta.get('current');
  const device = must(
    current?.key === 'current' ? await db.devices.get(current.device) : undefined,
    'device',
  );
  const phone = await openPhone(
    { db, trace: localStorage, phoneFacts: () => Promise.reject(new Error()) },
    device,
  );
  await phone.rosterRead;
  const roster = must(phone.roster(), 'roster');
  const rosterMs = performance.now() - started;
  const activity = must(await db.activities.toCollection().first(), 'activity');
  const reading = { kind: 'uitpas' as const, number: number as UitpasNumber, maybeArticle: false };
  const result = await checkIn(phone, reading, { activityId: activity.activityId, way: 'camera' });
  const verdictMs = performance.now() - started;
  if (result.kind !== 'scanned' || result.outcome !== 'accepted') throw new Error(JSON.stringify(result));

  const wanted = Array.from({ length: LOOK_UPS }, (_, i) => ((i + 1) * 2_654_435_761 * 65_537) % 2 ** 48);
  const before = performance.now();
  for (const fingerprint of wanted) roster.find(fingerprint);
  const lookUpNs = ((performance.now() - before) * 1e6) / LOOK_UPS;
  const blobs = await db.blobs.bulkGet(['roster', 'roster-delta']);
  const diskBytes = blobs.reduce(
    (sum, blob) => sum + (blob && 'sealed' in blob ? blob.sealed.bytes.byteLength : 0),
    0,
  );
  phone.close();
  return { rosterMs, verdictMs, lookUpNs, diskBytes, cards: roster.header.cardCount };
}

Object.assign(globalThis, { measureFirstVerdict });
