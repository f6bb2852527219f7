// The card of who moves here: scanned or typed, and what the server knows of it. In memory only.
import { parseUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { Arrival } from '#domain/passholder-api.ts';
import { api } from '../../../api.ts';
import { m } from '../../../paraglide/messages.js';
import { reasonSentences } from '../../checkins/ruling-words.ts';
import { Act } from '../../resource.svelte.ts';
import { session } from '../../session/session.svelte.ts';

export class ArrivalLook {
  text = $state('');
  answer = $state.raw<Arrival | undefined>();
  readonly looking = new Act();
  #asked = $state(false);
  readonly #parsed = $derived.by(() => parseUitpasNumber(this.text));
  readonly problem: string | undefined = $derived.by(() => {
    if (!this.#asked) return undefined;
    if (this.text.trim() === '') return m.passholder_card_needed();
    return this.#parsed.ok ? undefined : reasonSentences(`number-${this.#parsed.error.code}`);
  });

  typed(): void {
    this.#asked = false;
    this.answer = undefined;
    if (this.#parsed.ok) void this.look();
  }

  async look(): Promise<void> {
    this.#asked = true;
    const organisationId = session.organisation?.organisationId;
    if (!this.#parsed.ok || organisationId === undefined || this.looking.busy) return;
    const number = this.#parsed.value;
    if (this.answer?.number === number) return;
    await this.looking.run(async () => {
      this.answer = await api.post('/api/passholders/arrivals', { organisationId, number }, Arrival);
    });
  }
}
