// One run: a story of so many steps, the storm over, every outbox drained, and the ledger looked through once more.
import type { PlantedBug } from '#domain/kernel/planted.ts';
import { Dice } from './dice.ts';
import { BrokenLaw, type Law } from './laws.ts';
import { requireDrained, requireToldRulings } from './laws-at-the-end.ts';
import { requireOrderLaw } from './replay.ts';
import { firstBrokenLink } from './sim-server.ts';
import { installCrypto } from './simulated-crypto.ts';
import { World } from './world.ts';

export type Report = {
  readonly seed: number;
  readonly steps: number;
  readonly commands: number;
  readonly happened: ReadonlyMap<string, number>;
  readonly story: readonly string[];
  readonly broken: { readonly law: Law; readonly detail: string; readonly atStep: number } | undefined;
};

const DRAIN_ROUNDS = 3;

export async function run(seed: number, steps: number, bug?: PlantedBug): Promise<Report> {
  plant(bug);
  const putCryptoBack = installCrypto(new Dice(seed, 1));
  const putConsoleBack = silenceConsole();
  const world = new World(seed);
  let step = 0;
  let broken: Report['broken'];
  try {
    await world.open();
    for (; step < steps; step++) await world.step();
    await endOf(world);
  } catch (error) {
    const law = error instanceof BrokenLaw ? error.law : 'nothing-breaks';
    const detail =
      error instanceof Error
        ? law === 'nothing-breaks'
          ? String(error.stack)
          : error.message
        : String(error);
    broken = { law, detail, atStep: step };
  } finally {
    for (const phone of world.phones) phone.kill();
    putConsoleBack();
    putCryptoBack();
    plant(undefined);
  }
  const { happened, story } = world;
  return { seed, steps, commands: world.server.tables.commands.size, happened, story, broken };
}

async function endOf(world: World): Promise<void> {
  await world.heal();
  for (let round = 0; round < DRAIN_ROUNDS; round++) await world.round();
  world.owing = false;
  world.keeper.check();
  world.keeper.auditLedger();
  requireDrained(world.phones, world.server.tables);
  requireToldRulings(world.phones, world.server.tables);
  requireTamperingSeen(world);
  await requireOrderLaw(
    world.server.tables,
    world.server.facts,
    (number) => world.server.foreignAccount(number),
    new Dice(world.seed, 2),
  );
  requireChains(world);
}

/** Content under a known number, a broken link, or a command that never comes: something the server can point at. */
function requireTamperingSeen({ tamperings, keeper, server: { tables } }: World): void {
  for (const [deviceId, tampering] of tamperings) {
    const { how, seq } = tampering;
    // A copy of the request was still under way: then nothing is missing.
    if (how === 'deleted' && keeper.holds(tampering)) continue;
    const device = tables.devices.get(deviceId);
    const seen =
      device?.brokenAtSeq !== null ||
      tables.conflicts.some((conflict) => conflict.device === deviceId) ||
      device.headSeq > device.ackedSeq;
    if (!seen) throw new BrokenLaw('tampering-is-detected', `${deviceId}: seq ${seq} was ${how}, unseen`);
  }
}

/** Some people asked to be forgotten: their salts and payloads go, the chain still proves the rest. */
function requireChains({ phones, server: { tables } }: World): void {
  for (const [id, command] of tables.commands)
    if (command.hash[1] === 7) tables.commands.set(id, { ...command, payload: '', salt: new Uint8Array() });
  const tampered = new Set(phones.flatMap((phone) => [...phone.tampered]));
  for (const deviceId of tables.devices.keys()) {
    const broken = firstBrokenLink(tables, deviceId);
    if (broken !== undefined && !tampered.has(deviceId))
      throw new BrokenLaw('chains-verify-after-erasure', `${deviceId} breaks at seq ${broken}`);
  }
}

/** The build flag of planted.ts; bundles are built without it. */
function plant(bug: PlantedBug | undefined): void {
  Object.assign(globalThis, { __PLANTED__: bug });
}

/** What the phone's code says to developers; a run tells its own story. */
function silenceConsole(): () => void {
  const { warn, error } = console;
  console.warn = () => undefined;
  console.error = () => undefined;
  return () => {
    console.warn = warn;
    console.error = error;
  };
}

/** What a person needs to see it again. */
export function tell(report: Report): string {
  if (!report.broken) return `seed ${report.seed}: all laws held over ${report.steps} steps`;
  const { law, detail, atStep } = report.broken;
  return [
    `seed ${report.seed}, step ${atStep}: the law "${law}" does not hold`,
    detail,
    ...report.story.slice(-15).map((line) => `  ${line}`),
    `again: npm run sim -- --seed ${report.seed} --steps ${report.steps}`,
  ].join('\n');
}
