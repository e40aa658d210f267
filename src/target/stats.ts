import type { Socket } from 'node:net';

/** What has really arrived at the reference server. */
export interface TargetStats {
  /** Requests whose head has arrived, by whatever they were answered; without those to /stats. */
  readonly requests: number;
  /** The same by path, without the query. */
  readonly byPath: Readonly<Record<string, number>>;
  /** Connections accepted, and open now; the one that asks is among them. */
  readonly connectionsAccepted: number;
  readonly connectionsOpen: number;
  /** Most connections open at once. */
  readonly mostConnections: number;
  /** Connections on which at least one request has arrived. */
  readonly connectionsUsed: number;
  /** Requests that arrived on a connection whose last one had not been answered yet. */
  readonly pipelined: number;
  /** Bytes of request bodies. */
  readonly bodyBytes: number;
}

/** Counts what arrives. */
export class TargetCounter {
  readonly #byPath = new Map<string, number>();
  readonly #used = new WeakSet<object>();
  readonly #answering = new WeakSet<object>();
  #requests = 0;
  #accepted = 0;
  readonly #open = new Set<Socket>();
  #most = 0;
  #usedCount = 0;
  #pipelined = 0;
  #bodyBytes = 0;

  connection(socket: Socket): void {
    this.#accepted++;
    this.#open.add(socket);
    // A client's end of one connection and its next one may be reported in one turn of the event loop,
    // in either order: only when the turn is over is it known how many are open.
    setImmediate(() => {
      if (this.#open.size > this.#most) this.#most = Math.max(this.#most, this.#stillOpen());
    });
    // Either side's end counts, not the event that tells when all is cleaned up: that one may come after
    // the next connection, which the client opened when this one was over.
    const over = (): void => void this.#open.delete(socket);
    for (const event of ['end', 'error', 'close']) socket.once(event, over);
  }

  /** Of one that this server has reset, the event comes in the next turn, and the client's next connection may be sooner. */
  #stillOpen(): number {
    let count = 0;
    for (const { destroyed } of this.#open) if (!destroyed) count++;
    return count;
  }

  /**
   * Counts a request, and how many there were for its path, this one included.
   *
   * @param connection what stands for the connection: its socket, or its session of HTTP/2
   * @param lane where one request comes after the other: the connection, or the stream of HTTP/2
   */
  request(path: string, connection: object, lane: object): number {
    this.#requests++;
    const seen = (this.#byPath.get(path) ?? 0) + 1;
    this.#byPath.set(path, seen);
    if (this.#answering.has(lane)) this.#pipelined++;
    this.#answering.add(lane);
    if (!this.#used.has(connection)) {
      this.#used.add(connection);
      this.#usedCount++;
    }
    return seen;
  }

  answered(lane: object): void {
    this.#answering.delete(lane);
  }

  body(bytes: number): void {
    this.#bodyBytes += bytes;
  }

  snapshot(): TargetStats {
    return {
      requests: this.#requests,
      byPath: Object.fromEntries(this.#byPath),
      connectionsAccepted: this.#accepted,
      connectionsOpen: this.#open.size,
      mostConnections: this.#most,
      connectionsUsed: this.#usedCount,
      pipelined: this.#pipelined,
      bodyBytes: this.#bodyBytes,
    };
  }
}
