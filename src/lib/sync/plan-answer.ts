// What a signed answer changes on the phone: pure, so that phone and simulation do the same.
// Invariant: a command leaves `unsent` only by a receipt whose hash equals ours; by the chain that covers all before it.
import { planted } from '#domain/kernel/planted.ts';
import type { SyncResponse } from '#domain/sync/exchange.ts';
import { isIn } from '#domain/sync/seq-ranges.ts';
import type { CommandState, Ruling } from '../db/phone-db.ts';

export type HeldCommand = { readonly seq: number; readonly hash: string; readonly state: CommandState };

export type AnswerPlan = {
  /** Only what changes. */
  readonly states: ReadonlyMap<number, { readonly state: CommandState; readonly receivedAt?: number }>;
  readonly rulings: readonly { readonly seq: number; readonly ruling: Ruling }[];
  readonly alarm: SyncAlarm | undefined;
};

/**
 * `differs`: the server holds other content under a number of ours. `ahead`: it knows more of us than we do, so this
 * database is an old copy, and its numbers must not be used again.
 */
export type SyncAlarm = 'differs' | 'ahead';

export function planAnswer(
  held: ReadonlyMap<number, HeldCommand>,
  headSeq: number,
  answer: Pick<SyncResponse, 'receipts' | 'rulings' | 'gaps' | 'highWater' | 'differs'>,
): AnswerPlan {
  const states = new Map<number, { state: CommandState; receivedAt?: number }>();
  let alarm: SyncAlarm | undefined = answer.differs.length > 0 ? 'differs' : undefined;

  for (const { from, to, hash, receivedAt } of answer.receipts) {
    const last = held.get(to);
    if (!last) continue;
    if (last.hash !== hash && !planted('receipt-without-hash-check')) {
      alarm ??= 'differs';
      continue;
    }
    for (let seq = from; seq <= to; seq++)
      if (held.get(seq)?.state === 'unsent') states.set(seq, { state: 'custody', receivedAt });
  }

  for (const seq of resendOf(answer, held)) if (!states.has(seq)) states.set(seq, { state: 'unsent' });

  const rulings = answer.rulings.flatMap(({ seqs, ...ruling }) =>
    seqs.flatMap(([from, to]) => {
      const group: { seq: number; ruling: Ruling }[] = [];
      for (let seq = from; seq <= to; seq++) if (held.has(seq)) group.push({ seq, ruling: toRuling(ruling) });
      return group;
    }),
  );
  for (const { seq, ruling } of rulings) {
    if (ruling.outcome === 'refused' && planted('refusal-stops-the-queue'))
      states.set(seq, { state: 'unsent' });
    const next = states.get(seq);
    if (ruling.outcome !== 'pending' && (next?.state ?? held.get(seq)?.state) === 'custody')
      states.set(seq, { ...next, state: 'settled' });
  }

  const mark = held.get(answer.highWater.seq);
  if (mark && mark.hash !== answer.highWater.hash) alarm ??= 'differs';
  if (answer.highWater.seq > headSeq) alarm = 'ahead';
  return { states, rulings, alarm };
}

/** What the server lacks although we hold its receipt: it was restored from a backup. */
export function lostByServer(answer: Pick<SyncResponse, 'gaps' | 'highWater'>): readonly [number, number][] {
  // Without named gaps, whatever lies above its high-water mark.
  return answer.gaps.length > 0 ? answer.gaps : [[answer.highWater.seq + 1, Number.MAX_SAFE_INTEGER]];
}

function resendOf(
  answer: Pick<SyncResponse, 'gaps' | 'highWater'>,
  held: ReadonlyMap<number, HeldCommand>,
): number[] {
  const lost = lostByServer(answer);
  return [...held.values()]
    .filter(({ seq, state }) => state !== 'unsent' && isIn([...lost], seq))
    .map(({ seq }) => seq);
}

function toRuling({
  n,
  outcome,
  code,
  because,
  points,
  ruledAt,
}: Omit<SyncResponse['rulings'][number], 'seqs'>): Ruling {
  return { n, outcome, ...(code && { code }), ...(because && { because }), points, ruledAt };
}
