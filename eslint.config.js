import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

// The house plan as lint: floors are runtimes, rooms are nouns, stairs only go down (ARCHITECTURE.md).

/** Rooms of the domain in order; a room may import only rooms to its left. */
const DOMAIN_ROOMS = ['kernel', 'organisations', 'devices', 'cards', 'ledger', 'points', 'checkins', 'sync'];
const domainZones = DOMAIN_ROOMS.flatMap((room, i) =>
  DOMAIN_ROOMS.slice(i + 1).map((later) => ({
    target: `./src/domain/${room}`,
    from: `./src/domain/${later}`,
    message: `domain/${room} comes before domain/${later}: import only leftwards.`,
  })),
);

const SERVER_ROOMS = [
  'organisations',
  'devices',
  'cards',
  'checkins',
  'quarantine',
  'rescue',
  'activities',
  'auth',
  'staff',
  'ledger',
  'passholders',
  'stock',
  'bulk',
  'tasks',
  'cash',
  'settings',
  'tariffs',
  'families',
  'grouppasses',
  'associations',
  'figures',
  'posters',
  'uitdatabank',
];
const PHONE_ROOMS = ['checkins', 'cards', 'devices', 'activities', 'desk', 'scanner'];
const noSiblingRooms = PHONE_ROOMS.map((room) => ({
  target: `./src/lib/${room}`,
  from: PHONE_ROOMS.filter((other) => other !== room).map((other) => `./src/lib/${other}`),
  message: 'Rooms are composed in routes, they do not import each other.',
}));

const zones = [
  {
    target: './src/domain',
    from: ['./src/lib', './src/routes', './server'],
    message: 'domain imports only itself.',
  },
  { target: './src', from: './server', message: 'The phone imports nothing of the server, not even types.' },
  {
    target: './server',
    from: ['./src/lib', './src/routes'],
    message: 'The server imports only #domain from src.',
  },
  { target: './src/lib', from: './src/routes', message: 'Stairs only go down.' },
  {
    target: './src/lib/ui',
    from: ['./src/lib/!(ui|paraglide)/**/*', './src/lib/*.ts', './src/domain/**/*'],
    message: 'lib/ui knows no room and no rule.',
  },
  {
    target: './src/routes',
    from: ['./src/lib/api.ts', './src/lib/db'],
    message: 'A screen reads no network and no store.',
  },
  {
    target: SERVER_ROOMS.map((room) => `./server/${room}`),
    from: './server/sync',
    message: 'Rooms never import server/sync.',
  },
  ...domainZones,
  ...noSiblingRooms,
];

/** Values reach the database as parameters only (ASVS 1.2.4). */
const RAW_SQL = [
  {
    selector: "CallExpression[callee.object.name='sql'][callee.property.name=/^(raw|lit)$/]",
    message: 'No SQL from text: give the value to the sql`` template.',
  },
  {
    selector: "CallExpression[callee.property.name='query'] > TemplateLiteral[expressions.length>0]",
    message: 'No SQL from text: give values as parameters.',
  },
  {
    selector: "CallExpression[callee.property.name='query'] > BinaryExpression",
    message: 'No SQL from text: give values as parameters.',
  },
];

export default ts.config(
  {
    ignores: [
      'node_modules/',
      'build/',
      'data/',
      '.svelte-kit/',
      'src/lib/paraglide/',
      'src/messages/',
      'docs/',
    ],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.json' })] },
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': ['error', { maxDepth: 8 }],
      'import-x/no-default-export': 'error',
      'no-undef': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-invalid-void-type': 'off',
      'no-empty': ['error', { allowEmptyCatch: false }],
      eqeqeq: 'error',
      'svelte/no-at-html-tags': 'error',
      'svelte/no-navigation-without-resolve': 'off',
      // State is replaced here ($state.raw), never mutated; local maps and sets need no reactivity.
      'svelte/prefer-svelte-reactivity': 'off',
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: ['.svelte'], svelteConfig } },
  },
  {
    files: ['src/domain/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...[
          'Date',
          'fetch',
          'process',
          'crypto',
          'performance',
          'setTimeout',
          'setInterval',
          'localStorage',
          'indexedDB',
          'window',
          'self',
        ].map((name) => ({
          name,
          message: 'domain is pure: no I/O, no clock, no chance. Pass it in as an argument.',
        })),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'domain rolls no dice: pass chance in.' },
      ],
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '^(?!\\.|#domain/|zod$|zod/|@noble/hashes|stdnum)',
              message: 'domain imports only itself, zod and the pure libraries named here.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/lib/**/*.{ts,svelte}', 'src/routes/**/*.{ts,svelte}'],
    ignores: ['src/lib/clock.ts', 'src/lib/ids.ts', 'src/lib/api.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Ask lib/clock.ts.' },
        { object: 'crypto', property: 'randomUUID', message: 'Ask lib/ids.ts.' },
        { object: 'Math', property: 'random', message: 'Ask lib/ids.ts.' },
      ],
      'no-restricted-globals': ['error', { name: 'fetch', message: 'lib/api.ts holds the only fetch().' }],
    },
  },
  {
    files: ['server/**/*.ts'],
    ignores: ['server/clock.ts', 'server/ids.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'Ask server/clock.ts.' },
        { object: 'Math', property: 'random', message: 'Ask server/ids.ts.' },
      ],
    },
  },
  {
    files: ['server/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'The server calls nobody; what must call out gets an ADR and one file.' },
      ],
      'no-restricted-syntax': ['error', ...RAW_SQL],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
    },
  },
  {
    // Names of tables and schemas cannot be parameters: there they are quoted identifiers or constants.
    files: ['server/backup/*.ts', 'server/db/embedded/*.ts', 'server/events.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['server/*/service.ts', 'server/*/*-service.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['hono', 'hono/*', '@hono/*'], message: 'A service knows no HTTP.' }] },
      ],
    },
  },
  {
    files: ['server/*/routes.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: ['kysely', 'pg', '**/repository.ts'], message: 'Routes talk to their service.' },
          ],
        },
      ],
    },
  },
  {
    files: ['*.config.{js,ts}', 'svelte.config.js', 'src/service-worker/index.ts'],
    rules: { 'import-x/no-default-export': 'off' },
  },
  { files: ['scripts/*.mjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
