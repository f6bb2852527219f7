import { m } from '../../paraglide/messages.js';
import { toasts } from '../../ui/toasts.svelte.ts';

export async function copyLink(url: string): Promise<void> {
  await navigator.clipboard.writeText(url);
  toasts.say(m.desk_copied());
}
