import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import packageJson from './package.json' with { type: 'json' };
import { phoneChunks } from './scripts/phone-chunks.ts';
import { viteWithoutPlantedBugs } from './scripts/without-planted-bugs.mjs';

const api = `http://127.0.0.1:${process.env.API_PORT ?? '3000'}`;

export default defineConfig({
  plugins: [
    viteWithoutPlantedBugs(),
    tailwindcss(),
    paraglideVitePlugin({
      project: './src/messages/project.inlang',
      outdir: './src/lib/paraglide',
      // Dutch first, whatever the phone's own language is; who chooses English keeps it.
      strategy: ['custom-notes', 'baseLocale'],
      emitTsDeclarations: true,
    }),
    sveltekit(),
    phoneChunks(),
  ],
  define: { __APP_VERSION__: JSON.stringify(packageJson.version) },
  // Its ES module as it is; the package's main entry wraps the older, larger build.
  resolve: { alias: [{ find: /^dexie$/, replacement: 'dexie/dist/modern/dexie.mjs' }] },
  server: { host: '127.0.0.1', proxy: { '/api': api, '/healthz': api, '/readyz': api } },
  build: { target: ['chrome107', 'safari16', 'firefox115'] },
});
