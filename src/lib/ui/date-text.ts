// Dates and times as people type them at a counter: 3/4/2026, 3-4-26, 03042026; 9:30, 9u30, 0930, 14.

const DATE = /^(\d{1,2})[\s/.-](\d{1,2})[\s/.-](\d{2}|\d{4})$/;
const DATE_DIGITS = /^(\d{2})(\d{2})(\d{2}|\d{4})$/;
const TIME = /^(\d{1,2})\s*[:.uh]\s*(\d{2})?$/i;
const TIME_DIGITS = /^(\d{1,2})(\d{2})?$/;

/** As `2026-04-03`, or undefined when this is no date. */
export function parseDateText(text: string): string | undefined {
  const trimmed = text.trim();
  const match = DATE.exec(trimmed) ?? DATE_DIGITS.exec(trimmed);
  if (!match) return undefined;
  const [, day = '', month = '', year = ''] = match;
  return checkedDay(Number(year.length === 2 ? `20${year}` : year), Number(month), Number(day));
}

/** `2026-04-03` as 03/04/2026. */
export const dateTextOf = (day: string): string => day.split('-').reverse().join('/');

/** As `09:30`, or undefined when this is no time. */
export function parseTimeText(text: string): string | undefined {
  const trimmed = text.trim();
  const match = TIME.exec(trimmed) ?? (trimmed.length <= 4 ? TIME_DIGITS.exec(trimmed) : null);
  if (!match) return undefined;
  const hours = Number(match[1]);
  const minutes = Number(match[2] ?? 0);
  if (hours > 23 || minutes > 59) return undefined;
  return `${pad(hours)}:${pad(minutes)}`;
}

function checkedDay(year: number, month: number, day: number): string | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return `${year}-${pad(month)}-${pad(day)}`;
}

const pad = (value: number): string => String(value).padStart(2, '0');
