// What the band under the camera says: a decision that was stored, an input that was no card, or an undo.
import Ban from '@lucide/svelte/icons/octagon-x';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import Clock from '@lucide/svelte/icons/clock';
import Hand from '@lucide/svelte/icons/hand';
import ScanLine from '@lucide/svelte/icons/scan-line';
import Undo2 from '@lucide/svelte/icons/undo-2';
import type { LucideIcon } from '@lucide/svelte';
import type { VerdictKind } from '#domain/checkins/verdict.ts';

export type Tone = VerdictKind | 'ready' | 'undone';

export type ShownVerdict = {
  readonly tone: Tone;
  readonly word: string;
  readonly reason: string;
  readonly points: number;
  readonly at: number;
  /** `0900 010 959 ···` */
  readonly masked?: string;
  /** Stored, so it can be undone and looked up. */
  readonly commandId?: string;
};

/** Colour, shape and word say the same three times: no one has to see colours to work here. */
export const TONES: Readonly<Record<Tone, { icon: LucideIcon; colours: string }>> = {
  saved: { icon: CircleCheck, colours: 'bg-ok text-on' },
  noted: { icon: Clock, colours: 'bg-note text-on' },
  attention: { icon: Hand, colours: 'bg-warn text-on-warn' },
  refused: { icon: Ban, colours: 'bg-no text-on' },
  undone: { icon: Undo2, colours: 'bg-sunk text-ink border border-edge' },
  ready: { icon: ScanLine, colours: 'bg-surface text-ink border border-edge' },
};
