import { describe, expect, it } from 'vitest';
import { firstTicked } from '../../../../src/lib/desk/devices/enrol-choice.svelte.ts';

describe('which activities are ticked for a new phone', () => {
  const offered = ['library', 'book-week', 'lecture'];

  it('those that are open now', () => {
    expect(firstTicked(['library', 'book-week'], offered, [])).toEqual(['library', 'book-week']);
  });
  it('only those of the phone whose place it takes', () => {
    expect(firstTicked(['library', 'book-week'], offered, ['book-week'])).toEqual(['book-week']);
  });
  it('those that are open when the work of that phone is over', () => {
    expect(firstTicked(['library'], offered, ['closed-long-ago'])).toEqual(['library']);
  });
});
