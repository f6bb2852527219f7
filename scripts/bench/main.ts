// `npm run bench`: every row of the goals on the real parts, as a table; `-- --json` as one JSON array; `-- --only P4,P10`.
import { measureExchange } from './exchange.ts';
import { measureIngest, measureStart } from './ingest.ts';
import { measurePhone } from './phone.ts';
import { measureRoster } from './roster.ts';
import type { Row } from './rows.ts';
import { measureSearch } from './search.ts';

/** `heavy`: makes so much data that it runs only when it is named. */
const MEASURES: readonly {
  readonly rows: readonly string[];
  readonly measure: () => Promise<Row[]>;
  readonly heavy?: true;
}[] = [
  { rows: ['P1', 'P2', 'P8'], measure: measurePhone },
  { rows: ['P3'], measure: measureRoster },
  { rows: ['P4', 'P10'], measure: measureIngest },
  { rows: ['P5', 'P6'], measure: measureExchange },
  { rows: ['P10'], measure: measureStart },
  { rows: ['P9'], measure: measureSearch, heavy: true },
];

const args = process.argv.slice(2);
const only = args.find((_, i) => args[i - 1] === '--only')?.split(',');
const rows: Row[] = [];
for (const { rows: names, measure, heavy = false } of MEASURES) {
  if (only ? !names.some((name) => only.includes(name)) : heavy) continue;
  rows.push(...(await measure()));
}
const shown = rows.filter(({ name }) => !only || only.some((wanted) => name.startsWith(`${wanted}.`)));
if (args.includes('--json'))
  console.log(JSON.stringify(shown.map(({ name, value, unit }) => ({ name, value, unit }))));
else
  for (const { name, value, unit, note = '' } of shown)
    console.log(`${name.padEnd(28)} ${String(value).padStart(10)} ${unit.padEnd(5)} ${note}`);
