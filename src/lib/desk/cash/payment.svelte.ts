// What a card costs this person, as soon as that is known, and how it is paid. The domain's own rule computes it here and again on
// the server; where the two differ the server says so and nothing is charged.
import { CheckedVoucher } from '#domain/cash-api.ts';
import type { PriceFacts, PriceRule } from '#domain/cash/card-price.ts';
import {
  PAYMENT_MEANS,
  priceOf,
  type Payment,
  type PaymentMeans,
  type ShownPrice,
} from '#domain/cash/sale.ts';
import { voucherCodeOf } from '#domain/cash/voucher.ts';
import type { CounterFacts } from '#domain/passholder-api.ts';
import { SETTING_DEFAULTS } from '#domain/settings/settings.ts';
import { api } from '../../api.ts';
import { m } from '../../paraglide/messages.js';
import { Act } from '../resource.svelte.ts';
import { session } from '../session/session.svelte.ts';

export class PaymentForm {
  means = $state<PaymentMeans>('cash');
  why = $state('');
  codeText = $state('');
  readonly checking = new Act();
  #voucher = $state.raw<CheckedVoucher | undefined>();
  #tried = $state(false);
  #rules = $state.raw<readonly PriceRule[]>(SETTING_DEFAULTS.cardPrices);
  offered = $state.raw<readonly PaymentMeans[]>(PAYMENT_MEANS);
  /** For the words of a price. */
  municipalities = $state.raw<CounterFacts['municipalities']>([]);
  readonly #facts: () => PriceFacts | undefined;

  constructor(facts: () => PriceFacts | undefined) {
    this.#facts = facts;
  }

  /** The code that stands there now, once it was found good. */
  readonly voucher: CheckedVoucher | undefined = $derived.by(() =>
    this.#voucher?.code === voucherCodeOf(this.codeText) ? this.#voucher : undefined,
  );
  /** Undefined while somebody's age or home is not known. */
  readonly price: ShownPrice | undefined = $derived.by(() => {
    const price = this.#facts();
    if (price === undefined) return undefined;
    const { voucher } = this;
    const applied = voucher && { ...voucher, nisCode: null, from: '', usesMax: 1, ended: false };
    return priceOf({ rules: this.#rules, price, voucher: applied });
  });
  readonly facts: PriceFacts | undefined = $derived.by(() => this.#facts());
  readonly owes: boolean = $derived.by(() => (this.price?.dueCents ?? 0) > 0);
  readonly codeProblem: string | undefined = $derived.by(() =>
    this.codeText.trim() !== '' && this.voucher === undefined && this.#tried && !this.checking.error
      ? m.cash_voucher_check_first()
      : undefined,
  );
  readonly whyProblem: string | undefined = $derived.by(() =>
    this.#tried && this.owes && this.means === 'free' && this.why.trim() === ''
      ? m.desk_field_required()
      : undefined,
  );

  know({ cardPrices, paymentMeans, municipalities }: CounterFacts): void {
    this.municipalities = municipalities;
    this.#rules = cardPrices ?? SETTING_DEFAULTS.cardPrices;
    const offered = paymentMeans ?? PAYMENT_MEANS;
    this.offered = offered.includes('free') ? offered : [...offered, 'free'];
    if (!this.offered.includes(this.means)) this.means = this.offered[0] ?? 'free';
  }

  start(): void {
    this.why = '';
    this.codeText = '';
    this.#voucher = undefined;
    this.#tried = false;
    this.checking.error = undefined;
    if (this.means === 'free') this.means = this.offered[0] ?? 'free';
  }

  async checkVoucher(): Promise<boolean> {
    const code = voucherCodeOf(this.codeText);
    const organisationId = session.organisation?.organisationId;
    if (code === '' || organisationId === undefined) return code === '';
    if (this.voucher) return true;
    return this.checking.run(async () => {
      this.#voucher = await api.post('/api/vouchers/check', { organisationId, code }, CheckedVoucher);
    });
  }

  /** What goes along with the act; undefined while something has to be mended, null where nothing has to be said. */
  async build(): Promise<Payment | null | undefined> {
    this.#tried = true;
    if (!(await this.checkVoucher())) return undefined;
    return this.current;
  }

  get current(): Payment | null | undefined {
    const { price, voucher, means, why } = this;
    if (price === undefined) return undefined;
    if (voucher === undefined && price.dueCents === 0) return null;
    if (this.owes && means === 'free' && why.trim() === '') return undefined;
    return {
      means: this.owes ? means : 'free',
      cents: price.dueCents,
      ...(voucher && { voucherCode: voucher.code }),
      ...(this.owes && means === 'free' && { why: why.trim() }),
    };
  }
}
