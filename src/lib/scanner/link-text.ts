// Enrolling in words: a name to start from, and what to do when it failed.
import { m } from '../paraglide/messages.js';
import type { Platform } from './platform.ts';

const KINDS: Readonly<Record<Platform, string>> = { ios: 'iPhone', android: 'Android', other: 'PC' };

/** A number beside it: two volunteers with the same kind of phone stay apart in the list. */
export const defaultDeviceName = (platform: Platform, fraction: number): string =>
  `${KINDS[platform]} ${10 + Math.floor(fraction * 90)}`;

const FAULTS: Readonly<Record<string, () => string>> = {
  'enrol-code-malformed': m.link_fault_malformed,
  'enrol-code-unknown': m.link_fault_unknown,
  'enrol-code-used': m.link_fault_used,
  'enrol-code-expired': m.link_fault_expired,
  'too-many-requests': m.link_fault_too_many,
  refused: m.link_fault_refused,
  expired: m.link_fault_approval_expired,
  unreachable: m.link_fault_network,
};

/** By the server's code, or by what happened here. */
export const faultText = (code: string): string => (FAULTS[code] ?? m.link_fault_server)();
