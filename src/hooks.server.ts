import type { Handle } from '@sveltejs/kit';
import publicSans from '@fontsource-variable/public-sans/files/public-sans-latin-wght-normal.woff2?url';

// Runs once, while building the shell (200.html): the hashed name of the font, so that it loads beside the scripts.
export const handle: Handle = ({ event, resolve }) =>
  resolve(event, { transformPageChunk: ({ html }) => html.replace('%font%', publicSans) });
