// The language of the screen: Dutch first. Choosing one reloads the page, because messages are plain functions.
import { notes } from '../notes.ts';
import {
  defineCustomClientStrategy,
  getLocale,
  isLocale,
  setLocale,
  type Locale,
} from '../paraglide/runtime.js';

const KEY = 'PARAGLIDE_LOCALE';

// The strategy that vite.config.ts names; the library's own breaks the app where nothing can be stored.
defineCustomClientStrategy('custom-notes', {
  getLocale: () => {
    const kept = notes.getItem(KEY);
    return isLocale(kept) ? kept : undefined;
  },
  setLocale: (locale) => notes.setItem(KEY, locale),
});

export const LANGUAGES: readonly { id: Locale; name: string }[] = [
  { id: 'nl-BE', name: 'Nederlands' },
  { id: 'en', name: 'English' },
];

export const language = (): Locale => getLocale();

export const chooseLanguage = (locale: Locale): void => void setLocale(locale);

/** For screen readers and hyphenation. */
export function startLanguage(): void {
  document.documentElement.lang = getLocale();
}
