// A code that makes a card cheaper: so much off, or a share of the price. Rule: the region's or a municipality's own; it holds
// from a day until a day and for so many cards. Invariant: a discount is never more than the price.
import * as z from 'zod/mini';
import type { CivilDay } from '../kernel/civil-time.ts';
import { limits } from '../kernel/limits.ts';
import { percentOf } from '../kernel/money.ts';
import { ok, refuse, type Result } from '../kernel/result.ts';

/** As people type it: spaces and small letters are the same code. */
export const voucherCodeOf = (text: string): string => text.replace(/[\s-]/g, '').toUpperCase();
export const VoucherCode = z.string().check(z.overwrite(voucherCodeOf), z.regex(/^[A-Z0-9]{4,20}$/));

export const VOUCHER_KINDS = ['amount', 'percent'] as const;

export type VoucherValue = {
  readonly kind: (typeof VOUCHER_KINDS)[number];
  /** Cents, or percent. */
  readonly value: number;
};

export type Voucher = VoucherValue & {
  readonly voucherId: string;
  readonly code: string;
  /** Only at counters of this municipality; null: everywhere in the region. */
  readonly nisCode: string | null;
  readonly from: CivilDay;
  /** The last day. */
  readonly until: CivilDay;
  readonly usesMax: number;
  readonly ended: boolean;
};

export type VoucherRefusal =
  | { readonly code: 'voucher-unknown' | 'voucher-elsewhere' | 'voucher-ended' | 'voucher-used-up' }
  | { readonly code: 'voucher-not-yet'; readonly from: CivilDay }
  | { readonly code: 'voucher-over'; readonly until: CivilDay };

/** `used`: how often, corrections taken off. `place`: the municipality of the counter. */
export function checkVoucher(
  voucher: Voucher | undefined,
  { today, place, used }: { readonly today: CivilDay; readonly place: string | null; readonly used: number },
): Result<Voucher, VoucherRefusal> {
  if (!voucher) return refuse({ code: 'voucher-unknown' });
  const { from, until } = voucher;
  if (voucher.nisCode !== null && voucher.nisCode !== place) return refuse({ code: 'voucher-elsewhere' });
  if (voucher.ended) return refuse({ code: 'voucher-ended' });
  if (today < from) return refuse({ code: 'voucher-not-yet', from });
  if (today > until) return refuse({ code: 'voucher-over', until });
  if (used >= voucher.usesMax) return refuse({ code: 'voucher-used-up' });
  return ok(voucher);
}

export const discountOf = ({ kind, value }: VoucherValue, cents: number): number =>
  Math.min(cents, kind === 'amount' ? value : percentOf(cents, Math.min(value, limits.percentMax)));
