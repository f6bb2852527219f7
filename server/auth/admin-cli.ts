// `npm run admin -- create EMAIL`: the first person of a region (and the region itself in an empty database), or a new
// link for one who lost everything.
// Prints a one-time link; there is no default password anywhere.
import { createInterface } from 'node:readline/promises';
import { appendAudit } from '../audit.ts';
import type { Context } from '../context.ts';
import { OperatorError } from '../operator-error.ts';
import { addPerson, FIRST_LINK_MS, makePasswordLink } from './accounts.ts';
import { makeRegion } from '../organisations/new-region.ts';
import { listRegions } from './repository.ts';
import { createSignIn } from './sign-in.ts';

type AdminContext = Pick<Context, 'db' | 'clock' | 'ids' | 'keys' | 'appUrl' | 'mail' | 'log'>;
type Region = Awaited<ReturnType<typeof listRegions>>[number];

const USAGE = 'Use: npm run admin -- create EMAIL [--region SHORT-NAME | --new-region "NAME"]';

/** Gives the exit code. */
export async function runAdmin(
  args: readonly string[],
  context: AdminContext,
  terminal: Terminal = processTerminal,
): Promise<number> {
  const [command, email, ...options] = args;
  if (command !== 'create' || email === undefined) throw new OperatorError(USAGE);
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
    throw new OperatorError(`${email} is no e-mail address. ${USAGE}`);
  }
  const region = await chooseRegion(context, options, terminal);
  const userId = await addPerson(context, {
    email,
    name: email.slice(0, email.indexOf('@')),
    grants: [{ regionId: region.regionId, role: 'region-admin', place: { kind: 'region' } }],
    by: 'system',
  });
  await appendAudit(context.db, {
    regionId: region.regionId,
    at: context.clock.now(),
    actor: 'system',
    action: 'admin-created',
    subject: `user:${userId}`,
  });
  const link = await makePasswordLink(context, createSignIn(context), userId);
  terminal.say(`${email} is now an administrator of ${region.name}.`);
  terminal.say(`With this link a password is chosen, once, within ${FIRST_LINK_MS / 3_600_000} hours:`);
  terminal.say(link);
  return 0;
}

export interface Terminal {
  say(line: string): void;
  /** Undefined when nobody can answer. */
  ask: ((question: string) => Promise<string>) | undefined;
}

const processTerminal: Terminal = {
  say: (line) => void process.stdout.write(`${line}\n`),
  ask: process.stdin.isTTY
    ? async (question) => {
        const lines = createInterface({ input: process.stdin, output: process.stdout });
        try {
          return await lines.question(question);
        } finally {
          lines.close();
        }
      }
    : undefined,
};

async function chooseRegion(
  context: AdminContext,
  options: readonly string[],
  { say, ask }: Terminal,
): Promise<Region> {
  const regions = await listRegions(context.db);
  const [first] = regions;
  const newRegion =
    valueOf(options, '--new-region') ?? (first ? undefined : await ask?.('Name of the region? '));
  if (newRegion !== undefined) return makeRegion(context, newRegion);
  if (!first) {
    throw new OperatorError(
      `There is no region in this database yet: give its name with --new-region. ${USAGE}`,
    );
  }
  const names = regions.map(({ slug }) => slug).join(', ');
  const find = (slug: string): Region => {
    const found = regions.find((region) => region.slug === slug.trim());
    if (!found) throw new OperatorError(`There is no region ${slug.trim()}. The regions are: ${names}.`);
    return found;
  };
  const named = valueOf(options, '--region');
  if (named !== undefined) return find(named);
  if (regions.length === 1) return first;
  if (!ask) throw new OperatorError(`There are several regions: say which one with --region (${names}).`);
  for (const region of regions) say(`  ${region.slug}  ${region.name}`);
  return find(await ask('Which region? '));
}

function valueOf(options: readonly string[], flag: string): string | undefined {
  const at = options.indexOf(flag);
  return at < 0 ? undefined : (options[at + 1] ?? '');
}
