import { setTimeout as rest, setImmediate } from 'node:timers/promises';
import type { Endpoint } from '../../protocol/endpoint.ts';
import type { WorkerReport } from '../../protocol/report.ts';
import type { Shard } from '../../protocol/shard.ts';
import type { Clock } from '../../time/clock.ts';
import { ConnectionCounters, type TimesSink } from '../connections/shared.ts';
import type { CreateDispatcher } from './dispatcher.ts';
import { ClientFactory, type HttpClient } from './http-client.ts';
import { Slots } from './slots.ts';

/** How many origins one slot keeps a connection to; the least recently used is closed for a new one. */
const MOST_PER_SLOT = 6;

/** Further addresses are counted together: every row may name another one. */
const MOST_ADDRESSES = 1_000;
const OTHER_ADDRESSES = 'others';

/** In place of a time. */
const NOTHING_COMES = Number.NEGATIVE_INFINITY;

/** A slot's target before its first request, where only rows determine it. */
const NOWHERE: Endpoint = {
  origin: 'http://nowhere.invalid',
  hostname: 'nowhere.invalid',
  port: 80,
  secure: false,
  addresses: [],
};

/** Anything that sends one request after another. */
interface Slot {
  client: HttpClient;
}

interface Origin {
  readonly factory: ClientFactory;
  readonly slots: Slots;
  /** No longer used, and read to their end. */
  readonly left: Set<HttpClient>;
}

type ReportOfConnections = Pick<
  WorkerReport,
  | 'connectionsOpened'
  | 'connectionsClosedByTarget'
  | 'connectionsUnrequested'
  | 'answersDoubtful'
  | 'addresses'
  | 'bytesSent'
  | 'bytesReceived'
>;

type Counts = Omit<ConnectionCounters, 'byAddress' | 'countOpened'>;

/**
 * The clients of a worker. A slot sends one request at a time and keeps a connection to every origin it
 * sends to, nearly always a single one.
 */
export class SlotClients {
  readonly #shard: Pick<Shard, 'index' | 'workers' | 'connections' | 'streams' | 'settings' | 'mix'>;
  readonly #create: CreateDispatcher;
  readonly #clock: Clock;
  readonly #eventTimes: TimesSink | null;
  readonly #origins = new Map<string, Origin>();
  /** Counts of connections to origins that have been dropped. */
  readonly #left = new ConnectionCounters();
  /** For slots with more than one origin: clients by origin, most recently used last. */
  readonly #known = new Map<Slot, Map<string, HttpClient>>();

  constructor(
    shard: Pick<Shard, 'index' | 'workers' | 'connections' | 'streams' | 'settings' | 'mix'>,
    create: CreateDispatcher,
    clock: Clock,
    eventTimes: TimesSink | null = null,
  ) {
    this.#eventTimes = eventTimes;
    this.#shard = shard;
    this.#create = create;
    this.#clock = clock;
  }

