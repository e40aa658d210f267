import type { Socket } from 'node:net';
import { isTimeoutNotice, timeoutNoticeBehind } from '../../connections/timeout-notice.ts';

/**
 * What undici reads by itself through a tunnel. A notice that the connection will be closed is given to it apart from the
 * answer that it came with: undici does not say where an answer has ended.
 */
export class TunnelReads {
  #last: Buffer | null = null;
  /** A notice that waits until what came with it has been taken. */
  #held: Buffer | null = null;

  constructor(socket: Socket) {
    const { push } = socket;
    const give = (chunk: Buffer | null, encoding?: BufferEncoding): boolean => {
      this.#last = chunk ?? this.#last;
      return push.call(socket, chunk, encoding);
    };
    const giveHeld = (): void => {
      const held = this.#held;
      this.#held = null;
      if (held !== null && !socket.destroyed) give(held);
    };
    socket.push = (chunk: Buffer | null, encoding?: BufferEncoding) => {
      giveHeld();
      const at = chunk === null ? -1 : timeoutNoticeBehind(chunk, chunk.length);
      if (chunk === null || at < 0) return give(chunk, encoding);
      this.#held = chunk.subarray(at);
      setImmediate(giveHeld);
      return give(chunk.subarray(0, at), encoding);
    };
  }

  /** What was read last only says that an idle connection will be closed. */
  get areNotice(): boolean {
    return this.#last !== null && isTimeoutNotice(this.#last, 0, this.#last.length);
  }
}
