// Files of strangers: what a printer, Excel or a mail program makes, and what is made to break us.
import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { limits } from '#domain/kernel/limits.ts';
import { readSheet } from '#server/sheets/read-sheet.ts';

async function rowsOf(bytes: Uint8Array | string): Promise<readonly (readonly string[])[]> {
  const read = await readSheet(typeof bytes === 'string' ? strToU8(bytes) : bytes);
  if (!read.ok) throw new Error(read.error.code);
  return read.value;
}

/** The least that Excel itself would open. */
function xlsx(cells: string): Uint8Array {
  const xml = (text: string) => strToU8(`<?xml version="1.0" encoding="UTF-8"?>${text}`);
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const relations = 'http://schemas.openxmlformats.org/package/2006/relationships';
  return zipSync({
    '[Content_Types].xml': xml(
      `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`,
    ),
    '_rels/.rels': xml(
      `<Relationships xmlns="${relations}"><Relationship Id="r1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ),
    'xl/workbook.xml': xml(
      `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="Blad1" sheetId="1" r:id="r1"/></sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': xml(
      `<Relationships xmlns="${relations}"><Relationship Id="r1" Type="${office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    ),
    'xl/worksheets/sheet1.xml': xml(`<worksheet xmlns="${main}"><sheetData>${cells}</sheetData></worksheet>`),
  });
}
const textCell = (at: string, text: string) => `<c r="${at}" t="inlineStr"><is><t>${text}</t></is></c>`;

test.each([
  ['semicolons', 'nummer;naam\r\n1;Jan\r\n'],
  ['commas', 'nummer,naam\n1,Jan'],
  ['tabs', 'nummer\tnaam\n1\tJan\n'],
  ['a byte order mark', '\uFEFFnummer;naam\n1;Jan\n'],
  ['quotes', '"nummer";"naam"\n"1";"Jan"\n'],
  ['what keeps a leading zero in Excel', '"nummer";"naam"\n"=""1""";Jan\n'],
])('a list with %s', async (_, text) => {
  expect(await rowsOf(text)).toEqual([
    ['nummer', 'naam'],
    ['1', 'Jan'],
  ]);
});

test('letters as Windows writes them, and a name over two lines', async () => {
  expect(await rowsOf(Buffer.from('naam\nRenée D’hollander\n'.replace('’', '\x92'), 'latin1'))).toEqual([
    ['naam'],
    ['Renée D’hollander'],
  ]);
  expect(await rowsOf('naam;x\n"Jan\nPeeters";1\n')).toEqual([
    ['naam', 'x'],
    ['Jan Peeters', '1'],
  ]);
});

test('an Excel file: text, numbers and empty cells', async () => {
  const sheet = xlsx(
    `<row r="1">${textCell('A1', 'nummer')}${textCell('C1', 'chip')}</row>` +
      `<row r="2">${textCell('A2', '0900000095902')}<c r="C2"><v>12.5</v></c></row>`,
  );
  expect(await rowsOf(sheet)).toEqual([
    ['nummer', '', 'chip'],
    ['0900000095902', '', '12.5'],
  ]);
});

test.each([
  [
    'a zip that unpacks to more than any sheet',
    () => zipSync({ 'xl/worksheets/sheet1.xml': new Uint8Array(limits.sheetUnpackedMax + 1) }),
    'sheet-too-large',
  ],
  ['a file of two megabytes', () => new Uint8Array(limits.sheetBytesMax + 1).fill(0x30), 'sheet-too-large'],
  ['a zip without a sheet', () => zipSync({ 'leesmij.txt': strToU8('niets') }), 'sheet-unreadable'],
  ['half a zip', () => xlsx('').subarray(0, 300), 'sheet-unreadable'],
  ['a line of nothing but marks', () => strToU8(';'.repeat(1_000_000)), 'sheet-unreadable'],
  ['one line of a megabyte', () => strToU8(`"${'a'.repeat(1_000_000)}`), 'sheet-unreadable'],
  ['lines and nothing on them', () => strToU8(';;\n;;\n'), 'sheet-empty'],
  ['more rows than anybody has', () => strToU8('1\n'.repeat(limits.sheetRowsMax + 1)), 'sheet-too-many-rows'],
])('%s is refused', async (_, bytes, code) => {
  expect(await readSheet(bytes())).toEqual({ ok: false, error: { code } });
});

/** A part whose way of packing nobody knows, before the sheet: who counts what it unpacks to stumbles there. */
function afterAnUnknownPart(zip: Uint8Array): Uint8Array {
  const first = Buffer.from(zipSync({ a: strToU8('x') }, { level: 0 }));
  const header = Buffer.from(first.subarray(0, 30 + 1 + 1));
  header.writeUInt16LE(12, 8);
  return Buffer.concat([header, zip]);
}

test.each([
  ['the last cell there is', xlsx(`<row r="1">${textCell('XFD1048576', 'x')}</row>`), 'sheet-too-many-rows'],
  ['a row far away', xlsx(`<row r="9999999">${textCell('A9999999', 'x')}</row>`), 'sheet-too-many-rows'],
  ['a column far away', xlsx(`<row r="1">${textCell('XFD1', 'x')}</row>`), 'sheet-too-large'],
  ['a place written in signs', xlsx(`<row r="1"><c r="&#88;FD1048576"/></row>`), 'sheet-unreadable'],
  ['a place in other quotes', xlsx(`<row r='1'><c x=">" r='XFD1048576'/></row>`), 'sheet-too-many-rows'],
  ['more rows than a list has', xlsx('<row/>'.repeat(limits.sheetRowsMax + 1)), 'sheet-too-many-rows'],
  ['a row without end', xlsx(`<row>${'<c><v>1</v></c>'.repeat(300)}</row>`), 'sheet-too-large'],
  [
    'cells out of entities',
    xlsx(`<row r="1"/>`.replace('<row', '<!DOCTYPE x [<!ENTITY a "<c/>">]><row')),
    'sheet-unreadable',
  ],
  ['a part that nobody can unpack', afterAnUnknownPart(xlsx('')), 'sheet-unreadable'],
])('%s takes no time and no memory', async (_, bytes, code) => {
  const before = process.memoryUsage().rss;
  expect(await readSheet(bytes)).toEqual({ ok: false, error: { code } });
  expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
});
