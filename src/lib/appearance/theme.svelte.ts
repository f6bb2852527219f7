// Light or dark: as the device says, unless this device was told otherwise here.

import { notes } from '../notes.ts';

const KEY = 'streekbalie.theme';
export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

let chosen = $state<Theme>('auto');

export const theme = {
  get chosen(): Theme {
    return chosen;
  },
  get isDark(): boolean {
    return chosen === 'dark' || (chosen === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  },
  choose(next: Theme): void {
    chosen = next;
    if (next === 'auto') notes.removeItem(KEY);
    else notes.setItem(KEY, next);
    show(next);
  },
};

/** Before the first screen is drawn. */
export function startTheme(): void {
  chosen = THEMES.find((known) => known === notes.getItem(KEY)) ?? 'auto';
  show(chosen);
}

function show(next: Theme): void {
  if (next === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
}
