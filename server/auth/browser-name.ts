// "Chrome · Windows": enough to recognise one's own sessions by. The order matters, as browsers name each other.
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|Chromium|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b/, 'Mac'],
  [/\bLinux\b/, 'Linux'],
];

/** Empty when it says nothing we know. */
export function browserName(userAgent: string): string {
  const find = (names: typeof BROWSERS): string[] =>
    names.flatMap(([pattern, name]) => (pattern.test(userAgent) ? [name] : [])).slice(0, 1);
  return [...find(BROWSERS), ...find(SYSTEMS)].join(' · ');
}
