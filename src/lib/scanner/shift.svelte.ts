// A shift, from pre-flight to end screen: where the volunteer is in it, and for which activity. Survives a killed app;
// then one tap goes on, because sound and camera need one.
import { notes } from '../notes.ts';
import { isShiftActive, setShiftActive } from '../shift-flag.svelte.ts';
import { isSoundOn, setSoundOn, Signals, type Signal } from './signals.ts';

export type ShiftStage = 'choose' | 'preflight' | 'scanning' | 'list' | 'end';

const KEY = 'streekbalie.shift.activity';
/** Somebody went from the end of the shift to another screen, and comes back to it. */
const AT_END = 'streekbalie.shift.at-end';

export class Shift {
  readonly signals = new Signals();
  stage: ShiftStage = $state('choose');
  activityId: string | undefined = $state();
  soundOn = $state(isSoundOn());
  /** Of the sounds that are let heard, the one that sounds now. */
  heard: Signal | undefined = $state();
  /** The app was closed in the middle. */
  readonly resumed = isShiftActive();

  constructor() {
    const kept = notes.getItem(KEY);
    if (kept !== null && this.resumed) this.choose(kept);
    if (this.activityId !== undefined && notes.getItem(AT_END) !== null) this.stage = 'end';
    notes.removeItem(AT_END);
  }

  choose(activityId: string): void {
    this.activityId = activityId;
    this.stage = 'preflight';
  }

  chooseOther(): void {
    this.activityId = undefined;
    this.stage = 'choose';
  }

  /** In the tap itself: browsers let a page sound only from there. */
  start(): void {
    this.signals.unlock();
    this.signals.stopDemonstration();
    if (this.activityId !== undefined) notes.setItem(KEY, this.activityId);
    setShiftActive(true);
    this.stage = 'scanning';
  }

  switchSound(on: boolean): void {
    this.signals.unlock();
    this.soundOn = on;
    setSoundOn(on);
    if (on) this.signals.give('saved');
  }

  testSound(): void {
    this.signals.unlock();
    this.signals.demonstrate((signal) => (this.heard = signal));
  }

  leaveAtEnd(): void {
    notes.setItem(AT_END, '1');
  }

  close(): void {
    setShiftActive(false);
    notes.removeItem(KEY);
    this.signals.close();
    this.chooseOther();
  }
}
