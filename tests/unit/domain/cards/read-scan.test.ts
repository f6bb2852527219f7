import { describe, expect, it } from 'vitest';
import { readScan, type ScanReading, type ScanWay, type Symbology } from '#domain/cards/read-scan.ts';
import { isEan13, makeUitpasNumber } from '#domain/cards/uitpas-number.ts';

const number = '0900010959113';
const alsoArticle = firstAlsoEan13();
const uitpas = { kind: 'uitpas', number, maybeArticle: false };

describe('what was held before the phone', () => {
  const cases: [what: string, raw: string, way: ScanWay, symbology: Symbology, reading: object][] = [
    ['Code 128 of a card', number, 'camera', 'code-128', uitpas],
    ['QR of a card', number, 'camera', 'qr', uitpas],
    ['a reader that ends with Enter', `${number}\n`, 'wedge', 'unknown', uitpas],
    ['a number typed in groups', '0900 010 959 113', 'typed', 'unknown', uitpas],
    ['a row of a paper list', number, 'paper', 'unknown', uitpas],
    [
      'a shop article, even when its digits would pass',
      alsoArticle,
      'camera',
      'ean-13',
      { kind: 'no-card', why: 'article', length: 13 },
    ],
    [
      'the same digits as Code 128 are a card',
      alsoArticle,
      'camera',
      'code-128',
      { kind: 'uitpas', number: alsoArticle, maybeArticle: false },
    ],
    [
      'the same digits from a reader: asked',
      alsoArticle,
      'wedge',
      'unknown',
      { kind: 'uitpas', number: alsoArticle, maybeArticle: true },
    ],
    [
      'the same digits typed: asked',
      alsoArticle,
      'typed',
      'unknown',
      { kind: 'uitpas', number: alsoArticle, maybeArticle: true },
    ],
    ['a chip', '04:78:4c:da:ee:38:80', 'nfc', 'unknown', { kind: 'chip', chip: '04784CDAEE3880' }],
    [
      'a chip from a USB reader',
      '04784cdaee3880',
      'wedge',
      'unknown',
      { kind: 'chip', chip: '04784CDAEE3880' },
    ],
    [
      'a typing error',
      '0900010959114',
      'typed',
      'unknown',
      { kind: 'no-card', why: 'number', length: 13, problem: { code: 'check-digit' } },
    ],
    [
      'a web address in a QR',
      'https://example.org/x',
      'camera',
      'qr',
      { kind: 'no-card', why: 'other-code', length: 21 },
    ],
    [
      'a book before a keyboard reader, which tells no kind of code',
      '9789076174198',
      'wedge',
      'unknown',
      { kind: 'no-card', why: 'article', length: 13 },
    ],
    [
      'a web address before a keyboard reader',
      'https://example.org/x',
      'wedge',
      'unknown',
      { kind: 'no-card', why: 'other-code', length: 21 },
    ],
    [
      'a book, typed: the rule it breaks',
      '9789076174198',
      'typed',
      'unknown',
      { kind: 'no-card', why: 'number', length: 13, problem: { code: 'digit-12', at: 12 } },
    ],
    [
      'digits of another code',
      '5412345',
      'camera',
      'code-128',
      { kind: 'no-card', why: 'number', length: 7, problem: { code: 'length', length: 7 } },
    ],
  ];
  it.each(cases)('%s', (_what, raw, way, symbology, reading) => {
    expect(readScan(raw, way, symbology)).toEqual(reading);
  });
});

it('keeps nothing of the content of what is no card', () => {
  const insz = '83030201540';
  for (const raw of [insz, `ID ${insz}`, `BEL${insz}<<<`, '0900010959114']) {
    const reading: ScanReading = readScan(raw, 'camera', 'other');
    expect(reading.kind).toBe('no-card');
    expect(JSON.stringify(reading)).not.toMatch(/\d{4,}/);
  }
});

function firstAlsoEan13(): string {
  for (let serial = 9_000_000; ; serial++) {
    const candidate = makeUitpasNumber(String(serial), '0');
    if (isEan13(candidate)) return candidate;
  }
}
