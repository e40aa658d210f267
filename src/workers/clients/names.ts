import { lookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import type { Address } from '../../protocol/routes.ts';

/** Look-ups of one worker: each name once, but for those that failed. */
export class Names {
  readonly #found = new Map<string, Promise<Address[]>>();

  /** Answers a socket's look-up: from addresses that are known, or else by asking the resolver. */
  answering(known: readonly Address[]): LookupFunction {
    return (hostname, options, callback) => {
      const answer = (addresses: readonly Address[]): void => {
        const [first] = addresses;
        if (options.all === true) callback(null, [...addresses]);
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
