// Whose kansenstatuut asks for work: it ends soon, holds only by grace, is over, or is suspended. The same rule as
// kansenstatuut.ts, told as days between which the end lies, so that an index can answer it.
import { addCivilDays, type CivilDay } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import type { KansenstatuutStatus } from './kansenstatuut.ts';

export const LIST_VIEWS = ['soon', 'grace', 'expired', 'suspended'] as const;
export type ListView = (typeof LIST_VIEWS)[number];

/** Between which days the end lies, both counted; `suspended` as it must be, undefined where it says nothing. */
export type EndWindow = {
  readonly from: CivilDay;
  readonly to: CivilDay;
  readonly suspended: boolean | undefined;
};

/** `soonDays`: how far ahead; what was over two years ago is no work any more. */
export function endWindow(
  view: ListView,
  { today, graceDays, soonDays }: { today: CivilDay; graceDays: number; soonDays: number },
): EndWindow {
  const graceFrom = addCivilDays(today, -graceDays);
  switch (view) {
    case 'soon':
      return { from: today, to: addCivilDays(today, soonDays), suspended: false };
    case 'grace':
      return { from: graceFrom, to: addCivilDays(today, -1), suspended: false };
    case 'expired':
      return {
        from: addCivilDays(graceFrom, -limits.kansenstatuutExpiredDays),
        to: addCivilDays(graceFrom, -1),
        suspended: undefined,
      };
    case 'suspended':
      return {
        from: graceFrom,
        to: addCivilDays(today, limits.kansenstatuutDaysMax + limits.kansenstatuutSoonDaysMax),
        suspended: true,
      };
  }
}

export const statusOfView = (view: ListView): KansenstatuutStatus => (view === 'soon' ? 'active' : view);
