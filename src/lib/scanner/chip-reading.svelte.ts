// Reading chips beside the camera: begun with a tap the first time, from then on by itself at each shift.
import { readsChips } from '../chip-flag.ts';
import { m } from '../paraglide/messages.js';
import { hasNfc, Nfc, nfcPermission, type NfcState } from './nfc.ts';

export class ChipReading {
  /** Only phones with a reader show anything about it. */
  readonly present = hasNfc();
  state: NfcState = $state('off');
  readonly #nfc: Nfc;

  constructor(on: { chip: (serialNumber: string) => void; ready: () => void }) {
    this.#nfc = new Nfc({
      chip: on.chip,
      state: (next) => {
        this.state = next;
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
    if (this.present && readsChips() && (await nfcPermission()) === 'granted') await this.#nfc.start();
  }

  toggle(): void {
    if (this.state === 'on') this.#nfc.close();
    else void this.#nfc.start();
  }

  close(): void {
    this.#nfc.close();
  }
}
