// The order law: the same commands, each with the time at which it came in, in another order into an empty server.
import { toBase64url } from '#domain/kernel/bytes.ts';
import { GENESIS_HASH } from '#domain/sync/command.ts';
import { sha256 } from '#server/devices/device-signatures.ts';
import { processBatch } from '#server/sync/process-batch.ts';
import type { Dice } from './dice.ts';
import { BrokenLaw, latestRulings } from './laws.ts';
import { memoryBatchStore, type ServerFacts } from './memory-batch-store.ts';
import { ServerTables, type CommandRow } from './server-tables.ts';

export async function requireOrderLaw(
  tables: ServerTables,
  facts: ServerFacts,
  foreignAccountId: (number: string) => string,
  dice: Dice,
): Promise<void> {
  const outcomes = new Map(latestRulings(tables).map((row) => [row.commandId, row.judgement.outcome]));
  const all = [...tables.commands.values()];
  const hashBefore = ({ device, seq }: CommandRow): Uint8Array | undefined =>
    seq === 1 ? GENESIS_HASH : all.find((other) => other.device === device && other.seq === seq - 1)?.hash;
  // What was put aside depends on when a phone was revoked, not only on the commands. And what cannot be read is named by
  // its hash, which nobody can make again beyond a gap.
  const commands = all.filter(
    (command) =>
      outcomes.get(command.id) !== 'quarantined' && !(command.kind === 'malformed' && !hashBefore(command)),
  );
  const other = emptyCopy(tables);
  for (const command of dice.shuffled(commands))
    await take(other, facts, foreignAccountId, command, hashBefore(command) ?? GENESIS_HASH);
  compare(tables, other, new Set(commands.map(({ id }) => id)));
}

function emptyCopy(tables: ServerTables): ServerTables {
  const copy = new ServerTables();
  copy.syncTimes = new Map(tables.syncTimes);
  for (const [id, device] of tables.devices)
    copy.devices.set(id, {
      ...device,
      state: 'active',
      // Custody and its chain are not the matter here: nothing ever links to this.
      ackedSeq: -10,
      ackedHash: GENESIS_HASH,
      brokenAtSeq: null,
      headSeq: 0,
    });
  return copy;
}

async function take(
  tables: ServerTables,
  facts: ServerFacts,
  foreignAccountId: (number: string) => string,
  command: CommandRow,
  prevHash: Uint8Array,
): Promise<void> {
  const { receivedAt } = command;
  const store = memoryBatchStore(tables, facts, receivedAt);
  const device = await store.lockDevice(command.device);
  if (!device) return;
  const wire: [string, string, string] = [command.envelope, command.payload, toBase64url(command.salt)];
  const run = { fromSeq: command.seq, prevHash: toBase64url(prevHash), commands: [wire], signature: '' };
  await processBatch(store, device, [run], command.seq, {
    receivedAt,
    sha256,
    foreignAccountId,
    provenCount: () => 1,
    poisoned: command.kind === 'malformed',
  });
  tables.commit();
}

function compare(tables: ServerTables, other: ServerTables, ids: ReadonlySet<string>): void {
  const balances = ({ accounts }: ServerTables): Map<string, number> =>
    new Map([...accounts].flatMap(([id, { balance }]) => (balance ? [[id, balance]] : [])));
  const [here, there] = [balances(tables), balances(other)];
  for (const account of new Set([...here.keys(), ...there.keys()]))
    if (here.get(account) !== there.get(account))
      throw new BrokenLaw(
        'order-changes-nothing',
        `${account} holds ${here.get(account)}, in another order ${there.get(account)}`,
      );
  const rulings = (of: ServerTables): Map<string, string> =>
    new Map(
      latestRulings(of).map(({ commandId, judgement: { outcome, code, points, because } }) => [
        commandId,
        JSON.stringify({ outcome, code, points, of: because?.of }),
      ]),
    );
  const [ruledHere, ruledThere] = [rulings(tables), rulings(other)];
  for (const id of ids)
    if (ruledHere.get(id) !== ruledThere.get(id))
      throw new BrokenLaw(
        'order-changes-nothing',
        `${id} is ruled ${ruledHere.get(id)}, in another order ${ruledThere.get(id)}`,
      );
}