  /** The current clients. */
  get all(): HttpClient[] {
    return [...this.#origins.values()].flatMap(({ slots }) => slots.clients);
  }

  /** Also those that are only read to their end. */
  get #allOpen(): HttpClient[] {
    return [...this.all, ...[...this.#origins.values()].flatMap(({ left }) => [...left])];
  }

  /** Counts over all connections. */
  get counters(): Counts {
    const all = this.#allCounters;
    const sum = (field: keyof Counts): number => all.reduce((total, counters) => total + counters[field], 0);
    return {
      opened: sum('opened'),
      closedByTarget: sum('closedByTarget'),
      unrequested: sum('unrequested'),
      doubtful: sum('doubtful'),
      bytesSent: sum('bytesSent'),
      bytesReceived: sum('bytesReceived'),
    };
  }

  /** What a worker reports about its connections; complete once they are closed. */
  report(): ReportOfConnections {
    const { counters } = this;
    return {
      connectionsOpened: counters.opened,
      connectionsClosedByTarget: counters.closedByTarget,
      connectionsUnrequested: counters.unrequested,
      answersDoubtful: counters.doubtful,
      addresses: [...this.addresses],
      bytesSent: counters.bytesSent,
      bytesReceived: counters.bytesReceived,
    };
  }

  /** Number of connections opened, by address. */
  get addresses(): Map<string, number> {
    const sum = new Map<string, number>();
    for (const { byAddress } of this.#allCounters) addAddresses(sum, byAddress);
    return sum;
  }

  get #allCounters(): ConnectionCounters[] {
    return [this.#left, ...[...this.#origins.values()].map(({ factory }) => factory.counters)];
  }

  /** Creates the client of a new slot; its connection opens on request, or with its first request. */
  open(endpoint: Endpoint | null): HttpClient {
    return this.#originOf(endpoint ?? NOWHERE).slots.take();
  }

  /** Points a slot's client to the request's origin; without one, the client stays as it is. */
  use(slot: Slot, endpoint: Endpoint | null): void {
    if (endpoint !== null && slot.client.origin !== endpoint.origin) this.#switch(slot, endpoint);
  }

  /** Closes all connections of a slot that is no longer used; if asked to, when nothing more is likely to come on them. */
  drop(slot: Slot, readsRest: boolean): void {
    const known = this.#known.get(slot);
    this.#known.delete(slot);
    for (const client of known?.values() ?? [slot.client]) this.#leave(client.origin, client, readsRest);
  }

  /** Reads on while an answer may come that no request has taken: earlier ones were then taken for the wrong request. */
  async readRest(): Promise<void> {
    const nowMs = this.#clock.nowMs();
    let restMs = NOTHING_COMES;
    for (const client of this.#allOpen) restMs = Math.max(restMs, restOf(client, nowMs));
    if (restMs !== NOTHING_COMES) await restAndRead(restMs);
  }

  /** Reads the rest when nothing more will be sent, also what comes only with the end of a connection. */
  async readToEnd(): Promise<void> {
    await this.readRest();
    await Promise.all(this.#allOpen.map(part));
  }

  close(): void {
    for (const client of this.#allOpen) closeClient(client);
  }

  #originOf(endpoint: Endpoint): Origin {
    const known = this.#origins.get(endpoint.origin);
    if (known !== undefined) return known;
    const { connections, streams, settings, mix, index, workers } = this.#shard;
    // All requests of an origin share its connections: if any asks for their end, it is not the target's fault.
    const askToClose = mix.some(({ message }) => message.asksToClose);
    const factory = new ClientFactory(this.#create, { ...endpoint, ...settings }, this.#clock, {
      turn: { first: index, step: workers },
      askToClose,
      eventTimes: this.#eventTimes,
    });
    const first = endpoint.origin === (mix[0]?.endpoint ?? NOWHERE).origin ? connections : 0;
    const origin = {
      factory,
      slots: new Slots(() => factory.create(), first, streams),
      left: new Set<HttpClient>(),
    };
    this.#origins.set(endpoint.origin, origin);
    return origin;
  }

  #switch(slot: Slot, endpoint: Endpoint): void {
    const known = this.#known.get(slot) ?? new Map([[slot.client.origin, slot.client]]);
    this.#known.set(slot, known);
    const client = known.get(endpoint.origin) ?? this.open(endpoint);
    known.delete(endpoint.origin);
    known.set(endpoint.origin, client);
    slot.client = client;
    const [oldest] = known;
    if (known.size <= MOST_PER_SLOT || oldest === undefined) return;
    const [origin, unused] = oldest;
    known.delete(origin);
    this.#leave(origin, unused);
  }

  /** Closes a client with its last slot and drops an origin with its last client: rows may name any number. */
  #leave(name: string, unused: HttpClient, readsRest = false): void {
    const origin = this.#origins.get(name);
    if (origin === undefined || !origin.slots.release(unused)) return;
    const restMs = readsRest ? restOf(unused, this.#clock.nowMs()) : NOTHING_COMES;
    if (restMs === NOTHING_COMES) {
      this.#close(name, origin, unused);
      return;
    }
    origin.left.add(unused);
    unused.connection.leave();
    restAndRead(restMs, { ref: false })
      .then(() => part(unused))
      .then(() => this.#close(name, origin, unused));
  }

  #close(name: string, origin: Origin, unused: HttpClient): void {
    origin.left.delete(unused);
    closeClient(unused);
    if (origin.slots.clients.length > 0 || origin.left.size > 0 || this.#origins.get(name) !== origin) return;
    this.#origins.delete(name);
    addCounters(this.#left, origin.factory.counters);
  }
}

/** How long an answer may still come that no request has taken: 0 if only what has come may not have been read. */
function restOf({ connection }: HttpClient, nowMs: number): number {
  // HTTP/2 numbers them.
  const untilMs = connection.isMultiplexed
    ? NOTHING_COMES
    : (connection.course?.restUntilMs ?? NOTHING_COMES);
  return untilMs === NOTHING_COMES ? NOTHING_COMES : Math.max(0, untilMs - nowMs);
}

/** Nothing more is asked on it. HTTP/2 numbers its answers. */
async function part({ connection }: HttpClient): Promise<void> {
  if (!connection.isMultiplexed) await connection.course?.part();
}

/** Timers come before reads: what came while the loop was late is read in the same turn. */
function restAndRead(ms: number, options = {}): Promise<void> {
  return rest(ms, undefined, options).then(() => setImmediate());
}

function addCounters(sum: ConnectionCounters, counters: ConnectionCounters): void {
  sum.opened += counters.opened;
  sum.closedByTarget += counters.closedByTarget;
  sum.unrequested += counters.unrequested;
  sum.doubtful += counters.doubtful;
  sum.bytesSent += counters.bytesSent;
  sum.bytesReceived += counters.bytesReceived;
  addAddresses(sum.byAddress, counters.byAddress);
}

/** Counts addresses beyond the limit together. */
function addAddresses(sum: Map<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [address, count] of counts) {
    const name = sum.has(address) || sum.size < MOST_ADDRESSES ? address : OTHER_ADDRESSES;
    sum.set(name, (sum.get(name) ?? 0) + count);
  }
}

function closeClient({ connection, dispatcher }: HttpClient): void {
  connection.close();
  dispatcher.destroy().catch(() => {});
}
