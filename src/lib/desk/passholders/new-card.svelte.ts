// The card that is about to be handed out: scanned or typed, checked by its own digits at once and by the server right after.
import { parseUitpasNumber, type UitpasNumber } from '#domain/cards/uitpas-number.ts';
import { CheckedCard } from '#domain/passholder-api.ts';
import { saysKansenstatuut } from '#domain/passholders/card-life.ts';
import { api } from '../../api.ts';
import { m } from '../../paraglide/messages.js';
import { reasonSentences } from '../checkins/ruling-words.ts';
import { Act } from '../resource.svelte.ts';
import { session } from '../session/session.svelte.ts';
import { cardRefusalText } from './refusal-text.ts';

/** What the card has to be besides of this counter's stock. */
export type CardWish = { readonly cardSystemId?: string; readonly kansenstatuut?: boolean };

export class NewCard {
  text = $state('');
  readonly checking = new Act();
  readonly #wish: () => CardWish;
  #checked = $state.raw<CheckedCard | undefined>();
  #asked = $state(false);

  readonly #parsed = $derived.by(() => parseUitpasNumber(this.text));
  readonly number: UitpasNumber | undefined = $derived.by(() =>
    this.#parsed.ok ? this.#parsed.value : undefined,
  );
  /** The answer to what stands there now. */
  readonly checked: CheckedCard | undefined = $derived.by(() =>
    this.#checked?.number === this.number ? this.#checked : undefined,
  );
  readonly #wrong: string | undefined = $derived.by(() => this.#wrongIn(this.checked));
  /** In words, what is wrong with it. */
  readonly problem: string | undefined = $derived.by(() => {
    if (this.#asked && this.text.trim() === '') return m.passholder_card_needed();
    if (this.#asked && !this.#parsed.ok) return reasonSentences(`number-${this.#parsed.error.code}`);
    return this.#wrong;
  });
  /** May be handed out, as far as is known. */
  readonly isGood: boolean = $derived.by(() => this.checked !== undefined && this.#wrong === undefined);
  readonly saysKansenstatuut: boolean = $derived.by(
    () => this.number !== undefined && saysKansenstatuut(this.number),
  );

  constructor(wish: () => CardWish = () => ({})) {
    this.#wish = wish;
  }

  start(text: string): void {
    this.text = text;
    this.#checked = undefined;
    this.#asked = false;
    this.checking.error = undefined;
  }

  /** While it is typed: asked as soon as it is a whole number, so that nobody has to press anything. */
  typed(): Promise<boolean> {
    this.#asked = false;
    return this.number === undefined ? Promise.resolve(false) : this.check();
  }

  /** True when this card can be handed out here. */
  async check(): Promise<boolean> {
    this.#asked = true;
    const { number } = this;
    const organisationId = session.organisation?.organisationId;
    if (number === undefined || organisationId === undefined) return false;
    if (this.isGood) return true;
    await this.checking.run(async () => {
      this.#checked = await api.post('/api/passholders/check-card', { organisationId, number }, CheckedCard);
    });
    return this.isGood;
  }

  #wrongIn(card: CheckedCard | undefined): string | undefined {
    if (card === undefined) return undefined;
    if (card.why !== undefined) return cardRefusalText({ ...card, code: card.why });
    const { cardSystemId, kansenstatuut } = this.#wish();
    if (cardSystemId !== undefined && card.cardSystemId !== cardSystemId)
      return m.passholder_card_other_system();
    if (kansenstatuut !== undefined && this.saysKansenstatuut !== kansenstatuut)
      return cardRefusalText({ code: 'card-digit-differs', wanted: kansenstatuut });
    return undefined;
  }
}
