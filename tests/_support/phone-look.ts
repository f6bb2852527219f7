// One screen of a phone, light and dark, at 360 px: axe finds nothing, nothing sticks out, targets are large.
import { expect, type Page } from '@playwright/test';
import { findViolations } from './axe.ts';
import { showColours } from './settled-colours.ts';

export async function lookAtPhone(page: Page, screen: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await showColours(page, colorScheme);
    const violations = await findViolations(page);
    expect(violations.map((found) => `${screen} ${colorScheme}: ${found}`)).toEqual([]);
  }
  const { sticksOut, cutOff, small } = await page.evaluate(() => ({
    sticksOut: document.documentElement.scrollWidth > innerWidth,
    // A screen that clips what does not fit has no scroll bar, and is cut off all the same.
    cutOff: [...document.querySelectorAll('main *')]
      .filter((element) => [...element.childNodes].some(({ nodeType }) => nodeType === Node.TEXT_NODE))
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => element.textContent.trim()),
    small: [...document.querySelectorAll('main button, main a, dialog[open] button')]
      .map((element) => ({ name: element.textContent.trim(), box: element.getBoundingClientRect() }))
      .filter(({ box }) => box.height > 0 && (box.height < 48 || box.width < 48))
      .map(({ name, box }) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`),
  }));
  expect({ screen, sticksOut, cutOff, small }).toEqual({ screen, sticksOut: false, cutOff: [], small: [] });
}
