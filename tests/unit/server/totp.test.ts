import { expect, it } from 'vitest';
import { base32, matchTotp, totpAddress, totpCode, totpStep } from '#server/auth/totp.ts';

const SECRET = Buffer.from('12345678901234567890');

// RFC 6238, appendix B (SHA-1), the last six of its eight digits.
it.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [20_000_000_000, '353130'],
])('at second %i the code is %s', (second, code) => {
  expect(totpCode(SECRET, totpStep(second * 1_000))).toBe(code);
});

it('takes the step before and after, none further, and none that was used', () => {
  const now = 1_234_567_890_000;
  const step = totpStep(now);
  for (const drift of [-1, 0, 1])
    expect(matchTotp(SECRET, totpCode(SECRET, step + drift), now, 0)).toBe(step + drift);
  for (const drift of [-2, 2])
    expect(matchTotp(SECRET, totpCode(SECRET, step + drift), now, 0)).toBeUndefined();
  expect(matchTotp(SECRET, totpCode(SECRET, step), now, step)).toBeUndefined();
  expect(matchTotp(SECRET, totpCode(SECRET, step - 1), now, step)).toBeUndefined();
});

// RFC 4648 part 10, without padding.
it.each([
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foobar', 'MZXW6YTBOI'],
])('base32 of %s is %s', (text, encoded) => {
  expect(base32(Buffer.from(text))).toBe(encoded);
});

it('the address of the QR code names product and person', () => {
  expect(totpAddress(SECRET, 'an@ieper.be')).toBe(
    'otpauth://totp/Streekbalie:an%40ieper.be?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Streekbalie',
  );
});
