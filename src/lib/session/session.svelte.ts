// The one place where screens learn what this phone is, and where the parts of the phone are put together.
import { notes } from '../notes.ts';
import { APP_VERSION } from '../app-version.ts';
import { clock } from '../clock.ts';
import { fetchEvents } from '../api.ts';
import { openPhoneDb, type DeviceRow } from '../db/phone-db.ts';
import { reservePad } from '../db/strict-write.ts';
import { chance } from '../ids.ts';
import { listWaiting } from '../rescue/carried.ts';
import { readsChips, setReadsChips } from '../chip-flag.ts';
import { isShiftActive } from '../shift-flag.svelte.ts';
import { contactOf } from '../sync/dexie-sync-store.ts';
import { followChanges } from '../sync/follow-changes.ts';
import { followStatus } from '../sync/status.svelte.ts';
import { transport } from '../sync/transport.ts';
import { askApproval, requestEnrolment, settleEnrolment, wordsOf, type EnrolOutcome } from './enrol.ts';
import { findDebtors, leaveDevice, readStanding } from './open-session.ts';
import { platformName, readPhoneFacts } from './phone-facts.ts';
import { openPhone, type Phone } from './phone.ts';

export type SessionState =
  | { readonly kind: 'opening' }
  | { readonly kind: 'none' }
  | { readonly kind: 'lost'; readonly device: string; readonly seq: number }
  | {
      readonly kind: 'waiting';
      readonly device: DeviceRow;
      readonly words: readonly [string, string];
      readonly organisationName: string;
      readonly activityTitles: readonly string[];
      /** Device clock. */
      readonly expiresAt: number;
    }
  /** The coordinator said no, or nobody answered in time. */
  | { readonly kind: 'refused' | 'expired' }
  | { readonly kind: 'active'; readonly phone: Phone }
  | { readonly kind: 'revoked'; readonly phone: Phone }
  | { readonly kind: 'unusable'; readonly why: 'newer-database' | 'no-store' | 'failed' };

/** Somebody stands there with the phone in the hand. */
const APPROVAL_POLL_MS = 1_000;

/** For what must work whatever this phone is: rescue of unsent scans. */
export const phoneDb = openPhoneDb();
const db = phoneDb;
let state = $state.raw<SessionState>({ kind: 'opening' });
let opening: Promise<void> | undefined;
let stops: (() => void)[] = [];
let stopWaiting = (): void => undefined;

export const session = {
  get state(): SessionState {
    return state;
  },
  /** The enrolled phone, revoked or not. */
  get phone(): Phone | undefined {
    return state.kind === 'active' || state.kind === 'revoked' ? state.phone : undefined;
  },
  get deviceName(): string {
    return session.phone?.name() ?? '';
  },
};

/** At the start of a screen that needs the phone. Again: nothing, but after a refusal it is what it was before. */
export function openSession(): Promise<void> {
  if (state.kind === 'refused' || state.kind === 'expired') return reopen();
  opening ??= readAndRun();
  return opening;
}

/** Asks for enrolment with the code of a link; the state becomes `waiting` when the code was good. */
export async function enrol(code: string, name: string): Promise<EnrolOutcome> {
  const former = state.kind === 'lost' ? { device: state.device, seq: state.seq } : undefined;
  const ask = {
    code: code.trim(),
    name,
    platform: platformName(navigator.userAgent),
    appVersion: APP_VERSION,
    ...(former && { replaces: former.device }),
  };
  const outcome = await requestEnrolment(db, clock, ask, former && { former });
  if (outcome.ok) waitFor(outcome.device, true);
  return outcome;
}

/** The volunteer stops waiting: the phone is again what it was. Approved all the same, it would be a phone nobody has. */
export async function stopEnrolling(): Promise<void> {
  if (state.kind !== 'waiting') return;
  const { device } = state;
  stopWaiting();
  await settleEnrolment(db, notes, device, 'refused');
  await reopen();
}

/** Signs this phone out. What it still owes stays on it and is still sent; say so before. */
export async function leave(): Promise<void> {
  await leaveDevice(db, notes);
  await reopen();
}

/** Whatever goes wrong, the screen says something: never "opening" for ever. */
async function readAndRun(): Promise<void> {
  try {
    await readAndShow();
  } catch (error) {
    console.error('This phone could not be opened.', error);
    state = { kind: 'unusable', why: 'failed' };
  }
}

