// The camera of the phone: opens the one at the back, comes back by itself after a call, another app or a locked screen.
// Which camera was chosen is remembered on the phone; without a choice it is the one at the back.
// A stream that was once in the background may stay black for ever (iOS), so coming back always means a fresh one.

import { notes } from '../notes.ts';

export type CameraFault = 'denied' | 'none' | 'busy' | 'insecure' | 'broken';

export type CameraState =
  | { readonly kind: 'off' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'live'; readonly torch: 'absent' | 'off' | 'on'; readonly choices: number }
  | { readonly kind: 'failed'; readonly why: CameraFault };

/** From sharp to anything at all: some phones open no 720p, some laptops have no back. */
const WISHES: readonly MediaTrackConstraints[] = [
  { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } },
  { facingMode: { ideal: 'environment' }, width: { ideal: 640 }, height: { ideal: 480 } },
  {},
];
const CHOICE_KEY = 'streekbalie.camera';
/** A track without a picture may have it back in a moment; longer is a call. */
const MUTED_MAX_MS = 1_500;
/** A picture that stands still for this long while the app is in front is a dead one. */
const STILL_MAX_MS = 4_000;
/** Another app may hold the camera a moment longer: try again after this, this often. */
const RETRY_MS = [300, 1_000, 3_000];

/** Not in the DOM types: https://w3c.github.io/mediacapture-image/#torch */
type TorchCapabilities = MediaTrackCapabilities & { readonly torch?: boolean };
type TorchConstraint = MediaTrackConstraintSet & { readonly torch: boolean };

export class Camera {
  readonly #video: HTMLVideoElement;
  readonly #onState: (state: CameraState) => void;
  #stream: MediaStream | undefined;
  #wanted = false;
  #turn = 0;
  #retries = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #watchTimer: ReturnType<typeof setInterval> | undefined;
  #muteTimer: ReturnType<typeof setTimeout> | undefined;
  #choices: readonly string[] = [];

  constructor(video: HTMLVideoElement, onState: (state: CameraState) => void) {
    this.#video = video;
    this.#onState = onState;
  }

