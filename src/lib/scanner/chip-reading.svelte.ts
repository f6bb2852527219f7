// Reading chips beside the camera: begun with a tap the first time, from then on by itself at each shift.
import { readsChips } from '../chip-flag.ts';
import { m } from '../paraglide/messages.js';
import { hasNfc, Nfc, nfcPermission, type NfcState } from './nfc.ts';

export class ChipReading {
  /** Only phones with a reader show anything about it. */
  readonly present = hasNfc();
  state: NfcState = $state('off');
  /** A chip was held, and its number was not told. Until the next one, or until somebody has seen it. */
  unread = $state(false);
  readonly #nfc: Nfc;
  #closed = false;

  constructor(on: { chip: (serialNumber: string) => void; ready: () => void }) {
    this.#nfc = new Nfc({
      chip: (serialNumber) => {
        this.unread = false;
        on.chip(serialNumber);
      },
      unread: () => (this.unread = true),
      state: (next) => {
        this.state = next;
        this.unread = false;
        if (next === 'on') on.ready();
      },
    });
  }

  /** What went wrong, in a sentence. */
  get problem(): string | undefined {
    switch (this.state) {
      case 'denied':
        return m.scan_nfc_denied();
      case 'switched-off':
        return m.scan_nfc_switched_off();
      case 'failed':
        return m.scan_nfc_failed();
      default:
        return undefined;
    }
  }

  async resume(): Promise<void> {
    if (!this.present || !readsChips() || (await nfcPermission()) !== 'granted') return;
    if (!this.#closed) await this.#nfc.start();
  }

  toggle(): void {
    if (this.state === 'on') this.stop();
    else void this.#nfc.start();
  }

  stop(): void {
    this.#nfc.close();
  }

  /** With the screen, for good. */
  close(): void {
    this.#closed = true;
    this.#nfc.close();
  }
}
