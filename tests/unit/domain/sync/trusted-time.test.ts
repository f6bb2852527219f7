import { expect, it } from 'vitest';
import { trustedTimeOf, type TrustedTime } from '#domain/sync/trusted-time.ts';

type Case = {
  what: string;
  claim: number;
  /** Reading of the monotonic clock at the scan, and when the anchor was heard in the same session. */
  mono?: [scan: number, heard: number | null];
  anchor?: number;
  /** What the server remembers of that sync, where it is not the same. */
  remembered?: number;
  expected: TrustedTime;
};

const enrolledAt = 1_000;
const receivedAt = 9_000;
const cases: Case[] = [
  {
    what: 'a claim inside the window stands',
    claim: 5_000,
    anchor: 4_000,
    expected: { at: 5_000, earliest: 4_000, latest: 9_000, plausible: true },
  },
  {
    what: 'both bounds are inside',
    claim: 4_000,
    anchor: 4_000,
    expected: { at: 4_000, earliest: 4_000, latest: 9_000, plausible: true },
  },
  {
    what: 'a clock behind is clamped to the last answer the phone held',
    claim: 500,
    anchor: 4_000,
    expected: { at: 4_000, earliest: 4_000, latest: 9_000, plausible: false },
  },
  {
    what: 'a clock ahead is clamped to the arrival',
    claim: 90_000,
    anchor: 4_000,
    expected: { at: 9_000, earliest: 4_000, latest: 9_000, plausible: false },
  },
  {
    what: 'without an answer the enrolment is the lower bound',
    claim: 500,
    expected: { at: 1_000, earliest: 1_000, latest: 9_000, plausible: false },
  },
  {
    what: 'what the monotonic clock counted since the answer raises the lower bound',
    claim: 500,
    anchor: 4_000,
    mono: [2_700.9, 700],
    expected: { at: 6_000, earliest: 6_000, latest: 9_000, plausible: false },
  },
  {
    what: 'an answer of another session counts nothing',
    claim: 500,
    anchor: 4_000,
    mono: [2_700, null],
    expected: { at: 4_000, earliest: 4_000, latest: 9_000, plausible: false },
  },
  {
    what: 'a monotonic clock that went backwards counts nothing',
    claim: 4_500,
    anchor: 4_000,
    mono: [100, 700],
    expected: { at: 4_500, earliest: 4_000, latest: 9_000, plausible: true },
  },
  {
    what: 'a sync that the restored server counts anew is not the one the phone heard',
    claim: 2_000,
    anchor: 1_500,
    remembered: 4_000,
    expected: { at: 2_000, earliest: 1_000, latest: 9_000, plausible: true },
  },
  {
    what: 'an answer that is no longer remembered leaves an earlier one as the bound, with what the clock counted since',
    claim: 500,
    anchor: 4_000,
    remembered: 3_000,
    mono: [2_700, 700],
    expected: { at: 5_000, earliest: 5_000, latest: 9_000, plausible: false },
  },
  {
    what: 'the lower bound never passes the arrival',
    claim: 500,
    anchor: 4_000,
    mono: [99_000, 0],
    expected: { at: 9_000, earliest: 9_000, latest: 9_000, plausible: false },
  },
];

it.each(cases)('$what', ({ claim, mono, anchor, remembered = anchor, expected }) => {
  const [monoMs, heard] = mono ?? [0, null];
  const envelope = {
    occurredAt: claim,
    monoMs,
    anchor: anchor === undefined ? null : { serverTime: anchor, syncNo: 1, monoMs: heard },
  };
  expect(trustedTimeOf(envelope, { anchorTime: remembered, enrolledAt, receivedAt })).toEqual(expected);
});
