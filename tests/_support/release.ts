// Another release made from the build there is: each file of the app that carries a hash in its name gets another name,
// wherever it is named, and app and server say the versions they are given. To a browser that is a deployment of which every
// piece is new and no old piece is left, without a second build.
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };

const BUILD = resolve(import.meta.dirname, '../../build');
const HASHED = join('app', '_app', 'immutable');
export const NEXT_VERSION = packageJson.version.replace(/\d+$/, (last) => String(Number(last) + 1));

/** `folder`: within this project, so that the server finds its packages. Gives the names that are gone. */
export function makeRelease(
  folder: string,
  versions: { readonly app: string; readonly server: string },
): { readonly gone: readonly string[] } {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(BUILD, folder, { recursive: true, filter: (path) => !/\.(br|gz|map|stamp)$/.test(path) });
  const renamed = new Map<string, string>();
  for (const file of filesIn(join(folder, HASHED))) {
    const end = extname(file);
    renamed.set(basename(file), `${basename(file, end)}-2${end}`);
  }
  for (const file of filesIn(folder)) {
    const version = file.startsWith(join(folder, 'server')) ? versions.server : versions.app;
    if (/\.(js|css|html|json)$/.test(file))
      writeFileSync(file, withNames(readFileSync(file, 'utf8'), renamed, version));
    const next = file.includes(HASHED) ? renamed.get(basename(file)) : undefined;
    if (next !== undefined) renameSync(file, join(dirname(file), next));
  }
  return { gone: [...renamed.keys()] };
}

function withNames(text: string, renamed: ReadonlyMap<string, string>, saying: string): string {
  const { version } = JSON.parse(readFileSync(join(BUILD, 'app', '_app', 'version.json'), 'utf8')) as {
    version: string;
  };
  return text
    .replace(/[\w~-]+(\.[\w~-]+)*\.(js|css|woff2|wasm)\b/g, (name) => renamed.get(name) ?? name)
    .replaceAll(version, String(Number(version) + 1))
    .replaceAll(/(["`'])(\d+\.\d+\.\d+)\1/g, (whole, quote: string, found: string) =>
      found === packageJson.version ? `${quote}${saying}${quote}` : whole,
    );
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
