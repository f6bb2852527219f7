import { describe, expect, it } from 'vitest';
import { coveredUntil, faultInEnd, faultInNew, type Agreement } from '#domain/organisations/agreement.ts';
import { refuseConfirm, refusePropose, type IbanChange } from '#domain/organisations/iban-change.ts';

const from = (fromDay: string, untilDay: string | null): Agreement => ({ fromDay, untilDay });
const of2026 = from('2026-01-01', '2026-12-31');

describe('how long an organisation is covered', () => {
  it.each<[string, readonly Agreement[], string | null | undefined]>([
    ['none', [], undefined],
    ['one of this year', [of2026], '2026-12-31'],
    ['one that follows it the next day', [from('2027-01-01', '2027-06-30'), of2026], '2027-06-30'],
    ['one that leaves a day open', [of2026, from('2027-01-02', null)], '2026-12-31'],
    ['one without end', [of2026, from('2027-01-01', null)], null],
    ['one that is over', [from('2025-01-01', '2025-12-31')], undefined],
    ['one that still has to begin', [from('2027-01-01', null)], undefined],
    ['one of this day alone', [from('2026-11-23', '2026-11-23')], '2026-11-23'],
    ['one that was taken back before it began', [from('2026-11-24', '2026-11-23')], undefined],
  ])('%s', (_, agreements, expected) => {
    expect(coveredUntil(agreements, '2026-11-23')).toBe(expected);
  });
});

describe('a new agreement', () => {
  it.each<[string, Agreement, string | undefined]>([
    ['beside what there is', from('2027-01-01', null), undefined],
    ['over the last day of another one', from('2026-12-31', null), 'agreement-overlaps'],
    ['within another one', from('2026-03-01', '2026-03-31'), 'agreement-overlaps'],
    ['around another one', from('2020-01-01', null), 'agreement-overlaps'],
    ['before it', from('2025-01-01', '2025-12-31'), undefined],
    ['that ends before it begins', from('2027-02-01', '2027-01-31'), 'agreement-ends-before'],
  ])('%s', (_, added, code) => {
    expect(faultInNew([of2026], added)?.code).toBe(code);
  });
});

describe('ending an agreement', () => {
  const today = '2026-11-23';
  it.each<[string, Agreement, string, string | undefined]>([
    ['today', of2026, today, undefined],
    ['as of today: yesterday was the last day', of2026, '2026-11-22', undefined],
    ['later than it says', of2026, '2027-01-01', 'agreement-only-shorter'],
    ['in the past', of2026, '2026-10-01', 'agreement-ends-before'],
    ['that has no end', from('2020-01-01', null), '2027-06-30', undefined],
    ['that is over', from('2025-01-01', '2025-12-31'), today, 'agreement-over'],
    ['before it begins', from('2027-01-01', null), '2026-12-31', undefined],
    ['long before it begins', from('2027-01-01', null), '2026-12-01', 'agreement-ends-before'],
  ])('%s', (_, agreement, untilDay, code) => {
    expect(faultInEnd(agreement, untilDay, today)?.code).toBe(code);
  });
});

describe('an account', () => {
  const change: IbanChange = { changeId: 'c', iban: 'BE68', proposedBy: 'user:an', state: 'proposed' };
  it('is confirmed by another person, who saw that one, once', () => {
    expect(refuseConfirm(change, 'user:bo', 'BE68')).toBeUndefined();
    expect(refuseConfirm(change, 'user:an', 'BE68')?.code).toBe('iban-own-proposal');
    expect(refuseConfirm(change, 'user:bo', 'BE69')?.code).toBe('iban-other');
    expect(refuseConfirm({ ...change, state: 'withdrawn' }, 'user:bo', 'BE68')?.code).toBe('iban-closed');
  });
  it('is proposed one at a time, and only when it is another one', () => {
    expect(refusePropose('BE01', undefined, 'BE68')).toBeUndefined();
    expect(refusePropose('BE68', undefined, 'BE68')?.code).toBe('iban-same');
    expect(refusePropose(null, change, 'BE69')?.code).toBe('iban-waits');
  });
});
