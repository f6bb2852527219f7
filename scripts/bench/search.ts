// P9: somebody at a desk looks for a person among 600,000, over HTTP with all that belongs to it: session, rights, counting,
// the search, the rows. A mix as a counter types it; the administrator of the region sees all of them, a desk its own.
import { loadavg } from 'node:os';
import { sql } from 'kysely';
import { must } from '#domain/kernel/assert.ts';
import { DEMO_PASSWORD } from '#server/demo/staff.ts';
import { DeskOverHttp } from '#tests/_support/desk-over-http.ts';
import { REGION_ID, regionIn, type TestRegion } from '#tests/_support/region.ts';
import { databaseUrlOf, makeDataDir, removeDataDir, startServer } from '#tests/_support/server-process.ts';
import { peakMemoryMb } from './ingest.ts';
import { insertManyPeople } from './many-people.ts';
import { percentile, rounded, type Row } from './rows.ts';

const PEOPLE = 600_000;
const SAMPLES = 40;

type Asked = { readonly kind: string; readonly text: string };

export async function measureSearch(): Promise<Row[]> {
  const dataDir = makeDataDir();
  const env = { DEMO: '1', LOG_LEVEL: 'silent' };
  let server = await startServer({ dataDir, env });
  const region = regionIn(databaseUrlOf(dataDir), '');
  try {
    const started = performance.now();
    const { indexMs } = await insertManyPeople(region.db, REGION_ID, PEOPLE);
    const madeS = (performance.now() - started) / 1_000;
    const asked = await questions(region);
    const load = loadavg()[0] ?? 0;
    const everywhere = await timesOf(server.url, 'beheer', asked);
    const own = await timesOf(server.url, 'ieper', asked);
    const rssMb = peakMemoryMb(server.pid);
    const indexMb = await indexMbOf(region);
    await server.stop();
    server = await startServer({ dataDir, env });
    const { startMs } = server;
    const kinds = [...new Set(asked.map(({ kind }) => kind))].map((kind) => {
      const ms = everywhere.filter((each) => each.kind === kind).map((each) => each.ms);
      return `${kind} ${Math.round(percentile(ms, 0.5))}/${Math.round(percentile(ms, 0.95))}`;
    });
    const ms = (times: readonly { ms: number }[], share: number): number =>
      rounded(
        percentile(
          times.map((each) => each.ms),
          share,
        ),
      );
    return [
      {
        name: 'P9.search_p95_ms',
        value: ms(everywhere, 0.95),
        unit: 'ms',
        note: `whole region; load ${load.toFixed(1)}; p50/p95: ${kinds.join(', ')}`,
      },
      { name: 'P9.search_p50_ms', value: ms(everywhere, 0.5), unit: 'ms' },
      {
        name: 'P9.search_own_p95_ms',
        value: ms(own, 0.95),
        unit: 'ms',
        note: `a desk of one municipality; p50 ${ms(own, 0.5)}`,
      },
      {
        name: 'P9.index_mb',
        value: Math.round(indexMb),
        unit: 'MB',
        note: `made in ${Math.round(indexMs / 1_000)} s; all ${PEOPLE} people in ${Math.round(madeS)} s`,
      },
      { name: 'P9.rss_mb', value: Math.round(rssMb), unit: 'MB', note: 'peak of the server' },
      { name: 'P9.start_s', value: rounded(startMs / 1_000, 2), unit: 's', note: 'with all of them in it' },
    ];
  } finally {
    await region.close();
    await server.stop();
    await removeDataDir(dataDir);
  }
}

/** People who are there, as somebody types them: one after the other, so that no kind has the caches for itself. */
async function questions({ db }: TestRegion): Promise<Asked[]> {
  const { rows } = await sql<{ first: string; last: string; born: string; town: string }>`
    select p.first_name as first, p.last_name as last, to_char(p.date_of_birth, 'FMDD/FMMM/YYYY') as born, m.name as town
    from passholder p join municipality m on m.region_id = p.region_id and m.nis_code = p.nis_code
    where p.region_id = ${REGION_ID} order by md5(p.passholder_id::text) limit ${SAMPLES}
  `.execute(db);
  return rows.flatMap(({ first, last, born, town }, i) => {
    const at = 2 + (i % Math.max(1, last.length - 3));
    return [
      { kind: 'exact', text: i % 2 === 0 ? `${first} ${last}` : `${last} ${first}` },
      { kind: 'typo', text: `${first} ${last.slice(0, at)}${last.slice(at + 1)}` },
      { kind: 'two letters', text: last.slice(0, 2) },
      { kind: 'typing', text: `${first} ${last}`.slice(0, 3 + (i % (first.length + 3))) },
      { kind: 'last name', text: last },
      {
        kind: 'common',
        text: must(['peeters', 'jan', 'maes', 'marie', 'van de velde', 'de'][i % 6], 'name'),
      },
      { kind: 'date', text: born },
      { kind: 'mixed', text: `${last} ${born.slice(-4)} ${town.toLowerCase()}` },
    ].filter(({ text }) => /\p{L}{2}|\d{4}/u.test(text));
  });
}

async function timesOf(
  url: string,
  who: string,
  asked: readonly Asked[],
): Promise<(Asked & { readonly ms: number })[]> {
  const desk = await new DeskOverHttp(url).signIn(`${who}@demo.streekbalie.example`, DEMO_PASSWORD);
  for (const { text } of asked.slice(0, 24)) await desk.search(text); // as a server that has been asked before
  const times: (Asked & { readonly ms: number })[] = [];
  for (const each of asked) {
    const started = performance.now();
    await desk.search(each.text);
    times.push({ ...each, ms: performance.now() - started });
  }
  return times;
}

async function indexMbOf({ db }: TestRegion): Promise<number> {
  const { rows } = await sql<{ bytes: number }>`
    select pg_relation_size('passholder_search') as bytes`.execute(db);
  return (rows[0]?.bytes ?? 0) / 1024 / 1024;
}
