// Installing the app with one tap, where the browser offers that (Chromium: `beforeinstallprompt`). An installed app is
// granted lasting storage. Elsewhere the pre-flight says where the menu is.

/** Not in TypeScript's DOM types: Chromium only. */
type InstallPromptEvent = Event & {
  readonly prompt: () => Promise<unknown>;
  readonly userChoice: Promise<{ readonly outcome: 'accepted' | 'dismissed' }>;
};

const isInstallPrompt = (event: Event): event is InstallPromptEvent => 'prompt' in event;

export class InstallOffer {
  #offer = $state.raw<InstallPromptEvent>();

  constructor(page: Pick<EventTarget, 'addEventListener'>) {
    page.addEventListener('beforeinstallprompt', (event) => {
      if (!isInstallPrompt(event)) return;
      event.preventDefault(); // asked in the pre-flight, not by a bar over the camera
      this.#offer = event;
    });
    page.addEventListener('appinstalled', () => (this.#offer = undefined));
  }

  get open(): boolean {
    return this.#offer !== undefined;
  }

  /** In a tap. True when it was installed; an offer works once, the browser makes a new one later. */
  async take(): Promise<boolean> {
    const offer = this.#offer;
    if (!offer) return false;
    this.#offer = undefined;
    await offer.prompt();
    return (await offer.userChoice).outcome === 'accepted';
  }
}

/** Listens from the first moment: the browser may offer it before any screen asks. */
export const installOffer = new InstallOffer(window);
