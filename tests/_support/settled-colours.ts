// A screen in one of its two themes, and axe for it. Half-way between two colours no text has the contrast it was given.
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

type Scheme = 'light' | 'dark';

/** The page is the same page in the dark, but for its colours: there only the rules about those are asked. */
export function axeFor(page: Page, colorScheme: Scheme): AxeBuilder {
  const axe = new AxeBuilder({ page }).setLegacyMode();
  return colorScheme === 'light' ? axe : axe.withRules(['color-contrast', 'link-in-text-block']);
}

export async function showColours(page: Page, colorScheme: Scheme): Promise<void> {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.evaluate(async () => {
    const frame = (): Promise<number> => new Promise(requestAnimationFrame);
    await frame();
    await frame();
    // What runs for ever (a dot that breathes) is no change of colours.
    const passing = document
      .getAnimations()
      .filter((each) => each.effect?.getTiming().iterations !== Infinity);
    await Promise.allSettled(passing.map(({ finished }) => finished));
  });
}
