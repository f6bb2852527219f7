// What an event of an import would do here, said before anything is stored and asked again when it is. Rule: issue 4, part 8:
// keyed by the UUID of the event; what was changed here stays; what does not take place there is proposed, never done by itself.
import type { Instant } from '../kernel/civil-time.ts';
import { compareEvent, toCallOff, type Compared, type Here } from './compare-event.ts';
import type { EventFacts, ReadProblem } from './event-facts.ts';

/** `organiser`: somebody has to choose whose activity it is. `stored` says that it was done. */
export const IMPORT_ROW_STATES = ['bad', 'organiser', 'new', 'changed', 'unchanged', 'stored'] as const;
export type ImportRowState = (typeof IMPORT_ROW_STATES)[number];

/** Besides what cannot be read. */
export type JudgeProblem =
  'twice' | 'not-yours' | 'withdrawn-unknown' | 'changed-meanwhile' | 'does-not-fit' | 'went-wrong';
export type ImportProblem = ReadProblem | JudgeProblem;

/** What is known here. */
export type Known = {
  /** The activity that the event became before, and what was there then. */
  readonly before: { readonly here: Here; readonly last: EventFacts } | undefined;
  /** Whose it is, or would be; undefined while nobody chose. */
  readonly organisationId: string | undefined;
  readonly mayWrite: boolean;
};

export type Judged = Compared & {
  readonly state: Exclude<ImportRowState, 'stored'>;
  readonly code: JudgeProblem | null;
  /** Moments to come that do not take place there. */
  readonly callOff: number;
};

const NOTHING = { take: [], kept: [], callOff: 0, code: null } as const;

export function judgeEvent(
  facts: EventFacts,
  { before, organisationId, mayWrite }: Known,
  now: Instant,
): Judged {
  if (before === undefined) {
    if (facts.withdrawn !== null) return { ...NOTHING, state: 'bad', code: 'withdrawn-unknown' };
    if (organisationId === undefined) return { ...NOTHING, state: 'organiser' };
    return mayWrite ? { ...NOTHING, state: 'new' } : { ...NOTHING, state: 'bad', code: 'not-yours' };
  }
  if (!mayWrite) return { ...NOTHING, state: 'bad', code: 'not-yours' };
  const callOff = toCallOff(before.here, facts, now).length;
  // Of what does not take place the dates say nothing any more.
  if (facts.withdrawn !== null) return { ...NOTHING, state: 'unchanged', callOff };
  const { take, kept } = compareEvent(before.here, before.last, facts, now);
  return { state: take.length > 0 ? 'changed' : 'unchanged', code: null, take, kept, callOff };
}
