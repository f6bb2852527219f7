// What a screen may say about sync. A silent stall is the commonest failure of sync engines: it gets an alarm.
import { limits } from '#domain/kernel/limits.ts';
import type { AppAge } from '#domain/sync/app-age.ts';
import type { ExchangeFailure } from './exchange-once.ts';
import type { SyncAlarm } from './plan-answer.ts';

export type SyncStatus = {
  /** Did the last exchange get an answer that counts? Unknown before the first. */
  readonly reach: 'unknown' | 'online' | 'offline';
  readonly sending: boolean;
  readonly failure: ExchangeFailure | undefined;
  /** Device clock of the last answer that counts. */
  readonly lastAnswerAt: number | undefined;
  /** Device clock of the last answer that took something, came back after silence, or found nothing waiting. */
  readonly progressAt: number;
  readonly unsent: number;
  readonly oldestUnsentAt: number | null;
  /** Server minus device, at the last answer; positive: this phone is behind. */
  readonly clockSkewMs: number | null;
  readonly deviceState: 'active' | 'revoked';
  /** Of the app that runs here, as the server said last. */
  readonly appAge: AppAge;
  /** Sent again since this page was opened, because the server was put back to before it had them. */
  readonly sentAgain: number;
  readonly alarm: SyncAlarm | 'unsent-old' | undefined;
};

export const INITIAL_STATUS: SyncStatus = {
  reach: 'unknown',
  sending: false,
  failure: undefined,
  lastAnswerAt: undefined,
  progressAt: 0,
  unsent: 0,
  oldestUnsentAt: null,
  clockSkewMs: null,
  deviceState: 'active',
  appAge: 'current',
  sentAgain: 0,
  alarm: undefined,
};

/** Answers come, and yet something has been waiting for more than a minute. */
export const isStalled = (status: SyncStatus, now: number): boolean =>
  status.reach === 'online' &&
  status.oldestUnsentAt !== null &&
  now - Math.max(status.oldestUnsentAt, status.progressAt) > limits.unsentAlarmMs;
