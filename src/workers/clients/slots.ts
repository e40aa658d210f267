import type { HttpClient } from './http-client.ts';

/** Assigns request slots to connections with several slots each; a connection is added when all are taken. */
export class Slots {
  readonly clients: HttpClient[] = [];
  readonly #create: () => HttpClient;
  readonly #streams: number;
  /** Slots handed out in turn among the first connections, before any is released. */
  #dealt: number;
  readonly #first: number;
  #taken = 0;
  /** Slots in use, by connection. */
  readonly #users = new Map<HttpClient, number>();
  /** Released slots on connections that are still in use. */
  #free: HttpClient[] = [];

  /**
   * @param first connections among which the first slots are handed out in turn
   * @param streams slots per connection
   */
  constructor(create: () => HttpClient, first: number, streams: number) {
    this.#create = create;
    this.#first = first;
    this.#streams = streams;
    this.#dealt = first * streams;
  }

  /** The connection for the next slot. */
  take(): HttpClient {
    const client = this.#free.pop() ?? this.#next();
    this.#users.set(client, (this.#users.get(client) ?? 0) + 1);
    return client;
  }

  /** Releases a slot. True if it was the last one of its connection, which is then dropped. */
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
