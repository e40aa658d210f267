import { nodeCrypto } from '../../../machine/crypto.ts';
import { createRandom, type Random } from '../../../metrics/random.ts';
import { randomWords } from './synthetic-prompts.ts';

/** The usual size, as in Mooncake's traces. */
const USUAL_TOKENS = 512;
const BLOCK_STREAM = 2 ** 46;
const BYTES_OF_A_NUMBER = 6;

/**
 * Prompts that begin alike, as a trace tells by the ids of their blocks: blocks with the same id have the same text. How
 * many tokens a block has follows from the lengths and the numbers of ids of all prompts together.
 */
export class PrefixBlocks {
  /** The size lies between these, neither of them included. */
  #aboveTokens = 0;
  #belowTokens = Number.POSITIVE_INFINITY;

  /** Takes in the length of a prompt, and how many ids it has: one for its last block, or none if that is not full. */
  see(tokens: number, ids: number): void {
    if (ids === 0) return;
    this.#aboveTokens = Math.max(this.#aboveTokens, tokens / (ids + 1));
    if (ids > 1) this.#belowTokens = Math.min(this.#belowTokens, tokens / (ids - 1));
  }

  /** Tokens of a block: the usual number, a power of two, or any other that fits; the usual one if none does. */
  get tokens(): number {
    const [above, below] = [this.#aboveTokens, this.#belowTokens];
    const fits = (size: number): boolean => size > above && size < below;
    const power = 2 ** (Math.floor(Math.log2(Math.max(1, above))) + 1);
    const next = Math.floor(above) + 1;
    return [USUAL_TOKENS, power, next].find(fits) ?? USUAL_TOKENS;
  }

  /** Words for tokens: those of the blocks, and whatever is left at random. */
  prompt(tokens: number, ids: readonly string[], random: Random): string {
    const size = this.tokens;
    const parts: string[] = [];
    let left = tokens;
    for (const id of ids) {
      if (left <= 0) break;
      parts.push(randomWords(Math.min(left, size), createRandom(numberOf(id), BLOCK_STREAM)));
      left -= size;
    }
    if (left > 0) parts.push(randomWords(left, random));
    return parts.join(' ');
  }
}

/** The same number for the same id, whatever it is. */
function numberOf(id: string): number {
  const { createHash } = nodeCrypto();
  return createHash('sha256').update(id).digest().readUIntBE(0, BYTES_OF_A_NUMBER);
}
