// One scan after the verdict: what holds of it now, and must a person look at it? Shown on the phone that made it.
// Rule: offline-and-sync part 1 (end of shift: "2 te bekijken, each with its reason") and part 3 (rulings follow).
import type { VerdictKind } from '../checkins/verdict.ts';
import type { Outcome } from './ruling.ts';

export type ScanFacts = {
  readonly shown: {
    readonly verdict: VerdictKind;
    readonly outcome: 'accepted' | 'duplicate' | 'refused';
    readonly code?: string;
    readonly points: number;
  };
  readonly ruling?: { readonly outcome: Outcome; readonly code?: string; readonly points: number };
  readonly undone: 0 | 1;
  readonly undoRefused?: string;
};

/** `counts-after-all`: the screen said no, the server yes. Other reasons are the codes of refusals, notes and holds. */
export type LookReason = 'already' | 'counts-after-all' | 'undo-refused' | 'differs' | (string & {});

export type ScanStanding = {
  readonly verdict: VerdictKind;
  readonly code: string | undefined;
  readonly points: number;
  /** Taken back, here or at the desk. */
  readonly undone: boolean;
  /** The ruling says something else than the screen did; a kept number that turns out well is no change. */
  readonly changed: boolean;
  readonly look: LookReason | undefined;
};

export function standingOf({ shown, ruling, undone, undoRefused }: ScanFacts): ScanStanding {
  const verdict = ruling ? verdictOfRuling(ruling) : shown.verdict;
  const code = ruling ? ruling.code : shown.code;
  const isUndone = undone === 1 || ruling?.code === 'undone';
  const changed = verdict !== shown.verdict && !(shown.verdict === 'noted' && verdict === 'saved');
  return {
    verdict,
    code,
    points: isUndone ? 0 : (ruling ?? shown).points,
    undone: isUndone,
    changed: changed && !isUndone,
    look: isUndone ? undefined : lookReason(),
  };

  function lookReason(): LookReason | undefined {
    if (undoRefused !== undefined) return 'undo-refused';
    if ((ruling?.outcome ?? shown.outcome) === 'duplicate') return 'already';
    if (ruling?.outcome === 'exists-with-different') return 'differs';
    if (verdict === 'attention' || verdict === 'refused') return code ?? verdict;
    return changed && (shown.verdict === 'refused' || shown.verdict === 'attention')
      ? 'counts-after-all'
      : undefined;
  }
}

function verdictOfRuling({ outcome, code }: NonNullable<ScanFacts['ruling']>): VerdictKind {
  switch (outcome) {
    case 'accepted':
      return 'saved';
    case 'accepted-with-note':
      return code === 'foreign' ? 'noted' : code === 'card-replaced' ? 'attention' : 'saved';
    case 'pending':
      return 'noted';
    case 'refused':
      return 'refused';
    case 'duplicate':
    case 'quarantined':
    case 'exists-with-different':
      return 'attention';
  }
}
