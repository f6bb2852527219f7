// How old may the app on a phone be? An installed phone runs last month's code, and scans are never refused for that:
// commands of every protocol from PROTOCOL_OLDEST on are taken, and what an older app sends stays on its phone until it
// is renewed (docs/adr/015). Below OLDEST_APP a release is known to do something wrong at a door: then the phone says so.

/** Raised when a release turns out to need replacing; never to make people update. */
export const OLDEST_APP = '0.1.0';

export const APP_AGES = ['current', 'behind', 'too-old'] as const;
export type AppAge = (typeof APP_AGES)[number];

/** A version that does not read as one, such as that of a trial build, is not judged. */
export function appAge(version: string, newest: string, oldest: string = OLDEST_APP): AppAge {
  if (isOlder(version, oldest)) return 'too-old';
  return isOlder(version, newest) ? 'behind' : 'current';
}

function isOlder(version: string, other: string): boolean {
  const a = numbersOf(version);
  const b = numbersOf(other);
  if (!a || !b) return false;
  const differs = a.findIndex((number, place) => number !== b[place]);
  return differs >= 0 && (a[differs] ?? 0) < (b[differs] ?? 0);
}

function numbersOf(version: string): readonly number[] | undefined {
  const [, ...numbers] = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})$/.exec(version) ?? [];
  return numbers.length === 3 ? numbers.map(Number) : undefined;
}
