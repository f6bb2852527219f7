// The contract for cards in stock. As desk-api.ts: one schema for each body, versioned by addition only. `place` is the NIS
// code of a municipality, null the region's own cupboard. Ids are made by the screen, once: a second sending is the same act.
import * as z from 'zod/mini';
import { limits } from './kernel/limits.ts';
import { lineOf, tokenOf } from './kernel/plain-text.ts';
import { WRITE_OFF_REASONS } from './stock/stock.ts';

const Id = z.uuid();
const Instant = z.int();
const Place = z.nullable(tokenOf(limits.idMax));
const Number13 = z.string().check(z.regex(/^\d{13}$/));
const Range = z.object({ first: Number13, last: Number13 });
const Ranges = z.array(Range).check(z.minLength(1), z.maxLength(limits.transferRangesMax));

/** GET /api/stock?organisationId=: the cupboards that one may see, the own one first. */
export const StockOverview = z.object({
  cupboards: z.array(
    z.object({
      place: Place,
      name: z.string(),
      /** May one send, receive and write off here? */
      manages: z.boolean(),
      kinds: z.array(
        z.object({
          cardSystemId: z.string(),
          cardSystemName: z.string(),
          kansenstatuut: z.boolean(),
          inStock: z.int(),
          /** Sent from here, not yet received. */
          underWay: z.int(),
          /** Boxes in this cupboard, at most as many as are shown. */
          ranges: z.array(z.object({ first: z.string(), last: z.string(), count: z.int() })),
          moreRanges: z.boolean(),
          /** The last time that somebody counted it by hand; absent from an older server. */
          count: z.optional(
            z.object({ at: Instant, by: z.string(), expected: z.int(), counted: z.int(), why: z.string() }),
          ),
        }),
      ),
    }),
  ),
  /** Where cards can be sent. */
  places: z.array(z.object({ place: Place, name: z.string() })),
  cardSystems: z.array(z.object({ cardSystemId: z.string(), name: z.string() })),
  /** May one take deliveries? */
  delivers: z.boolean(),
  transfers: z.array(
    z.object({
      transferId: Id,
      cardSystemId: z.string(),
      from: Place,
      to: Place,
      note: z.string(),
      state: z.enum(['under-way', 'received', 'withdrawn']),
      sentAt: Instant,
      sentBy: z.string(),
      closedAt: z.nullable(Instant),
      closedBy: z.nullable(z.string()),
      count: z.int(),
      missing: z.int(),
      ranges: z.array(Range),
      mayReceive: z.boolean(),
      mayWithdraw: z.boolean(),
    }),
  ),
  deliveries: z.array(
    z.object({
      deliveryId: Id,
      cardSystemName: z.string(),
      reference: z.string(),
      cards: z.int(),
      at: Instant,
      actor: z.string(),
    }),
  ),
});
export type StockOverview = z.infer<typeof StockOverview>;

/** POST /api/stock/deliveries, and /check, which looks it over and stores nothing. */
export const DeliveryInput = z.object({
  deliveryId: Id,
  organisationId: Id,
  cardSystemId: tokenOf(limits.idMax),
  reference: lineOf(limits.reasonMax).check(z.minLength(1)),
  /** The file as base64url; CSV or XLSX, seen by what it holds. */
  file: z.string().check(z.maxLength(limits.sheetBase64Max)),
});
export type DeliveryInput = z.infer<typeof DeliveryInput>;

const Problem = z.looseObject({ row: z.int(), code: z.string() });
export const DeliveryReport = z.object({
  cards: z.int(),
  kansenstatuut: z.int(),
  withChip: z.int(),
  ranges: z.array(z.object({ first: z.string(), last: z.string(), count: z.int() })),
  problems: z.array(Problem),
  /** Of which only the first are told. */
  problemCount: z.int(),
});
export type DeliveryReport = z.infer<typeof DeliveryReport>;

/** POST /api/stock/transfers */
export const TransferInput = z.object({
  transferId: Id,
  organisationId: Id,
  cardSystemId: tokenOf(limits.idMax),
  from: Place,
  to: Place,
  ranges: Ranges,
  note: lineOf(limits.reasonMax),
});
export type TransferInput = z.infer<typeof TransferInput>;

/** POST /api/stock/transfers/:id/receive */
export const ReceiveInput = z.object({
  missing: z.array(Number13).check(z.maxLength(limits.transferCardsMax)),
});

/** POST /api/stock/write-offs */
export const WriteOffInput = z.object({
  actId: Id,
  organisationId: Id,
  place: Place,
  ranges: Ranges,
  reason: z.enum(WRITE_OFF_REASONS),
});
export type WriteOffInput = z.infer<typeof WriteOffInput>;

/** POST /api/stock/counts. `seen`: what the screen said should be there. */
export const CountInput = z.object({
  countId: Id,
  organisationId: Id,
  place: Place,
  cardSystemId: tokenOf(limits.idMax),
  kansenstatuut: z.boolean(),
  seen: z.int().check(z.minimum(0)),
  counted: z.int().check(z.minimum(0), z.maximum(999_999)),
  why: lineOf(limits.reasonMax),
});
export type CountInput = z.infer<typeof CountInput>;
export const CountAnswer = z.object({ difference: z.int() });
export type CountAnswer = z.infer<typeof CountAnswer>;

/** The answer to each act: how many cards it moved. */
export const StockAnswer = z.object({ cards: z.int() });
export type StockAnswer = z.infer<typeof StockAnswer>;
