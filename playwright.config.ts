import { defineConfig } from '@playwright/test';

// The browser stories: tests/_support/story.ts starts the real server, and for each phone a Chromium of its own.
export default defineConfig({
  testDir: 'tests/e2e',
  outputDir: 'node_modules/.cache/stories',
  timeout: 90_000,
  expect: { timeout: 15_000 },
  // One at a time when they are run by hand; scripts/test.ts runs two at a time what is not marked as alone.
  workers: 1,
  // A busy machine may lose a moment of a browser. What fails twice has failed; what only failed once is listed as flaky.
  retries: 1,
  reporter: 'list',
});
