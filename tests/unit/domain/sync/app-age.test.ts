import { expect, it } from 'vitest';
import { appAge } from '#domain/sync/app-age.ts';

it.each([
  ['1.2.3', 'current'],
  ['1.3.0', 'current'],
  ['1.2.2', 'behind'],
  ['1.1.10', 'behind'],
  ['1.1.0', 'behind'],
  ['1.0.99', 'too-old'],
  ['0.9.0', 'too-old'],
  ['test', 'current'],
  ['', 'current'],
  ['1.2', 'current'],
] as const)('app %s beside 1.2.3, when 1.1.0 is the oldest: %s', (version, age) => {
  expect(appAge(version, '1.2.3', [1, 1, 0])).toBe(age);
});
