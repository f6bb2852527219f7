// A command gets two things: a receipt (in custody, never changes) and a ruling, which a later fact may follow with n+1.
// Never an update: a ruling row and its postings stay, the follower mirrors them (docs/adr/003).
import * as z from 'zod/mini';
import { NOTE_CODES, REFUSAL_CODES } from '../checkins/decide-check-in.ts';

export const OUTCOMES = [
  'accepted',
  'accepted-with-note',
  'duplicate',
  'refused',
  'pending',
  'quarantined',
  'exists-with-different',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const HOLD_CODES = [
  'awaiting-target',
  'unknown-kind',
  'device-revoked',
  'broken-chain',
  'bad-signature',
] as const;
export type HoldCode = (typeof HOLD_CODES)[number];

/** What a person decided about held scans (held-decision.ts). */
const DESK_CODES = ['refused-at-desk'] as const;

export const RulingCode = z.enum([...NOTE_CODES, ...REFUSAL_CODES, ...HOLD_CODES, ...DESK_CODES]);
export type RulingCode = z.infer<typeof RulingCode>;

/** Which fact decided: for a duplicate the visit that counts, when and on which phone it was. */
export const Because = z.object({ of: z.uuid(), at: z.int(), device: z.uuid() });
export type Because = z.infer<typeof Because>;

/** The decision itself, without its place in a series. */
export type Judgement = {
  readonly outcome: Outcome;
  readonly code?: RulingCode;
  readonly because?: Because;
  readonly points: number;
};

export const sameJudgement = (a: Judgement, b: Judgement): boolean =>
  a.outcome === b.outcome && a.code === b.code && a.points === b.points && a.because?.of === b.because?.of;
