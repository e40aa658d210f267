import * as net from 'node:net';
import * as tls from 'node:tls';
import type { Address, Target } from '../../protocol/plan.ts';

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

// undici closes a connection with this when the target has announced its end in a header.
const ANNOUNCED_END = 'UND_ERR_INFO';

/**
 * The one TCP or TLS connection behind a client, opened again when the target has closed it, and never
 * before the last one is closed: so a client has at most one connection at any time.
 */
export class TargetConnection {
  readonly #target: Target;
  readonly #counters: ConnectionCounters;
  readonly #secureContext: tls.SecureContext | null;
  #socket: net.Socket | null = null;
  /** Opened ahead of the first request, and not yet asked for. */
  #spare: net.Socket | null = null;
  /** The last socket that is in the counters. */
  #accounted: net.Socket | null = null;
  #callback: ConnectCallback | null = null;
  #phase: ConnectionPhase = 'none';
  #endedByTarget = false;
  #endedByUs = false;

  constructor(target: Target, counters: ConnectionCounters, secureContext: tls.SecureContext | null) {
    this.#target = target;
    this.#counters = counters;
    this.#secureContext = secureContext;
  }

  get phase(): ConnectionPhase {
    return this.#phase;
  }

  /** Whether the target has ended the connection, by FIN or by RST. */
  get endedByTarget(): boolean {
    return this.#endedByTarget;
  }

  /** Opens the connection ahead of the first request; resolves also where that fails. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#connect((_error, socket) => {
        this.#spare = socket;
        resolve();
      });
    });
  }

  /** Hands out an open connection, the one opened ahead if it is still good. */
  acquire(callback: ConnectCallback): void {
    const spare = this.#spare;
    this.#spare = null;
    if (spare === null || spare.destroyed || spare.readableLength > 0) this.#connect(callback);
    // Never within the call: the caller expects to be called back later.
    else queueMicrotask(() => callback(null, spare));
  }

  /** From now on the end of the connection is volley's own doing. */
  leave(): void {
    this.#endedByUs = true;
  }

  /** Ends the connection, or the attempt to open it, with this error. */
  fail(error: Error): void {
    this.leave();
    const socket = this.#socket;
    if (socket !== null && !socket.destroyed) socket.destroy(error);
    else this.#settle(error, null);
  }

  /** Ends the connection for good and completes its counters at once. */
  close(): void {
    const socket = this.#socket;
    if (socket === null) return;
    if (!socket.destroyed) {
      this.leave();
      socket.destroy();
    }
    this.#account(socket);
  }

  #connect(callback: ConnectCallback): void {
    this.#callback = callback;
    const previous = this.#socket;
    if (previous !== null && !previous.closed) {
      previous.destroy();
      previous.once('close', () => this.#dial());
    } else {
      this.#dial();
    }
  }

  #dial(): void {
    if (this.#callback === null) return;
    const { hostname, port, secure, addresses } = this.#target;
    this.#phase = 'connecting';
    this.#endedByTarget = false;
    this.#endedByUs = false;
    const options: net.TcpNetConnectOpts = {
      host: hostname,
      port,
      noDelay: true,
      autoSelectFamily: addresses.length > 1,
      lookup: lookupIn(addresses),
    };
    const socket = secure ? this.#secure(options) : net.connect(options);
    this.#socket = socket;
    socket.once('connect', () => {
      if (secure) this.#phase = 'securing';
      else this.#opened(socket);
    });
    if (secure) socket.once('secureConnect', () => this.#opened(socket));
    socket.on('end', () => {
      this.#endedByTarget = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') this.#endedByTarget = true;
      this.#settle(error, null);
    });
    socket.once('close', () => this.#closed(socket));
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

  #opened(socket: net.Socket): void {
    this.#phase = 'open';
    this.#counters.opened++;
    this.#settle(null, socket);
  }

  #closed(socket: net.Socket): void {
    this.#account(socket);
    this.#settle(new Error('the connection was closed before it was open'), null);
  }

  #account(socket: net.Socket): void {
    if (this.#accounted === socket) return;
    this.#accounted = socket;
    this.#counters.bytesSent += socket.bytesWritten;
    this.#counters.bytesReceived += socket.bytesRead;
    const code = (socket.errored as NodeJS.ErrnoException | null)?.code;
    const byTarget = this.#endedByTarget || code === ANNOUNCED_END;
    if (this.#phase === 'open' && byTarget && !this.#endedByUs) this.#counters.closedByTarget++;
  }

  #settle(...[error, socket]: [Error, null] | [null, net.Socket]): void {
    const callback = this.#callback;
    this.#callback = null;
    if (callback === null) return;
    if (error !== null) callback(error, null);
    else callback(null, socket);
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
