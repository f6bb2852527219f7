import { startLanguage } from '$lib/appearance/language.ts';
import { startTheme } from '$lib/appearance/theme.svelte.ts';

// An app of files: nothing is rendered on the server (docs/adr/007).
export const ssr = false;
export const prerender = false;

export const load = (): void => {
  startLanguage();
  startTheme();
};
