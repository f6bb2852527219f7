// What scripts/launch.mjs does at its end, with the build in another folder: `run-release.mjs FOLDER start`.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , folder, ...args] = process.argv;
const { main } = await import(pathToFileURL(join(folder, 'server', 'main.js')).href);
process.exit(await main(args, { environment: process.env, appFolder: join(folder, 'app') }));
