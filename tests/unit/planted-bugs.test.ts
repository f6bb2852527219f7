import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { PLANTED_BUGS } from '#domain/kernel/planted.ts';
import { esbuildWithoutPlantedBugs, withoutPlantedBugs } from '../../scripts/without-planted-bugs.mjs';

it('a switch becomes false, whatever stands around it', () => {
  expect(withoutPlantedBugs("if (planted('drop-on-4xx') || planted(\n  'sort-by-clock',\n)) x();")).toBe(
    'if (false || false) x();',
  );
});

it('nothing is planted unless the simulation says so', async () => {
  const { planted } = await import('#domain/kernel/planted.ts');
  expect(PLANTED_BUGS.filter(planted)).toEqual([]);
});

it.each([
  ['the server', 'server/main.ts'],
  ['the phone', 'src/lib/session/phone.ts'],
])('the bundle of %s carries no planted bug', async (_what, entry) => {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    minifySyntax: true,
    logLevel: 'error',
    plugins: [esbuildWithoutPlantedBugs],
  });
  const text = outputFiles.map((file) => file.text).join('\n');
  expect(text.length).toBeGreaterThan(10_000);
  expect([...PLANTED_BUGS, '__PLANTED__'].filter((bug) => text.includes(bug))).toEqual([]);
});
