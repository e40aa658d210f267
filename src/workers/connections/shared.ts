import type * as tls from 'node:tls';
import type { EventTimeKind } from '../../protocol/event-times.ts';
import type { AllowedTargets } from '../../requests/allowed-targets.ts';
import type { Clock } from '../../time/clock.ts';
import type { Inbox } from './inbox.ts';
import type { Names } from './look-ups.ts';

/** Takes times of events. */
export interface TimesSink {
  add(kind: EventTimeKind, valueMs: number): void;
}

/** What a worker's connections to one origin have done; one object for all of them. */
export class ConnectionCounters {
  opened = 0;
  closedByTarget = 0;
  bytesSent = 0;
  bytesReceived = 0;
  /** Of `opened`, by the address that was reached; none for a socket's path. */
  readonly byAddress = new Map<string, number>();

  countOpened(address: string | null): void {
    this.opened++;
    if (address !== null) this.byAddress.set(address, (this.byAddress.get(address) ?? 0) + 1);
  }
}

/** What the connections of a worker to one origin share. */
export interface Shared {
  readonly clock: Clock;
  readonly inbox: Inbox;
  readonly names: Names;
  readonly counters: ConnectionCounters;
  /** Null where nobody asks how long connecting took. */
  readonly eventTimes: TimesSink | null;
  /** Requests ask for the end of their connection: then that is no doing of the target's. */
  readonly askToClose: boolean;
  /** Null where connections may lead anywhere. */
  readonly allowed: AllowedTargets | null;
  /** Null without TLS. */
  readonly secureContext: tls.SecureContext | null;
}