  /** Opens the camera, and keeps it open until `close`. */
  open(): void {
    if (!this.#wanted) {
      this.#wanted = true;
      document.addEventListener('visibilitychange', this.#onVisibility);
      window.addEventListener('pageshow', this.#onPageShow);
    }
    this.#retries = 0;
    void this.#start();
  }

  close(): void {
    this.#wanted = false;
    document.removeEventListener('visibilitychange', this.#onVisibility);
    window.removeEventListener('pageshow', this.#onPageShow);
    this.#stop();
    this.#onState({ kind: 'off' });
  }

  async setTorch(on: boolean): Promise<void> {
    const track = this.#stream?.getVideoTracks()[0];
    if (!track) return;
    const constraint: TorchConstraint = { torch: on };
    try {
      await track.applyConstraints({ advanced: [constraint] });
      this.#live(on ? 'on' : 'off');
    } catch (error) {
      // Promised by the phone, refused at the moment itself: the button goes away.
      console.warn('The light did not switch.', error);
      this.#live('absent');
    }
  }

  /** The next of the cameras that this phone has, and from now on that one. */
  chooseNext(): void {
    const current = this.#stream?.getVideoTracks()[0]?.getSettings().deviceId ?? '';
    const next = this.#choices[(this.#choices.indexOf(current) + 1) % this.#choices.length];
    if (next === undefined) return;
    notes.setItem(CHOICE_KEY, next);
    this.open();
  }

  #live(torch: 'absent' | 'off' | 'on'): void {
    this.#onState({ kind: 'live', torch, choices: this.#choices.length });
  }

  readonly #onVisibility = (): void => {
    if (document.visibilityState === 'visible') return this.open();
    this.#stop();
    this.#onState({ kind: 'off' });
  };

  /** From the back-forward cache the stream comes back dead. */
  readonly #onPageShow = (event: PageTransitionEvent): void => {
    if (event.persisted) this.open();
  };

  async #start(): Promise<void> {
    this.#stop();
    const turn = this.#turn;
    this.#onState({ kind: 'starting' });
    try {
      const stream = await openStream();
      if (turn !== this.#turn) return stopTracks(stream); // closed, hidden or started anew meanwhile
      this.#stream = stream;
      this.#video.srcObject = stream;
      await this.#video.play();
      if (turn !== this.#turn) return;
      this.#watch(stream);
      this.#retries = 0;
      this.#live(hasTorch(stream) ? 'off' : 'absent');
      // Their names are told only after permission, and nobody waits for them.
      const choices = await listCameras();
      if (turn !== this.#turn || choices.length === this.#choices.length) return;
      this.#choices = choices;
      this.#live(hasTorch(stream) ? 'off' : 'absent');
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#fail(faultOf(error), error);
    }
  }

  #fail(why: CameraFault, error: unknown): void {
    this.#stop();
    const retryMs = RETRY_MS[this.#retries];
    if ((why === 'busy' || why === 'broken') && retryMs !== undefined) {
      this.#retries += 1;
      this.#retryTimer = setTimeout(() => void this.#start(), retryMs);
      return;
    }
    console.warn('The camera does not open.', error);
    this.#onState({ kind: 'failed', why });
  }

  /** A call or another app ends the track, or leaves it open without a picture. */
  #watch(stream: MediaStream): void {
    for (const track of stream.getVideoTracks()) {
      track.addEventListener('ended', () => void this.#start());
      track.addEventListener('mute', () => {
        clearTimeout(this.#muteTimer);
        this.#muteTimer = setTimeout(() => {
          if (track.muted && document.visibilityState === 'visible') void this.#start();
        }, MUTED_MAX_MS);
      });
    }
    let lastTime = this.#video.currentTime;
    this.#watchTimer = setInterval(() => {
      if (document.visibilityState === 'visible' && this.#video.currentTime === lastTime) void this.#start();
      lastTime = this.#video.currentTime;
    }, STILL_MAX_MS);
  }

  #stop(): void {
    this.#turn += 1;
    clearTimeout(this.#retryTimer);
    clearInterval(this.#watchTimer);
    clearTimeout(this.#muteTimer);
    if (this.#stream) stopTracks(this.#stream);
    this.#stream = undefined;
    this.#video.srcObject = null;
  }
}

/** A site that may not even ask: denied for good, until the settings say otherwise. */
export async function cameraPermission(): Promise<'granted' | 'denied' | 'ask'> {
  try {
    // `camera` is missing from the DOM types' list of names, not from the browsers.
    const status = await navigator.permissions.query({ name: 'camera' as PermissionName });
    return status.state === 'prompt' ? 'ask' : status.state;
  } catch {
    return 'ask'; // Firefox and older Safari do not know the question
  }
}

async function openStream(): Promise<MediaStream> {
  if (!window.isSecureContext || !('mediaDevices' in navigator))
    throw new DOMException('Only over https.', 'SecurityError');
  const chosen = notes.getItem(CHOICE_KEY);
  const wishes = chosen === null ? WISHES : [chosenCamera(chosen), ...WISHES];
  let last: unknown;
  for (const video of wishes) {
    try {
      return await navigator.mediaDevices.getUserMedia({ video, audio: false });
    } catch (error) {
      last = error;
      if (faultOf(error) === 'denied') break;
    }
  }
  throw last;
}

/** One that is gone (a webcam that was unplugged) gives way to the camera at the back. */
const chosenCamera = (deviceId: string): MediaTrackConstraints => ({
  deviceId: { exact: deviceId },
  width: { ideal: 1280 },
  height: { ideal: 720 },
});

async function listCameras(): Promise<string[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.flatMap(({ kind, deviceId }) =>
    kind === 'videoinput' && deviceId !== '' ? [deviceId] : [],
  );
}

function faultOf(error: unknown): CameraFault {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
      return 'denied';
    case 'SecurityError':
      return 'insecure';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'none';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    default:
      return 'broken';
  }
}

const stopTracks = (stream: MediaStream): void => stream.getTracks().forEach((track) => track.stop());

function hasTorch(stream: MediaStream): boolean {
  const track = stream.getVideoTracks()[0];
  const capabilities: TorchCapabilities | undefined = track?.getCapabilities?.();
  return capabilities?.torch === true;
}
