import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DeskActivity } from '#domain/desk-api.ts';
import { EnrolChoice, firstTicked } from '../../../../src/lib/desk/devices/enrol-choice.svelte.ts';

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

describe('while the activities are read', () => {
  const idOf = (n: number): string => `018f0000-0000-7000-8000-00000000000${n}`;
  const activity = (n: number, organisation = 8): DeskActivity => ({
    activityId: idOf(n),
    organisationId: idOf(organisation),
    organisationName: 'Bibliotheek Ieper',
    version: 1,
    title: 'Jeugdboekenweek',
    place: 'Leeszaal',
    points: 1,
    limit: null,
    marginBeforeMin: null,
    marginAfterMin: null,
    occurrences: [],
    schedule: { kind: 'dates' },
    priceClasses: [],
    cardSystemIds: [],
    warnings: [],
    checkInsToday: 0,
    mayWrite: true,
  });
  const answer = (activities: readonly DeskActivity[]): Response =>
    Response.json({ activities, total: activities.length, page: 1, pageSize: 50 });
  let asked: ((response: Response) => void)[];

  beforeEach(() => {
    asked = [];
    vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => asked.push(resolve)));
  });
  afterEach(() => vi.unstubAllGlobals());

  it('the phone in whose place it comes says what is ticked, also when the answers to an earlier opening come first', async () => {
    const choice = new EnrolChoice();
    choice.start(activity(1, 9));
    choice.start(undefined, [idOf(3)]);
    const [earlier, later] = [asked.slice(0, 3), asked.slice(3)];
    for (const reply of earlier) reply(answer([activity(1, 9), activity(2, 9)]));
    for (const reply of later) reply(answer([activity(3), activity(4)]));
    await vi.waitFor(() => expect(choice.activities.value).toHaveLength(2));
    expect(choice.ids).toEqual([idOf(3)]);
  });

  it('what somebody ticked before all answers were there stays ticked', async () => {
    const choice = new EnrolChoice();
    choice.start(undefined, [idOf(3)]);
    choice.toggle(idOf(4));
    for (const reply of asked) reply(answer([activity(3), activity(4)]));
    await vi.waitFor(() => expect(choice.activities.value).toHaveLength(2));
    expect(choice.ids).toEqual([idOf(4)]);
  });
});
