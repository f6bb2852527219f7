// Plain JavaScript without dependencies, the one exception to "TypeScript only": this runs on a fresh clone, before
// anything is installed. It installs and builds what is out of date, then runs the command in this same process,
// so that a signal reaches one program.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NODE_MIN = [20, 19];

const SERVER_COMMANDS = ['start', 'serve', 'migrate', 'backup', 'restore', 'move', 'admin', 'audit'];
const SCRIPTS = { test: 'scripts/test.ts', proof: 'scripts/proof.ts', dev: 'scripts/dev.ts' };

/** What each half of the build is made of; a change in any of it builds that half again. */
const STRIPPER = join('scripts', 'without-planted-bugs.mjs');
const APP_SOURCES = [
  'src',
  'static',
  'vite.config.ts',
  'svelte.config.js',
  'package-lock.json',
  STRIPPER,
  join('scripts', 'phone-chunks.ts'),
];
const SERVER_SOURCES = [
  'server',
  'src/domain',
  'package.json',
  'package-lock.json',
  join('scripts', 'build-server.mjs'),
  STRIPPER,
];
/** Written by the build itself. */
const GENERATED = [
  'src/lib/paraglide',
  'src/messages/project.inlang/cache',
  'src/messages/project.inlang/README.md',
];
/** Written again, as it was, by the first build: its time says nothing. */
const REWRITTEN = 'src/messages/project.inlang/settings.json';

main().then(
  (exitCode) => process.exit(exitCode),
  (error) => {
    if (error instanceof Refusal) console.error(error.message);
    else console.error(error);
    process.exit(1);
  },
);

class Refusal extends Error {}

async function main() {
  requireNode();
  const [command = 'start', ...args] = process.argv.slice(2);
  await install();
  if (command === 'install') return 0;
  if (command === 'build') {
    await build({ always: args.length === 0 });
    return 0;
  }
  if (command === 'dev') return run([join('node_modules', 'tsx', 'dist', 'cli.mjs'), SCRIPTS.dev, ...args]);
  await build({ always: false });
  if (command === 'test' || command === 'proof') return run(['--import', 'tsx', SCRIPTS[command], ...args]);
  if (!SERVER_COMMANDS.includes(command)) throw new Refusal(`There is no command ${command}.`);

  const bundle = pathToFileURL(join(ROOT, 'build', 'server', 'main.js'));
  process.setSourceMapsEnabled(true);
  const server = await import(bundle.href);
  return server.main([command, ...args], { environment: process.env, appFolder: join(ROOT, 'build', 'app') });
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  throw new Refusal(
    `Streekbalie needs Node ${NODE_MIN.join('.')} or newer and this is Node ${process.versions.node}: install a newer one from https://nodejs.org.`,
  );
}

async function install() {
  const stamp = join(ROOT, 'node_modules', '.streekbalie-install');
  const wanted = hashOf(readFileSync(join(ROOT, 'package-lock.json')), process.platform, process.arch);
  if (readIfPresent(stamp) === wanted) return;
  if (!installMatchesLockfile()) {
    const started = performance.now();
    console.log('Installing packages: about half a minute, longer on a slow line.');
    const npm = process.env.npm_execpath;
    // With NODE_ENV=production npm would leave out what the build needs.
    const args = ['ci', '--include=dev', '--no-audit', '--no-fund'];
    const code = npm
      ? await run([npm, ...args])
      : await run(args, process.platform === 'win32' ? 'npm.cmd' : 'npm');
    if (code !== 0) {
      throw new Refusal('The packages could not be installed: see the lines of npm above, then try again.');
    }
    console.log(`Installed in ${seconds(started)}.`);
  }
  writeFileSync(stamp, wanted);
}

/** npm notes what it installed; when that is what the lockfile says, there is nothing to do. */
function installMatchesLockfile() {
  const noted = readIfPresent(join(ROOT, 'node_modules', '.package-lock.json'));
  if (noted === undefined) return false;
  const installed = JSON.parse(noted).packages;
  const locked = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(locked).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    return found ? found.version === entry.version : entry.optional === true;
  });
}

async function build({ always }) {
  const halves = [
    {
      what: 'the app',
      stamp: join(ROOT, 'build', 'app.stamp'),
      output: join(ROOT, 'build', 'app', '200.html'),
      sources: APP_SOURCES,
      args: [join('node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'],
    },
    {
      what: 'the server',
      stamp: join(ROOT, 'build', 'server.stamp'),
      output: join(ROOT, 'build', 'server', 'main.js'),
      sources: SERVER_SOURCES,
      args: [join('scripts', 'build-server.mjs')],
    },
  ].map((half) => ({ ...half, wanted: fingerprint(half.sources) }));
  const old = halves.filter(
    (half) => always || !existsSync(half.output) || readIfPresent(half.stamp) !== half.wanted,
  );
  if (old.length === 0) return;

  const started = performance.now();
  console.log(`Building ${old.map((half) => half.what).join(' and ')}.`);
  mkdirSync(join(ROOT, 'build'), { recursive: true });
  for (const half of old) rmSync(half.stamp, { force: true });
  const codes = await Promise.all(old.map((half) => runQuietly(half.args)));
  const failed = old.filter((_, i) => codes[i] !== 0);
  if (failed.length > 0) {
    throw new Refusal(
      `Building ${failed.map((half) => half.what).join(' and ')} failed: see the lines above.`,
    );
  }
  for (const half of old) writeFileSync(half.stamp, half.wanted);
  console.log(`Built in ${seconds(started)}.`);
}

/** Name, size and time of each source file: a start must not read them all. */
function fingerprint(sources) {
  const lines = [];
  const add = (path) => {
    const full = join(ROOT, path);
    if (GENERATED.includes(path) || !existsSync(full)) return;
    const found = statSync(full);
    if (found.isDirectory()) {
      for (const name of readdirSync(full).sort()) if (!name.startsWith('.')) add(`${path}/${name}`);
    } else {
      lines.push(`${path} ${found.size} ${path === REWRITTEN ? readFileSync(full, 'utf8') : found.mtimeMs}`);
    }
  };
  sources.forEach(add);
  return hashOf(lines.join('\n'));
}

/** Runs Node (or another program) in the project folder and gives its exit code. */
function run(args, program = process.execPath) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit' });
    const passOn = (signal) => child.kill(signal);
    process.on('SIGTERM', passOn);
    // Ctrl-C reaches the child by itself: wait for its end, so that it can clean up.
    const wait = () => undefined;
    process.on('SIGINT', wait);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGTERM', passOn);
      process.off('SIGINT', wait);
      resolve(signal ? 1 : code);
    });
  });
}

/** Shows what the program wrote only when it failed. */
function runQuietly(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    const written = [];
    child.stdout.on('data', (chunk) => written.push(chunk));
    child.stderr.on('data', (chunk) => written.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code !== 0) process.stderr.write(Buffer.concat(written));
      resolve(code ?? 1);
    });
  });
}

function readIfPresent(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function hashOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function seconds(started) {
  return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
