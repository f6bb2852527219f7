import { describe, expect, it } from 'vitest';
import { startOfCivilDay } from '#domain/kernel/civil-time.ts';
import { BLOCK_REASONS } from '#domain/passholders/card-life.ts';
import { marginSteps } from '#domain/settings/margin-steps.ts';
import {
  decideSetting,
  decideWithdraw,
  newestOf,
  SETTING_DEFAULTS,
  SETTING_KEYS,
  SETTINGS,
  settingFor,
  settingOn,
  settingsAt,
  type SettingDraft,
  type SettingEntry,
} from '#domain/settings/settings.ts';
import * as z from 'zod/mini';

const TODAY = '2026-11-23';
const REGION = { nisCode: null, organisationId: null };
const IEPER = { nisCode: '33011', organisationId: null };

let next = 1;
const entry = (over: Partial<SettingEntry>): SettingEntry => ({
  settingId: next++,
  ...REGION,
  key: 'kansenstatuutGraceDays',
  value: 14,
  from: '2026-01-01',
  withdraws: null,
  ...over,
});
const graceOn = (entries: SettingEntry[], day = TODAY) =>
  settingOn(entries, 'kansenstatuutGraceDays', null, day);

describe('what holds on a day', () => {
  it('is the usual value while nobody decided', () => {
    expect(graceOn([])).toBe(30);
    for (const key of SETTING_KEYS)
      expect(z.safeParse(SETTINGS[key], SETTING_DEFAULTS[key]).success, key).toBe(true);
  });

  it('is the newest that has begun, and of two for one day the later one', () => {
    const entries = [
      entry({ from: '2026-12-01', value: 7 }),
      entry({ from: '2026-01-01', value: 20 }),
      entry({ from: '2026-01-01', value: 21 }),
    ];
    expect(graceOn(entries)).toBe(21);
    expect(graceOn(entries, '2026-12-01')).toBe(7);
    expect(graceOn(entries, '2025-12-31')).toBe(30);
  });

  it('is not what was taken back', () => {
    const planned = entry({ from: '2026-12-01', value: 7 });
    const taken = entry({ from: '2026-12-01', value: null, withdraws: planned.settingId });
    expect(graceOn([planned, taken], '2027-01-01')).toBe(30);
  });

  it('is of its own place: what a municipality decided is nothing for the region', () => {
    const own = entry({ ...IEPER, key: 'kansenstatuutProofsLeftOut', value: ['leefloon'] });
    expect(settingOn([own], 'kansenstatuutProofsLeftOut', '33011', TODAY)).toEqual(['leefloon']);
    expect(settingOn([own], 'kansenstatuutProofsLeftOut', '32003', TODAY)).toEqual([]);
    expect(settingFor([own], 'kansenstatuutProofsLeftOut', IEPER, TODAY).source).toBe('municipality');
    expect(settingFor([own], 'kansenstatuutProofsLeftOut', REGION, TODAY).source).toBe('default');
  });

  it('falls back on the usual value where a stored one is no value', () => {
    expect(graceOn([entry({ value: 'veertien' })])).toBe(30);
  });
});

