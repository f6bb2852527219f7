// `npm run audit -- verify [FILE]` and `npm run audit -- export FILE`: is the audit as it was sealed, and what to keep
// elsewhere so that even a whole rewritten list is noticed.
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { OperatorError, codeOf, reasonOf } from '../operator-error.ts';
import { listRegions, readNewestBlock } from './repository.ts';
import { sealAudit } from './seal.ts';
import { verifyAudit, type Head } from './verify-chain.ts';

type AuditContext = Pick<Context, 'db' | 'clock' | 'keys'>;

const FINDINGS_SHOWN = 20;

const HeadsFile = z.object({
  madeAt: z.string(),
  heads: z.array(z.object({ region: z.string(), blockNo: z.int().min(1), hash: z.string() })),
});

export const AUDIT_USAGE = 'Use: npm run audit -- verify [FILE] | export FILE';

/** Gives the exit code: 1 when something is not as it was. */
export async function runAudit(
  [command, file]: readonly (string | undefined)[],
  context: AuditContext,
  say: (line: string) => void,
): Promise<number> {
  if (command === 'verify') return verify(context, file, say);
  if (command === 'export' && file !== undefined) return exportHeads(context, file, say);
  throw new OperatorError(AUDIT_USAGE);
}

async function verify(
  context: AuditContext,
  file: string | undefined,
  say: (line: string) => void,
): Promise<number> {
  const heads = file === undefined ? [] : await readHeads(file);
  const { findings, remarks, blocks, entries, waiting } = await verifyAudit(context, heads);
  sayFirst(findings, say);
  sayFirst(remarks, say);
  if (findings.length > 0) return 1;
  say(`The audit is as it was sealed: ${entries} entries in ${blocks} blocks.`);
  if (waiting > 0) say(`${waiting} entries of the last minutes wait for their block.`);
  if (heads.length === 0)
    say(
      'Only beside an exported file it shows that the last blocks were removed, or that the list was rewritten with our own key.',
    );
  return 0;
}

function sayFirst(sentences: readonly string[], say: (line: string) => void): void {
  for (const sentence of sentences.slice(0, FINDINGS_SHOWN)) say(sentence);
  if (sentences.length > FINDINGS_SHOWN) say(`And ${sentences.length - FINDINGS_SHOWN} more.`);
}

async function exportHeads(
  context: AuditContext,
  file: string,
  say: (line: string) => void,
): Promise<number> {
  await sealAudit(context);
  const heads: Head[] = [];
  for (const { regionId, slug } of await listRegions(context.db)) {
    const newest = await readNewestBlock(context.db, regionId);
    if (newest) heads.push({ region: slug, blockNo: newest.blockNo, hash: newest.hash.toString('hex') });
  }
  const text = JSON.stringify({ madeAt: new Date(context.clock.now()).toISOString(), heads }, null, 2);
  try {
    await writeFile(file, `${text}\n`, { flag: 'wx' });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw new OperatorError(`${file} is there already: choose another name.`);
    throw new OperatorError(`${file} cannot be written (${reasonOf(error)}).`);
  }
  for (const { region, blockNo } of heads) say(`Region ${region}: up to block ${blockNo}.`);
  say(`Wrote ${file}: keep it where this server cannot reach it.`);
  return 0;
}

async function readHeads(file: string): Promise<Head[]> {
  try {
    return HeadsFile.parse(JSON.parse(await readFile(file, 'utf8'))).heads;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw new OperatorError(`There is no file ${file}.`);
    throw new OperatorError(`${file} is not a file of npm run audit -- export.`);
  }
}
