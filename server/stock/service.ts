// Cards in stock at the desk: what lies where, deliveries, boxes on the way, what is written off. Each act is one transaction
// with its cards locked, so that two counters never hold the same card; a request that comes twice is one act.
import { createHash } from 'node:crypto';
import { countOf, expandRange, toRanges, type NumberRange } from '#domain/cards/number-range.ts';
import { parseUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { isAllowed, type Action } from '#domain/devices/permissions.ts';
import { limits } from '#domain/kernel/limits.ts';
import { ok, refuse, type Result } from '#domain/kernel/result.ts';
import { saysKansenstatuut } from '#domain/passholders/card-life.ts';
import type {
  DeliveryInput,
  DeliveryReport,
  StockAnswer,
  TransferInput,
  WriteOffInput,
} from '#domain/stock-api.ts';
import {
  inOrder,
  problemsWithKnown,
  readDelivery,
  type DeliveryRefusal,
  type NewCard,
} from '#domain/stock/delivery.ts';
import type { CountRefusal } from '#domain/stock/count.ts';
import {
  decideReceive,
  decideSend,
  decideWithdraw,
  decideWriteOff,
  type Place,
  type StockRefusal,
  type Transfer,
} from '#domain/stock/stock.ts';
import { appendAudit } from '../audit.ts';
import { actorName, type Actor } from '../auth/actor.ts';
import { requirePermission } from '../auth/permission.ts';
import type { Context } from '../context.ts';
import { findMunicipality, findOrganisation } from '../organisations/repository.ts';
import { readSheet, type SheetRefusal } from '../sheets/read-sheet.ts';
import {
  CardsMeanwhile,
  closeTransfer,
  findDelivery,
  findKnown,
  findTransfer,
  findWriteOff,
  hasCardSystem,
  insertDelivery,
  insertTransfer,
  insertWriteOffs,
  lockStockCards,
  storeChanges,
  type Db,
} from './repository.ts';

export type StockContext = Pick<Context, 'db' | 'clock'>;

export type StockProblem =
  | StockRefusal
  | CountRefusal
  | DeliveryRefusal
  | SheetRefusal
  | { readonly code: 'not-found' | 'place-unknown' | 'card-system-unknown' | 'range-unreadable' }
  | { readonly code: 'other-act-with-this-id' }
  | { readonly code: 'delivery-has-problems'; readonly report: DeliveryReport };

/** What the list says and whether it can be taken. Nothing is stored. */
export async function checkDelivery(
  context: StockContext,
  actor: Actor,
  input: DeliveryInput,
): Promise<Result<DeliveryReport, StockProblem>> {
  await requirePermission(context, actor, 'stock.deliver', {});
  const read = await readCards(context.db, actor.regionId, input);
  return read.ok ? ok(read.value.report) : read;
}

/** All of it or nothing. */
export async function takeDelivery(
  context: StockContext,
  actor: Actor,
  input: DeliveryInput,
): Promise<Result<StockAnswer, StockProblem>> {
  await requirePermission(context, actor, 'stock.deliver', {});
  const { db, clock } = context;
  const { regionId } = actor;
  const requestDigest = digestOf(input);
  /** The same request may have been taken since: then its cards are known because of itself. */
  const twinOr = async (problem: StockProblem): Promise<Result<StockAnswer, StockProblem>> => {
    const twin = await findDelivery(db, regionId, input.deliveryId);
    return twin ? again(twin, requestDigest) : refuse(problem);
  };
  const organisation = await findOrganisation(db, regionId, input.organisationId);
  if (!organisation) return refuse({ code: 'not-found' });
  const read = await readCards(db, regionId, input);
  if (!read.ok) return read;
  const { cards, report } = read.value;
  if (report.problemCount > 0) return twinOr({ code: 'delivery-has-problems', report });

  try {
    await db.transaction().execute(async (trx) => {
      const { deliveryId, cardSystemId, reference, organisationId } = input;
      const by = { at: clock.now(), actor: actorName(actor) };
      const delivery = { ...by, deliveryId, cardSystemId, reference, requestDigest, organisationId };
      await insertDelivery(trx, regionId, delivery, cards);
      await appendAudit(trx, {
        ...by,
        regionId,
        action: 'stock-delivered',
        subject: `delivery:${deliveryId}`,
        detail: { cardSystemId, cards: cards.length },
      });
    });
  } catch (error) {
    if (!(error instanceof CardsMeanwhile)) throw error;
    const now = await readCards(db, regionId, input);
    return twinOr(now.ok ? { code: 'delivery-has-problems', report: now.value.report } : now.error);
  }
  return ok({ cards: cards.length });
}

export async function sendCards(
  context: StockContext,
  actor: Actor,
  input: TransferInput,
): Promise<Result<StockAnswer, StockProblem>> {
  const { regionId } = actor;
  const { transferId, cardSystemId, from, to, note } = input;
  await requirePlace(context, actor, 'stock.manage', from);
  const numbers = numbersIn(input.ranges);
  if (!numbers.ok) return numbers;
  const requestDigest = digestOf(input);
  return inTransaction(context, async (trx, at) => {
    const cards = await lockStockCards(trx, regionId, numbers.value);
    // Looked for after the cards are locked: a twin that was under way is done by then.
    const known = await findTransfer(trx, regionId, transferId, false);
    if (known)
      return again({ request_digest: known.requestDigest, cards: known.numbers.length }, requestDigest);
    if (!(await isPlace(trx, regionId, to))) return refuse({ code: 'place-unknown' });
    const decided = decideSend(numbers.value, cards, input);
    if (!decided.ok) return decided;
    const transfer = { transferId, cardSystemId, from, to, note, sentAt: at, numbers: numbers.value };
    const isNew = await insertTransfer(trx, regionId, {
      ...transfer,
      sentBy: actorName(actor),
      requestDigest,
    });
    if (!isNew) return refuse({ code: 'other-act-with-this-id' });
    await storeChanges(trx, regionId, decided.value, at);
    await appendAudit(trx, {
      ...{ regionId, at, actor: actorName(actor), action: 'stock-sent', subject: `transfer:${transferId}` },
      detail: { from, to, cards: decided.value.length },
    });
    return ok({ cards: decided.value.length });
  });
}

/** The side that it was sent to says what came. */
export const receiveCards = (
  context: StockContext,
  actor: Actor,
  transferId: string,
  missing: readonly string[],
): Promise<Result<StockAnswer, StockProblem>> =>
  close(context, actor, transferId, {
    state: 'received',
    missing,
    sideOf: ({ to }) => to,
    decide: (transfer) => decideReceive(transfer, missing),
  });

/** Only who sent it takes it back. */
export const withdrawCards = (
  context: StockContext,
  actor: Actor,
  transferId: string,
): Promise<Result<StockAnswer, StockProblem>> =>
  close(context, actor, transferId, {
    state: 'withdrawn',
    missing: [],
    sideOf: ({ from }) => from,
    decide: decideWithdraw,
  });

export async function writeOffCards(
  context: StockContext,
  actor: Actor,
  input: WriteOffInput,
): Promise<Result<StockAnswer, StockProblem>> {
  const { regionId } = actor;
  const { actId, place, reason } = input;
  await requirePlace(context, actor, 'stock.manage', place);
  const numbers = numbersIn(input.ranges);
  if (!numbers.ok) return numbers;
  const requestDigest = digestOf(input);
  return inTransaction(context, async (trx, at) => {
    const cards = await lockStockCards(trx, regionId, numbers.value);
    // Looked for after the cards are locked: a twin that was under way is done by then.
    const known = await findWriteOff(trx, regionId, actId);
    if (known) return again({ request_digest: known.requestDigest, cards: known.cards }, requestDigest);
    const decided = decideWriteOff(numbers.value, cards, place);
    if (!decided.ok) return decided;
    const by = { at, actor: actorName(actor) };
    await storeChanges(trx, regionId, decided.value, at);
    await insertWriteOffs(trx, regionId, { ...by, actId, requestDigest, place, reason }, numbers.value);
    await appendAudit(trx, {
      ...by,
      regionId,
      action: 'stock-written-off',
      subject: `write-off:${actId}`,
      detail: { place, reason, cards: decided.value.length },
    });
    return ok({ cards: decided.value.length });
  });
}

type Closing = {
  readonly state: 'received' | 'withdrawn';
  readonly missing: readonly string[];
  readonly sideOf: (transfer: Transfer) => Place;
  readonly decide: (transfer: Transfer) => ReturnType<typeof decideReceive>;
};

async function close(
  context: StockContext,
  actor: Actor,
  transferId: string,
  { state, missing, sideOf, decide }: Closing,
): Promise<Result<StockAnswer, StockProblem>> {
  const { regionId } = actor;
  const standing = await findTransfer(context.db, regionId, transferId, false);
  await requirePlace(context, actor, 'stock.manage', standing ? sideOf(standing) : null);
  if (!standing) return refuse({ code: 'not-found' });
  return inTransaction(context, async (trx, at) => {
    const transfer = (await findTransfer(trx, regionId, transferId, true)) ?? standing;
    if (transfer.state === state && isSame(transfer.missing, missing))
      return ok({ cards: transfer.numbers.length - missing.length });
    await lockStockCards(trx, regionId, transfer.numbers);
    const decided = decide(transfer);
    if (!decided.ok) return decided;
    const by = { at, actor: actorName(actor) };
    await storeChanges(trx, regionId, decided.value, at);
    await closeTransfer(trx, regionId, transferId, { ...by, state, missing });
    await appendAudit(trx, {
      ...by,
      regionId,
      action: `stock-${state}`,
      subject: `transfer:${transferId}`,
      detail: { cards: transfer.numbers.length, missing: missing.length },
    });
    return ok({ cards: transfer.numbers.length - missing.length });
  });
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  [...new Set(a)].sort().join() === [...new Set(b)].sort().join();

/** The region's own cupboard is of the region; a target without a municipality is only for who may do it everywhere. */
const requirePlace = (context: StockContext, actor: Actor, action: Action, place: Place): Promise<void> =>
  requirePermission(context, actor, action, place === null ? {} : { nisCode: place });

export const mayManage = (actor: Actor, place: Place): boolean =>
  isAllowed(actor.grants, 'stock.manage', {
    regionId: actor.regionId,
    ...(place !== null && { nisCode: place }),
  });

async function isPlace(db: Db, regionId: number, place: Place): Promise<boolean> {
  return place === null || (await findMunicipality(db, regionId, place)) !== undefined;
}

const inTransaction = (
  { db, clock }: StockContext,
  act: (trx: Db, at: number) => Promise<Result<StockAnswer, StockProblem>>,
): Promise<Result<StockAnswer, StockProblem>> => db.transaction().execute((trx) => act(trx, clock.now()));

const again = (
  known: { readonly request_digest: Uint8Array; readonly cards: number },
  requestDigest: Buffer,
): Result<StockAnswer, StockProblem> =>
  requestDigest.equals(known.request_digest)
    ? ok({ cards: known.cards })
    : refuse({ code: 'other-act-with-this-id' });

const digestOf = (request: unknown): Buffer => createHash('sha256').update(JSON.stringify(request)).digest();

function numbersIn(
  ranges: readonly { readonly first: string; readonly last: string }[],
): Result<readonly UitpasNumber[], StockProblem> {
  const numbers = new Set<UitpasNumber>();
  for (const { first, last } of ranges) {
    const range = rangeOf(first, last);
    if (!range) return refuse({ code: 'range-unreadable' });
    const expanded = expandRange(range, limits.transferCardsMax);
    if (!expanded.ok)
      return refuse(
        expanded.error.code === 'too-many'
          ? { code: 'too-many-cards', max: limits.transferCardsMax }
          : { code: 'range-unreadable' },
      );
    for (const number of expanded.value) numbers.add(number);
    if (numbers.size > limits.transferCardsMax)
      return refuse({ code: 'too-many-cards', max: limits.transferCardsMax });
  }
  return ok([...numbers].sort());
}

function rangeOf(first: string, last: string): NumberRange | undefined {
  const [from, to] = [parseUitpasNumber(first), parseUitpasNumber(last)];
  return from.ok && to.ok ? { first: from.value, last: to.value } : undefined;
}

const PROBLEMS_TOLD = 100;
const RANGES_TOLD = 100;

async function readCards(
  db: Db,
  regionId: number,
  { cardSystemId, file }: DeliveryInput,
): Promise<Result<{ readonly cards: readonly NewCard[]; readonly report: DeliveryReport }, StockProblem>> {
  if (!(await hasCardSystem(db, regionId, cardSystemId))) return refuse({ code: 'card-system-unknown' });
  const sheet = await readSheet(Buffer.from(file, 'base64url'));
  if (!sheet.ok) return sheet;
  const read = readDelivery(sheet.value);
  if ('code' in read) return refuse(read);
  const { cards } = read;
  const problems = inOrder([
    ...read.problems,
    ...problemsWithKnown(cards, await findKnown(db, regionId, cards)),
  ]);
  return ok({ cards, report: reportOf(cards, problems) });
}

function reportOf(cards: readonly NewCard[], problems: DeliveryReport['problems']): DeliveryReport {
  const numbers = cards.map(({ number }) => number);
  return {
    cards: cards.length,
    kansenstatuut: numbers.filter(saysKansenstatuut).length,
    withChip: cards.filter(({ chip }) => chip !== null).length,
    ranges: toRanges(numbers)
      .slice(0, RANGES_TOLD)
      .map((range) => ({ ...range, count: countOf(range) })),
    problems: problems.slice(0, PROBLEMS_TOLD),
    problemCount: problems.length,
  };
}
