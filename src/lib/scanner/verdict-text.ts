// A verdict in words: one word, one reason with what to do now, and the points. Never digits 12 and 13 of a number.
import { civilDayOf, clockTimeOf } from '#domain/kernel/civil-time.ts';
import type { ScanReading } from '#domain/cards/read-scan.ts';
import type { UitpasNumberProblem } from '#domain/cards/uitpas-number.ts';
import type { VerdictKind } from '#domain/checkins/verdict.ts';
import { dayText } from '../appearance/dates.ts';
import type { Shown } from '../db/phone-db.ts';
import { m } from '../paraglide/messages.js';
import { codeText } from '../ruling-text.ts';
import type { ShownVerdict } from './shown-verdict.ts';

/** The visit that counts, of which this one is a repetition. */
export type Earlier = {
  readonly at: number;
  readonly here: boolean;
  /** Undefined: a phone this one does not know by name. */
  readonly deviceName: string | undefined;
};

/** A scan as it was stored. */
export type StoredScan = Shown & {
  readonly commandId: string;
  readonly at: number;
  readonly masked: string;
  readonly earlier?: Earlier;
  /** Of a closed activity: when check-in opens next. */
  readonly nextOpening?: number;
};

const WORDS: Readonly<Record<VerdictKind, () => string>> = {
  saved: m.scan_word_saved,
  noted: m.scan_word_noted,
  attention: m.scan_word_attention,
  refused: m.scan_word_refused,
};

export function verdictOfScan(scan: StoredScan): ShownVerdict {
  const saved = scan.verdict === 'saved';
  return {
    tone: scan.verdict,
    word: saved && scan.points === 0 ? m.scan_word_admitted() : WORDS[scan.verdict](),
    reason: reasonOfScan(scan),
    points: saved ? scan.points : 0,
    at: scan.at,
    masked: scan.masked,
    commandId: scan.commandId,
  };
}

export function verdictOfNoCard(
  reading: Extract<ScanReading, { kind: 'no-card' }>,
  at: number,
): ShownVerdict {
  return { tone: 'refused', word: m.scan_word_refused(), reason: noCardText(reading), points: 0, at };
}

export function reasonOfScan(scan: Pick<StoredScan, keyof Shown | 'at' | 'earlier' | 'nextOpening'>): string {
  if (scan.earlier) return alreadyText(scan.earlier, scan.at);
  if (scan.verdict === 'noted') return doubtText(scan.doubt);
  if (scan.verdict === 'saved') return m.scan_reason_saved();
  if (scan.code === 'activity-closed' && scan.nextOpening !== undefined)
    return m.scan_reason_opens({ when: whenText(scan.nextOpening, scan.at) });
  return codeText(scan.code) ?? '';
}

/** When and where the visit was that counts. */
export function alreadyText(earlier: Earlier, at: number): string {
  const when = whenText(earlier.at, at);
  if (earlier.here) return m.scan_reason_already_here({ when });
  return m.scan_reason_already_elsewhere({ when, device: earlier.deviceName ?? m.scan_other_device() });
}

/** The place only where the rule knows it: a failed check digit does not know its digit. */
export function problemText(problem: UitpasNumberProblem): string {
  switch (problem.code) {
    case 'length':
      return m.scan_problem_length({ length: problem.length });
    case 'not-a-digit':
      return m.scan_problem_not_a_digit({ at: problem.at });
    case 'digit-12':
      return m.scan_problem_digit_12();
    case 'check-digit':
      return m.scan_problem_check_digit();
  }
}

function doubtText(doubt: Shown['doubt']): string {
  if (doubt === 'roster-expired') return m.scan_reason_roster_expired();
  return doubt === 'no-roster' ? m.scan_reason_no_roster() : m.scan_reason_unknown_card();
}

function noCardText(reading: Extract<ScanReading, { kind: 'no-card' }>): string {
  if (reading.why === 'article') return m.scan_reason_article();
  if (reading.why === 'other-code' || !reading.problem) return m.scan_reason_other_code();
  return m.scan_reason_no_number({ problem: problemText(reading.problem) });
}

/** The hour; with the day when that was another one. */
function whenText(instant: number, at: number): string {
  const time = clockTimeOf(instant);
  return civilDayOf(instant) === civilDayOf(at)
    ? m.scan_when_today({ time })
    : m.scan_when_day({ day: dayText(instant), time });
}
