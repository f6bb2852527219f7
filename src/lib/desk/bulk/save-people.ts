// Who is on a list, as a file: page by page from the server, then CSV or a workbook. A workbook has text as text, so that no cell is a
// formula; the library for it comes in only when it is asked for.
import { ExportAnswer, type ExportedPerson } from '#domain/bulk-api.ts';
import { api } from '../../api.ts';
import { m } from '../../paraglide/messages.js';
import { saveFile } from '../../save-file.ts';
import { cardNumberText } from '../cards/card-words.ts';
import { civilDayText } from '../passholders/passholder-words.ts';
import { saveSheet } from '../save-sheet.ts';

export async function readPeople(listId: string): Promise<ExportedPerson[]> {
  const people: ExportedPerson[] = [];
  for (let after: number | undefined, more = true; more; after = people.at(-1)?.row) {
    const question = after === undefined ? {} : { after };
    const page = await api.post(
      `/api/bulk/lists/${encodeURIComponent(listId)}/people`,
      question,
      ExportAnswer,
    );
    people.push(...page.people);
    more = page.more && page.people.length > 0;
  }
  return people;
}

export const savePeopleCsv = (title: string, people: readonly ExportedPerson[]): void =>
  saveSheet(title, head(), people.map(cellsOf));

export async function savePeopleWorkbook(title: string, people: readonly ExportedPerson[]): Promise<void> {
  const { default: writeExcelFile } = await import('write-excel-file/universal');
  const blob = await writeExcelFile([
    {
      sheet: m.bulk_list(),
      data: [
        head().map((value) => ({ value, fontWeight: 'bold' as const })),
        ...people.map((person) => cellsOf(person).map((value) => ({ value }))),
      ],
      columns: head().map(() => ({ width: 18 })),
    },
  ]).toBlob();
  saveFile(new File([blob], `${title}.xlsx`, { type: blob.type }));
}

const head = (): string[] => [
  ...[m.bulk_number(), m.bulk_export_last_name(), m.bulk_export_first_name(), m.bulk_export_born()],
  ...[m.bulk_export_street(), m.bulk_postal_code(), m.bulk_city(), m.bulk_export_country()],
  ...[m.bulk_export_email(), m.bulk_export_phone()],
];

const cellsOf = (person: ExportedPerson): string[] => [
  ...[person.number === null ? '' : cardNumberText(person.number), person.lastName, person.firstName],
  ...[civilDayText(person.dateOfBirth), person.street, person.postalCode, person.city, person.country],
  ...[person.email, person.phone],
];
