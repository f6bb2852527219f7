// Which kind of phone is this? Only to explain where its settings are; nothing depends on the answer.

export type Platform = 'ios' | 'android' | 'other';

/** An iPad says it is a Mac, but no Mac has a touch screen. */
export function platformOf(browser: Pick<Navigator, 'userAgent' | 'maxTouchPoints'>): Platform {
  if (/iPhone|iPad|iPod/.test(browser.userAgent)) return 'ios';
  if (/Macintosh/.test(browser.userAgent) && browser.maxTouchPoints > 1) return 'ios';
  return /Android/.test(browser.userAgent) ? 'android' : 'other';
}

/** Started from the home screen, not as a page in a tab. */
export const isInstalled = (): boolean =>
  matchMedia('(display-mode: standalone), (display-mode: fullscreen)').matches ||
  ('standalone' in navigator && navigator.standalone === true);
