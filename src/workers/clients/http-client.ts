import { wholeRequestsTo } from '../../protocol/dial.ts';
import type { Destination, Protocol } from '../../protocol/endpoint.ts';
import type { ClientName } from '../../protocol/plan.ts';
import { AllowedTargets } from '../../requests/allowed-targets.ts';
import type { Clock } from '../../time/clock.ts';
import { TargetConnection } from '../connections/connection.ts';
import { Inbox } from '../connections/inbox.ts';
import { Names, type Turn } from '../connections/look-ups.ts';
import { ConnectionCounters, type Shared, type TimesSink } from '../connections/shared.ts';
import { secureContextOf } from '../connections/tls.ts';
import type { AnyDispatcher, CreateDispatcher } from './dispatcher.ts';
import { ProxiedClient } from './proxied-client.ts';

/**
 * Loads one client only: undici takes longer to load than the rest of a worker.
 *
 * @param holdsBack the client must be able to leave answers in the network while there is no room for them
 */
export async function loadClient(
  name: ClientName,
  protocol: Protocol,
  holdsBack = false,
): Promise<CreateDispatcher> {
  const create = await CLIENTS[name](protocol, holdsBack);
  return (target, connection) => {
    const client = create(target, connection);
    const proxy = wholeRequestsTo(target);
    return proxy !== null && 'dispatch' in client ? new ProxiedClient(client, proxy) : client;
  };
}

type LoadClient = (protocol: Protocol, holdsBack: boolean) => Promise<CreateDispatcher>;

/** To add a client, add one file and one line here. */
const CLIENTS: Readonly<Record<ClientName, LoadClient>> = {
  undici: async (protocol) =>
    protocol === 'http/1.1'
      ? (await import('./undici/undici-client.ts')).createUndiciDispatcher
      : (await import('./undici/undici-http2.ts')).createHttp2Dispatcher,
  wire: async (protocol, holdsBack) => {
    if (protocol === 'http/1.1') return (await import('./wire/http1/wire-client.ts')).createWireDispatcher;
    const http2 = await import('./wire/http2/http2-client.ts');
    return holdsBack ? http2.createBoundedHttp2Dispatcher : http2.createHttp2Dispatcher;
  },
};

/** With one worker. */
const FIRST_OF_ONE: Turn = { first: 0, step: 1 };

/** A connection with its dispatcher. */
export interface HttpClient<Dispatcher extends AnyDispatcher = AnyDispatcher> {
  readonly origin: string;
  readonly dispatcher: Dispatcher;
  readonly connection: TargetConnection;
}

interface FactoryOptions {
  readonly turn?: Turn;
  /** Requests ask the server to close the connection. */
  readonly askToClose?: boolean;
  /** Receives how long connecting took. */
  readonly eventTimes?: TimesSink | null;
}

/** The clients of one worker, each with its own connection; nothing is shared with other workers. */
export class ClientFactory<Dispatcher extends AnyDispatcher = AnyDispatcher> {
  readonly counters = new ConnectionCounters();
  readonly #create: CreateDispatcher<Dispatcher>;
  readonly #target: Destination;
  readonly #shared: Shared;

  constructor(
    create: CreateDispatcher<Dispatcher>,
    target: Destination,
    clock: Clock,
    { turn = FIRST_OF_ONE, askToClose = false, eventTimes = null }: FactoryOptions = {},
  ) {
    this.#create = create;
    this.#target = target;
    this.#shared = {
      clock,
      inbox: new Inbox(clock),
      names: new Names(target.routes.spreads ? turn : null),
      counters: this.counters,
      eventTimes,
      askToClose,
      allowed: target.allowed === undefined ? null : new AllowedTargets(target.allowed),
      secureContext: secureContextOf(target),
    };
  }

  create(): HttpClient<Dispatcher> {
    const connection = new TargetConnection(this.#target, this.#shared);
    return { origin: this.#target.origin, connection, dispatcher: this.#create(this.#target, connection) };
  }
}
