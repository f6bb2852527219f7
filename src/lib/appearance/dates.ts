// Moments as people of the Westhoek read them: on the clock of Brussels, wherever the device thinks it is.
import { getLocale } from '../paraglide/runtime.js';

const TIME_ZONE = 'Europe/Brussels';

const format = (options: Intl.DateTimeFormatOptions) => {
  let made: Intl.DateTimeFormat | undefined;
  return (instant: number): string => {
    made ??= new Intl.DateTimeFormat(getLocale() === 'en' ? 'en-GB' : 'nl-BE', {
      timeZone: TIME_ZONE,
      ...options,
    });
    return made.format(instant);
  };
};

/** 19:58 */
export const timeText = format({ hour: '2-digit', minute: '2-digit' });
/** 19:58:03 */
export const exactTimeText = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
/** vr 20 nov */
export const dayText = format({ weekday: 'short', day: 'numeric', month: 'short' });
/** vrijdag 20 november */
export const longDayText = format({ weekday: 'long', day: 'numeric', month: 'long' });
/** vr 20 nov, 19:58 */
export const dayTimeText = (instant: number): string => `${dayText(instant)}, ${timeText(instant)}`;
/** 20/11/2026 */
export const dateText = format({ day: '2-digit', month: '2-digit', year: 'numeric' });
/** 20 november 2026 */
export const longDateText = format({ day: 'numeric', month: 'long', year: 'numeric' });
/** november 2026 */
export const monthText = format({ month: 'long', year: 'numeric' });
