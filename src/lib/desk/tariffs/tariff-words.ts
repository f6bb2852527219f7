// How a share came about, step by step, in words.
import type { ShareStepAnswer, TariffLine } from '#domain/tariff-api.ts';
import { euroText } from '../../appearance/money.ts';
import { m } from '../../paraglide/messages.js';

export function stepText({ why, percent = 0, cents }: ShareStepAnswer, priceCents: number): string {
  const [amount, price] = [euroText(cents), euroText(priceCents)];
  switch (why) {
    case 'percent':
      return m.tariffs_step_percent({ percent, price, amount });
    case 'amount':
      return m.tariffs_step_amount({ amount });
    case 'at-most':
      return m.tariffs_step_at_most({ percent, amount });
    case 'at-least':
      return m.tariffs_step_at_least({ percent, amount });
    case 'one-cent':
      return m.tariffs_step_one_cent({ amount });
    case 'what-is-left':
      return m.tariffs_step_left({ amount });
  }
}

export function refusalText({ code, ceilingCents }: NonNullable<TariffLine['refusal']>): string {
  switch (code) {
    case 'free':
      return m.tariffs_no_free();
    case 'no-key':
      return m.tariffs_no_key();
    case 'above-ceiling':
      return m.tariffs_no_ceiling({ price: euroText(ceilingCents ?? 0) });
    case 'not-cheaper':
      return m.tariffs_no_cheaper();
  }
}
