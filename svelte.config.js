import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** Kit in SPA mode (docs/adr/007): the server is Hono, the app is files. */
/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: ({ filename }) => (filename.includes('node_modules') ? undefined : true) },
  kit: {
    adapter: adapter({ pages: 'build/app', assets: 'build/app', fallback: '200.html', precompress: true }),
    serviceWorker: { register: false },
    paths: { relative: false },
    version: { pollInterval: 0 },
    typescript: { config: (config) => ({ ...config, include: [] }) },
  },
};
