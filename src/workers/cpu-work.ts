import { createHash } from 'node:crypto';

/** A fixed amount of computation for each answer: rounds of SHA-256, each over the last digest and the body. */
export class CpuWork {
  /** Rounds computed so far. */
  rounds = 0;
  readonly #roundsPerAnswer: number;

  constructor(roundsPerAnswer: number) {
    this.#roundsPerAnswer = roundsPerAnswer;
  }

  get isWanted(): boolean {
    return this.#roundsPerAnswer > 0;
  }

  do(body: readonly Uint8Array[]): void {
    let digest = new Uint8Array();
    for (let round = 0; round < this.#roundsPerAnswer; round++) {
      const hash = createHash('sha256').update(digest);
      for (const piece of body) hash.update(piece);
      digest = hash.digest();
    }
    this.rounds += this.#roundsPerAnswer;
  }
}
