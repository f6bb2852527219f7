// `npm test`: each check of the house, then Vitest, then the browser stories; `npm run verify` is the same without the
// stories. Every check and every test counts once; the last line is "N passed, N failed".
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { POSTGRES_15_SUITES, postgres15Programs } from '../tests/_support/postgres-15-suites.ts';
import { findChromium } from './find-chromium.ts';
import { COMPONENTS_MAX, listComponents } from './sbom.ts';

const ROOT = resolve(import.meta.dirname, '..');
const BIN = {
  prettier: 'prettier/bin/prettier.cjs',
  eslint: 'eslint/bin/eslint.js',
  'svelte-check': 'svelte-check/bin/svelte-check',
  knip: 'knip/bin/knip.js',
  vitest: 'vitest/vitest.mjs',
  playwright: '@playwright/test/cli.js',
};
type Program = keyof typeof BIN;

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

const VitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});
const PlaywrightReport = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
  errors: z.array(z.unknown()),
});

const reports = mkdtempSync(join(tmpdir(), 'streekbalie-reports-'));
// Where the data folders are that the tests copy (tests/_support/prepared-data.ts); the user of the database passes through it.
const prepared = mkdtempSync(join(tmpdir(), 'streekbalie-prepared-'));
chmodSync(prepared, 0o755);
try {
  // The tests wait for much (servers that start, time that passes): the checks are done meanwhile, long before the kill tests.
  const counts = await Promise.all([runChecks(), runVitest()]);
  if (!process.argv.includes('--no-browser')) counts.push(await runStories());
  const total = counts.reduce(add);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
  process.exitCode = total.failed > 0 ? 1 : 0;
} finally {
  for (const folder of [reports, prepared]) rmSync(folder, { recursive: true, force: true });
}

async function runChecks(): Promise<Count> {
  const types = runCheck('types', 'svelte-check', ['--output', 'human']);
  const others = (async () => [
    await runCheck('format', 'prettier', ['--check', '--log-level', 'warn', '.']),
    await runCheck('lint', 'eslint', ['.']),
    await runCheck('unused', 'knip', []),
  ])();
  return [await types, ...(await others), countComponents()].reduce(add);
}

/** What the product brings along, against what was agreed. */
function countComponents(): Count {
  const required = listComponents().filter(({ scope }) => scope === 'required').length;
  const fits = required <= COMPONENTS_MAX;
  console.log(`${fits ? '✓' : '✗'} dependencies (${required} of at most ${COMPONENTS_MAX})`);
  return fits ? { passed: 1, failed: 0, skipped: 0 } : oneFailed();
}

async function runCheck(name: string, program: Program, args: readonly string[]): Promise<Count> {
  const started = performance.now();
  const { code, output } = await run(program, args, 'quiet');
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
  if (code !== 0) console.log(output);
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : oneFailed();
}

async function runVitest(): Promise<Count> {
  const report = join(reports, 'vitest.json');
  const without15 = postgres15Programs() === undefined ? POSTGRES_15_SUITES.length : 0;
  if (without15 > 0)
    console.log(`No PostgreSQL 15 here (POSTGRES_15_BIN): ${without15} suites are skipped on it.`);
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await run('vitest', args, 'shown');
  if (!existsSync(report)) return oneFailed();
  const found = VitestReport.parse(JSON.parse(readFileSync(report, 'utf8')));
  // A file that cannot even be loaded holds no test that could fail.
  const broken = found.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = found.numFailedTests + broken;
  return {
    passed: found.numPassedTests,
    // Vitest may also fail for an error outside of a test.
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: found.numPendingTests + found.numTodoTests + without15,
  };
}

async function runStories(): Promise<Count> {
  if (process.env['SKIP_BROWSER'] === '1') {
    console.log('\nSKIP_BROWSER=1: the browser stories are skipped.');
    return { passed: 0, failed: 0, skipped: await countStories() };
  }
  const chromium = await findChromium();
  if (chromium === undefined) {
    console.log(
      '\nThe browser stories need Chromium and none was found or could be installed: install it and set CHROMIUM_PATH, or set SKIP_BROWSER=1 to leave the stories out.',
    );
    return oneFailed();
  }
  console.log(`\nBrowser stories with ${chromium}`);
  // Most of a story is waiting. Those that film their own screen or die under load have the machine for themselves.
  return add(
    await runSomeStories(chromium, ['--workers=2', '--grep-invert=@alone']),
    await runSomeStories(chromium, ['--workers=1', '--grep=@alone']),
  );
}

async function runSomeStories(chromium: string, which: readonly string[]): Promise<Count> {
  const report = join(mkdtempSync(join(reports, 'stories-')), 'playwright.json');
  const { code } = await run('playwright', ['test', '--reporter=list,json', ...which], 'shown', {
    CHROMIUM_PATH: chromium,
    PLAYWRIGHT_JSON_OUTPUT_NAME: report,
  });
  if (!existsSync(report)) return oneFailed();
  const { stats, errors } = PlaywrightReport.parse(JSON.parse(readFileSync(report, 'utf8')));
  const failed = stats.unexpected + errors.length;
  return {
    passed: stats.expected + stats.flaky,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: stats.skipped,
  };
}

async function countStories(): Promise<number> {
  const { output } = await run('playwright', ['test', '--list'], 'quiet');
  return Number(/Total: (\d+) tests?/.exec(output)?.[1] ?? 1);
}

/** Runs a program of node_modules in the project folder. */
function run(
  program: Program,
  args: readonly string[],
  show: 'quiet' | 'shown',
  env: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules', BIN[program]), ...args], {
      cwd: ROOT,
      env: { ...process.env, PREPARED_DATA: prepared, ...env },
      stdio: show === 'shown' ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    const written: string[] = [];
    child.stdout?.on('data', (chunk: Buffer) => written.push(chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => written.push(chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => done({ code: code ?? 1, output: written.join('') }));
  });
}

function oneFailed(): Count {
  return { passed: 0, failed: 1, skipped: 0 };
}

function add(a: Count, b: Count): Count {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}
