// A list that somebody made elsewhere: CSV as Excel in Dutch writes it (semicolons, Windows-1252) as well as everybody else's
// (commas, tabs, UTF-8), or XLSX. Out come rows of plain text. The file is a stranger's: its size, what it unpacks to, its rows and
// cells are bounded before anything is kept.
import { parse as parseCsv } from 'csv-parse/sync';
import { Unzip, UnzipInflate, strFromU8, zipSync } from 'fflate';
import readXlsx from 'read-excel-file/node';
import { limits } from '#domain/kernel/limits.ts';
import { cleanLine } from '#domain/kernel/plain-text.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';

export type SheetRefusal = {
  readonly code:
    | 'sheet-empty'
    | 'sheet-too-large'
    | 'sheet-too-many-rows'
    | 'sheet-unreadable'
    /** The Excel of before 2007 (.xls), or a sheet behind a password. */
    | 'sheet-old-excel';
};

/** The first sheet. Numbers come as Excel keeps them, so a card number that lost its leading zero is given it back by who reads it. */
export async function readSheet(
  bytes: Uint8Array,
): Promise<Result<readonly (readonly string[])[], SheetRefusal>> {
  if (bytes.length === 0) return refuse({ code: 'sheet-empty' });
  if (bytes.length > limits.sheetBytesMax) return refuse({ code: 'sheet-too-large' });
  if (beginsWith(bytes, OLD_EXCEL)) return refuse({ code: 'sheet-old-excel' });
  const rows = beginsWith(bytes, ZIP) ? await rowsOfXlsx(bytes) : rowsOfCsv(bytes);
  if (!rows.ok) return rows;
  if (rows.value.length > limits.sheetRowsMax) return refuse({ code: 'sheet-too-many-rows' });
  if (rows.value.every((row) => row.every((cell) => cell === ''))) return refuse({ code: 'sheet-empty' });
  return rows;
}

const ZIP = [0x50, 0x4b, 0x03, 0x04];
const OLD_EXCEL = [0xd0, 0xcf, 0x11, 0xe0];
const beginsWith = (bytes: Uint8Array, mark: readonly number[]): boolean =>
  mark.every((byte, i) => bytes[i] === byte);

function rowsOfCsv(bytes: Uint8Array): Result<string[][], SheetRefusal> {
  const text = decode(bytes);
  // A picture, a program; or a line of nothing but marks, which would be read cell by cell.
  if (text.includes('\0') || MANY_MARKS.test(text)) return refuse({ code: 'sheet-unreadable' });
  try {
    const rows: string[][] = parseCsv(text, {
      delimiter: delimiterOf(text),
      bom: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: false,
      to: limits.sheetRowsMax + 1,
      max_record_size: limits.sheetColumnsMax * limits.sheetCellMax,
    });
    return ok(rows.map((row) => row.slice(0, limits.sheetColumnsMax).map(tidy)));
  } catch {
    return refuse({ code: 'sheet-unreadable' }); // a quote that never closes, a line without end: said by the refusal
  }
}

const MANY_MARKS = new RegExp(`[;,\\t]{${limits.sheetColumnsMax * 10}}`);

/** UTF-8 when it is; UTF-16 when it says so; else what Excel in Western Europe writes. */
function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => WINDOWS_1252[byte - 0x80] ?? String.fromCharCode(byte)).join('');
  }
}
/** From 0x80 on; the rest is Latin-1. By hand, because the decoder of Node 20 takes Windows-1252 for Latin-1. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** What the first line that says something is cut by. */
function delimiterOf(text: string): string {
  const line = text.split(/\r?\n/, 50).find((each) => each.trim() !== '') ?? '';
  const outside = line.replace(/"[^"]*"/g, '');
  const count = (mark: string): number => outside.split(mark).length - 1;
  return [';', '\t', ','].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
}

