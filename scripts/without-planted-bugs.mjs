// Bundles carry none of the bugs that the simulation plants (docs/adr/009): before anything else reads a source file,
// each `planted('name')` in it becomes `false`, and the branch behind it falls away.
import { readFile } from 'node:fs/promises';

/** @param {string} code */
export const withoutPlantedBugs = (code) => code.replace(/\bplanted\(\s*'[a-z0-9-]+',?\s*\)/g, 'false');

/** @returns {import('vite').Plugin} */
export const viteWithoutPlantedBugs = () => ({
  name: 'without-planted-bugs',
  enforce: 'pre',
  transform(code, id) {
    return /\/src\/.*\.(ts|svelte)$/.test(id) && code.includes('planted(')
      ? { code: withoutPlantedBugs(code), map: null }
      : undefined;
  },
});

/** @type {import('esbuild').Plugin} */
export const esbuildWithoutPlantedBugs = {
  name: 'without-planted-bugs',
  setup(build) {
    build.onLoad({ filter: /\/(server|src)\/.*\.ts$/ }, async ({ path }) => ({
      contents: withoutPlantedBugs(await readFile(path, 'utf8')),
      loader: 'ts',
    }));
  },
};
