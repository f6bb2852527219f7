import type { Context } from '../context.ts';
import { createDeskSubmission } from '../sync/desk-commands.ts';
import { freshenDemo } from './freshen.ts';
import { seedDemo } from './seed.ts';

/** An empty database becomes the demo region; an older demo gets something to do tonight. */
export async function prepareDemo(
  context: Pick<Context, 'db' | 'clock' | 'ids' | 'keys'>,
  say: (line: string) => void,
): Promise<void> {
  if (await seedDemo(context, createDeskSubmission(context))) say('Made the demo region.');
  else await freshenDemo(context);
}
