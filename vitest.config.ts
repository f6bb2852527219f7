import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { POSTGRES_15_SUITES, postgres15Programs } from './tests/_support/postgres-15-suites.ts';

/** Simulated evenings on the real database. */
const FULL_STACK = 'tests/simulation/full-stack.test.ts';

/** They put things in the place of what a browser has, so each file has a world of its own. */
const SCREENS = 'tests/unit/lib/**/*.test.ts';

/** Last, and one at a time: kill and time-out tests say nothing on a machine that does something else. */
const ALONE = ['bulk', 'crash', 'drain', 'kill', 'life', 'outage', 'torn-log', 'two-servers'].map(
  (name) => `tests/process/${name}.test.ts`,
);

export default defineConfig({
  test: {
    maxWorkers: 2,
    // The provider of the sign-in tests warns that it is none for production: it never is one.
    onConsoleLog: (log) => !log.startsWith('oidc-provider '),
    projects: [
      {
        test: {
          name: 'unit',
          testTimeout: 30_000,
          include: ['tests/unit/**/*.test.ts', 'tests/tidy.test.ts'],
          exclude: [SCREENS],
          environment: 'node',
          // One world for all files of a worker: they share no state, and loading the domain anew for each cost half of the time.
          isolate: false,
        },
      },
      {
        // For the state of a screen (*.svelte.ts); components are the business of the browser stories.
        plugins: [svelte({ configFile: false })],
        test: { name: 'screens', testTimeout: 30_000, include: [SCREENS], environment: 'node' },
      },
      {
        test: {
          name: 'property',
          include: ['tests/property/**/*.test.ts'],
          testTimeout: 60_000,
          isolate: false,
        },
      },
      {
        test: {
          name: 'simulation',
          include: ['tests/simulation/**/*.test.ts'],
          exclude: [FULL_STACK],
          testTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts', FULL_STACK],
          testTimeout: 30_000,
          hookTimeout: 120_000,
          // Asked again until it is so: the second that is the default is short on a busy machine.
          expect: { poll: { timeout: 20_000 } },
          globalSetup: 'tests/_support/postgres-cluster.ts',
        },
      },
      ...(postgres15Programs() === undefined
        ? []
        : [
            {
              test: {
                name: 'postgres-15',
                include: POSTGRES_15_SUITES,
                testTimeout: 30_000,
                hookTimeout: 120_000,
                globalSetup: 'tests/_support/postgres-15.ts',
              },
            },
          ]),
      {
        test: {
          name: 'process',
          include: ['tests/process/**/*.test.ts'],
          exclude: ALONE,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'process-alone',
          include: ALONE,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    passWithNoTests: true,
  },
});
