// The letter to a desk of another region: a number and nothing else. Kept in memory while one goes to it: no number in an address.

export type NumberLetter = {
  readonly kind: 'came' | 'leaves';
  readonly number: string;
  /** Ours. */
  readonly region: string;
  /** Where one came from. */
  readonly back: string;
};

let letter = $state.raw<NumberLetter | undefined>();

export const numberLetter = {
  get current(): NumberLetter | undefined {
    return letter;
  },
  write(next: NumberLetter): void {
    letter = next;
  },
};
