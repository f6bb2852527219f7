// A scan on today's list in words: how it stands, where it is in its life, and why when there is something to look at.
import type { ScanStanding } from '#domain/sync/scan-life.ts';
import type { Shown } from '../db/phone-db.ts';
import { m } from '../paraglide/messages.js';
import { codeText } from '../ruling-text.ts';
import type { Tone } from './shown-verdict.ts';
import { alreadyText, reasonOfScan, type Earlier } from './verdict-text.ts';

export type ScanEntry = ScanStanding & {
  readonly commandId: string;
  readonly at: number;
  /** `0900 010 959 ···`; empty for a chip, or when it cannot be opened any more. */
  readonly masked: string;
  readonly shown: Shown;
  /** On this phone only; the server has it; and it has ruled. */
  readonly life: 'here' | 'custody' | 'ruled';
  readonly earlier?: Earlier;
  readonly canUndo: boolean;
};

export const toneOf = (entry: ScanEntry): Tone => (entry.undone ? 'undone' : entry.verdict);

/** Where it is in its life. */
export function lifeWord({ undone, life, verdict, points }: ScanEntry): string {
  if (undone) return m.scan_life_undone();
  if (life === 'here') return m.scan_life_stored();
  if (life === 'custody') return m.scan_life_received();
  if (verdict === 'refused') return m.outcome_refused();
  if (verdict === 'noted') return m.outcome_pending();
  if (points === 0) return verdict === 'saved' ? m.scan_life_visit() : m.scan_life_no_points();
  return points === 1 ? m.scan_life_counted_one() : m.scan_life_counted_many({ count: points });
}

const SHOWN_WORDS = {
  saved: m.scan_word_saved,
  noted: m.scan_word_noted,
  attention: m.scan_word_attention,
  refused: m.scan_word_refused,
} as const;

/** What the screen said at the door, for a scan that stands otherwise now. */
export const shownText = ({ shown }: ScanEntry): string =>
  m.scan_life_shown({ word: SHOWN_WORDS[shown.verdict]() });

/** What, why and what now; undefined where the word says enough. */
export function reasonText(entry: ScanEntry): string | undefined {
  if (entry.undone) return undefined;
  switch (entry.look) {
    case 'counts-after-all':
      return m.scan_look_counts_after_all();
    case 'undo-refused':
      return m.scan_look_undo_refused();
    case 'differs':
      return m.outcome_exists_with_different();
    default:
  }
  if (entry.already) return entry.earlier ? alreadyText(entry.earlier, entry.at) : m.outcome_duplicate();
  if (entry.life !== 'ruled') return unruledText(entry);
  return codeText(entry.code) ?? (entry.look === undefined ? undefined : m.scan_look_other());
}

function unruledText({ shown, at, earlier }: ScanEntry): string | undefined {
  return shown.verdict === 'saved' ? undefined : reasonOfScan({ ...shown, at, ...(earlier && { earlier }) });
}
