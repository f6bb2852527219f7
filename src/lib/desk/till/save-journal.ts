// The day of a counter for a spreadsheet: what is on the screen, the oldest first. A workbook has amounts as numbers and text as
// text, so that no cell is a formula; the library for it comes in only when it is asked for.
import type { DayJournal, JournalLine } from '#domain/cash-api.ts';
import { csvText } from '#domain/kernel/csv-text.ts';
import { exactTimeText } from '../../appearance/dates.ts';
import { m } from '../../paraglide/messages.js';
import { euroInputOf } from '../../ui/money-text.ts';
import { MEANS_WORDS } from '../cash/cash-words.ts';
import { civilDayText } from '../passholders/passholder-words.ts';
import { kindText } from './journal-words.ts';

type Amount = { readonly cents: number };
type Cell = string | number | Amount;

export function journalCsv(journal: DayJournal, lines: readonly JournalLine[]): File {
  const rows = rowsOf(journal, lines).map((row) => row.map(textOf));
  return new File([csvText(rows)], `${nameOf(journal)}.csv`, { type: 'text/csv' });
}

export async function journalWorkbook(journal: DayJournal, lines: readonly JournalLine[]): Promise<File> {
  const { default: writeExcelFile } = await import('write-excel-file/universal');
  const rows = rowsOf(journal, lines);
  const blob = await writeExcelFile([
    {
      sheet: m.till_title(),
      data: rows.map((row, i) =>
        row.map((cell) => ({
          value: typeof cell === 'object' ? cell.cents / 100 : cell,
          ...(typeof cell === 'object' && { format: '0.00' }),
          ...(i === 0 && { fontWeight: 'bold' as const }),
        })),
      ),
      columns: (rows[0] ?? []).map(() => ({ width: 18 })),
    },
  ]).toBlob();
  return new File([blob], `${nameOf(journal)}.xlsx`, { type: blob.type });
}

const nameOf = ({ day }: DayJournal): string => `${m.till_file_name()} ${day}`;

const rowsOf = ({ organisationName, day }: DayJournal, lines: readonly JournalLine[]): Cell[][] => [
  [
    ...[m.till_day(), m.till_counter(), m.till_time(), m.till_what(), m.till_whom(), m.till_how_many()],
    ...[m.till_by(), m.cash_receipt(), m.till_means(), m.till_amount(), m.till_voucher(), m.till_why()],
  ],
  ...[...lines]
    .reverse()
    .map(({ at, kind, firstName, activity, count, by, paid, moved }) => [
      ...[civilDayText(day), organisationName, exactTimeText(at), kindText(kind)],
      ...[activity ?? firstName ?? '', count ?? '', by],
      ...(paid
        ? [
            ...[paid.receipt, MEANS_WORDS[paid.means](), { cents: paid.dueCents }],
            ...[{ cents: paid.discountCents }, paid.why],
          ]
        : ['', '', moved ? { cents: moved.cents } : '', '', moved?.why ?? '']),
    ]),
];

/** As one counts in Dutch: 5,50 and -2,00. */
function textOf(cell: Cell): string {
  if (typeof cell !== 'object') return String(cell);
  return cell.cents < 0 ? `-${euroInputOf(-cell.cents)}` : euroInputOf(cell.cents);
}
