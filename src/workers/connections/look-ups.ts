import type { Address } from '../../protocol/routes.ts';

/** A worker's position among all workers' connections, so that each connection starts from its own address. */
export interface Turn {
  readonly first: number;
  readonly step: number;
}

/** One worker's look-ups: each name once, unless the look-up failed. */
export class Names {
  readonly #found = new Map<string, Promise<Address[]>>();
  /** Null: every connection begins with the first address. */
  readonly #turn: Turn | null;
  #dialled = 0;

  constructor(turn: Turn | null) {
    this.#turn = turn;
  }

  /**
   * The addresses for the next connection: known ones, or those from the resolver. The address whose turn it
   * is comes first, followed by those to try if it does not answer.
   */
  async inTurn(hostname: string, known: readonly Address[]): Promise<readonly Address[]> {
    const number = this.#turn === null ? 0 : this.#turn.first + this.#turn.step * this.#dialled++;
    const addresses = known.length > 0 ? known : await this.#addressesOf(hostname);
    const from = number % Math.max(1, addresses.length);
    return [...addresses.slice(from), ...addresses.slice(0, from)];
  }

  #addressesOf(hostname: string): Promise<Address[]> {
    const known = this.#found.get(hostname);
    if (known !== undefined) return known;
    const { lookup } = process.getBuiltinModule('node:dns/promises');
    const found = lookup(hostname, { all: true }).then((addresses) =>
      addresses.map(({ address, family }): Address => ({ address, family: family === 6 ? 6 : 4 })),
    );
    this.#found.set(hostname, found);
    found.catch(() => this.#found.delete(hostname));
    return found;
  }
}
