import { bytesIn, type KeptBytes } from '../../requests/body-text.ts';

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

/**
 * A fixed amount of computation per answer: rounds of FNV-1a, each over the whole body, with the
 * hash carried over. In JavaScript on purpose: it allocates nothing and takes no lock, so only computing
 * is compared.
 */
export class CpuWork {
  /** Rounds computed so far. */
  rounds = 0;
  /** The last answer's hash, 32 bits. */
  hash = 0;
  readonly #roundsPerAnswer: number;

  constructor(roundsPerAnswer: number) {
    this.#roundsPerAnswer = roundsPerAnswer;
  }

  get isWanted(): boolean {
    return this.#roundsPerAnswer > 0;
  }

  do(kept: KeptBytes): void {
    const body = bytesIn(kept);
    let hash = OFFSET_BASIS;
    for (let round = 0; round < this.#roundsPerAnswer; round++) {
      for (let at = 0; at < body.length; at++) hash = Math.imul(hash ^ (body[at] as number), PRIME);
    }
    this.hash = hash >>> 0;
    this.rounds += this.#roundsPerAnswer;
  }
}
