// Files and codes that come in while another is under way: each waits its turn, and has its own answer.
export class InTurn {
  #waiting = $state(0);
  #last: Promise<void> = Promise.resolve();

  get busy(): boolean {
    return this.#waiting > 0;
  }

  /** `failed` gets what `work` throws; the next one goes on. */
  add(work: () => Promise<void>, failed: (error: unknown) => void): Promise<void> {
    this.#waiting++;
    this.#last = this.#last
      .then(work)
      .catch(failed)
      .finally(() => this.#waiting--);
    return this.#last;
  }
}
