// Saving a point by oneself: what the poster is of, then one press. Nothing of the card stays on the phone.
import { parseUitpasNumber } from '#domain/cards/uitpas-number.ts';
import { PosterActivity, PosterSaved } from '#domain/poster-api.ts';
import { ApiRefusal, api } from '../api.ts';
import { newId } from '../ids.ts';
import { parseDateText } from '../ui/date-text.ts';

export class SelfSave {
  readonly code: string;
  activity = $state.raw<PosterActivity>();
  saved = $state.raw<PosterSaved>();
  error = $state.raw<unknown>();
  busy = $state(false);
  number = $state('');
  born = $state('');
  tried = $state(false);
  /** Of this press; a new one after an answer. */
  #saveId = newId();

  readonly parsedNumber = $derived(parseUitpasNumber(this.number));
  readonly bornOn = $derived(this.born.trim() === '' ? undefined : (parseDateText(this.born) ?? null));

  constructor(code: string) {
    this.code = code.toUpperCase();
  }

  async look(): Promise<void> {
    await this.#run(async () => {
      this.activity = await api.post('/api/ik/look', { code: this.code }, PosterActivity);
    });
  }

  async save(): Promise<void> {
    this.tried = true;
    const { parsedNumber: number, bornOn, code } = this;
    if (!number.ok || bornOn === null) return;
    await this.#run(async () => {
      const body = { code, saveId: this.#saveId, number: number.value, ...(bornOn && { bornOn }) };
      this.saved = await api.post('/api/ik/save', body, PosterSaved);
      this.#saveId = newId();
    });
  }

  /** For the next one of a family. */
  again(): void {
    [this.saved, this.error, this.number, this.born, this.tried] = [undefined, undefined, '', '', false];
  }

  async #run(act: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = undefined;
    try {
      await act();
    } catch (error) {
      this.error = error;
    } finally {
      this.busy = false;
    }
  }
}

export const refusalCode = (error: unknown): string =>
  error instanceof ApiRefusal ? error.problem.code : '';