async function rowsOfXlsx(bytes: Uint8Array): Promise<Result<string[][], SheetRefusal>> {
  const unpacked = unpack(bytes, limits.sheetUnpackedMax);
  if (!unpacked.ok) return unpacked;
  for (const part of Object.values(unpacked.value)) {
    const code = problemOf(strFromU8(part));
    if (code) return refuse({ code });
  }
  try {
    // Packed again by us: of a zip that can be read in two ways the reader gets the one that was looked at.
    const [first] = await readXlsx(Buffer.from(zipSync(unpacked.value, { level: 0 })));
    const rows = (first?.data ?? []) as readonly (readonly unknown[])[];
    return ok(
      rows
        .slice(0, limits.sheetRowsMax + 1)
        .map((row) => row.slice(0, limits.sheetColumnsMax).map((cell) => tidy(textOf(cell)))),
    );
  } catch {
    return refuse({ code: 'sheet-unreadable' }); // a zip of something else: said by the refusal
  }
}

/** What a zip says of its own sizes is not believed: it is unpacked and counted, and only what a sheet is made of is kept. */
function unpack(bytes: Uint8Array, max: number): Result<Record<string, Uint8Array>, SheetRefusal> {
  let total = 0;
  const parts = new Map<string, Uint8Array[]>();
  const unzip = new Unzip((file) => {
    const chunks: Uint8Array[] = [];
    if (/\.(xml|rels)$/.test(file.name)) parts.set(file.name, chunks);
    if (parts.size > PARTS_MAX) throw new RangeError('more parts than any sheet');
    file.ondata = (error, chunk) => {
      if (error) throw error;
      total += chunk.length;
      if (total > max) throw new RangeError('larger than any sheet');
      chunks.push(chunk);
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  try {
    for (let at = 0; at < bytes.length; at += PIECE) {
      unzip.push(bytes.subarray(at, at + PIECE), at + PIECE >= bytes.length);
    }
  } catch (error) {
    return refuse({ code: error instanceof RangeError ? 'sheet-too-large' : 'sheet-unreadable' });
  }
  return ok(
    Object.fromEntries([...parts].map(([name, chunks]) => [name, new Uint8Array(Buffer.concat(chunks))])),
  );
}
const PARTS_MAX = 1_000;

/**
 * The reader makes room for every cell up to the farthest one, whatever lies in between: a kilobyte can name the last cell of
 * row 1,048,576. Counted in the text, where nothing can hide: an entity could, and no honest sheet defines one.
 */
function problemOf(xml: string): SheetRefusal['code'] | undefined {
  if (/<!(DOCTYPE|ENTITY)/i.test(xml)) return 'sheet-unreadable';
  if (!xml.includes('sheetData')) return undefined;
  const rows = xml.split(/<(?:[\w.-]+:)?row[\s/>]/);
  if (rows.length - 1 > limits.sheetRowsMax) return 'sheet-too-many-rows';
  if (rows.some((row) => row.split(/<(?:[\w.-]+:)?c[\s/>]/).length - 1 > PLACES_MAX))
    return 'sheet-too-large';
  for (const [, , place = ''] of xml.matchAll(/\br\s*=\s*(["'])(.*?)\1/gs)) {
    const [, letters, digits] = /^([A-Z]{0,3})(\d{0,7})$/.exec(place) ?? [];
    if (letters === undefined || digits === undefined) return 'sheet-unreadable';
    if (Number(digits) > limits.sheetRowsMax) return 'sheet-too-many-rows';
    if (columnOf(letters) > PLACES_MAX) return 'sheet-too-large';
  }
  return undefined;
}
/** Wider than any list: what stands beyond the columns that are read is a stray cell. */
const PLACES_MAX = 256;
const columnOf = (letters: string): number =>
  [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
/** A kilobyte unpacks to a megabyte at most. */
const PIECE = 1_024;

function textOf(cell: unknown): string {
  if (cell instanceof Date) return cell.toISOString().slice(0, 10);
  return typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean'
    ? String(cell)
    : '';
}

/** `="0900…"` is how a CSV keeps Excel from eating a leading zero. */
const tidy = (cell: string): string =>
  cleanLine(cell.slice(0, limits.sheetCellMax))
    .replace(/^="(.*)"$/, '$1')
    .replace(/^'/, '');
