// What anyone may know of this installation: its name, and whether it holds demo data. Kept for the next start
// without network, because the demo mark belongs on every screen.
import { PublicFacts } from '#domain/public-api.ts';
import * as z from 'zod/mini';
import { api } from '../api.ts';
import { notes } from '../notes.ts';

const KEY = 'streekbalie.region';

let facts = $state<PublicFacts | undefined>(remembered());

export const region = {
  get demo(): boolean {
    return facts?.demo ?? false;
  },
  get name(): string {
    return facts?.regionName ?? '';
  },
  get version(): string {
    return facts?.version ?? '';
  },
  /** Until the server has said no. */
  get sendsMail(): boolean {
    return facts?.sendsMail ?? true;
  },
  /** Where staff may also sign in, as its button names it. */
  get signInProvider(): string | undefined {
    return facts?.signInProvider;
  },
  /** Asks the server; without an answer what is remembered stands. */
  async refresh(): Promise<void> {
    try {
      facts = await api.get('/api/public', PublicFacts);
      notes.setItem(KEY, JSON.stringify(facts));
    } catch (error) {
      console.info('The facts of the region stay as they were remembered.', error);
    }
  },
};

function remembered(): PublicFacts | undefined {
  const text = notes.getItem(KEY);
  if (text === null) return undefined;
  try {
    return z.parse(PublicFacts, JSON.parse(text));
  } catch {
    notes.removeItem(KEY);
    return undefined;
  }
}
