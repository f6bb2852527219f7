// How prices and payments read at a counter.
import type { CardReason, PriceRule } from '#domain/cash/card-price.ts';
import type { PaymentMeans } from '#domain/cash/sale.ts';
import { m } from '../../paraglide/messages.js';

export const REASON_WORDS: Readonly<Record<CardReason, () => string>> = {
  'first-card': m.cash_reason_first,
  lost: m.cash_reason_lost,
  defect: m.cash_reason_defect,
  'kansenstatuut-changed': m.cash_reason_changed,
  'extra-card': m.cash_reason_extra,
};

/** "Eerste kaart, extra kaart" */
export const reasonsText = (reasons: readonly CardReason[]): string =>
  reasons
    .map((reason, i) => (i === 0 ? REASON_WORDS[reason]() : REASON_WORDS[reason]().toLowerCase()))
    .join(', ');

export const MEANS_WORDS: Readonly<Record<PaymentMeans, () => string>> = {
  cash: m.cash_means_cash,
  card: m.cash_means_card,
  payconiq: m.cash_means_payconiq,
  invoice: m.cash_means_invoice,
  free: m.cash_means_free,
};

type Names = readonly { readonly nisCode: string; readonly name: string }[];

/** For whom a rule holds: "tot en met 17 jaar, met kansentarief". */
export function conditionsText(
  { ageFrom, ageTo, kansentarief, nisCode }: Omit<PriceRule, 'reasons' | 'cents'>,
  municipalities: Names,
): string {
  const age =
    ageFrom !== undefined && ageTo !== undefined
      ? m.cash_age_between({ from: ageFrom, to: ageTo })
      : ageFrom !== undefined
        ? m.cash_age_from({ from: ageFrom })
        : ageTo !== undefined
          ? m.cash_age_to({ to: ageTo })
          : undefined;
  const tariff =
    kansentarief === undefined
      ? undefined
      : kansentarief
        ? m.cash_with_kansentarief()
        : m.cash_without_kansentarief();
  const home =
    nisCode === undefined
      ? undefined
      : m.cash_lives_in({ name: municipalities.find((each) => each.nisCode === nisCode)?.name ?? nisCode });
  const parts = [age, tariff, home].filter((part) => part !== undefined);
  return parts.length === 0 ? m.cash_everyone() : parts.join(', ');
}

/** What the server refuses, in words (problem-text.ts). */
export const CASH_SENTENCES: Readonly<Record<string, () => string>> = {
  'payment-needed': m.cash_problem_payment_needed,
  'price-changed': m.cash_problem_price_changed,
  'means-not-offered': m.cash_problem_means,
  'voucher-unknown': m.cash_voucher_unknown,
  'voucher-elsewhere': m.cash_voucher_elsewhere,
  'voucher-ended': m.cash_voucher_ended,
  'voucher-used-up': m.cash_voucher_used_up,
  'voucher-not-yet': m.cash_voucher_not_yet,
  'voucher-over': m.cash_voucher_over,
  'voucher-code-taken': m.cash_voucher_code_taken,
  'voucher-ended-already': m.cash_voucher_ended_already,
};
