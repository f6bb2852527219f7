// What waits in which room: the number beside its name, in the column, the bar and the menu alike.
import { m } from '../../paraglide/messages.js';
import { devices } from '../devices/devices.svelte.ts';
import { quarantine } from '../quarantine/quarantine.svelte.ts';
import { tasks } from '../tasks/tasks.svelte.ts';
import type { Room } from './rooms.ts';

export type Waiting = {
  readonly count: number;
  /** The whole sentence, and the word after the number for who listens. */
  readonly title: string;
  readonly word: string;
};

const READERS: Readonly<Record<string, () => Waiting>> = {
  '/balie/toestellen': () => ({
    count: devices.pending.length,
    title: m.desk_devices_waiting({ count: devices.pending.length }),
    word: m.desk_devices_waiting_word(),
  }),
  '/balie/nazicht': () => ({
    count: quarantine.waiting,
    title: m.desk_held_waits({ count: quarantine.waiting }),
    word: m.desk_held_waiting_word(),
  }),
  '/balie/taken': () => ({
    count: tasks.waiting,
    title: m.tasks_waiting({ count: tasks.waiting }),
    word: m.tasks_waiting_word(),
  }),
};

/** Undefined where nothing waits. */
export function waitingIn({ href }: Room): Waiting | undefined {
  const waiting = READERS[href]?.();
  return waiting && waiting.count > 0 ? waiting : undefined;
}
