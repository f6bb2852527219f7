import { expect, it, vi } from 'vitest';

it('comes back to the end of the shift from the screen that it was left for, and only then', async () => {
  vi.stubGlobal('window', {}); // without sound
  vi.stubGlobal('addEventListener', () => undefined); // of other tabs there is nothing to hear
  vi.spyOn(console, 'warn').mockImplementation(() => undefined); // no browser here: notes live in memory
  const { Shift } = await import('../../../../src/lib/scanner/shift.svelte.ts');
  const shift = new Shift();
  shift.choose('activity');
  shift.start();
  expect(new Shift().stage).toBe('preflight');
  shift.stage = 'end';
  shift.leaveAtEnd();
  const back = new Shift();
  expect([back.stage, back.activityId]).toEqual(['end', 'activity']);
  expect(new Shift().stage).toBe('preflight');
  back.close();
  shift.leaveAtEnd();
  expect(new Shift().stage).toBe('choose');
});
