import type * as net from 'node:net';
import type * as tls from 'node:tls';
import type { Inbox, Recipient } from './inbox.ts';
import type { ReadBytes } from './read-bytes.ts';
import type { Tunnel } from './tunnel.ts';

/** undici closes a connection with this after an answer that was the last one on it. */
export const LAST_ANSWER = 'UND_ERR_INFO';

/** How far a connection has come; after a failure, how far it had come. */
export type ConnectionPhase = 'none' | 'connecting' | 'securing' | 'open';

export type ConnectCallback = (
  ...result: [error: null, socket: net.Socket | tls.TLSSocket] | [error: Error, socket: null]
) => void;

/** Takes a connection's bytes where they were read: they are valid during the call only. */
export interface SocketReader {
  /** A connection is being opened. */
  attach?(socket: net.Socket): void;
  onBytes(socket: net.Socket, bytes: ReadBytes, count: number): void;
  /** The connection is open. Where a reader wants to know, its bytes are shown from now on, asked for or not. */
  onOpen?(socket: net.Socket): void;
}

/** Whoever is told when bytes were read. */
interface ReadMark {
  readAtMs: number;
}

/** One connection, from dialling to its close. */
export class Link implements Recipient {
  /** Over a proxy first that to the proxy, then the one with TLS on top of it. */
  socket: net.Socket;
  waitingReads = 0;
  /** What was reached; over a proxy its own. */
  address: string | null = null;
  /** The tunnel that it goes through, once that has been asked for. */
  tunnel: Tunnel | null = null;
  phase: ConnectionPhase = 'connecting';
  /** By FIN or RST. */
  endedByTarget = false;
  endedByUs = false;
  /** Bytes have come that are the target's own: no proxy's, and of no handshake. */
  hasBrought = false;
  /** The TLS alert that ended it, in words. */
  alert: Error | null = null;
  /** Its last answer has come, as the target had announced. */
  isFinished = false;
  isHandedOut = false;
  /** Its bytes are shown to the reader. */
  isShown = false;
  /** Bytes came before any request: whatever follows is no answer to one. */
  isSpoiled = false;
  isAccounted = false;
  readonly #connection: ReadMark;
  readonly #reader: SocketReader | null;
  /** Null once told: it leads to the request that asked, and that to the link before this one. */
  #settle: ConnectCallback | null;
  #isShowing = false;

  constructor(
    socket: net.Socket,
    connection: ReadMark,
    reader: SocketReader | null,
    settle: ConnectCallback,
  ) {
    this.socket = socket;
    this.#connection = connection;
    this.#reader = reader;
    this.#settle = settle;
  }

  /** Takes what was read just now, from a buffer that is read into again. */
  read(bytes: ReadBytes, count: number, inbox: Inbox): void {
    if (this.tunnel?.isOpen === false) {
      this.tunnel.onBytes(bytes, count);
      return;
    }
    this.hasBrought = true;
    if (this.isShown) inbox.arrived(this, bytes, count);
    else this.isSpoiled = true;
  }

  show(bytes: ReadBytes, count: number, readAtMs: number): void {
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
    const settle = this.#settle;
    this.#settle = null;
    settle?.(...result);
  }
}

/** What fails before anything of the target has come through a tunnel may be the proxy's doing as well. */
export function throughTunnel({ tunnel, phase, endedByUs }: Link, error: Error): Error {
  return tunnel === null || phase === 'open' || endedByUs ? error : tunnel.explained(error);
}

/** The connection has ended before it was open, and nobody said why. */
export function closedEarly(): Error {
  return Object.assign(new Error('the connection was closed before it was open'), { code: 'ECONNRESET' });
}
