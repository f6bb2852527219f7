// Commands as they travel: contiguous runs, each with the signature of its newest head. One way to make them, for a sync
// and for a rescue (docs/adr/012): what arrives is the same whichever way it took.
import { limits } from '#domain/kernel/limits.ts';
import { headText } from '#domain/sync/command.ts';
import type { Run, SeqRange } from '#domain/sync/exchange.ts';
import { isIn } from '#domain/sync/seq-ranges.ts';
import type { OutgoingCommand } from './sync-store.ts';

/** The key of a device, and the names it signs. */
export type HeadSigner = {
  readonly region: string;
  readonly device: string;
  readonly sign: (bytes: Uint8Array) => Promise<string>;
};

export type ComposedRuns = {
  readonly runs: Run[];
  /** Signatures that were not kept with their command yet. */
  readonly made: readonly { readonly seq: number; readonly signature: string }[];
};

export const signHead = (signer: HeadSigner, seq: number, hash: string): Promise<string> =>
  signer.sign(headText(signer.region, signer.device, seq, hash));

/** `signatureRanges`: runs that touch them bring a signature for each command. */
export async function composeRuns(
  signer: HeadSigner,
  commands: readonly OutgoingCommand[],
  { signatureRanges, runsMax }: { readonly signatureRanges: readonly SeqRange[]; readonly runsMax: number },
): Promise<ComposedRuns> {
  const runs: Run[] = [];
  const made: { seq: number; signature: string }[] = [];
  const signatureOf = async ({ seq, hash, signature }: OutgoingCommand): Promise<string> => {
    if (signature !== undefined) return signature;
    const late = await signHead(signer, seq, hash);
    made.push({ seq, signature: late });
    return late;
  };
  for (const run of contiguous(commands).slice(0, runsMax)) {
    const [first] = run;
    const last = run[run.length - 1];
    if (!first || !last) continue;
    const asked = run.some(({ seq }) => isIn(signatureRanges, seq));
    runs.push({
      fromSeq: first.seq,
      prevHash: first.prevHash,
      commands: run.map(({ envelope, payload, salt }) => [envelope, payload, salt]),
      signature: await signatureOf(last),
      ...(asked && { signatures: await Promise.all(run.map(signatureOf)) }),
    });
  }
  return { runs, made };
}

/** Normally one run; a gap or a full one begins the next. */
function contiguous(commands: readonly OutgoingCommand[]): OutgoingCommand[][] {
  const runs: OutgoingCommand[][] = [];
  let expected = -1;
  for (const command of commands) {
    const run = runs[runs.length - 1];
    if (run && command.seq === expected && run.length < limits.batchCommandsMax) run.push(command);
    else runs.push([command]);
    expected = command.seq + 1;
  }
  return runs;
}
