import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { readConfig, type Mode } from '#server/config.ts';

const faultsOf = (mode: Mode, environment: Record<string, string>): string => {
  try {
    readConfig(mode, environment);
    return '';
  } catch (error) {
    return String(error);
  }
};

test('start needs no setting and stays on this machine, with a demo region', () => {
  expect(readConfig('start', {})).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    demo: true,
    databaseUrl: undefined,
  });
});

test.each([
  ['an own database is never filled with a demo by itself', { DATABASE_URL: 'postgresql://db/x' }, false],
  ['an own database behind a socket', { DATABASE_URL: 'postgresql://u:p@/x?host=/run/postgresql' }, false],
  ['an own database, asked', { DATABASE_URL: 'postgresql://db/x', DEMO: '1' }, true],
  ['no demo, asked', { DEMO: '0' }, false],
  ['an empty variable is none', { DEMO: '', DATABASE_URL: '' }, true],
])('demo: %s', (_, environment, demo) => {
  expect(readConfig('start', environment).demo).toBe(demo);
});

test('demo data is shown to others only when asked', () => {
  expect(faultsOf('start', { HOST: '0.0.0.0' })).toContain('DEMO_PUBLIC=1');
  expect(faultsOf('start', { HOST: '0.0.0.0', DEMO_PUBLIC: '1' })).toBe('');
  expect(faultsOf('start', { HOST: '0.0.0.0', DEMO: '0' })).toBe('');
  expect(faultsOf('start', { HOST: '::1' })).toBe('');
});

test('a command beside the server takes the settings of the server, and shows no demo to anybody', () => {
  const production = { HOST: '0.0.0.0', APP_URL: 'https://uitpas.example.be', DATA_DIR: '/srv/streekbalie' };
  expect(readConfig('operate', production)).toMatchObject({ demo: false });
  expect(faultsOf('operate', { PORT: 'high' })).toContain('PORT');
});

test('serve tells everything that is missing at once', () => {
  const faults = faultsOf('serve', { SMTP_URL: 'smtp://mail', TLS_CERT: 'cert.pem' });
  for (const name of ['APP_URL', 'DATA_DIR', 'MAIL_FROM', 'TLS_KEY']) expect(faults).toContain(name);
});

test('serve has no demo and needs https where phones come', () => {
  const good = { APP_URL: 'https://uitpas.example.be/', DATA_DIR: '/srv/streekbalie' };
  expect(readConfig('serve', good)).toMatchObject({ demo: false, appUrl: 'https://uitpas.example.be' });
  expect(faultsOf('serve', { ...good, APP_URL: 'http://uitpas.example.be' })).toContain('https://');
  expect(faultsOf('serve', { ...good, APP_URL: 'http://localhost:3000' })).toBe('');
  expect(faultsOf('serve', { ...good, DEMO: '1' })).toContain('DEMO=1');
});

test('a provider of sign-in is whole or not there, and is https except on this machine', () => {
  const faults = faultsOf('start', { OIDC_ISSUER: 'http://login.example.be' });
  for (const name of ['OIDC_CLIENT_ID is missing', 'OIDC_CLIENT_SECRET is missing', 'OIDC_NAME is missing'])
    expect(faults).toContain(name);
  expect(faults).toContain('OIDC_ISSUER must begin with https://');
  expect(faultsOf('start', { OIDC_SECOND_STEP: 'mfa' })).toContain('OIDC_ISSUER is missing');
  const whole = { OIDC_CLIENT_ID: 'a', OIDC_CLIENT_SECRET: 'b', OIDC_NAME: 'Stad Ieper' };
  const { oidc } = readConfig('start', {
    ...whole,
    OIDC_ISSUER: 'https://x.be',
    OIDC_SECOND_STEP: 'mfa, otp',
  });
  expect(oidc).toMatchObject({ issuer: 'https://x.be', name: 'Stad Ieper', secondStep: ['mfa', 'otp'] });
  expect(readConfig('start', {}).oidc).toBeUndefined();
});

test('the password of the database may come from a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'streekbalie-config-'));
  const file = join(folder, 'password');
  writeFileSync(file, 'vier woorden/en @\n');
  const settings = { DATABASE_URL: 'postgresql://streekbalie@db/x', DATABASE_PASSWORD_FILE: file };
  expect(new URL(readConfig('start', settings).databaseUrl ?? '').password).toBe('vier%20woorden%2Fen%20%40');
  const socket = 'postgresql://streekbalie@/x?host=/run/postgresql';
  const bySocket = readConfig('start', { ...settings, DATABASE_URL: socket }).databaseUrl ?? '';
  expect(bySocket).toBe('postgresql://streekbalie:vier%20woorden%2Fen%20%40@/x?host=/run/postgresql');
  expect(new Client(bySocket)).toMatchObject({
    user: 'streekbalie',
    password: 'vier woorden/en @',
    host: '/run/postgresql',
    database: 'x',
  });
  rmSync(folder, { recursive: true });
  expect(faultsOf('start', settings)).toContain('DATABASE_PASSWORD_FILE cannot be used');
});

test('figures are for nobody unless asked, and open to other machines only with a token', () => {
  expect(readConfig('start', {}).metrics).toEqual({ token: undefined, address: undefined });
  expect(readConfig('start', { METRICS_ADDRESS: '127.0.0.1:9464' }).metrics.address).toEqual({
    host: '127.0.0.1',
    port: 9464,
  });
  expect(readConfig('start', { METRICS_ADDRESS: '[::1]:9464' }).metrics.address).toEqual({
    host: '::1',
    port: 9464,
  });
  expect(faultsOf('start', { METRICS_ADDRESS: '[::]:9464' })).toContain('METRICS_TOKEN is needed');
  expect(faultsOf('start', { METRICS_ADDRESS: '0.0.0.0:9464' })).toContain('METRICS_TOKEN is needed');
  expect(faultsOf('start', { METRICS_ADDRESS: '0.0.0.0:9464', METRICS_TOKEN: 'x'.repeat(24) })).toBe('');
});

test.each([
  ['PORT', 'high'],
  ['PORT', '70000'],
  ['APP_URL', 'uitpas.example.be'],
  ['DATABASE_URL', 'mysql://db/x'],
  ['DEMO', 'yes'],
  ['LOG_LEVEL', 'loud'],
  ['SMTP_URL', 'https://mail'],
  ['METRICS_ADDRESS', '9464'],
  ['METRICS_ADDRESS', '127.0.0.1:99999'],
  ['METRICS_ADDRESS', '::1:9464'],
  ['METRICS_ADDRESS', 'http://127.0.0.1:9464'],
  ['METRICS_TOKEN', 'short'],
  ['SLOW_QUERY_MS', '-1'],
  ['DRAIN_S', 'long'],
])('%s=%s is wrong, and says so by name', (name, value) => {
  const fault = faultsOf('start', { [name]: value });
  expect(fault).toContain(`${name} must`);
});
