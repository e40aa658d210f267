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

/** Counts over a worker's connections to one origin; one object for all of them. */
export class ConnectionCounters {
  opened = 0;
  closedByTarget = 0;
  /** Given up because of bytes that no request had asked for. */
  unrequested = 0;
  /** Answers that were taken from these: each may have been cut, or that of another request. */
  doubtful = 0;
  bytesSent = 0;
  bytesReceived = 0;
  /** `opened` by the address reached; empty for a socket path. */
  readonly byAddress = new Map<string, number>();

  countOpened(address: string | null): void {
    this.opened++;
    if (address !== null) this.byAddress.set(address, (this.byAddress.get(address) ?? 0) + 1);
  }
}

/** Shared by a worker's connections to one origin. */
export interface Shared {
  readonly clock: Clock;
  readonly inbox: Inbox;
  readonly names: Names;
  readonly counters: ConnectionCounters;
  /** Null if connecting times are not recorded. */
  readonly eventTimes: TimesSink | null;
  /** Requests ask for the end of the connection, which is then not the target's fault. */
  readonly askToClose: boolean;
  /** Null if any target is allowed. */
  readonly allowed: AllowedTargets | null;
  /** Null without TLS. */
  readonly secureContext: tls.SecureContext | null;
}
