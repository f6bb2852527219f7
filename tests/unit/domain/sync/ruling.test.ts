import { expect, it } from 'vitest';
import { sameJudgement, type Judgement } from '#domain/sync/ruling.ts';

const because = { of: 'a', at: 1, device: 'd' };
const base: Judgement = { outcome: 'duplicate', because, points: 0 };

it('a ruling has a follower only when the decision itself changed', () => {
  expect(sameJudgement(base, { ...base })).toBe(true);
  // When and where the other visit was may be known better later; which visit it is decides.
  expect(sameJudgement(base, { ...base, because: { ...because, at: 2, device: 'e' } })).toBe(true);
  const other: Judgement[] = [
    { ...base, because: { ...because, of: 'b' } },
    { outcome: 'accepted', points: 0 },
    { ...base, points: 1 },
    { ...base, code: 'foreign' },
  ];
  for (const judgement of other) expect(sameJudgement(base, judgement)).toBe(false);
});
