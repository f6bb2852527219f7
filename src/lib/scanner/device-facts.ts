// What the phone itself can tell before a shift: storage, room, camera, sound.
import { cameraPermission } from './camera.ts';
import { isInstalled, platformOf } from './platform.ts';
import { isSoundOn } from './signals.ts';
import type { PreflightFacts } from './preflight.ts';

export type DeviceFacts = Pick<
  PreflightFacts,
  'platform' | 'installed' | 'persisted' | 'freeBytes' | 'camera' | 'soundOn'
>;

/** Asks for lasting storage as well: browsers grant it to apps in use, without a question or with one. */
export async function readDeviceFacts(): Promise<DeviceFacts> {
  const [persisted, freeBytes, camera] = await Promise.all([askPersisted(), freeSpace(), cameraFact()]);
  return {
    platform: platformOf(navigator),
    installed: isInstalled(),
    persisted,
    freeBytes,
    camera,
    soundOn: isSoundOn(),
  };
}

async function askPersisted(): Promise<boolean> {
  if (!('storage' in navigator) || !('persist' in navigator.storage)) return false;
  return (await navigator.storage.persisted()) || navigator.storage.persist();
}

async function freeSpace(): Promise<number | null> {
  if (!('storage' in navigator) || !('estimate' in navigator.storage)) return null;
  const { quota, usage } = await navigator.storage.estimate();
  return quota === undefined || usage === undefined ? null : quota - usage;
}

async function cameraFact(): Promise<DeviceFacts['camera']> {
  if (!('mediaDevices' in navigator)) return 'none';
  const devices = await navigator.mediaDevices.enumerateDevices();
  // Before permission is given Safari lists nothing at all: only a list without cameras says there is none.
  if (devices.length > 0 && !devices.some((device) => device.kind === 'videoinput')) return 'none';
  return cameraPermission();
}
