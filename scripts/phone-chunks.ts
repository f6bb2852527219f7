// Which files the app's modules go into. Left to itself the bundler makes a file for every set of pages that share a module:
// the scanner was 58 of them, half under 300 bytes, and small files pack badly and start slowly. Here what the scanner needs
// lies in three: what it shares with the desk, the rest of its first screen, and what comes in with the camera.
import type { Plugin, Rolldown } from 'vite';

type FindModule = (id: string) => Pick<Rolldown.ModuleInfo, 'code' | 'importedIds'> | null;

const MESSAGES = /\/lib\/paraglide\/messages(\.js$|\/)/;
const SCREEN = /\/src\/routes\/scan\/\+page\.svelte$/;
const CAMERA = /\/src\/routes\/scan\/ScanStage\.svelte$/;
const DESK = /\/src\/routes\/balie\/.*\.(svelte|ts)$/;
const EVERYWHERE =
  /\/src\/routes\/\+layout\.(svelte|ts)$|\/generated\/root\.(svelte|js)$|\/kit\/src\/runtime\/client\/entry\.js$/;
/** Entries of their own, whose names Kit looks up. */
const ENTRY = /\/src\/routes\/|\/kit\/src\/runtime\/client\/entry\.js$|\/client-optimized\//;

/** For the build of the pages; the build of Kit's own server renders nothing of ours. */
export function phoneChunks(): Plugin {
  const known = new Set<string>();
  let places: ReadonlyMap<string, string> | undefined;
  const placeOf = (id: string, find: FindModule): string | null =>
    (places ??= placesOf([...known], find)).get(id) ?? null;
  return {
    name: 'phone-chunks',
    enforce: 'post',
    applyToEnvironment: ({ name }) => name === 'client',
    // Kit's entries stay whole; that a chunk of ours may export more than its entry asks for does them no harm.
    options: (options) => ({ ...options, preserveEntrySignatures: 'allow-extension' }),
    moduleParsed: ({ id }) => void known.add(id),
    outputOptions: (options) => ({
      ...options,
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [{ name: (id, context) => placeOf(id, (of) => context.getModuleInfo(of)) }],
      },
    }),
  };
}

function placesOf(all: readonly string[], find: FindModule): ReadonlyMap<string, string> {
  const from = (which: RegExp): Set<string> =>
    reachableFrom(
      all.filter((id) => which.test(id)),
      find,
    );
  const [screen, camera, desk, everywhere] = [from(SCREEN), from(CAMERA), from(DESK), from(EVERYWHERE)];
  const places = new Map<string, string>();
  for (const id of all) {
    if (ENTRY.test(id)) continue;
    const shared = everywhere.has(id) || desk.has(id);
    if (everywhere.has(id) || (shared && (screen.has(id) || camera.has(id)))) places.set(id, 'shared');
    else if (screen.has(id)) places.set(id, 'phone');
    else if (camera.has(id)) places.set(id, 'camera');
  }
  return places;
}

/** Without what is imported only when it is needed. */
function reachableFrom(roots: readonly string[], find: FindModule): Set<string> {
  const reached = new Set<string>();
  const visit = (id: string): void => {
    if (reached.has(id)) return;
    reached.add(id);
    const found = find(id);
    if (!found) return;
    for (const next of found.importedIds) {
      if (!MESSAGES.test(next)) visit(next);
      // All texts come from one module: which of them a file uses stands in its code.
      else for (const text of textsIn(next, found.code ?? '')) visit(text);
    }
  };
  roots.forEach(visit);
  return reached;
}

function textsIn(messages: string, code: string): string[] {
  return [...code.matchAll(/\bm\.(\w+)/g)].map(([, name = '']) => messages.replace(/\.js$/, `/${name}.js`));
}
