// What must hold when the storm is over and everybody has synced: nothing waits, and every phone knows its rulings.
import type { OutboxRow, ScanRow } from '../../src/lib/db/phone-db.ts';
import { BrokenLaw, latestRulings, type WatchedPhone } from './laws.ts';
import { placeOf, type RulingRow, type ServerTables } from './server-tables.ts';

export function requireDrained(phones: readonly WatchedPhone[], tables: ServerTables): void {
  const latest = latestByPlace(tables);
  for (const phone of phones) {
    const rows = phone.disk.rows<OutboxRow>('outbox').filter(({ device }) => !phone.tampered.has(device));
    const waiting = rows.filter((row) => row.state === 'unsent');
    const [first] = waiting;
    if (first)
      throw new BrokenLaw(
        'outboxes-drain',
        `${phone.name} still has ${waiting.length}, from seq ${first.seq}`,
      );
    for (const row of rows) {
      const outcome = latest.get(placeOf(row.device, row.seq))?.judgement.outcome;
      if (row.state !== 'settled' && outcome !== 'pending')
        throw new BrokenLaw(
          'outboxes-drain',
          `seq ${row.seq} of ${phone.name} is ${row.state} although ruled ${outcome}`,
        );
    }
  }
}

export function requireToldRulings(phones: readonly WatchedPhone[], tables: ServerTables): void {
  const latest = latestByPlace(tables);
  for (const phone of phones) {
    for (const scan of phone.disk.rows<ScanRow>('scans')) {
      if (phone.tampered.has(scan.device)) continue;
      const row = latest.get(placeOf(scan.device, scan.seq));
      const told = scan.ruling && `${scan.ruling.n} ${scan.ruling.outcome} ${scan.ruling.points}`;
      const is = row && `${row.n} ${row.judgement.outcome} ${row.judgement.points}`;
      if (told !== is)
        throw new BrokenLaw(
          'the-phone-knows-the-ruling',
          `${phone.name} seq ${scan.seq}: told ${told}, is ${is}`,
        );
    }
  }
}

const latestByPlace = (tables: ServerTables): Map<string, RulingRow> =>
  new Map(latestRulings(tables).map((row) => [placeOf(row.deviceId, row.seq), row]));
