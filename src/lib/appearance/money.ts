// Amounts as people of the Westhoek read them.
import { getLocale } from '../paraglide/runtime.js';

let made: { readonly locale: string; readonly format: Intl.NumberFormat } | undefined;

/** € 5,50 */
export function euroText(cents: number): string {
  const locale = getLocale() === 'en' ? 'en-GB' : 'nl-BE';
  if (made?.locale !== locale)
    made = { locale, format: new Intl.NumberFormat(locale, { style: 'currency', currency: 'EUR' }) };
  return made.format.format(cents / 100);
}
