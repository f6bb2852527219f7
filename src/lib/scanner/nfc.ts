// Web NFC: the chip of a card held against the back of the phone (Chrome on Android). Only the number of the chip is used,
// never what is written on it. The browser asks for permission once, and only in a tap; it reads nothing in the background.

export type NfcState = 'off' | 'starting' | 'on' | 'denied' | 'switched-off' | 'failed';

/** Not in the DOM types: https://w3c.github.io/web-nfc/ */
type ReadingEvent = Event & { readonly serialNumber: string };
type Reader = EventTarget & { scan(options: { signal: AbortSignal }): Promise<void> };
type WithNfc = { readonly NDEFReader: new () => Reader };

export const hasNfc = (scope: object = globalThis): boolean => 'NDEFReader' in scope;

/** Whether it may start without a tap. */
export async function nfcPermission(): Promise<'granted' | 'denied' | 'ask'> {
  try {
    // `nfc` is missing from the DOM types' list of names, not from the browsers that have it.
    const { state } = await navigator.permissions.query({ name: 'nfc' as PermissionName });
    return state === 'prompt' ? 'ask' : state;
  } catch {
    return 'ask';
  }
}

export class Nfc {
  readonly #onChip: (serialNumber: string) => void;
  readonly #onUnread: () => void;
  readonly #onState: (state: NfcState) => void;
  #stop: AbortController | undefined;

  constructor(on: {
    chip: (serialNumber: string) => void;
    unread: () => void;
    state: (state: NfcState) => void;
  }) {
    this.#onChip = on.chip;
    this.#onUnread = on.unread;
    this.#onState = on.state;
  }

  async start(): Promise<void> {
    if (this.#stop || !hasNfc()) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#onState('starting');
    const { NDEFReader } = globalThis as unknown as WithNfc;
    try {
      const reader = new NDEFReader();
      // A chip without any text on it gives `readingerror` on some phones: its number is not told then.
      reader.addEventListener('reading', (event) => this.#onChip((event as ReadingEvent).serialNumber));
      reader.addEventListener('readingerror', () => this.#onUnread());
      await reader.scan({ signal: stop.signal });
      if (!stop.signal.aborted) this.#onState('on');
    } catch (error) {
      if (stop.signal.aborted) return;
      this.#stop = undefined;
      console.warn('The chips of cards are not read.', error);
      this.#onState(faultOf(error));
    }
  }

  close(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#onState('off');
  }
}

/** NotSupportedError: the phone has no reader, or it is switched off in its settings. */
function faultOf(error: unknown): NfcState {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
      return 'denied';
    case 'NotSupportedError':
    case 'NotReadableError':
      return 'switched-off';
    default:
      return 'failed';
  }
}
