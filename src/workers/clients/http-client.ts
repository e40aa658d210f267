import type { Dispatcher } from 'undici';
import type { Clock } from '../../protocol/clock.ts';
import type { ClientName } from '../../protocol/plan.ts';
import type { Target } from '../../protocol/target.ts';
import { ConnectionCounters, type Shared, TargetConnection } from './connection.ts';
import { Inbox } from './inbox.ts';
import { Names } from './names.ts';
import { secureContextOf } from './tls.ts';
import { createUndiciDispatcher } from './undici.ts';
import { createHttp2Dispatcher } from './undici-http2.ts';
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
  readonly #shared: Shared;

  constructor(name: ClientName, target: Target, clock: Clock) {
    this.#create = target.protocol === 'http/1.1' ? DISPATCHERS[name] : createHttp2Dispatcher;
    this.#target = target;
    this.#shared = {
      clock,
      inbox: new Inbox(clock),
      names: new Names(),
      counters: this.counters,
      secureContext: secureContextOf(target),
    };
  }

  create(): HttpClient {
    const connection = new TargetConnection(this.#target, this.#shared);
    return { origin: this.#target.origin, connection, dispatcher: this.#create(this.#target, connection) };
  }
}

type DispatcherFactory = (target: Target, connection: TargetConnection) => Dispatcher;

/** A new client is one file and one line here. */
const DISPATCHERS: Readonly<Record<ClientName, DispatcherFactory>> = {
  undici: createUndiciDispatcher,
  wire: (target, connection) => new WireClient(target, connection),
};