describe('a change', () => {
  const draft = (over: Partial<SettingDraft> = {}): SettingDraft => ({
    ...REGION,
    key: 'kansenstatuutGraceDays',
    value: 14,
    from: TODAY,
    basedOn: 0,
    ...over,
  });
  const held = entry({ value: 14 });
  const LEFT_OUT = { ...IEPER, key: 'kansenstatuutProofsLeftOut' } as const;

  it.each<[what: string, entries: SettingEntry[], over: Partial<SettingDraft>, code: string]>([
    ['of the region at a municipality', [], IEPER, 'setting-not-here'],
    ['of a municipality at the region', [], { ...LEFT_OUT, ...REGION, value: [] }, 'setting-not-here'],
    ['that begins yesterday', [], { from: '2026-11-22' }, 'setting-from'],
    ['that begins in three years', [], { from: '2029-11-23' }, 'setting-from'],
    ['with a text for a number', [], { value: '14' }, 'setting-value'],
    ['with half a day', [], { value: 1.5 }, 'setting-value'],
    ['on 29 February', [], { key: 'kansenstatuutEndsOn', value: '02-29' }, 'setting-value'],
    ['with half a minute', [], { key: 'marginBeforeMin', value: 0.5 }, 'setting-value'],
    ['with more than a day around an activity', [], { key: 'marginAfterMin', value: 1441 }, 'setting-value'],
    [
      'of a margin by a municipality',
      [],
      { ...IEPER, key: 'marginBeforeMin', value: 10 },
      'setting-not-here',
    ],
    ['with one reason twice', [], { key: 'undoReasons', value: ['Dubbel', 'dubbel'] }, 'setting-value'],
    ['with an empty reason', [], { key: 'undoReasons', value: [' '] }, 'setting-value'],
    ['with a long reason', [], { key: 'undoReasons', value: ['x'.repeat(81)] }, 'setting-value'],
    [
      'with a reason that would decide a kansenstatuut',
      [],
      { key: 'replaceReasons', value: [{ under: 'kansenstatuut-obtained', text: 'leefloon' }] },
      'setting-value',
    ],
    ['with a heading of two lines', [], { key: 'posterHeading', value: 'x'.repeat(61) }, 'setting-value'],
    ['with what no paper can show', [], { key: 'posterHelp', value: 'Kom maar 🎉' }, 'setting-value'],
    ['with English alone', [], { key: 'selfSaveText', value: { nl: '', en: 'Hi' } }, 'setting-value'],
    ['to no reason at all', [], { key: 'blockReasons', value: [] }, 'setting-value'],
    ['to what holds already', [held], { basedOn: held.settingId }, 'setting-same'],
    ['after somebody else changed it', [held], { value: 7 }, 'changed-meanwhile'],
    [
      'that leaves out what the region never had',
      [],
      { ...LEFT_OUT, value: ['rijbewijs'] },
      'proof-not-of-region',
    ],
  ])('%s is refused', (_, entries, over, code) => {
    expect(decideSetting(entries, draft(over), TODAY)).toMatchObject({ ok: false, error: { code } });
  });

  it('is taken as it is written, cleaned', () => {
    const chosen = BLOCK_REASONS.slice(0, 2);
    expect(decideSetting([], draft({ key: 'blockReasons', value: chosen }), TODAY)).toEqual({
      ok: true,
      value: chosen,
    });
    expect(decideSetting([], draft({ ...LEFT_OUT, value: ['leefloon'] }), TODAY).ok).toBe(true);
  });

  it('is the same also when a database gave its fields in another order', () => {
    const kept = entry({ key: 'selfSaveText', value: { en: 'Welcome', nl: 'Welkom' } });
    const again = draft({
      key: 'selfSaveText',
      value: { nl: 'Welkom', en: 'Welcome' },
      basedOn: kept.settingId,
    });
    expect(decideSetting([kept], again, TODAY)).toMatchObject({ error: { code: 'setting-same' } });
  });

  it('is based on everything written for that place, also what was taken back', () => {
    const planned = entry({ from: '2026-12-01' });
    const taken = entry({ from: '2026-12-01', value: null, withdraws: planned.settingId });
    expect(newestOf([planned, taken], 'kansenstatuutGraceDays', REGION)).toBe(taken.settingId);
  });
});

describe('taking back', () => {
  it('is for what is planned, once', () => {
    const planned = entry({ from: '2026-12-01' });
    const taken = entry({ from: '2026-12-01', value: null, withdraws: planned.settingId });
    expect(decideWithdraw([planned], planned, TODAY)).toMatchObject({ ok: true });
    expect(decideWithdraw([planned], planned, '2026-12-01')).toMatchObject({
      error: { code: 'setting-in-force' },
    });
    expect(decideWithdraw([planned, taken], planned, TODAY)).toMatchObject({
      error: { code: 'setting-withdrawn' },
    });
    expect(decideWithdraw([planned, taken], taken, TODAY)).toMatchObject({
      error: { code: 'setting-withdrawn' },
    });
  });
});

it('each setting is decided somewhere', () => {
  const somewhere = new Set([
    ...settingsAt('region'),
    ...settingsAt('municipality'),
    ...settingsAt('organisation'),
  ]);
  expect([...somewhere].sort()).toEqual([...SETTING_KEYS].sort());
});

describe('the margins of a region, by day', () => {
  it('are the usual ones from ever, then each as it was decided, without what was taken back', () => {
    const planned = entry({ key: 'marginAfterMin', value: 0, from: '2027-01-01' });
    const steps = marginSteps([
      entry({ key: 'marginBeforeMin', value: 30, from: '2026-12-01' }),
      planned,
      entry({ key: 'marginAfterMin', value: null, from: '2027-01-01', withdraws: planned.settingId }),
    ]);
    expect(steps.map(({ beforeMin, afterMin }) => [beforeMin, afterMin])).toEqual([
      [60, 60],
      [30, 60],
    ]);
    expect(steps[1]?.fromAt).toBe(startOfCivilDay('2026-12-01'));
  });
});
