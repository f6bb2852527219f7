// The network between phones and server: it delays, loses, doubles and reorders requests and answers, shows the sign-in
// page of someone's wifi, answers in the server's name, and plays old answers again.
import { Unreachable } from '../../src/lib/api.ts';
import type { RawAnswer, SignedMessage, Transport } from '../../src/lib/sync/transport.ts';
import type { Dice } from './dice.ts';
import type { WorldClock } from './world-clock.ts';

/** What the server does with a message: an answer, or nothing at all. */
export type Answering = (message: SignedMessage) => Promise<RawAnswer | undefined>;

type Travelling = {
  readonly message: SignedMessage;
  readonly device: string;
  readonly answer: (raw: RawAnswer) => void;
  readonly fail: (why: 'no-network' | 'time-out') => void;
  answered: RawAnswer | undefined;
};

export type Weather = 'fair' | 'rough' | 'portal';

export const NETWORK_FATES = [
  'delivered',
  'request-lost',
  'answer-lost',
  'doubled',
  'late-copy',
  'cut-short',
  'portal',
  'proxy-401',
  'proxy-403',
  'gateway-502',
  'old-answer',
] as const;
export type NetworkFate = (typeof NETWORK_FATES)[number];

const ROUGH: Record<NetworkFate, number> = {
  delivered: 60,
  'request-lost': 8,
  'answer-lost': 10,
  doubled: 5,
  'late-copy': 4,
  'cut-short': 3,
  portal: 1,
  'proxy-401': 2,
  'proxy-403': 2,
  'gateway-502': 2,
  'old-answer': 4,
};

export class Network {
  #travelling: Travelling[] = [];
  readonly #offline = new Set<string>();
  /** What a careless proxy remembers: signed answers by device and number of the request. */
  readonly #remembered = new Map<string, RawAnswer>();
  readonly #clock: WorldClock;
  readonly #dice: Dice;
  readonly #server: Answering;
  weather: Weather = 'rough';

  constructor(clock: WorldClock, dice: Dice, server: Answering) {
    this.#clock = clock;
    this.#dice = dice;
    this.#server = server;
  }

  get waiting(): number {
    return this.#travelling.length;
  }

  setOnline(device: string, online: boolean): void {
    if (online) this.#offline.delete(device);
    else this.#offline.add(device);
  }

  isOnline = (device: string): boolean => !this.#offline.has(device);

  /** `isAlive`: a phone that died hears nothing any more. */
  transportFor(isAlive: () => boolean): Transport {
    return {
      post: (message) =>
        new Promise((resolve, reject) => {
          if (this.#offline.has(message.device)) {
            reject(new Unreachable('no-network'));
            return;
          }
          let open = true;
          const once = (act: () => void): void => {
            if (!open || !isAlive()) return;
            open = false;
            act();
          };
          this.#clock.after(message.timeoutMs, () => {
            once(() => reject(new Unreachable('time-out')));
          });
          this.#travelling.push({
            message,
            device: message.device,
            answer: (raw) => once(() => resolve(raw)),
            fail: (why) => once(() => reject(new Unreachable(why))),
            answered: undefined,
          });
        }),
    };
  }

  /** One message moves on. Says what became of it. */
  async move(): Promise<NetworkFate | undefined> {
    const index = this.#dice.int(0, this.#travelling.length - 1);
    const [travelling] = this.#travelling.splice(index, 1);
    if (!travelling) return undefined;
    const fate =
      this.weather === 'fair'
        ? 'delivered'
        : this.weather === 'portal'
          ? 'portal'
          : this.#dice.weighted(ROUGH);
    await this.#meet(travelling, fate);
    return fate;
  }

  /** The line is good again: whatever still travels arrives. */
  async flush(): Promise<void> {
    for (let i = 0; i < 1_000 && this.#travelling.length > 0; i++) {
      const [travelling] = this.#travelling.splice(0, 1);
      if (travelling) await this.#meet(travelling, 'delivered');
    }
  }

  async #meet(travelling: Travelling, fate: NetworkFate): Promise<void> {
    const { message, answer, fail } = travelling;
    switch (fate) {
      case 'delivered':
        return this.#deliver(travelling);
      case 'request-lost':
        return; // the phone's own time-out tells it
      case 'answer-lost':
        await this.#serve(message);
        return;
      case 'doubled':
        await this.#serve(message);
        return this.#deliver(travelling);
      case 'late-copy':
        // The phone gives up and asks again; this one arrives afterwards.
        this.#travelling.push({ ...travelling, answer: () => undefined, fail: () => undefined });
        fail('no-network');
        return;
      case 'cut-short': {
        const half = { ...message, body: message.body.slice(0, message.body.length / 2) };
        answer((await this.#server(half)) ?? gateway);
        return;
      }
      case 'portal':
        answer({ status: 200, text: '<!doctype html><title>Gratis wifi</title>', signature: null });
        return;
      case 'proxy-401':
        answer({ status: 401, text: '{"title":"revoked","state":"revoked","wipe":true}', signature: null });
        return;
      case 'proxy-403':
        answer({ status: 403, text: 'Blocked by policy', signature: null });
        return;
      case 'gateway-502':
        answer(gateway);
        return;
      case 'old-answer': {
        const old = this.#remembered.get(keyOf(message));
        if (old) answer(old);
        else await this.#deliver(travelling);
      }
    }
  }

  async #deliver({ message, answer, fail }: Travelling): Promise<void> {
    const raw = await this.#serve(message);
    if (raw) answer(raw);
    else fail('no-network');
  }

  async #serve(message: SignedMessage): Promise<RawAnswer | undefined> {
    const raw = await this.#server(message);
    if (raw?.signature) this.#remembered.set(keyOf(message), raw);
    return raw;
  }
}

const gateway: RawAnswer = { status: 502, text: 'Bad Gateway', signature: null };

/** The number alone: a phone that was put back in time uses it again with other content. */
function keyOf({ device, body }: SignedMessage): string {
  return `${device} ${/"requestNo":(\d+)/.exec(body)?.[1] ?? ''}`;
}
