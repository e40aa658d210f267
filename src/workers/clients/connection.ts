import * as net from 'node:net';
import * as tls from 'node:tls';
import type { Clock } from '../../protocol/clock.ts';
import type { Address, Target } from '../../protocol/plan.ts';
import type { Inbox, Recipient } from './inbox.ts';

/** What a worker's connections have done; one object for all of them. */
export class ConnectionCounters {
  opened = 0;
  closedByTarget = 0;
  bytesSent = 0;
  bytesReceived = 0;
}

/** How far a connection has come; after a failure, how far it had come. */
export type ConnectionPhase = 'none' | 'connecting' | 'securing' | 'open';

export type ConnectCallback = (
  ...result: [error: null, socket: net.Socket | tls.TLSSocket] | [error: Error, socket: null]
) => void;

/** Takes a connection's bytes where they were read: they are valid during the call only. */
export interface SocketReader {
  /** A connection is being opened. */
  attach?(socket: net.Socket): void;
  onBytes(socket: net.Socket, bytes: Buffer, count: number): void;
}

// One for all connections of a thread: nobody keeps bytes in it beyond the call that brings them.
const READ_BUFFER = Buffer.allocUnsafeSlow(65_536);

// undici closes a connection with this after an answer that was the last one on it.
const LAST_ANSWER = 'UND_ERR_INFO';

/** One socket, from dialling to its close. */
class Link implements Recipient {
  readonly socket: net.Socket;
  waitingReads = 0;
  phase: ConnectionPhase = 'connecting';
  /** By FIN or RST. */
  endedByTarget = false;
  endedByUs = false;
  /** Its last answer has come, as the target had announced. */
  isFinished = false;
  isHandedOut = false;
  /** Bytes came before any request: whatever follows is no answer to one. */
  isSpoiled = false;
  isAccounted = false;
  readonly #connection: TargetConnection;
  readonly #reader: SocketReader | null;
  readonly #settle: ConnectCallback;
  #isSettled = false;
  #isShowing = false;

  constructor(
    socket: net.Socket,
    connection: TargetConnection,
    reader: SocketReader | null,
    settle: ConnectCallback,
  ) {
    this.socket = socket;
    this.#connection = connection;
    this.#reader = reader;
    this.#settle = settle;
  }

  show(bytes: Buffer, count: number, readAtMs: number): void {
    this.#connection.readAtMs = readAtMs;
    this.#isShowing = true;
    this.#reader?.onBytes(this.socket, bytes, count);
    this.#isShowing = false;
  }

  /** What has been read comes before whatever happens next. */
  showWaiting(inbox: Inbox): void {
    if (this.waitingReads > 0 && !this.#isShowing) inbox.showAll(this);
  }

  /** Tells how dialling went; what comes after that is the client's to see. */
  settle(...result: Parameters<ConnectCallback>): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#settle(...result);
  }
}

/**
 * The one TCP or TLS connection behind a client, opened again when the target has closed it, and never
 * before the last one is closed: so a client has at most one connection at any time.
 */
export class TargetConnection {
  /** When the last of its bytes, or their end, was read; on the shared clock. */
  readAtMs = Number.NaN;
  readonly #target: Target;
  readonly #inbox: Inbox;
  readonly #clock: Clock;
  readonly #counters: ConnectionCounters;
  readonly #secureContext: tls.SecureContext | null;
  #reader: SocketReader | null = null;
  #link: Link | null = null;
  /** The socket was opened ahead of the first request, and has not been asked for. */
  #isSpare = false;
  /** Whoever waits for the last socket's close, to dial again. */
  #waiting: ConnectCallback | null = null;

  constructor(
    target: Target,
    inbox: Inbox,
    clock: Clock,
    counters: ConnectionCounters,
    secureContext: tls.SecureContext | null,
  ) {
    this.#target = target;
    this.#inbox = inbox;
    this.#clock = clock;
    this.#counters = counters;
    this.#secureContext = secureContext;
  }

  get phase(): ConnectionPhase {
    return this.#link?.phase ?? 'none';
  }

  /** Whether the target has ended the connection, by FIN or by RST. */
  get endedByTarget(): boolean {
    return this.#link?.endedByTarget ?? false;
  }

  /** From the next connection on its bytes go to the reader, not to the socket's own stream. */
  readWith(reader: SocketReader): void {
    this.#reader = reader;
  }

