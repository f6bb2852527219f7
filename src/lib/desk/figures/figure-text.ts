// Counts as people read them: 12.345, 12,5 %, or that they are not shown.
import { getLocale } from '../../paraglide/runtime.js';
import { m } from '../../paraglide/messages.js';

const numbers = (options: Intl.NumberFormatOptions) =>
  new Intl.NumberFormat(getLocale() === 'en' ? 'en-GB' : 'nl-BE', options);

export const countText = (count: number | null): string =>
  count === null ? m.figures_hidden() : numbers({}).format(count);

/** Empty where either is not shown. */
export const shareText = (part: number | null, whole: number | null): string =>
  part === null || whole === null || whole === 0
    ? ''
    : numbers({ style: 'percent', maximumFractionDigits: 1 }).format(part / whole);

/** 2026-11 as `nov 2026`. */
export const monthName = (month: string): string =>
  new Intl.DateTimeFormat(getLocale() === 'en' ? 'en-GB' : 'nl-BE', {
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  }).format(Date.parse(`${month}-15T12:00:00Z`));
