import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { Address } from '../../protocol/routes.ts';

/** Which of the connections of all workers are a worker's: of several addresses each begins with its own. */
export interface Turn {
  readonly first: number;
  readonly step: number;
}

/** Look-ups of one worker: each name once, but for those that failed. */
export class Names {
  readonly #found = new Map<string, Promise<Address[]>>();
  /** Null: every connection begins with the first address. */
  readonly #turn: Turn | null;
  #dialled = 0;

  constructor(turn: Turn | null) {
    this.#turn = turn;
  }

  /**
   * Answers the look-up of the next connection: from addresses that are known, or else by asking the resolver. All
   * addresses are told, the one whose turn it is first, and then those to try where it does not answer.
   */
  answering(known: readonly Address[]): LookupFunction {
    const number = this.#turn === null ? 0 : this.#turn.first + this.#turn.step * this.#dialled++;
    return (hostname, options, callback) => {
      const answer = (addresses: readonly Address[]): void => {
        const from = number % Math.max(1, addresses.length);
        const first = addresses[from];
        if (options.all === true) callback(null, [...addresses.slice(from), ...addresses.slice(0, from)]);
        else callback(null, first?.address ?? '', first?.family ?? 4);
      };
      if (known.length > 0) answer(known);
      else this.#addressesOf(hostname).then(answer, (error: NodeJS.ErrnoException) => callback(error, ''));
    };
  }

  #addressesOf(hostname: string): Promise<Address[]> {
    const known = this.#found.get(hostname);
    if (known !== undefined) return known;
    const found = lookup(hostname, { all: true }).then((addresses) =>
      addresses.map(({ address, family }): Address => ({ address, family: family === 6 ? 6 : 4 })),
    );
    this.#found.set(hostname, found);
    found.catch(() => this.#found.delete(hostname));
    return found;
  }
}
