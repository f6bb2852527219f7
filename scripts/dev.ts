// `npm run dev`: the server from its sources, started again at each change, and Vite with the app in front of it.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const API_PORT = process.env['PORT'] ?? '3000';

const children = [
  run(['tsx/dist/cli.mjs', 'watch', 'scripts/dev-server.ts'], { PORT: API_PORT }),
  run(['vite/bin/vite.js', 'dev'], { API_PORT }),
];
let stopping = false;
function stop(): void {
  if (stopping) return; // tsx takes a second signal for impatience, and kills
  stopping = true;
  for (const child of children) child.kill('SIGTERM');
}
// Ctrl-C reaches the children by itself.
process.on('SIGINT', () => {
  stopping = true;
});
process.on('SIGTERM', stop);
// One half without the other is of no use.
for (const child of children) {
  child.once('exit', (code) => {
    process.exitCode ??= code ?? 0;
    stop();
  });
}

function run([program = '', ...args]: readonly string[], env: Record<string, string>): ChildProcess {
  return spawn(process.execPath, [join(ROOT, 'node_modules', program), ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
}
