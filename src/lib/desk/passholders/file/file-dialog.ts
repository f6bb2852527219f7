import type { PaidFor } from '#domain/cash-api.ts';
import type { CounterFacts, PassholderFile } from '#domain/passholder-api.ts';

/** What every dialog of a file gets. */
export type FileDialog = {
  readonly file: PassholderFile;
  readonly readAgain: () => Promise<PassholderFile | undefined>;
  /** It is done: what was done, in a sentence, and what was paid for a card. */
  readonly onDone: (said: string, paid?: PaidFor) => void;
  readonly onClose: () => void;
};

/** And those that weigh by what the counter accepts. */
export type CounterDialog = FileDialog & { readonly counter: CounterFacts };
