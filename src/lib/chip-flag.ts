// Does this phone read the chips of cards? Noted when reading them was first switched on and began: the list of chips costs as much as that of
// the numbers, so only phones that use it carry it.
import { notes } from './notes.ts';

const KEY = 'streekbalie.chips';

export const readsChips = (): boolean => notes.getItem(KEY) !== null;
export const setReadsChips = (): void => notes.setItem(KEY, '1');
