import { keepHeapSmall } from './heap.ts';
import { runOperatorCommand } from './operator-commands.ts';
import { OperatorError } from './operator-error.ts';
import { runServer } from './run-server.ts';
import type { Surroundings } from './run-server.ts';

// The door of the server. scripts/launch.mjs calls it in its own process, so that signals reach one program only.

/** Runs one command and gives its exit code. */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  const [command, ...rest] = args;
  outliveClosedOutput();
  try {
    if (command === 'start' || command === 'serve') {
      keepHeapSmall();
      return await runServer(command, rest, surroundings);
    }
    return await runOperatorCommand(command, rest, surroundings.environment);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

/** A closed terminal or `| head` is no reason to stop, and saying so there would fail again, without end. */
function outliveClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
