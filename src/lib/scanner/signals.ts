// Sound and vibration of the verdicts. The same sound and the same time for every card: what is heard at the door tells
// nothing about anybody's price. Volume follows the phone; iPhones do not vibrate, so this never stands alone.
import { notes } from '../notes.ts';
import type { VerdictKind } from '#domain/checkins/verdict.ts';

export type Signal = VerdictKind | 'alarm';

type Note = { readonly hz: number; readonly fromMs: number; readonly lengthMs: number };

/** Two short rising notes, one low double, one descending, one soft tick; the alarm cannot be taken for any of them. */
const NOTES: Readonly<Record<Signal, readonly Note[]>> = {
  saved: [
    { hz: 880, fromMs: 0, lengthMs: 90 },
    { hz: 1319, fromMs: 100, lengthMs: 140 },
  ],
  noted: [{ hz: 1047, fromMs: 0, lengthMs: 60 }],
  attention: [
    { hz: 330, fromMs: 0, lengthMs: 140 },
    { hz: 330, fromMs: 190, lengthMs: 180 },
  ],
  refused: [
    { hz: 523, fromMs: 0, lengthMs: 160 },
    { hz: 311, fromMs: 160, lengthMs: 320 },
  ],
  alarm: [0, 300, 600, 900].flatMap((fromMs) => [
    { hz: 988, fromMs, lengthMs: 130 },
    { hz: 698, fromMs: fromMs + 140, lengthMs: 130 },
  ]),
};
const LOUDNESS: Readonly<Record<Signal, number>> = {
  saved: 0.5,
  noted: 0.25,
  attention: 0.7,
  refused: 0.6,
  alarm: 1,
};
const VIBRATIONS: Readonly<Record<Signal, readonly number[]>> = {
  saved: [60],
  noted: [25],
  attention: [120, 80, 120],
  refused: [350],
  alarm: [300, 100, 300, 100, 300],
};
const DEMONSTRATED = ['saved', 'attention', 'refused'] as const;
const DEMONSTRATED_EVERY_MS = 1_200;
const MUTED_KEY = 'streekbalie.sound';

export class Signals {
  #audio: AudioContext | undefined;
  #demonstration: ReturnType<typeof setTimeout> | undefined;

  /** Browsers let a page sound only after a tap: called by the start button. */
  unlock(): void {
    if (this.#audio) void this.#audio.resume();
    else if ('AudioContext' in window) this.#audio = new AudioContext({ latencyHint: 'interactive' });
  }

  /** The three that must be told apart, one after the other: so that everybody knows them before the first card. */
  demonstrate(onSignal: (signal: Signal | undefined) => void): void {
    this.stopDemonstration();
    const [next, ...rest] = [...DEMONSTRATED];
    const play = (signal: Signal | undefined, left: readonly Signal[]): void => {
      onSignal(signal);
      if (!signal) return;
      this.give(signal);
      this.#demonstration = setTimeout(() => play(left[0], left.slice(1)), DEMONSTRATED_EVERY_MS);
    };
    play(next, rest);
  }

  stopDemonstration(): void {
    clearTimeout(this.#demonstration);
  }

  give(signal: Signal): void {
    // The alarm is heard whatever the setting: a scan that is not stored must not pass unnoticed.
    if (isSoundOn() || signal === 'alarm') this.#sound(signal);
    // Missing on iPhones; a browser may also refuse it, which is no reason to stop.
    navigator.vibrate?.([...VIBRATIONS[signal]]);
  }

  close(): void {
    this.stopDemonstration();
    void this.#audio?.close();
    this.#audio = undefined;
  }

  #sound(signal: Signal): void {
    const audio = this.#audio;
    if (!audio) return;
    // A call suspends the context (iOS: "interrupted"); a resumed one plays what is planned from now on.
    if (audio.state !== 'running') void audio.resume();
    for (const note of NOTES[signal]) playNote(audio, note, LOUDNESS[signal]);
  }
}

export const isSoundOn = (): boolean => notes.getItem(MUTED_KEY) !== 'off';
export const setSoundOn = (on: boolean): void => notes.setItem(MUTED_KEY, on ? 'on' : 'off');

function playNote(audio: AudioContext, note: Note, loudness: number): void {
  const from = audio.currentTime + note.fromMs / 1_000;
  const until = from + note.lengthMs / 1_000;
  const tone = audio.createOscillator();
  const gain = audio.createGain();
  tone.type = 'triangle';
  tone.frequency.value = note.hz;
  gain.gain.setValueAtTime(0, from);
  gain.gain.linearRampToValueAtTime(loudness, from + 0.008); // no click at the start
  gain.gain.setValueAtTime(loudness, until - 0.03);
  gain.gain.linearRampToValueAtTime(0, until);
  tone.connect(gain).connect(audio.destination);
  tone.start(from);
  tone.stop(until);
}
