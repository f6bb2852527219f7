import { expect, test } from 'vitest';
import { cleanLine, tokenOf } from '#domain/kernel/plain-text.ts';

test.each([
  ['  Café  ’t Spoor ', 'Café  ’t Spoor'],
  ['een\ttitel\r\nop  drie\u2028regels', 'een titel op  drie regels'],
  ['\u202Eevil\u202C \u200B\uFEFFnaam\u0007', 'evil naam'],
  ['half \uD83D emoji, heel 😀', 'half  emoji, heel 😀'],
  ['👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 é', '👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 é'],
  ['\u0000\u200B ', ''],
])('%j is kept as %j', (typed, kept) => {
  expect(cleanLine(typed)).toBe(kept);
  expect(cleanLine(kept)).toBe(kept);
});

test('what a program sends is kept as it is or refused', () => {
  const token = tokenOf(5);
  expect(token.safeParse(' é😀 ').data).toBe(' é😀 ');
  for (const text of ['a\0', '\uD800', '\uDC00x', 'zesses'])
    expect(token.safeParse(text).success).toBe(false);
});
