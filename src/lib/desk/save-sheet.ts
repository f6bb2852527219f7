// A table as a file that Excel opens by a double click. The one place of the app where cells leave for a spreadsheet.
import { csvText } from '#domain/kernel/csv-text.ts';
import { saveFile } from '../save-file.ts';

export function saveSheet(name: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  saveFile(new File([csvText([head, ...rows])], `${fileNameOf(name)}.csv`, { type: 'text/csv' }));
}

/** The same as a workbook: text as text, so that no cell is a formula. The library for it comes in only when it is asked for. */
export async function saveWorkbook(
  name: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const { default: writeExcelFile } = await import('write-excel-file/universal');
  const blob = await writeExcelFile([
    {
      sheet: name.replace(/[[\]:*?/\\]/g, ' ').slice(0, SHEET_NAME_MAX),
      data: [head, ...rows].map((row, i) =>
        row.map((value) => ({ value, type: String, ...(i === 0 && { fontWeight: 'bold' as const }) })),
      ),
      columns: head.map(() => ({ width: 22 })),
    },
  ]).toBlob();
  saveFile(new File([blob], `${fileNameOf(name)}.xlsx`, { type: blob.type }));
}

/** Of Excel. */
const SHEET_NAME_MAX = 31;

const fileNameOf = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'lijst';
