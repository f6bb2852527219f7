// A table as CSV that Excel in Dutch opens by itself: semicolons, a mark that it is UTF-8, CRLF. Rule: OWASP, CSV injection (ASVS
// 1.2.10): a cell that a spreadsheet would take for a formula gets an apostrophe in front, which read-sheet.ts takes away again.
const FORMULA = /^\s*[=+\-@]|^[\t\r]/;

export const csvText = (rows: readonly (readonly string[])[]): string =>
  `\uFEFF${rows.map((row) => row.map(cellOf).join(';')).join('\r\n')}\r\n`;

function cellOf(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[";\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
