// One scan after the verdict: what holds of it now, and must a person look at it? One rule for the phone that made it
// and for the desk that sees all phones, so that both show the same figures for the same evening.
// Rule: offline-and-sync part 1 (end of shift: "38 gescand, 36 punten, 2 te bekijken") and part 3 (rulings follow).
import type { VerdictKind } from '../checkins/verdict.ts';
import type { Outcome } from './ruling.ts';

export type ScanFacts = {
  /** What the screen said at the door. Who is on a paper list was let in by hand: as `saved`. */
  readonly shown: {
    readonly verdict: VerdictKind;
    readonly outcome?: 'accepted' | 'duplicate' | 'refused';
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
  /** Another visit counts instead. */
  readonly already: boolean;
  /** The ruling says something else than the screen did; a kept number that turns out well is no change. */
  readonly changed: boolean;
  /** Never for what the volunteer was told at the door: who stood there has heard it. */
  readonly look: LookReason | undefined;
};

export function standingOf({ shown, ruling, undone, undoRefused }: ScanFacts): ScanStanding {
  const verdict = ruling ? verdictOfRuling(ruling) : shown.verdict;
  const code = ruling ? ruling.code : shown.code;
  const isUndone = undone === 1 || ruling?.code === 'undone';
  const already = (ruling?.outcome ?? shown.outcome) === 'duplicate';
  const changed = verdict !== shown.verdict && !(shown.verdict === 'noted' && verdict === 'saved');
  return {
    verdict,
    code,
    points: isUndone ? 0 : (ruling ?? shown).points,
    undone: isUndone,
    already: already && !isUndone,
    changed: changed && !isUndone,
    look: isUndone ? undefined : lookReason(),
  };

  function lookReason(): LookReason | undefined {
    if (undoRefused !== undefined) return 'undo-refused';
    switch (ruling?.outcome) {
      case undefined:
        return undefined;
      case 'exists-with-different':
        return 'differs';
      case 'quarantined':
        return code ?? verdict;
      // A server that cannot read this kind of check-in yet: nothing moves it but somebody who updates the server.
      case 'pending':
        return code ?? verdict;
      default:
    }
    if (code === 'clock-uncertain') return code;
    if (!changed) return undefined;
    if (already) return 'already';
    if (verdict === 'attention' || verdict === 'refused') return code ?? verdict;
    return shown.verdict === 'saved' ? undefined : 'counts-after-all';
  }
}

export type ShiftTally = { readonly scanned: number; readonly points: number; readonly toLookAt: number };

/** `times`: how many scans stand like this. */
export type Tallied = Pick<ScanStanding, 'undone' | 'points' | 'look'> & { readonly times?: number };

/** Every card that was shown and not taken back is scanned, also one that came twice: the figure grows at each beep. */
export function tallyShift(standings: readonly Tallied[]): ShiftTally {
  let [scanned, points, toLookAt] = [0, 0, 0];
  for (const { undone, points: each, look, times = 1 } of standings) {
    if (!undone) scanned += times;
    points += each * times;
    if (look !== undefined) toLookAt += times;
  }
  return { scanned, points, toLookAt };
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
