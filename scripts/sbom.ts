// `npm run sbom -- FILE`: what the product is made of, as CycloneDX, from the lock file alone: no network, no npm. `npm sbom
// --omit dev` was tried and leaves out what the tools use too (zod, kysely, svelte). `npm test` counts the required
// parts, so that one more is a decision and no accident.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';

const ROOT = resolve(import.meta.dirname, '..');

/** Raised together with the reason in CONTRIBUTING ("each earns its place"). */
export const COMPONENTS_MAX = 145;

const Locked = z.object({
  name: z.string().optional(),
  version: z.string(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().default(false),
  optional: z.boolean().default(false),
  devOptional: z.boolean().default(false),
});
const LockFile = z.object({ packages: z.record(z.string(), z.unknown()) });

export type Component = {
  readonly type: 'library';
  readonly name: string;
  readonly version: string;
  readonly scope: 'required' | 'optional';
  readonly purl: string;
  readonly hashes: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses: readonly { readonly expression: string }[];
};

/** Without what only builds and tests need; `optional` is, for one, the database for other machines than this. */
export function listComponents(): Component[] {
  const { packages } = LockFile.parse(JSON.parse(readFileSync(resolve(ROOT, 'package-lock.json'), 'utf8')));
  const components = new Map<string, Component>();
  for (const [path, entry] of Object.entries(packages)) {
    if (path === '') continue;
    const locked = Locked.parse(entry);
    if (locked.dev || locked.devOptional) continue;
    const name = locked.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const purl = `pkg:npm/${name.replace('@', '%40')}@${locked.version}`;
    components.set(purl, {
      type: 'library',
      name,
      version: locked.version,
      scope: locked.optional ? 'optional' : 'required',
      purl,
      hashes: hashesOf(locked.integrity ?? ''),
      licenses: locked.license === undefined ? [] : [{ expression: locked.license }],
    });
  }
  return [...components.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1));
}

/** `sha512-…` of npm, base64, as CycloneDX writes it. */
function hashesOf(integrity: string): Component['hashes'] {
  const [, algorithm = '', base64 = ''] = /^sha(\d{3})-(.+)$/.exec(integrity) ?? [];
  if (base64 === '') return [];
  return [{ alg: `SHA-${algorithm}`, content: Buffer.from(base64, 'base64').toString('hex') }];
}

if (process.argv[1] === import.meta.filename) {
  const { name, version } = z
    .object({ name: z.string(), version: z.string() })
    .parse(JSON.parse(readFileSync(resolve(ROOT, 'package.json'), 'utf8')));
  const components = listComponents();
  const metadata = { component: { type: 'application', name, version } };
  const bill = { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, metadata, components };
  const text = `${JSON.stringify(bill, null, 2)}\n`;
  const file = process.argv[2];
  if (file === undefined) process.stdout.write(text);
  else {
    writeFileSync(resolve(process.env['INIT_CWD'] ?? '.', file), text);
    console.log(`Wrote ${file}: ${components.length} components.`);
  }
}
