import type { HttpClient } from './http-client.ts';

/** Places for a request at a time on connections that may have several; a connection is added when all are taken. */
export class Slots {
  readonly clients: HttpClient[] = [];
  readonly #create: () => HttpClient;
  readonly #first: number;
  readonly #streams: number;
  #taken = 0;

  /**
   * @param first connections among which the first places are dealt out in turn
   * @param streams places on each
   */
  constructor(create: () => HttpClient, first: number, streams: number) {
    this.#create = create;
    this.#first = first;
    this.#streams = streams;
  }

  /** The connection of the next place. */
  take(): HttpClient {
    const isOfFirst = this.#taken < this.#first * this.#streams;
    const index = isOfFirst ? this.#taken % this.#first : Math.floor(this.#taken / this.#streams);
    this.#taken++;
    return this.clients[index] ?? this.#open();
  }

  /** Forgets a connection that is closed for good; only where each has one place. */
  drop(client: HttpClient): void {
    const index = this.clients.indexOf(client);
    if (index >= 0) this.clients.splice(index, 1);
  }

  #open(): HttpClient {
    const client = this.#create();
    this.clients.push(client);
    return client;
  }
}
