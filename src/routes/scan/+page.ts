import { openSession } from '$lib/session/session.svelte.ts';

/** What lies on the phone is read while the screen is being made. */
export const load = (): void => void openSession();
