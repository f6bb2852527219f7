import { describe, expect, it } from 'vitest';
import {
  durationText,
  overallLight,
  preflightRows,
  type PreflightFacts,
  type PreflightRow,
} from '../../../../src/lib/scanner/preflight.ts';

const NOW = Date.UTC(2026, 10, 20, 19, 0, 0);
const MINUTE = 60_000;
const good: PreflightFacts = {
  now: NOW,
  platform: 'android',
  installed: true,
  installable: false,
  offlineReady: true,
  persisted: true,
  freeBytes: 8 * 1024 ** 3,
  clockSkewMs: 1_200,
  camera: 'granted',
  soundOn: true,
  roster: { cards: 31_204, builtAt: NOW - 5 * MINUTE, expiresAt: NOW + 600 * MINUTE },
  appVersion: '0.1.0',
  appAge: 'current',
  updateWaiting: false,
  shiftOpen: false,
  unsent: 0,
};

const rowOf = (key: PreflightRow['key'], over: Partial<PreflightFacts>): PreflightRow | undefined =>
  preflightRows({ ...good, ...over }).find((row) => row.key === key);

describe('the list before a shift', () => {
  it('is green when nothing is wrong, and has nine rows', () => {
    const rows = preflightRows(good);
    expect(rows).toHaveLength(9);
    expect(overallLight(rows)).toBe('ok');
  });

  it.each<[string, PreflightRow['key'], Partial<PreflightFacts>, PreflightRow['light']]>([
    ['storage that may be erased', 'storage', { persisted: false }, 'no'],
    ['a full phone', 'space', { freeBytes: 10_000_000 }, 'no'],
    ['a browser that does not tell its room', 'space', { freeBytes: null }, 'ok'],
    ['a clock four minutes off', 'clock', { clockSkewMs: -4 * MINUTE }, 'warn'],
    ['a clock a day off', 'clock', { clockSkewMs: 1_440 * MINUTE }, 'warn'],
    ['a clock that was never compared', 'clock', { clockSkewMs: null }, 'ok'],
    ['a refused camera', 'camera', { camera: 'denied' }, 'warn'],
    ['no camera', 'camera', { camera: 'none' }, 'warn'],
    ['a camera that will ask', 'camera', { camera: 'ask' }, 'ok'],
    ['a card list that is being read', 'roster', { roster: 'reading' }, 'ok'],
    ['no card list', 'roster', { roster: 'none' }, 'warn'],
    ['a card list that was wiped', 'roster', { roster: 'expired' }, 'warn'],
    [
      'a card list past its time',
      'roster',
      { roster: { cards: 1, builtAt: NOW - MINUTE, expiresAt: NOW } },
      'warn',
    ],
    ['an iPhone tab', 'installed', { installed: false, platform: 'ios' }, 'warn'],
    ['an Android tab', 'installed', { installed: false }, 'ok'],
    ['an app that is not complete', 'installed', { offlineReady: false }, 'warn'],
    ['a newer version', 'version', { updateWaiting: true }, 'warn'],
    ['an app that is behind', 'version', { appAge: 'behind' }, 'warn'],
    ['an app whose scans the server does not take', 'version', { appAge: 'refused' }, 'warn'],
    ['scans still to send', 'unsent', { unsent: 41 }, 'ok'],
  ])('%s: %s', (_name, key, over, light) => {
    const row = rowOf(key, over);
    expect(row?.light).toBe(light);
    if (light !== 'ok') expect(row?.help).toBeTruthy();
    expect(overallLight(preflightRows({ ...good, ...over }))).toBe(light);
  });

  it('puts what needs a person first', () => {
    const [first, second] = preflightRows({ ...good, persisted: false, camera: 'denied' });
    expect([first?.key, second?.key]).toEqual(['storage', 'camera']);
  });

  it('says which way the clock is off', () => {
    expect(rowOf('clock', { clockSkewMs: -4 * MINUTE })?.value).toBe('4 min voor');
    expect(rowOf('clock', { clockSkewMs: 4 * MINUTE })?.value).toBe('4 min achter');
  });

  it('counts one scan as one', () => {
    expect(rowOf('unsent', { unsent: 1 })?.value).toBe('1 scan');
    expect(rowOf('unsent', { unsent: 2 })?.value).toBe('2 scans');
  });

  it('says how to install on this kind of phone', () => {
    expect(rowOf('storage', { persisted: false, platform: 'ios' })?.help).toContain('Zet op beginscherm');
    expect(rowOf('storage', { persisted: false })?.help).toContain('App installeren');
  });

  it('offers to install with one tap where the browser can, once, and where it helps most', () => {
    const tab = { installed: false, installable: true };
    const actions = (over: Partial<PreflightFacts>) =>
      preflightRows({ ...good, ...over }).flatMap(({ key, action }) => (action ? [key] : []));
    expect(actions({ ...tab, persisted: false })).toEqual(['storage']);
    expect(actions(tab)).toEqual(['installed']);
    expect(actions({ installed: false })).toEqual([]);
    expect(rowOf('storage', { ...tab, persisted: false })?.light).toBe('no');
  });

  it('calls a card list of this minute new', () => {
    const fresh = { cards: 31_204, builtAt: NOW - 20_000, expiresAt: NOW + MINUTE };
    expect(rowOf('roster', { roster: fresh })?.value).toBe('31.204 kaarten, net opgehaald');
    expect(rowOf('roster', {})?.value).toBe('31.204 kaarten, 5 min oud');
  });

  it.each([
    [20_000, '0 min'],
    [5 * MINUTE, '5 min'],
    [119 * MINUTE, '119 min'],
    [180 * MINUTE, '3 uur'],
    [1_440 * MINUTE, '24 uur'],
    [3 * 1_440 * MINUTE, '3 dagen'],
  ])('says %i ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
