// Sensitive acts want a fresh proof of who one is (403 proof-needed): the act waits, a dialog asks, and the act goes on.

let settle = $state.raw<((proved: boolean) => void) | undefined>();

export const stepUp = {
  get isAsking(): boolean {
    return settle !== undefined;
  },
  /** Resolves when the person proved who he is, or left the question. One question at a time. */
  ask(): Promise<boolean> {
    if (settle !== undefined) return Promise.resolve(false);
    return new Promise((resolve) => {
      settle = (proved) => {
        settle = undefined;
        resolve(proved);
      };
    });
  },
  answer(proved: boolean): void {
    settle?.(proved);
  },
};
