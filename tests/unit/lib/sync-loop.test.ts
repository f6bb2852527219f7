import { describe, expect, it, vi } from 'vitest';
import { limits } from '#domain/kernel/limits.ts';
import { responseText, type SyncRequest, type SyncResponse } from '#domain/sync/exchange.ts';
import { Unreachable } from '../../../src/lib/api.ts';
import { signBytes } from '../../../src/lib/db/device-keys.ts';
import { newId } from '../../../src/lib/ids.ts';
import type { Phone } from '../../../src/lib/session/phone.ts';
import { contactOf } from '../../../src/lib/sync/dexie-sync-store.ts';
import { dispatch } from '../../../src/lib/sync/dispatch.ts';
import type { RawAnswer, SignedMessage } from '../../../src/lib/sync/transport.ts';
import { testClock, testPhone, type TestClock, type TestPhoneOptions } from '../../_support/phone-in-test.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 60_000 });

type World = {
  phone: Phone;
  clock: TestClock;
  sent: SyncRequest[];
  /** What the next answers are; by default a good one that takes everything. */
  answer: (request: SyncRequest, message: SignedMessage) => Promise<RawAnswer>;
};

/** Enough of an answer to steer the loop by; the whole server is in tests/integration/phone. */
async function world(options: Pick<TestPhoneOptions, 'alone'> = {}): Promise<World> {
  const clock = testClock();
  const w: World = {
    clock,
    sent: [],
    answer: (request) => signed(w.phone, takingAll(request)),
    phone: await testPhone({
      ...options,
      clock,
      transport: {
        post(message) {
          const request = JSON.parse(message.body) as SyncRequest;
          w.sent.push(request);
          return w.answer(request, message);
        },
      },
    }),
  };
  return w;
}

const takingAll = (request: SyncRequest): SyncResponse => ({
  protocol: 1,
  device: request.device,
  requestNo: request.requestNo,
  serverTime: request.sentAt,
  syncNo: request.requestNo,
  state: 'active',
  wipe: false,
  receipts: request.head
    ? [{ from: 1, to: request.head.seq, hash: request.head.hash, receivedAt: request.sentAt }]
    : [],
  differs: [],
  sendSignatures: [],
  rulings: [],
  highWater: { seq: request.head?.seq ?? 0, hash: request.head?.hash ?? 'A'.repeat(43) },
  gaps: [],
  changes: {},
  cursor: 'c',
  more: false,
  token: null,
});

/** A test phone trusts its own key as the server's. */
async function signed(phone: Phone, response: SyncResponse): Promise<RawAnswer> {
  const text = JSON.stringify(response);
  const signature = await signBytes(phone.device.signKey, responseText(phone.device.id, text));
  return { status: 200, text, signature };
}

async function write(phone: Phone): Promise<void> {
  const saved = await dispatch(phone, 'undo-check-in', { target: newId() }, () =>
    Promise.resolve({
      write: true,
      result: undefined,
      grounds: { verdictShown: null, activityVersion: null, rosterVersion: null },
      apply: () => Promise.resolve(),
    }),
  );
  expect(saved.ok).toBe(true);
}

const settles = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 30_000, interval: 2 });
const isQuiet = ({ phone }: World) => settles(() => expect(phone.sync.status().sending).toBe(false));

async function started(): Promise<World> {
  const w = await world();
  w.phone.sync.start();
  w.clock.advance(0);
  await settles(() => expect(w.phone.sync.status().reach).toBe('online'));
  await isQuiet(w);
  return w;
}

