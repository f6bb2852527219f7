// Rows of the outbox, opened for the way out.
import type { DeviceRow, OutboxRow } from '../db/phone-db.ts';
import { unsealText } from '../db/seal.ts';
import type { OutgoingCommand } from './sync-store.ts';

/** As many of the rows as fit in `charsMax`, at least one. */
export async function openCommands(
  { storageKey }: Pick<DeviceRow, 'storageKey'>,
  rows: readonly OutboxRow[],
  charsMax: number,
): Promise<OutgoingCommand[]> {
  const commands: OutgoingCommand[] = [];
  let chars = 0;
  // All at once: the browser opens them side by side, off this thread.
  const payloads = await Promise.all(rows.map((row) => openPayload(storageKey, row)));
  for (const [i, row] of rows.entries()) {
    const payload = payloads[i] ?? '';
    chars += row.envelope.length + payload.length + 100;
    if (commands.length > 0 && chars > charsMax) break;
    const { seq, envelope, salt, prevHash, hash, signature } = row;
    commands.push({ seq, envelope, payload, salt, prevHash, hash, ...(signature && { signature }) });
  }
  return commands;
}

/** A payload that was tampered with cannot be opened: it goes out empty, and the server sees the broken chain. */
async function openPayload(storageKey: CryptoKey, row: OutboxRow): Promise<string> {
  try {
    return await unsealText(storageKey, row.payload);
  } catch (error) {
    console.error(`Command ${row.seq} cannot be unsealed.`, error);
    return '';
  }
}