async function readAndShow(): Promise<void> {
  const standing = await readStanding(db, notes);
  switch (standing.kind) {
    case 'none':
    case 'unusable':
      state = standing;
      break;
    case 'lost':
      state = { kind: 'lost', ...standing.known };
      break;
    case 'waiting':
      waitFor(standing.device, true);
      break;
    case 'enrolled':
    case 'revoked':
      await run(standing.device, standing.kind === 'revoked' ? 'revoked' : 'active');
      if (standing.next) waitFor(standing.next, false);
      break;
  }
  if (standing.kind === 'unusable') return;
  const current = 'device' in standing ? standing.device.id : undefined;
  await resumeFormer(current).catch((error: unknown) => {
    console.error('A device this phone was before could not be opened; the next start tries again.', error);
  });
}

async function resumeFormer(current: string | undefined): Promise<void> {
  for (const debtor of await findDebtors(db, current)) {
    const former = await openPhone(phoneParts(), debtor);
    // Until the server has it all; at the next start it asks again, because a server may have been restored.
    const closeWhenDone = async (): Promise<void> => {
      const carries = (await listWaiting(db)).some(({ head }) => head.region === debtor.region);
      if (!carries) former.close();
    };
    const unfollow = former.sync.subscribe(({ reach, unsent }) => {
      if (reach === 'online' && unsent === 0) void closeWhenDone();
    });
    former.sync.start();
    stops.push(unfollow, former.close);
  }
}

/** Looks again what this phone is. */
export async function reopen(): Promise<void> {
  stopWaiting();
  for (const stop of stops) stop();
  stops = [];
  opening = readAndRun();
  await opening;
}

async function run(device: DeviceRow, kind: 'active' | 'revoked'): Promise<void> {
  const phone = await openPhone(phoneParts(), device);
  state = { kind, phone };
  await reservePad(db, chance).catch((error: unknown) => {
    console.warn('No room could be set aside; a full phone says so at the scan.', error);
  });
  const wake = (): void => phone.sync.wake();
  const wakeWhenSeen = (): void => {
    if (document.visibilityState === 'visible') wake();
  };
  const changes = followChanges({
    open: (token, signal) => fetchEvents('/api/sync/stream', token, signal),
    token: async () => (await contactOf(db, device.id)).token?.value,
    onChanged: () => phone.sync.wake('hinted'),
    clock,
    chance,
  });
  addEventListener('online', phone.sync.networkBack);
  addEventListener('offline', phone.sync.networkLost);
  document.addEventListener('visibilitychange', wakeWhenSeen);
  let wasOnline = false;
  stops.push(
    followStatus(phone.sync),
    phone.sync.subscribe(({ deviceState, alarm, reach }) => {
      if (deviceState === 'revoked') {
        changes.stop(); // its token opens nothing any more: each try would be a refusal
        if (state.kind === 'active') state = { kind: 'revoked', phone };
      }
      if (alarm === 'ahead') void reopen();
      if (reach === 'online' && !wasOnline) changes.retry();
      wasOnline = reach === 'online';
    }),
    changes.stop,
    () => removeEventListener('online', phone.sync.networkBack),
    () => removeEventListener('offline', phone.sync.networkLost),
    () => document.removeEventListener('visibilitychange', wakeWhenSeen),
    phone.close,
  );
  if (!navigator.onLine) phone.sync.networkLost();
  phone.sync.start();
}

const phoneParts = (): Parameters<typeof openPhone>[0] => ({
  db,
  trace: notes,
  readsChips,
  phoneFacts: () => readPhoneFacts({ version: APP_VERSION, shiftActive: isShiftActive() }),
  // Missing on plain http; then the loop of each tab sends, and the server takes each command once.
  ...('locks' in navigator && {
    alone: (work: () => Promise<void>) => navigator.locks.request('streekbalie-sync', work),
  }),
});

/** From now on the list of chips comes on board too. */
export function beginReadingChips(): void {
  setReadsChips();
  session.phone?.refreshRoster().catch((error: unknown) => {
    console.warn('The list of chips comes with the next answer.', error);
  });
}

/** Asks until the coordinator has answered; `shown` as the state of the screen, or behind a phone that goes on. */
function waitFor(device: DeviceRow, shown: boolean): void {
  stopWaiting();
  let stopped = false;
  let cancel = (): void => undefined;
  stopWaiting = () => {
    stopped = true;
    cancel();
  };
  const { organisationName, activityTitles, expiresAt } = device;
  const words = wordsOf(device);
  if (shown) state = { kind: 'waiting', device, words, organisationName, activityTitles, expiresAt };

  const ask = async (): Promise<void> => {
    const said = await askApproval(device, transport, clock);
    if (stopped) return;
    if (said === undefined || said === 'pending') {
      cancel = clock.after(APPROVAL_POLL_MS, () => void ask());
      return;
    }
    const settled = await settleEnrolment(db, notes, device, said);
    if (settled.state === 'active') await reopen();
    else if (shown) state = { kind: said === 'expired' ? 'expired' : 'refused' };
  };
  void ask();
}
