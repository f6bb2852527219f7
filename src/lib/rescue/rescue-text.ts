// Why a bundle was not taken, in one sentence; the same on the phone that carries it and at the desk.
import type { RescueOutcome } from '#domain/sync/rescue.ts';
import { m } from '../paraglide/messages.js';

export const RESCUE_SENTENCES: Readonly<Record<string, () => string>> = {
  'rescue-not-ours': m.rescue_problem_not_ours,
  'rescue-newer': m.rescue_problem_newer,
  'rescue-damaged': m.rescue_problem_damaged,
  'rescue-other-region': m.rescue_problem_other_region,
  'rescue-other-server': m.rescue_problem_other_server,
  'rescue-unknown-device': m.rescue_problem_unknown_device,
  'rescue-not-proven': m.rescue_problem_not_proven,
  'rescue-not-kept': m.rescue_problem_not_kept,
  'rescue-too-many': m.rescue_problem_too_many,
};

/** A later server may know more reasons. */
export const rescueProblemText = (code: string): string =>
  (RESCUE_SENTENCES[code] ?? m.rescue_problem_unknown_code)();

/** What became of the scans, and of how many the phone took back itself (an outcome kept by an older app does not say). */
export function figuresText(outcome: Omit<RescueOutcome, 'undos'> & { undos?: number }): string {
  const { undos = 0 } = outcome;
  const figures = m.rescue_figures(outcome);
  return undos > 0 ? `${figures}. ${m.rescue_undos({ count: undos })}` : figures;
}
