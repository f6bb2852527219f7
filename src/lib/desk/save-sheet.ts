// A table as a file that Excel opens by a double click. The one place of the app where cells leave for a spreadsheet.
import { csvText } from '#domain/kernel/csv-text.ts';
import { saveFile } from '../save-file.ts';

export function saveSheet(name: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  saveFile(new File([csvText([head, ...rows])], `${fileNameOf(name)}.csv`, { type: 'text/csv' }));
}

const fileNameOf = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'lijst';
