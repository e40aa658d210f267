import type { HttpClient } from './http-client.ts';

/** Places for a request at a time on connections that may have several; a connection is added when all are taken. */
export class Slots {
  readonly clients: HttpClient[] = [];
  readonly #create: () => HttpClient;
  readonly #streams: number;
  /** How many places are dealt out among the first connections, before any is given back. */
  #dealt: number;
  readonly #first: number;
  #taken = 0;
  /** Places in use, by connection. */
  readonly #users = new Map<HttpClient, number>();
  /** Places that were given back on connections that others still use. */
  #free: HttpClient[] = [];

  /**
   * @param first connections among which the first places are dealt out in turn
   * @param streams places on each
   */
  constructor(create: () => HttpClient, first: number, streams: number) {
    this.#create = create;
    this.#first = first;
    this.#streams = streams;
    this.#dealt = first * streams;
  }

  /** The connection of the next place. */
  take(): HttpClient {
    const client = this.#free.pop() ?? this.#next();
    this.#users.set(client, (this.#users.get(client) ?? 0) + 1);
    return client;
  }

  /** Gives a place back. True where it was the last one of its connection, which is forgotten then. */
  release(client: HttpClient): boolean {
    this.#dealt = 0;
    const users = (this.#users.get(client) ?? 1) - 1;
    if (users > 0) {
      this.#users.set(client, users);
      this.#free.push(client);
      return false;
    }
    this.#users.delete(client);
    this.#free = this.#free.filter((free) => free !== client);
    const index = this.clients.indexOf(client);
    if (index >= 0) this.clients.splice(index, 1);
    return true;
  }

  #next(): HttpClient {
    if (this.#taken < this.#dealt) return this.clients[this.#taken++ % this.#first] ?? this.#open();
    const last = this.clients.at(-1);
    return last !== undefined && (this.#users.get(last) ?? 0) < this.#streams ? last : this.#open();
  }

  #open(): HttpClient {
    const client = this.#create();
    this.clients.push(client);
    return client;
  }
}
