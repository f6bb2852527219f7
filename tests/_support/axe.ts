// axe in the page, brought there once and asked only for what is wrong: its own runner brings half a megabyte at each question and
// carries every answer home, four times the work.
import type { Page } from '@playwright/test';
import axe from 'axe-core';

declare global {
  interface Window {
    axe?: typeof axe;
  }
}

/** What is wrong, at its first place, with axe's own reason. */
export async function findViolations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => window.axe !== undefined))) await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const found = await window.axe?.run(document, { resultTypes: ['violations'] });
    if (!found || found.testEngine.name !== 'axe-core') throw new Error('axe did not run');
    return found.violations.map(
      ({ id, nodes: [first] }) => `${id} ${first?.html ?? ''} ${first?.failureSummary ?? ''}`,
    );
  });
}
