// `npm run proof`: what `npm test` shows in small, at the size of the goals (R1, R2): thousands of stories, every planted
// bug, fifty kills. Prints a table for docs/BENCHMARKS.md. Under an hour on two cores.
import { execFileSync, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { findChromium } from './find-chromium.ts';

const ROOT = resolve(import.meta.dirname, '..');
const VITEST = join('node_modules', 'vitest', 'vitest.mjs');
const PLAYWRIGHT = join('node_modules', '@playwright', 'test', 'cli.js');

const SEEDS = 2_000;
const FULL_STACK_SEEDS = 20;
const PROCESS_KILLS = 50;
const BROWSER_KILLS = 20;
const OUTAGE_PHONES = 500;
const OUTAGE_SCANS = 200;

/** A file that was moved must not pass for a proof. */
const NONE_IS_A_FAULT = '--passWithNoTests=false';

type Stage = {
  readonly what: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
};

const simulation = (...files: string[]): string[] => [
  'run',
  NONE_IS_A_FAULT,
  '--project',
  'simulation',
  ...files.map((file) => `tests/simulation/${file}.test.ts`),
];
const chromium = await findChromium();
const stages: readonly Stage[] = [
  {
    what: `20 planted bugs, each found by a law`,
    program: VITEST,
    args: simulation('planted-bugs'),
    env: {},
  },
  {
    what: `${SEEDS} seeds of 300 steps, all laws after every step`,
    program: VITEST,
    args: simulation('even-seeds', 'odd-seeds'),
    env: { SIM_SEEDS: String(SEEDS) },
  },
  {
    what: `${FULL_STACK_SEEDS} seeds through server, PostgreSQL and Dexie`,
    program: VITEST,
    args: ['run', NONE_IS_A_FAULT, '--project', 'integration', 'tests/simulation/full-stack.test.ts'],
    env: { FULL_STACK_SEEDS: String(FULL_STACK_SEEDS) },
  },
  {
    what: `kill -9 of server and database, ${PROCESS_KILLS} each: 0 acknowledged lost, 0 doubled`,
    program: VITEST,
    args: ['run', NONE_IS_A_FAULT, '--project', 'process-alone', 'tests/process/kill.test.ts'],
    env: { PROCESS_KILLS: String(PROCESS_KILLS) },
  },
  {
    what: `${OUTAGE_PHONES} phones with ${OUTAGE_SCANS} scans each, all at once, to two servers, one killed half-way`,
    program: VITEST,
    args: ['run', NONE_IS_A_FAULT, '--project', 'process-alone', 'tests/process/outage.test.ts'],
    env: { OUTAGE_PHONES: String(OUTAGE_PHONES), OUTAGE_SCANS: String(OUTAGE_SCANS) },
  },
  {
    what: `kill -9 of the browser, ${BROWSER_KILLS}: 0 shown as saved lost, 0 doubled`,
    program: PLAYWRIGHT,
    args: ['test', 'killed-browser'],
    env: { BROWSER_KILLS: String(BROWSER_KILLS), ...(chromium && { CHROMIUM_PATH: chromium }) },
  },
];

const lines: string[] = [];
for (const stage of stages) {
  console.log(`\n== ${stage.what}`);
  const started = performance.now();
  const code = await run(stage);
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  lines.push(`| ${stage.what} | ${code === 0 ? 'holds' : 'BROKEN'} | ${minutes} min |`);
  if (code !== 0) process.exitCode = 1;
}
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
console.log(`\n${new Date().toISOString().slice(0, 10)}, commit ${commit}\n\n| Proof | Result | Time |`);
console.log(['| --- | --- | --- |', ...lines].join('\n'));

function run({ program, args, env }: Stage): Promise<number> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [join(ROOT, program), ...args], {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: 'inherit',
    });
    child.once('error', reject);
    child.once('close', (code) => done(code ?? 1));
  });
}
