// The figures as a workbook: one sheet for each table on the screen, numbers as numbers. Comes in only when it is asked for.
import type { Figures } from '#domain/figures-api.ts';
import { dateText } from '../../appearance/dates.ts';
import { m } from '../../paraglide/messages.js';
import { monthName } from './figure-text.ts';

type Cell = string | number;

export async function figuresFile(figures: Figures): Promise<File> {
  const { default: writeExcelFile } = await import('write-excel-file/universal');
  const place = figures.place?.name ?? m.figures_region();
  const blob = await writeExcelFile(
    sheetsOf(figures).map(({ name, rows }) => ({
      sheet: name,
      data: rows.map((row, i) =>
        row.map((value) => (i === 0 ? { value, fontWeight: 'bold' as const } : { value })),
      ),
      columns: (rows[0] ?? []).map((_, i) => ({ width: i === 0 ? 32 : 18 })),
    })),
  ).toBlob();
  const name = `${m.figures_file_name()} ${place} ${dateText(figures.countedAt).replaceAll('/', '-')}.xlsx`;
  return new File([blob], name, { type: blob.type });
}

const cell = (count: number | null): Cell => count ?? m.figures_hidden();

/** A name of a sheet has 31 characters at most. */
const sheetsOf = ({
  people,
  peopleTotals,
  months,
  organisers,
  kinds,
}: Figures): { name: string; rows: Cell[][] }[] => [
  {
    name: m.figures_passholders(),
    rows: [
      [m.figures_municipality(), m.figures_passholders(), m.figures_with(), m.figures_without()],
      ...people.map((line) => [
        line.name ?? m.figures_outside(),
        cell(line.passholders),
        cell(line.withKansenstatuut),
        cell(line.without),
      ]),
      [
        m.figures_total(),
        cell(peopleTotals.passholders),
        cell(peopleTotals.withKansenstatuut),
        cell(peopleTotals.without),
      ],
    ],
  },
  {
    name: m.figures_months(),
    rows: [
      [
        m.figures_month(),
        m.figures_visits(),
        m.figures_visitors(),
        m.figures_newcomers(),
        m.figures_returning(),
      ],
      ...months.map((line) => [
        monthName(line.month),
        cell(line.visits),
        cell(line.visitors),
        cell(line.newcomers),
        cell(line.returning),
      ]),
    ],
  },
  {
    name: m.figures_organisers(),
    rows: [
      [m.figures_organiser(), m.figures_visits()],
      ...organisers.map(({ name, visits }) => [name ?? m.figures_others(), cell(visits)]),
    ],
  },
  {
    name: m.figures_kinds(),
    rows: [
      [m.figures_kind(), m.figures_visits()],
      ...kinds.map(({ name, visits }) => [name ?? m.figures_no_kind(), cell(visits)]),
    ],
  },
];
