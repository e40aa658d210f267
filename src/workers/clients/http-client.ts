import { createSecureContext, type SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../protocol/clock.ts';
import type { ClientName, Target } from '../../protocol/plan.ts';
import { ConnectionCounters, TargetConnection } from './connection.ts';
import { Inbox } from './inbox.ts';
import { createUndiciDispatcher } from './undici.ts';
import { WireClient } from './wire/wire-client.ts';

/** One connection and the dispatcher that speaks HTTP over it. */
export interface HttpClient {
  readonly origin: string;
  readonly dispatcher: Dispatcher;
  readonly connection: TargetConnection;
}

/** The clients of one worker: each with a connection of its own, sharing nothing with other workers. */
export class ClientFactory {
  readonly counters = new ConnectionCounters();
  readonly #create: DispatcherFactory;
  readonly #target: Target;
  // Made once: reading the trust store for every connection would cost more than the handshake.
  readonly #secureContext: SecureContext | null;

  readonly #clock: Clock;
  readonly #inbox: Inbox;

  constructor(name: ClientName, target: Target, clock: Clock) {
    this.#clock = clock;
    this.#inbox = new Inbox(clock);
    this.#create = DISPATCHERS[name];
    this.#target = target;
    this.#secureContext = target.secure ? createSecureContext() : null;
  }

  create(): HttpClient {
    const connection = new TargetConnection(
      this.#target,
      this.#inbox,
      this.#clock,
      this.counters,
      this.#secureContext,
    );
    return { origin: this.#target.origin, connection, dispatcher: this.#create(this.#target, connection) };
  }
}

type DispatcherFactory = (target: Target, connection: TargetConnection) => Dispatcher;

/** A new client is one file and one line here. */
const DISPATCHERS: Readonly<Record<ClientName, DispatcherFactory>> = {
  undici: createUndiciDispatcher,
  wire: (target, connection) => new WireClient(target, connection),
};
