// Values out of JSON of a stranger: a text, a list, a moment, or nothing. Only own keys that are asked by name are read, so that a
// key such as `__proto__` is never more than a key; whoever sends one means harm, and is refused.
import { instantOfUtc, isCivilDay, type Instant } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { cleanLine } from '../kernel/plain-text.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const at = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

export const textAt = (value: unknown, key: string): string => {
  const found = at(value, key);
  return typeof found === 'string' ? found : '';
};

export const listAt = (value: unknown, key: string): readonly unknown[] => {
  const found = at(value, key);
  return Array.isArray(found) ? found : [];
};

const LANGUAGES = ['nl', 'fr', 'en', 'de'];

/** A name as one text or by language, Dutch first; one line, cut where it is too long to keep. */
export function nameAt(value: unknown, key: string, max: number): string {
  const found = at(value, key);
  const said =
    typeof found === 'string' ? found : LANGUAGES.map((language) => textAt(found, language)).find(Boolean);
  const line = cleanLine(said ?? '');
  return line.length <= max ? line : `${line.slice(0, max - 1).trimEnd()}…`;
}

const MOMENT =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/** ISO 8601 with its offset, to the minute; undefined for anything else, 30 February included. */
export function momentAt(value: unknown, key: string): Instant | undefined {
  const [, day = '', hours, minutes, zone = ''] = MOMENT.exec(textAt(value, key)) ?? [];
  if (!isCivilDay(day)) return undefined;
  const instant = instantOfUtc(day, Number(hours) * 60 + Number(minutes) - offsetMinutes(zone));
  return instant > 0 && instant < limits.instantMax ? instant : undefined;
}

function offsetMinutes(zone: string): number {
  if (zone === 'Z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  return sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)));
}

const STRANGE_KEYS = ['__proto__', 'constructor', 'prototype'];

/** Of parsed JSON whose depth was bounded before. */
export function hasStrangeKey(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasStrangeKey);
  if (!isObject(value)) return false;
  return Object.keys(value).some((key) => STRANGE_KEYS.includes(key) || hasStrangeKey(at(value, key)));
}
