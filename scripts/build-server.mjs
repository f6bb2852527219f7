// The server as one file; packages stay outside.
import { build } from 'esbuild';
import { esbuildWithoutPlantedBugs } from './without-planted-bugs.mjs';

await build({
  entryPoints: ['server/main.ts'],
  outdir: 'build/server',
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  minifySyntax: true,
  sourcemap: true,
  logLevel: 'warning',
  plugins: [esbuildWithoutPlantedBugs],
});
