import { describe, expect, it } from 'vitest';
import { codeOf, WedgeReader } from '../../../../src/lib/scanner/wedge.ts';

/** Types a text with a fixed gap and closes it; the code that came out. */
function type(text: string, gapMs: number, end = 'Enter', reader = new WedgeReader(), from = 1_000) {
  let at = from;
  for (const char of text) {
    expect(reader.key(char, at)).toBeUndefined();
    at += gapMs;
  }
  return reader.key(end, at);
}

describe('a card reader that acts as a keyboard', () => {
  it.each([5, 20, 60, 100])('reads a number with %i ms between the keys', (gap) => {
    expect(type('0900010959113', gap)).toBe('0900010959113');
  });

  it('takes Tab for the end as well', () => {
    expect(type('0900010959113', 10, 'Tab')).toBe('0900010959113');
  });

  it('hears nothing in what a person types', () => {
    expect(type('0900010959113', 140)).toBeUndefined();
  });

  it('forgets what a person typed before the reader', () => {
    const reader = new WedgeReader();
    reader.key('4', 0);
    reader.key('2', 300);
    expect(type('0900010959113', 10, 'Enter', reader, 900)).toBe('0900010959113');
  });

  it('gives nothing for a bare Enter, a late one, or a run that is too short', () => {
    const reader = new WedgeReader();
    expect(reader.key('Enter', 0)).toBeUndefined();
    expect(type('12345', 10)).toBeUndefined();
    for (const [i, char] of [...'0900010959113'].entries()) reader.key(char, 1_000 + i * 10);
    expect(reader.key('Enter', 2_000)).toBeUndefined();
  });

  it('passes over the Shift a reader presses for a capital', () => {
    const reader = new WedgeReader();
    const keys = ['0', '4', '7', '8', '4', 'C', 'Shift', 'D', 'A', 'E', 'E', '3', '8', '8', '0'];
    for (const [i, key] of keys.entries()) reader.key(key, i * 10);
    expect(reader.key('Enter', 160)).toBe('04784CDAEE3880');
  });

  it('starts anew after each code', () => {
    const reader = new WedgeReader();
    expect(type('0900010959113', 10, 'Enter', reader, 0)).toBe('0900010959113');
    expect(type('0900000095902', 10, 'Enter', reader, 150)).toBe('0900000095902');
  });

  it('does not grow without end', () => {
    const code = type('7'.repeat(5_000), 1);
    expect(code?.length ?? 0).toBeLessThanOrEqual(200);
  });
});

describe('the field of the reader, at its Enter', () => {
  const number = '0900000095902';
  it('has the whole number where a busy phone heard only its end', () => {
    expect(codeOf('0095902', number)).toBe(number);
    expect(codeOf(undefined, number)).toBe(number);
  });
  it('gives way to the reader after what a person typed by accident', () => {
    expect(codeOf(number, `12${number}`)).toBe(number);
    expect(codeOf('https://example.be/c', 'x')).toBe('https://example.be/c');
  });
  it('is nothing when there is next to nothing in it', () => {
    expect(codeOf(undefined, '12')).toBeUndefined();
  });
});
