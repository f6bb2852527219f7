// Runs a command of the built server as it is: nothing is installed or built first. For a container image, whose files
// never change (Dockerfile); everywhere else scripts/launch.mjs.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const build = join(import.meta.dirname, '..', 'build');
const server = await import(pathToFileURL(join(build, 'server', 'main.js')).href);
process.exit(
  await server.main(process.argv.slice(2), { environment: process.env, appFolder: join(build, 'app') }),
);