  /** Opens the connection ahead of the first request; resolves also where that fails. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#connect((...[error]) => {
        this.#isSpare = error === null;
        resolve();
      });
    });
  }

  /** Hands out an open connection, the one opened ahead if it is still good. */
  acquire(callback: ConnectCallback): void {
    const link = this.#link;
    const isGood =
      link !== null &&
      this.#isSpare &&
      !link.socket.destroyed &&
      !link.endedByTarget &&
      !link.isSpoiled &&
      link.socket.readableLength === 0;
    this.#isSpare = false;
    const handOut: ConnectCallback = (...result) => {
      if (this.#link !== null) this.#link.isHandedOut = true;
      callback(...result);
    };
    if (!isGood) this.#connect(handOut);
    // Never within the call: the caller expects to be called back later.
    else queueMicrotask(() => handOut(null, link.socket));
  }

  /** Lets the client see now what has been read already. */
  showWaiting(): void {
    this.#link?.showWaiting(this.#inbox);
  }

  /** From now on the end of the connection is volley's own doing. */
  leave(): void {
    if (this.#link !== null) this.#link.endedByUs = true;
  }

  /** The last answer that the target gives on this connection has come: its end is the target's doing. */
  finish(): void {
    if (this.#link !== null) this.#link.isFinished = true;
  }

  /** Ends the connection, or the attempt to open it, with this error. */
  fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (waiting !== null) {
      waiting(error, null);
      return;
    }
    this.leave();
    if (this.#link !== null && !this.#link.socket.destroyed) this.#link.socket.destroy(error);
  }

  /** Ends the connection for good and completes its counters at once. */
  close(): void {
    const link = this.#link;
    this.#waiting = null;
    if (link === null) return;
    if (!link.socket.destroyed) {
      this.leave();
      link.socket.destroy();
    }
    this.#account(link);
  }

  #connect(callback: ConnectCallback): void {
    const previous = this.#link?.socket;
    if (previous === undefined || previous.closed) {
      this.#dial(callback);
      return;
    }
    this.#waiting = callback;
    previous.once('close', () => {
      const waiting = this.#waiting;
      this.#waiting = null;
      if (waiting !== null) this.#dial(waiting);
    });
    previous.destroy();
  }

  #dial(callback: ConnectCallback): void {
    const { hostname, port, secure, addresses } = this.#target;
    const options: net.TcpNetConnectOpts = {
      host: hostname,
      port,
      noDelay: true,
      autoSelectFamily: addresses.length > 1,
      lookup: lookupIn(addresses),
    };
    const reader = this.#reader;
    const inbox = this.#inbox;
    if (reader !== null) {
      options.onread = {
        buffer: READ_BUFFER,
        callback: (count, bytes) => {
          if (link.isHandedOut) inbox.arrived(link, bytes as Buffer, count);
          else link.isSpoiled = true;
          return true;
        },
      };
    }
    const socket = secure ? this.#secure(options) : net.connect(options);
    const link = new Link(socket, this, reader, callback);
    this.#link = link;
    const destroy = socket.destroy;
    socket.destroy = (error) => {
      link.showWaiting(inbox);
      return destroy.call(socket, error);
    };
    reader?.attach?.(socket);
    socket.once('connect', () => {
      if (secure) link.phase = 'securing';
      else this.#opened(link);
    });
    if (secure) socket.once('secureConnect', () => this.#opened(link));
    socket.on('end', () => {
      link.showWaiting(inbox);
      this.readAtMs = this.#clock.nowMs();
      link.endedByTarget = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') link.endedByTarget = true;
      link.settle(error, null);
    });
    socket.once('close', () => {
      this.#account(link);
      link.settle(new Error('the connection was closed before it was open'), null);
    });
  }

  #secure(options: net.TcpNetConnectOpts): tls.TLSSocket {
    const { hostname, insecure } = this.#target;
    return tls.connect({
      ...options,
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: !insecure,
      // An address is no name that a server could be asked for.
      ...(net.isIP(hostname) === 0 ? { servername: hostname } : {}),
      ...(this.#secureContext === null ? {} : { secureContext: this.#secureContext }),
    });
  }

  #opened(link: Link): void {
    link.phase = 'open';
    this.#counters.opened++;
    link.settle(null, link.socket);
  }

  #account(link: Link): void {
    if (link.isAccounted) return;
    link.isAccounted = true;
    const { socket, phase, endedByTarget, endedByUs } = link;
    this.#counters.bytesSent += socket.bytesWritten;
    this.#counters.bytesReceived += socket.bytesRead;
    const code = (socket.errored as NodeJS.ErrnoException | null)?.code;
    const isFinished = (link.isFinished || code === LAST_ANSWER) && !this.#target.asksToClose;
    const byTarget = endedByTarget || isFinished;
    if (phase === 'open' && byTarget && !endedByUs) this.#counters.closedByTarget++;
  }
}

/** A DNS look-up that answers from the addresses resolved before the start. */
function lookupIn(addresses: readonly Address[]): net.LookupFunction {
  return (_hostname, options, callback) => {
    const first = addresses[0];
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family ?? 4);
  };
}
