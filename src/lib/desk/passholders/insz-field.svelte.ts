// A national number as it is typed. It stands in no draft, no address and no file on the screen: who leaves types it anew.
import { parseInsz, type Insz, type InszProblem } from '#domain/cards/insz.ts';
import { inszDoubts, type InszDoubt } from '#domain/passholders/insz-use.ts';
import type { Person } from '#domain/passholders/person.ts';
import { m } from '../../paraglide/messages.js';

const PROBLEMS: Readonly<Record<InszProblem['code'], () => string>> = {
  length: m.insz_length,
  'not-a-digit': m.insz_not_a_digit,
  'check-digits': m.insz_check_digits,
};
const DOUBTS: Readonly<Record<InszDoubt, () => string>> = {
  'birth-date-differs': m.insz_birth_date_differs,
  'gender-differs': m.insz_gender_differs,
};

export class InszField {
  text = $state('');
  #left = $state(false);
  readonly #parsed = $derived.by(() => (this.text.trim() === '' ? undefined : parseInsz(this.text)));
  readonly value: Insz | undefined = $derived.by(() => (this.#parsed?.ok ? this.#parsed.value : undefined));
  /** Nobody has to give it. */
  get isGood(): boolean {
    return this.#parsed?.ok ?? true;
  }
  get error(): string | undefined {
    return this.#left && this.#parsed && !this.#parsed.ok ? PROBLEMS[this.#parsed.error.code]() : undefined;
  }
  leave(): void {
    this.#left = true;
  }
  start(): void {
    this.text = '';
    this.#left = false;
  }
  /** Worth a second look; saving goes on. */
  doubts(person: Pick<Person, 'dateOfBirth' | 'gender'>): string[] {
    return this.value === undefined ? [] : inszDoubts(this.value, person).map((doubt) => DOUBTS[doubt]());
  }
}
