const MOST_TOLD = 10;

/** Problems in a file of rows, one sentence for each line, without full stops. */
export class RowsError extends Error {
  readonly sentences: readonly string[];

  constructor(sentences: readonly string[]) {
    super(sentences.join('; '));
    this.sentences = sentences;
  }
}

/** Collects problems in lines: the first ten are reported, the others counted. */
export class RowProblems {
  readonly #sentences: string[] = [];
  #more = 0;

  add(sentence: string): void {
    if (this.#sentences.length < MOST_TOLD) this.#sentences.push(sentence);
    else this.#more++;
  }

  get hasAny(): boolean {
    return this.#sentences.length > 0;
  }

  /** @throws RowsError */
  throwIfAny(): void {
    if (this.#sentences.length === 0) return;
    const last = this.#sentences.at(-1) ?? '';
    const told = this.#more === 0 ? last : `${last}; ${this.#more} more lines are bad too`;
    throw new RowsError([...this.#sentences.slice(0, -1), told]);
  }
}
