// Whether who is being typed in is known already: asked in the pauses, once for each name and day. In memory only.
import { DuplicateAnswer, DuplicateAsked } from '#domain/passholder-api.ts';
import { isWhole, type Identity } from '#domain/passholders/duplicate.ts';
import { api } from '../../../api.ts';
import { clock } from '../../../clock.ts';
import { Act, Resource } from '../../resource.svelte.ts';

/** Longer than between two keys of a slow typist: each question counts against a limit. */
const PAUSE_MS = 600;

type Typed = Identity & { readonly insz?: string };

export class DuplicateCheck {
  readonly answer = new Resource<DuplicateAnswer>();
  readonly asking = new Act();
  /** The other desk has it. */
  asked = $state(false);
  #of = '';
  #input: (Typed & { organisationId: string }) | undefined;
  #stopWaiting = (): void => undefined;

  /** In an $effect: the person as far as it is typed; undefined while it is not whole. */
  follow(identity: Typed | undefined, organisationId: string | undefined): void {
    const whole = identity && organisationId !== undefined && isWhole(identity);
    const key = whole ? JSON.stringify([identity, organisationId]) : '';
    if (key === this.#of) return;
    this.#of = key;
    this.#stopWaiting();
    this.asked = false;
    this.asking.error = undefined;
    this.answer.clear();
    this.#input = whole ? { ...identity, organisationId } : undefined;
    if (whole) this.#stopWaiting = clock.after(PAUSE_MS, () => this.#ask());
  }

  /** One press: a task for whoever has the file. */
  async askOther(): Promise<void> {
    const input = this.#input;
    if (!input) return;
    this.asked = await this.asking.run(() =>
      api.post('/api/passholders/duplicates/ask', input, DuplicateAsked),
    );
  }

  #ask(): void {
    const input = this.#input;
    if (!input) return;
    void this.answer.load((signal) =>
      api.post('/api/passholders/duplicates', input, DuplicateAnswer, { signal }),
    );
  }
}
