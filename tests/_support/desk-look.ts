// One screen of the desk, light and dark, at a desk and at 360 px: axe finds nothing, nothing sticks out.
import { expect, type Page } from '@playwright/test';
import { findViolations } from './axe.ts';
import { showColours } from './settled-colours.ts';
import { DESK_SIZE } from './desk-page.ts';

const SIZES = [DESK_SIZE, { width: 360, height: 740 }];

export async function lookAtScreen(page: Page, screen: string): Promise<void> {
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of ['light', 'dark'] as const) {
      await showColours(page, colorScheme);
      const violations = await findViolations(page);
      expect(violations.map((found) => `${screen} ${size.width} ${colorScheme}: ${found}`)).toEqual([]);
    }
    const sticksOut = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    expect({ screen, width: size.width, sticksOut }).toEqual({ screen, width: size.width, sticksOut: false });
  }
  await page.setViewportSize(DESK_SIZE);
}
