import { expect, it } from 'vitest';
import { formatIban, parseIban } from '#domain/organisations/iban.ts';
import { formatKboNumber, parseKboNumber } from '#domain/organisations/kbo-number.ts';

const kbo = (text: string): string => {
  const parsed = parseKboNumber(text);
  return parsed.ok ? parsed.value : parsed.error.code;
};
const iban = (text: string): string => {
  const parsed = parseIban(text);
  return parsed.ok ? parsed.value : parsed.error.code;
};

it.each([
  // The examples of the law and of the federal government itself.
  ['0206.731.645', '0206731645'],
  ['BE 0206.731.645', '0206731645'],
  ['206731645', '0206731645'],
  ['0206 731 646', 'kbo-check-digits'],
  ['2206731645', 'kbo-check-digits'],
  ['0206731', 'kbo-length'],
  ['', 'kbo-length'],
  ['020673164x', 'kbo-not-a-digit'],
])('the enterprise number %j is %s', (text, expected) => {
  expect(kbo(text)).toBe(expected);
});

it.each([
  // The examples of the registry of ISO 13616.
  ['BE68 5390 0754 7034', 'BE68539007547034'],
  ['be68.5390.0754.7034', 'BE68539007547034'],
  ['FR14 2004 1010 0505 0001 3M02 606', 'FR1420041010050500013M02606'],
  ['NL91ABNA0417164300', 'NL91ABNA0417164300'],
  ['GB29NWBK60161331926819', 'GB29NWBK60161331926819'],
  ['BE68 5390 0754 7035', 'iban-check-digits'],
  ['BE68 5390 0754 703', 'iban-length'],
  ['539-0075470-34', 'iban-form'],
  ['', 'iban-form'],
])('the account %j is %s', (text, expected) => {
  expect(iban(text)).toBe(expected);
});

it('numbers are written as on letters and cards', () => {
  expect(formatKboNumber('0206731645')).toBe('0206.731.645');
  expect(formatIban('BE68539007547034')).toBe('BE68 5390 0754 7034');
});
