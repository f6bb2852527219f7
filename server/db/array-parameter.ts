// Values of a whole batch as one array parameter of a statement.
import { assert } from '#domain/kernel/assert.ts';

/**
 * An array literal of values that need no quotes: ids, numbers, codes, hex. pg would look at each character of each of
 * them, which costs as much as all rules together; this checks once that nothing in it could end a value.
 */
export function plain(values: readonly (string | number | boolean | null | undefined)[]): string {
  const text = values.map((value) => value ?? 'NULL').join(',');
  assert(
    /^[\w:.,-]*$/.test(text) && (values.length === 0 || text.split(',').length === values.length),
    'plain values for an array',
  );
  return `{${text}}`;
}

export const hex = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');

/** PostgreSQL text holds no NUL; a command with one is malformed anyway, its hash tells what came. */
export const withoutNul = (text: string): string =>
  text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
