// How old may the app on a phone be? An installed phone runs last month's code, and scans are never refused for that:
// commands of every protocol from PROTOCOL_OLDEST on are taken, and what an older app sends stays on its phone until it
// is renewed (docs/adr/015). Below OLDEST_APP a release is known to do something wrong at a door: then the phone says so.

/** Raised when a release turns out to need replacing; never to make people update. */
export const OLDEST_APP: Version = [0, 1, 0];

type Version = readonly [major: number, minor: number, patch: number];

export const APP_AGES = ['current', 'behind', 'too-old'] as const;
export type AppAge = (typeof APP_AGES)[number];

/** A version that does not read as one, such as that of a trial build, is not judged. */
export function appAge(version: string, newest: string, oldest: Version = OLDEST_APP): AppAge {
  const ours = versionOf(version);
  const theirs = versionOf(newest);
  if (ours && isOlder(ours, oldest)) return 'too-old';
  return ours && theirs && isOlder(ours, theirs) ? 'behind' : 'current';
}

function isOlder(version: Version, other: Version): boolean {
  const differs = version.findIndex((number, place) => number !== other[place]);
  return differs >= 0 && (version[differs] ?? 0) < (other[differs] ?? 0);
}

function versionOf(text: string): Version | undefined {
  const [whole, major, minor, patch] = /^(\d{1,6})\.(\d{1,6})\.(\d{1,6})$/.exec(text) ?? [];
  return whole === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}
