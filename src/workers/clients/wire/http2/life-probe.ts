import type { Http2Stream } from './http2-stream.ts';

/** What becomes of a connection on which a stream has waited in vain. */
export type Suspicion = 'none' | 'ask' | 'dead';

/**
 * Tells a dead connection from slow answers. Where nothing at all was read while a stream waited in vain, the target
 * is asked whether it is there (PING); a stream that began after that, and had no sign of it either, is proof enough.
 */
export class LifeProbe {
  /** How often anything was read. */
  reads = 0;
  /** As many when the target was asked; -1 where it was not. */
  #readsAtAsking = -1;
  /** Of the first stream that began after that. */
  #firstId = 0;

  /** @param nextId of the next stream that begins */
  onTimeout({ id, readsBefore }: Pick<Http2Stream, 'id' | 'readsBefore'>, nextId: number): Suspicion {
    if (readsBefore !== this.reads) return 'none';
    if (this.#readsAtAsking === this.reads) return id >= this.#firstId ? 'dead' : 'none';
    this.#readsAtAsking = this.reads;
    this.#firstId = nextId;
    return 'ask';
  }
}
