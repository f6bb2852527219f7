// The house itself: what lint cannot see. Each rule names what to do about it.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMAND_KINDS } from '#domain/sync/command.ts';
import { COMPONENTS_MAX, listComponents } from '../scripts/sbom.ts';

const files = trackedFiles();
const source = files.filter((file) => /\.(ts|svelte|js|mjs)$/.test(file));
const read = (file: string): string => readFileSync(file, 'utf8');

/** `file:line` of every line that matches, so that a failure says where. */
const linesMatching = (among: readonly string[], pattern: RegExp): string[] =>
  among.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) ? `${file}:${i + 1} ${line.trim().slice(0, 80)}` : [])),
  );

describe('files', () => {
  it('every module of the product is an entry, or imported by the product and not only by its tests', () => {
    const imported = importedModules();
    const orphans = source.filter(
      (file) => /^(src|server)\//.test(file) && !isEntry(file) && !imported.has(file),
    );
    expect(orphans).toEqual([]);
  });

  it('names say what is inside: no drawers, no barrels', () => {
    const drawers =
      /(^|\/)(utils?|helpers?|common|misc|types|constants|manager)\.(ts|svelte)$|(^|\/)index\.ts$/;
    const allowed = ['src/service-worker/index.ts'];
    expect(files.filter((file) => drawers.test(file) && !allowed.includes(file))).toEqual([]);
  });

  it('modules are kebab-case, components PascalCase', () => {
    const wrong = files.filter((file) => {
      const name = file.slice(file.lastIndexOf('/') + 1);
      if (file.startsWith('src/routes/')) return false; // the framework names these
      if (name.endsWith('.svelte')) return !/^[A-Z][A-Za-z0-9]*\.svelte$/.test(name);
      if (/^server\/db\/migrations\/\d/.test(file)) return !/^\d{3}_[a-z0-9_]+\.ts$/.test(name);
      return name.endsWith('.ts') && !/^[a-z0-9]+([-.][a-z0-9]+)*(\.d)?\.ts$/.test(name);
    });
    expect(wrong).toEqual([]);
  });

  it('every domain file opens with the rule it holds', () => {
    const silent = files.filter((file) => file.startsWith('src/domain/') && !read(file).startsWith('// '));
    expect(silent).toEqual([]);
  });

  it('no test is skipped, singled out or left for later', () => {
    const tests = files.filter((file) => file.startsWith('tests/') && file.endsWith('.ts'));
    expect(linesMatching(tests, /\b(it|test|describe)\.(skip|only|todo|fails)\b|\bx(it|describe)\(/)).toEqual(
      [],
    );
  });
});

describe('faults (docs/FAULTS.md)', () => {
  const rows = read('docs/FAULTS.md')
    .split('\n')
    .filter((line) => /^\|\s*\d/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
    .map(([, , , file = '', name = '']) => ({ file, name }));

  it('name tests that exist', () => {
    const simulation = files
      .filter((file) => file.startsWith('tests/simulation/'))
      .map(read)
      .join('\n');
    const missing = rows.filter(({ file, name }) =>
      file === 'simulation'
        ? !simulation.includes(name.replace(/^network /, ''))
        : !files.includes(file) || !read(file).includes(name),
    );
    expect(rows.length).toBeGreaterThan(50);
    expect(missing).toEqual([]);
  });
});

describe('the security sheet (docs/ASVS.md)', () => {
  const rows = read('docs/ASVS.md')
    .split('\n')
    .filter((line) => /^\|\s*\d+\.\d+\.\d+/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));

  it('answers each row in one of the ways it names', () => {
    const answers = new Set(rows.map(([, , , , answer]) => answer));
    expect([...answers].filter((answer) => !['yes', 'partly', 'no', 'n/a'].includes(answer ?? ''))).toEqual(
      [],
    );
    expect(rows.filter(([, , , , , how]) => (how ?? '').length < 3)).toEqual([]);
    expect(new Set(rows.map(([, no]) => no)).size).toBe(rows.length);
  });

  it('counts its rows as they are', () => {
    const count = (answer: string): number => rows.filter(([, , , , given]) => given === answer).length;
    const shown = rows.filter(([, , , , , , tests]) => tests).length;
    expect(read('docs/ASVS.md')).toContain(
      `${rows.length} rows: ${count('yes')} yes, ${count('partly')} partly, ${count('no')} no, ${count('n/a')} n/a; ${shown} of them`,
    );
  });

  it('names tests that exist, for at least forty-four rows', () => {
    const shown = rows.flatMap(([, no = '', , , , , tests = '']) =>
      tests
        .split(';')
        .map((test) => test.trim())
        .filter(Boolean)
        .map((test) => ({
          no,
          file: test.slice(0, test.indexOf(': ')),
          name: test.slice(test.indexOf(': ') + 2),
        })),
    );
    const missing = shown.filter(({ file, name }) => {
      const path = `tests/${file}`;
      return !files.includes(path) || name === '' || !read(path).includes(name);
    });
    expect(missing).toEqual([]);
    expect(new Set(shown.map(({ no }) => no)).size).toBeGreaterThanOrEqual(44);
  });
});

it('attacks (docs/THREATS.md) name tests that exist', () => {
  const rows = read('docs/THREATS.md')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
    .filter(([, , , file = '']) => file.endsWith('.ts'));
  expect(rows.length).toBeGreaterThan(25);
  const missing = rows.filter(([, , , file = '', name = '']) => {
    const path = `tests/${file}`;
    return name === '' || !files.includes(path) || !read(path).includes(name);
  });
  expect(missing).toEqual([]);
});

describe('decisions (docs/adr)', () => {
  const names = files
    .filter((file) => /^docs\/adr\/[^/]+\.md$/.test(file))
    .map((file) => file.slice('docs/adr/'.length))
    .filter((name) => name !== 'README.md');

  it('are numbered 001, 002, 003 … each number once', () => {
    const numbers = names.map((name) => name.slice(0, 3)).sort();
    expect(names.filter((name) => !/^\d{3}-[a-z0-9-]+\.md$/.test(name))).toEqual([]);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('have a status, a context, a decision and consequences', () => {
    const incomplete = names.filter((name) => {
      const text = read(`docs/adr/${name}`);
      return !['Status', 'Context', 'Decision', 'Consequences'].every((head) => text.includes(head));
    });
    expect(incomplete).toEqual([]);
  });

  it('stand in their list', () => {
    const list = read('docs/adr/README.md');
    expect(names.filter((name) => !list.includes(`(${name})`))).toEqual([]);
  });

  it('that code refers to exist', () => {
    const referred = new Set(source.flatMap((file) => read(file).match(/docs\/adr\/\d{3}/g) ?? []));
    const missing = [...referred].filter(
      (adr) => !names.some((name) => `docs/adr/${name}`.startsWith(`${adr}-`)),
    );
    expect(names.length === 0 ? [] : missing).toEqual([]);
  });
});

describe('privacy', () => {
  it('no log call names what belongs to a person', () => {
    const personal =
      /\b(log|logger|console)\.(trace|debug|info|warn|error|fatal|log)\([^\n]*\b(insz|firstName|lastName|fullName|birthDate|email|address|uitpasNumber|chipNumber|cardNumber|password|salt|payload)\b/i;
    expect(
      linesMatching(
        source.filter((file) => /^(src|server)\//.test(file)),
        personal,
      ),
    ).toEqual([]);
  });

  it('no address carries a card, a national number or an enrol code', () => {
    const inUrl = /[`'"][^`'"\n]*[?&](insz\w*|uitpas\w*|number|card|code|token|email)=/i;
    expect(
      linesMatching(
        source.filter((file) => /^(src|server)\//.test(file)),
        inUrl,
      ),
    ).toEqual([]);
  });
});

it('no export of sheets without the rule for formulas (ASVS 1.2.10)', () => {
  // A workbook has typed cells: a text stays a text.
  const sheets = /text\/csv|spreadsheetml|write-excel-file/;
  const written = source.filter((file) => /^(src|server)\//.test(file) && sheets.test(read(file)));
  expect(written.filter((file) => !/csvText\(|writeExcelFile\(/.test(read(file)))).toEqual([]);
});

describe('the repository works anywhere', () => {
  it('holds no path of a machine', () => {
    // Written in parts, so that this file does not find itself.
    const machine = new RegExp(`(^|[\\s'"\`(=])/(${['work', 'root', 'home'].join('|')})/`);
    const text = files.filter((file) => /\.(ts|svelte|js|mjs|json|md|sh|yml|html|css)$/.test(file));
    expect(linesMatching(text, machine)).toEqual([]);
  });

  it('the lock file holds a strong hash of each package, and comes from nowhere in particular', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { integrity?: string; version?: string; link?: boolean }>;
    };
    const installed = Object.entries(packages).filter(([path]) => path !== '');
    expect(installed.length).toBeGreaterThan(300);
    expect(installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
    expect(
      installed.filter(([, { link, version }]) => link || !/^\d+\.\d+\.\d+/.test(version ?? '')),
    ).toEqual([]);
  });

  it('the bill of materials names each part with its hash and licence, and stays within its budget', () => {
    const components = listComponents();
    expect(components.filter(({ scope }) => scope === 'required').length).toBeLessThanOrEqual(COMPONENTS_MAX);
    expect(components.filter(({ hashes }) => hashes.length === 0)).toEqual([]);
    // svelte-toolbelt (MIT) says so in a file only.
    const silent = components.filter(({ licenses, scope }) => scope === 'required' && licenses.length === 0);
    expect(silent.map(({ name }) => name)).toEqual(['svelte-toolbelt']);
    const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
    const names = components.map(({ name }) => name);
    expect(Object.keys(dependencies).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('the lock file names no registry', () => {
    expect(linesMatching(['package-lock.json'], /"resolved":/)).toEqual([]);
  });
});

describe('texts', () => {
  const rooms = readdirSync('src/messages', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith('.inlang'))
    .map((entry) => entry.name);
  const texts = (room: string, language: string): Record<string, unknown> =>
    JSON.parse(read(`src/messages/${room}/${language}.json`)) as Record<string, unknown>;

  it.each(rooms)('%s: every key exists in both languages', (room) => {
    expect(Object.keys(texts(room, 'en')).sort()).toEqual(Object.keys(texts(room, 'nl-BE')).sort());
  });

  it.each(rooms)('%s: both languages fill in the same values', (room) => {
    const values = (text: unknown): string[] =>
      [...new Set(JSON.stringify(text).match(/\{[a-zA-Z]\w*\}/g) ?? [])].sort();
    const dutch = texts(room, 'nl-BE');
    const wrong = Object.entries(texts(room, 'en')).filter(
      ([key, text]) => values(text).join() !== values(dutch[key]).join(),
    );
    expect(wrong.map(([key]) => key)).toEqual([]);
  });

  it('no key is in two rooms', () => {
    const keys = rooms.flatMap((room) =>
      Object.keys(texts(room, 'nl-BE')).filter((key) => key !== '$schema'),
    );
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  });

  it.each(rooms)('%s: nothing is shouted', (room) => {
    for (const language of ['nl-BE', 'en'])
      expect(JSON.stringify(texts(room, language)).match(/!/g) ?? []).toEqual([]);
  });
});

it.each(COMMAND_KINDS)('command %s has its property test', (kind) => {
  expect(existsSync(`tests/property/commands/${kind}.test.ts`)).toBe(true);
});

/** Tracked or new; without git (a downloaded archive) the tree itself. */
function trackedFiles(): string[] {
  try {
    const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return listed.split('\n').filter((file) => file !== '' && existsSync(file));
  } catch {
    const skip = /^(node_modules|build|data|\.svelte-kit|\.git|test-results|src\/lib\/paraglide)(\/|$)/;
    return readdirSync('.', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => normalize(join(entry.parentPath, entry.name)))
      .filter((file) => !skip.test(file));
  }
}

/** What starts by itself: the framework, the browser or a person calls it. */
function isEntry(file: string): boolean {
  return (
    file.startsWith('src/routes/') ||
    /^src\/(app\.d\.ts|hooks(\.client|\.server)?\.ts|params\/\w+\.ts|service-worker\/index\.ts)$/.test(
      file,
    ) ||
    /^server\/(main|admin|backup|restore|serve)\.ts$/.test(file) ||
    file.startsWith('server/db/migrations/') ||
    /\.worker\.ts$/.test(file)
  );
}

function importedModules(): Set<string> {
  const found = new Set<string>();
  const specifier = /(?:from|import)\s*\(?\s*['"]([^'"]+)['"]|new URL\(\s*['"](\.[^'"]+)['"]/g;
  for (const file of source.filter((other) => !other.startsWith('tests/')))
    for (const [, imported, url] of read(file).matchAll(specifier)) {
      const path = imported ?? url ?? '';
      if (path.startsWith('#domain/')) found.add(path.replace('#domain/', 'src/domain/'));
      else if (path.startsWith('#')) found.add(path.slice(1));
      else if (path.startsWith('$lib/')) found.add(path.replace('$lib/', 'src/lib/'));
      else if (path.startsWith('.')) found.add(normalize(join(dirname(file), path.replace(/\?.*$/, ''))));
    }
  return found;
}
