import type { Clock } from '../../protocol/clock.ts';
import type { ClientName, Target } from '../../protocol/plan.ts';
import type { ConnectionCounters } from './connection.ts';
import { ClientFactory, type HttpClient } from './http-client.ts';

/** Origins to which one slot keeps a connection; the one used longest ago is given up for another. */
const MOST_PER_SLOT = 6;

/** Whatever sends one request after the other. */
interface Slot {
  client: HttpClient;
}

/**
 * The clients of a worker. A slot sends one request at a time, and keeps a connection to every origin that it
 * sends to; nearly always that is one.
 */
export class SlotClients {
  readonly #name: ClientName;
  readonly #clock: Clock;
  readonly #factories = new Map<string, ClientFactory>();
  readonly #all = new Set<HttpClient>();
  /** Of slots that know more than one origin, the clients by origin, the last one used last. */
  readonly #others = new Map<Slot, Map<string, HttpClient>>();

  constructor(name: ClientName, clock: Clock) {
    this.#name = name;
    this.#clock = clock;
  }

  /** What all connections have done. */
  get counters(): Readonly<
    Pick<ConnectionCounters, 'opened' | 'closedByTarget' | 'bytesSent' | 'bytesReceived'>
  > {
    const all = [...this.#factories.values()].map(({ counters }) => counters);
    const sum = (field: 'opened' | 'closedByTarget' | 'bytesSent' | 'bytesReceived'): number =>
      all.reduce((total, counters) => total + counters[field], 0);
    return {
      opened: sum('opened'),
      closedByTarget: sum('closedByTarget'),
      bytesSent: sum('bytesSent'),
      bytesReceived: sum('bytesReceived'),
    };
  }

  /** A client for a new slot; its connection opens when it is asked to, or with its first request. */
  open(target: Target): HttpClient {
    let factory = this.#factories.get(target.origin);
    if (factory === undefined) {
      factory = new ClientFactory(this.#name, target, this.#clock);
      this.#factories.set(target.origin, factory);
    }
    const client = factory.create();
    this.#all.add(client);
    return client;
  }

  /** Sees to it that a slot's client leads to the target. */
  use(slot: Slot, target: Target): void {
    if (slot.client.origin !== target.origin) this.#switch(slot, target);
  }

  close(): void {
    for (const client of this.#all) closeClient(client);
  }

  #switch(slot: Slot, target: Target): void {
    const known = this.#others.get(slot) ?? new Map([[slot.client.origin, slot.client]]);
    this.#others.set(slot, known);
    const client = known.get(target.origin) ?? this.open(target);
    known.delete(target.origin);
    known.set(target.origin, client);
    slot.client = client;
    const [oldest] = known;
    if (known.size <= MOST_PER_SLOT || oldest === undefined) return;
    known.delete(oldest[0]);
    this.#all.delete(oldest[1]);
    closeClient(oldest[1]);
  }
}

function closeClient({ connection, dispatcher }: HttpClient): void {
  connection.close();
  dispatcher.destroy().catch(() => {});
}
