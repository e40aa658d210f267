import type { Http2Stream } from './http2-stream.ts';

/** What to do with a connection on which a stream has timed out. */
type Suspicion = 'none' | 'ask' | 'dead';

/** How long the target has to give a sign of life: a request that gets its stream late may time out a moment after. */
const PATIENCE_MS = 100;

/**
 * Distinguishes a dead connection from slow answers. If nothing at all was read while a stream waited, the target
 * is probed (PING); if a stream that began after that times out without any sign of life, the connection is dead.
 */
export class LifeProbe {
  /** Number of reads. */
  reads = 0;
  /** Number of reads at the time of the PING; -1 without one. */
  #readsAtAsking = -1;
  /** Number of the first stream after the PING. */
  #firstId = 0;
  #askedAtMs = 0;

  /**
   * @param nextId number of the next stream
   * @param nowMs any clock
   */
  onTimeout(
    { id, readsBefore }: Pick<Http2Stream, 'id' | 'readsBefore'>,
    nextId: number,
    nowMs: number,
  ): Suspicion {
    if (readsBefore !== this.reads) return 'none';
    if (this.#readsAtAsking === this.reads)
      return id >= this.#firstId && nowMs - this.#askedAtMs >= PATIENCE_MS ? 'dead' : 'none';
    this.#readsAtAsking = this.reads;
    this.#askedAtMs = nowMs;
    this.#firstId = nextId;
    return 'ask';
  }
}
