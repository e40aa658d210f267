import type { Socket } from 'node:net';

/** What really arrived at the reference server. */
export interface TargetStats {
  /** Requests whose head arrived, whatever the answer; without those to /stats. */
  readonly requests: number;
  /** The same by path, without the query. */
  readonly byPath: Readonly<Record<string, number>>;
  /** Connections accepted, and open now, including the one that asks. */
  readonly connectionsAccepted: number;
  readonly connectionsOpen: number;
  /** Peak of open connections. */
  readonly mostConnections: number;
  /** Connections with at least one request. */
  readonly connectionsUsed: number;
  /** Requests that arrived before the previous one on their connection was answered. */
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
    // The end of a client's connection and its next connection may be reported in one turn of the event loop,
    // in either order, so the number of open ones is known only after the turn.
    setImmediate(() => {
      if (this.#open.size > this.#most) this.#most = Math.max(this.#most, this.#stillOpen());
    });
    // Count either side's FIN, not the close event, which may come after
    // the client's next connection.
    const over = (): void => void this.#open.delete(socket);
    for (const event of ['end', 'error', 'close']) socket.once(event, over);
  }

  /** For a connection that this server resets: its close event comes a turn later, maybe after the client's next connection. */
  #stillOpen(): number {
    let count = 0;
    for (const { destroyed } of this.#open) if (!destroyed) count++;
    return count;
  }

  /**
   * Counts a request; returns the number for its path, this one included.
   *
   * @param connection its socket, or its HTTP/2 session
   * @param lane what carries one request at a time: the connection, or the HTTP/2 stream
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