describe('the sync loop', () => {
  it('exchanges at the start, and then once a minute', async () => {
    const w = await started();
    expect(w.sent).toHaveLength(1);
    await settles(() => {
      w.clock.advance(1_000);
      expect(w.sent).toHaveLength(2);
    });
    expect(w.clock.now() - (w.sent[0]?.sentAt ?? 0)).toBeGreaterThanOrEqual(limits.syncPollMs);
  });

  it('says offline at once when the device lost its network, and online only after an answer', async () => {
    const w = await started();
    w.phone.sync.networkLost();
    expect(w.phone.sync.status()).toMatchObject({ reach: 'offline', failure: { why: 'no-network' } });
    w.phone.sync.wake();
    expect(w.phone.sync.status().reach).toBe('offline');
    w.clock.advance(0);
    await settles(() => expect(w.phone.sync.status()).toMatchObject({ reach: 'online', failure: undefined }));
  });

  it('looks seldom once it is revoked and owes nothing, and knocks with no token', async () => {
    const w = await world();
    const contact = await contactOf(w.phone.db, w.phone.device.id);
    await w.phone.db.contacts.put({ ...contact, token: { value: 'old', usableUntil: Infinity } });
    w.answer = (request) => signed(w.phone, { ...takingAll(request), state: 'revoked', wipe: true });
    w.phone.sync.start();
    w.clock.advance(0);
    await settles(() => expect(w.phone.sync.status().deviceState).toBe('revoked'));
    await isQuiet(w);
    expect((await contactOf(w.phone.db, w.phone.device.id)).token).toBeNull();
    await settles(() => expect(w.clock.waits).toContain(limits.syncRevokedPollMs));
    w.clock.advance(10 * limits.syncPollMs);
    expect(w.sent).toHaveLength(1);
    w.phone.sync.wake(); // somebody opens it again
    w.clock.advance(0);
    await settles(() => expect(w.sent).toHaveLength(2));
  });

  it('sends soon after a scan, several scans together', async () => {
    const w = await started();
    await write(w.phone);
    await write(w.phone);
    w.clock.advance(100);
    expect(w.sent).toHaveLength(1);
    await settles(() => {
      w.clock.advance(100);
      expect(w.sent).toHaveLength(2);
    });
    expect(w.sent[1]?.runs[0]?.commands).toHaveLength(2);
    await settles(() => expect(w.phone.sync.status()).toMatchObject({ unsent: 0, sending: false }));
  });

  it('follows a hint of the server within two seconds, by chance, so that phones do not come all at once', async () => {
    const w = await started();
    const before = w.clock.waits.length;
    for (let hint = 0; hint < 20; hint++) w.phone.sync.wake('hinted');
    const delays = w.clock.waits.slice(before);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...delays)).toBeLessThanOrEqual(2_000);
    await settles(() => {
      w.clock.advance(20);
      expect(w.sent).toHaveLength(2);
    });
  });

  it('waits longer after each failure, with chance, but never more than a minute, and says why', async () => {
    const w = await started();
    let tries = 0;
    w.answer = () => {
      tries++;
      return Promise.reject(new Unreachable('no-network'));
    };
    await write(w.phone);
    const before = w.clock.waits.length;
    await settles(() => {
      w.clock.advance(1_000);
      expect(tries).toBeGreaterThan(9);
    });
    await isQuiet(w);
    // Ten seconds is the watchdog, 400 ms the scan itself.
    const pauses = w.clock.waits.slice(before).filter((ms) => ms !== 10_000 && ms !== 400);
    expect(pauses.length).toBeGreaterThanOrEqual(9);
    expect(pauses[0]).toBeLessThanOrEqual(1_000);
    expect(pauses[8]).toBeGreaterThanOrEqual(30_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(limits.syncBackoffMaxMs);
    expect(new Set(pauses.slice(6)).size).toBeGreaterThan(1);
    expect(w.phone.sync.status()).toMatchObject({ failure: { why: 'no-network' }, unsent: 1 });

    w.answer = (request) => signed(w.phone, takingAll(request));
    w.phone.sync.wake();
    await settles(() => {
      w.clock.advance(10);
      expect(w.phone.sync.status()).toMatchObject({ reach: 'online', unsent: 0, failure: undefined });
    });
  });

  it('begins with short pauses again when the network is back: the first try often comes before it carries anything', async () => {
    const w = await started();
    let tries = 0;
    w.answer = () => {
      tries++;
      return Promise.reject(new Unreachable('no-network'));
    };
    await settles(() => {
      w.clock.advance(5_000);
      expect(tries).toBeGreaterThan(8);
    });
    await isQuiet(w);
    const pause = () => w.clock.waits.findLast((ms) => ms !== 10_000); // that is the watchdog
    await settles(() => expect(pause()).toBeGreaterThanOrEqual(30_000));

    const before = tries;
    w.phone.sync.networkBack();
    w.clock.advance(0);
    await settles(() => expect(tries).toBe(before + 1));
    await settles(() => expect(pause()).toBeGreaterThan(0));
    expect(pause()).toBeLessThanOrEqual(1_000);
    w.answer = (request) => signed(w.phone, takingAll(request));
    w.clock.advance(1_000);
    await settles(() => expect(w.phone.sync.status().reach).toBe('online'));
  });

  it('does not wait for what was asked over a network that is gone', async () => {
    const w = await started();
    let givenUp = 0;
    w.answer = (_, { signal }) =>
      new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => {
          givenUp++;
          reject(new Unreachable('no-network'));
        }),
      );
    w.phone.sync.wake();
    w.clock.advance(0);
    await settles(() => expect(w.sent).toHaveLength(2));
    // As long as answers came, nobody says that this one does not.
    w.phone.sync.networkBack();
    expect(givenUp).toBe(0);

    w.phone.sync.networkLost();
    w.answer = (request) => signed(w.phone, takingAll(request));
    w.phone.sync.networkBack();
    expect(givenUp).toBe(1);
    await settles(() => {
      w.clock.advance(20);
      expect(w.phone.sync.status().reach).toBe('online');
    });
    expect(w.sent).toHaveLength(3);
  });

  it('waits as long as a busy server asks', async () => {
    const w = await started();
    w.answer = () => Promise.resolve({ status: 503, text: '{}', signature: null, retryAfterMs: 90_000 });
    w.phone.sync.wake();
    await settles(() => {
      w.clock.advance(10);
      expect(w.phone.sync.status().failure).toMatchObject({ why: 'server-error', status: 503 });
    });
    await isQuiet(w);
    const sent = w.sent.length;
    w.clock.advance(80_000);
    await isQuiet(w);
    expect(w.sent).toHaveLength(sent);
    await settles(() => {
      w.clock.advance(1_000);
      expect(w.sent.length).toBeGreaterThan(sent);
    });
  });

  it('sends smaller batches when one fails, and lets nothing wait for the command that cannot be taken', async () => {
    const w = await world();
    for (let i = 0; i < 40; i++) await write(w.phone);
    // The fifth command is too much for this server, in whatever company it comes.
    const hashes = new Map((await w.phone.db.outbox.toArray()).map(({ seq, hash }) => [seq, hash]));
    w.answer = (request) => {
      const runs = request.runs.map(
        ({ fromSeq, commands }) => [fromSeq, fromSeq + commands.length - 1] as const,
      );
      if (runs.some(([from, to]) => from <= 5 && to >= 5))
        return Promise.resolve({ status: 413, text: '', signature: null });
      const receipts = runs.map(([from, to]) => ({ from, to, hash: hashes.get(to) ?? '', receivedAt: 0 }));
      const highWater = { seq: 4, hash: hashes.get(4) ?? '' };
      return signed(w.phone, { ...takingAll(request), receipts, highWater, gaps: [[5, 5]] });
    };
    await w.phone.sync.drain();
    await w.phone.sync.drain();
    const sizes = w.sent.map(({ runs }) => runs.reduce((sum, { commands }) => sum + commands.length, 0));
    expect(sizes.slice(0, 5)).toEqual([40, 20, 10, 5, 2]);
    expect(sizes.length).toBeLessThan(20);
    const left = await w.phone.db.outbox.toArray();
    expect(left.filter(({ state }) => state === 'unsent').map(({ seq }) => seq)).toEqual([5]);
  });

  it('raises an alarm when answers come and something still waits for more than a minute', async () => {
    const w = await started();
    w.answer = (request) => signed(w.phone, { ...takingAll(request), receipts: [] });
    await write(w.phone);
    await settles(() => {
      w.clock.advance(500);
      expect(w.phone.sync.status().alarm).toBe('unsent-old');
    });
    expect(w.clock.now() - (w.sent[0]?.sentAt ?? 0)).toBeGreaterThanOrEqual(limits.unsentAlarmMs);
    w.answer = (request) => signed(w.phone, takingAll(request));
    await settles(() => {
      w.clock.advance(500);
      expect(w.phone.sync.status()).toMatchObject({ alarm: undefined, unsent: 0 });
    });
  });

  it('says that this database is an old copy when the server knows more of it than itself', async () => {
    const w = await world();
    w.answer = (request) =>
      signed(w.phone, { ...takingAll(request), highWater: { seq: 12, hash: 'A'.repeat(43) } });
    await w.phone.sync.exchange();
    expect(w.phone.sync.status().alarm).toBe('ahead');
    expect(w.phone.trace.getItem('streekbalie.device')).toContain('"seq":12');
  });

  it('knows how wrong the clock of this phone is, and judges by the right time', async () => {
    const w = await world();
    const day = 86_400_000;
    w.answer = (request) => signed(w.phone, { ...takingAll(request), serverTime: request.sentAt + day });
    await w.phone.sync.exchange();
    expect(w.phone.sync.status().clockSkewMs).toBe(day);
    expect(w.phone.trueNow()).toBe(w.clock.now() + day);
  });

  it('asks for its turn once, however much happens while another tab of this phone sends', async () => {
    let turns = 0;
    let itsTurn = (): void => undefined;
    const turn = new Promise<void>((resolve) => (itsTurn = resolve));
    const alone = (work: () => Promise<void>): Promise<void> => {
      turns++;
      return turn.then(work);
    };
    const w = await world({ alone });
    w.phone.sync.start();
    await settles(() => {
      w.clock.advance(10);
      expect(turns).toBe(1);
    });
    for (let scan = 0; scan < 5; scan++) {
      await write(w.phone);
      w.phone.sync.wake('now');
      w.clock.advance(1_000);
    }
    expect(turns).toBe(1);
    itsTurn();
    await settles(() => expect(w.sent).toHaveLength(1));
    expect(w.sent[0]?.runs[0]?.commands).toHaveLength(5);
    w.phone.sync.stop();
  });

  it('keeps everything when the server no longer takes what this app sends, and says so', async () => {
    const w = await world();
    const refusal = JSON.stringify({ code: 'app-too-old', status: 426 });
    const takes = w.answer;
    w.answer = async () => ({
      status: 426,
      text: refusal,
      signature: await signBytes(w.phone.device.signKey, responseText(w.phone.device.id, refusal)),
    });
    await write(w.phone);
    await w.phone.sync.exchange();
    expect(w.phone.sync.status()).toMatchObject({ failure: { why: 'app-too-old' }, unsent: 1 });

    // Without the server's signature it is somebody else's word.
    w.answer = () => Promise.resolve({ status: 426, text: refusal, signature: null });
    await w.phone.sync.exchange();
    expect(w.phone.sync.status().failure).toEqual({ why: 'not-our-server', status: 426 });

    w.answer = takes;
    await w.phone.sync.exchange();
    expect(w.phone.sync.status()).toMatchObject({ failure: undefined, unsent: 0, appAge: 'current' });
  });

  it('knows from the server that this app is behind', async () => {
    const w = await world();
    w.answer = (request) => signed(w.phone, { ...takingAll(request), changes: { app: 'behind' } });
    await w.phone.sync.exchange();
    expect(w.phone.sync.status().appAge).toBe('behind');
  });

  it('stops', async () => {
    const w = await started();
    w.phone.close();
    w.clock.advance(600_000);
    w.phone.sync.wake();
    w.clock.advance(600_000);
    await isQuiet(w);
    expect(w.sent).toHaveLength(1);
  });
});
