// Is a shift going on in this browser, in any tab? Kept outside the store of the scanner, so that an update can ask
// before anything else has started, also after the phone was killed in the middle of a shift.

import { notes } from './notes.ts';

const KEY = 'streekbalie.shift';

let active = $state(notes.getItem(KEY) !== null);

// Fires in the other tabs only.
addEventListener('storage', (event) => {
  if (event.key === KEY || event.key === null) active = notes.getItem(KEY) !== null;
});

export const isShiftActive = (): boolean => active;

/** The scanner says so at the start and the end of a shift, and again at each start of the app. */
export function setShiftActive(next: boolean): void {
  active = next;
  if (next) notes.setItem(KEY, '1');
  else notes.removeItem(KEY);
}
