// The life of a list that is carried out: looked over first, then started, stopped and resumed as often as one likes, and over when
// every row has its answer. Invariant: a row is answered once; what was done is not undone by stopping.
import { ok, refuse, type Result } from '../kernel/result.ts';

export const JOB_STATES = ['draft', 'running', 'stopped', 'done', 'withdrawn'] as const;
export type JobState = (typeof JOB_STATES)[number];

export const JOB_ACTS = ['start', 'stop', 'withdraw'] as const;
export type JobAct = (typeof JOB_ACTS)[number];

/** `bad`: found wrong when it was looked over, and never tried. `refused`: was good then, and no longer when its turn came. */
export const ROW_STATES = ['bad', 'ready', 'done', 'refused'] as const;
export type RowState = (typeof ROW_STATES)[number];

export type JobRefusal = { readonly code: 'list-is-over' | 'list-has-begun' | 'nothing-to-do' };

/** The state after it; the same one when it was so already, as when a press comes twice. `ready`: rows still to do. */
export function decideJob(state: JobState, act: JobAct, ready: number): Result<JobState, JobRefusal> {
  switch (act) {
    case 'start':
      if (state === 'withdrawn') return refuse({ code: 'list-is-over' });
      if (state === 'running' || state === 'done') return ok(state);
      return ready > 0 ? ok('running') : refuse({ code: 'nothing-to-do' });
    case 'stop':
      if (state === 'draft' || state === 'withdrawn') return refuse({ code: 'list-is-over' });
      return ok(state === 'done' ? 'done' : 'stopped');
    case 'withdraw':
      if (state === 'draft' || state === 'withdrawn') return ok('withdrawn');
      return refuse({ code: 'list-has-begun' });
  }
}
