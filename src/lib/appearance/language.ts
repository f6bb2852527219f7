// The language of the screen: Dutch first. Choosing one reloads the page, because messages are plain functions.
import { getLocale, setLocale, type Locale } from '../paraglide/runtime.js';

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
