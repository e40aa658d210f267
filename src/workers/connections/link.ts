import type * as net from 'node:net';
import type * as tls from 'node:tls';
import { type FirstWords, firstWordsIn } from './first-words.ts';
import type { Inbox, Recipient } from './inbox.ts';
import type { ReadBytes } from './read-bytes.ts';
import type { ConnectionCounters } from './shared.ts';
import { isTimeoutNotice } from './timeout-notice.ts';
import { isSecured } from './tls.ts';
import type { Tunnel } from './tunnel.ts';

/** The error with which undici closes a connection after its last answer. */
const LAST_ANSWER = 'UND_ERR_INFO';

/**
 * How long an answer is waited for that no request will take, at least and at most. One answer too many shifts all
 * later ones: each request takes the answer to the one before, and only what is left in the end shows it.
 */
const LEAST_REST_MS = 10;
const MOST_REST_MS = 200;

/** A connection's progress; after a failure, the progress it had made. */
export type ConnectionPhase = 'none' | 'connecting' | 'securing' | 'open';

export type ConnectCallback = (
  ...result: [error: null, socket: net.Socket | tls.TLSSocket] | [error: Error, socket: null]
) => void;

/** Takes a connection's bytes in place: they are valid during the call only. */
export interface SocketReader {
  /** A connection is being opened. */
  attach?(socket: net.Socket): void;
  onBytes(socket: net.Socket, bytes: ReadBytes, count: number): void;
  /** No request is under way. */
  readonly isIdle?: boolean;
  /** The connection is open. A reader that implements this gets all bytes from now on, requested or not. */
  onOpen?(socket: net.Socket): void;
}

/** Is told when bytes were read. */
interface ReadMark {
  readAtMs: number;
}

/** One connection, from connecting to its close. */
export class Link implements Recipient {
  /** With a proxy, first the socket to the proxy, then the TLS socket on top of it. */
  socket: net.Socket;
  waitingReads = 0;
  /** The address reached; with a proxy, the proxy's. */
  address: string | null = null;
  /** Its tunnel, once requested. */
  tunnel: Tunnel | null = null;
  phase: ConnectionPhase = 'connecting';
  /** By FIN or RST. */
  endedByTarget = false;
  endedByUs = false;
  /** The target itself has sent bytes: not a proxy, and not a handshake. */
  hasBrought = false;
  /** What that was, if it tells that something else is spoken there than was thought. */
  firstWords: FirstWords | null = null;
  /** The TLS alert that ended it, in words. */
  alert: Error | null = null;
  /** Its last answer, announced as such by the target, has arrived. */
  isFinished = false;
  isHandedOut = false;
  /** Its bytes go to the reader. */
  isShown = false;
  /** Bytes arrived before any request, so nothing that follows can be taken for an answer. */
  isSpoiled = false;
  /** And not only to say that the connection will be closed, or in another protocol. */
  hasSpokenFirst = false;
  /** Bytes came that no request had asked for: any of its answers may be cut, or that of another request. */
  isMistrusted = false;
  answers = 0;
  /** When its last answer was complete; on the shared clock. */
  answeredAtMs = Number.NEGATIVE_INFINITY;
  #longestAnswerMs = 0;
  isAccounted = false;
  /** Bytes that the kernel had not taken when the connection ended. */
  unsentBytes = 0;
  readonly #connection: ReadMark;
  readonly #reader: SocketReader | null;
  /** Null once called: it references the request that asked, and through it the previous link. */
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

  get isIdle(): boolean {
    return this.#reader?.isIdle ?? false;
  }

  /** It did not begin in HTTP/1.1: nothing of it can be taken for an answer. */
  get isOfOtherProtocol(): boolean {
    return this.firstWords !== null && this.answers === 0;
  }

  /** The target has agreed to the protocol in the TLS handshake. */
  get isAgreed(): boolean {
    return isSecured(this.socket) && this.socket.alpnProtocol !== false;
  }

  /** Whether anything has been read from it. */
  get hasReceived(): boolean {
    return this.socket.bytesRead > 0;
  }

  /** It is open, and nobody has ended it or announced its end. */
  get mayBeUsed(): boolean {
    return this.phase === 'open' && !this.socket.destroyed && !this.endedByTarget && !this.isFinished;
  }

  /** Until when an answer may come that its requests have left over; on the shared clock. */
  get restUntilMs(): number {
    if (!this.mayBeUsed || this.isMistrusted) return Number.NEGATIVE_INFINITY;
    return this.answeredAtMs + this.#restMs;
  }

  /** Of a shifted answer only a part of its time is seen, but of two in a row the whole. */
  get #restMs(): number {
    return Math.min(MOST_REST_MS, Math.max(LEAST_REST_MS, 2 * this.#longestAnswerMs));
  }

  /**
   * Closes our half of an idle connection, and waits for the other one. What the target's kernel holds back until it
   * hears from us (Nagle's algorithm) comes before its end: our acknowledgements alone may take 40 ms.
   */
  async part(): Promise<void> {
    if (!this.mayBeUsed || this.isMistrusted || !this.isIdle || this.answers === 0) return;
    const { socket } = this;
    this.endedByUs = true;
    socket.end();
    const enough = setTimeout(() => socket.destroy(), this.#restMs);
    await new Promise((resolve) => socket.once('close', resolve));
    clearTimeout(enough);
  }

  /** A request has taken an answer. */
  answered(sentMs: number, endMs: number): void {
    this.answers++;
    this.answeredAtMs = endMs;
    if (endMs - sentMs > this.#longestAnswerMs) this.#longestAnswerMs = endMs - sentMs;
  }

  /** Takes bytes that were just read, from a buffer that will be reused. */
  read(bytes: ReadBytes, count: number, inbox: Inbox): void {
    if (this.tunnel?.isOpen === false) {
      this.tunnel.onBytes(bytes, count);
      return;
    }
    this.#begins(bytes, count);
    if (this.isShown) inbox.arrived(this, bytes, count);
    else {
      this.isSpoiled = true;
      this.hasSpokenFirst ||= !this.isOfOtherProtocol && !isTimeoutNotice(bytes, 0, count);
    }
  }

  /** Is told what its socket has read by itself. */
  hears(chunk: Buffer): void {
    if (this.tunnel?.isOpen !== false) this.#begins(chunk, chunk.length);
  }

  #begins(bytes: ReadBytes, count: number): void {
    if (!this.hasBrought) this.firstWords = firstWordsIn(bytes, count);
    this.hasBrought = true;
  }

  show(bytes: ReadBytes, count: number, readAtMs: number): void {
    this.#connection.readAtMs = readAtMs;
    this.#isShowing = true;
    this.#reader?.onBytes(this.socket, bytes, count);
    this.#isShowing = false;
  }

  /** Delivers what was read before the next event is handled. */
  showWaiting(inbox: Inbox): void {
    if (this.waitingReads > 0 && !this.#isShowing) inbox.showAll(this);
  }

  /** Adds it to the counts, once. `mayBeLeft`: the client leaves it after an answer only if the target asked for that. */
  accountIn(
    counters: ConnectionCounters,
    by: { readonly askToClose: boolean; readonly mayBeLeft: boolean },
  ): void {
    if (this.isAccounted) return;
    this.isAccounted = true;
    const { socket, phase, endedByTarget, endedByUs } = this;
    counters.bytesSent += socket.bytesWritten - this.unsentBytes;
    counters.bytesReceived += socket.bytesRead;
    if (this.isMistrusted) counters.doubtful += this.answers;
    const code = (socket.errored as NodeJS.ErrnoException | null)?.code;
    const isFinished = (this.isFinished || (code === LAST_ANSWER && by.mayBeLeft)) && !by.askToClose;
    if (phase === 'open' && (endedByTarget || isFinished) && !endedByUs) counters.closedByTarget++;
  }

  /** Reports how connecting went; later events are the client's to handle. */
  settle(...result: Parameters<ConnectCallback>): void {
    const settle = this.#settle;
    this.#settle = null;
    settle?.(...result);
  }
}

/** A failure before the target has sent anything through the tunnel may be the proxy's fault as well. */
export function throughTunnel({ tunnel, phase, endedByUs }: Link, error: Error): Error {
  return tunnel === null || phase === 'open' || endedByUs ? error : tunnel.explained(error);
}

/** What became of a connection, as others may see it. */
export type Course = Pick<
  Link,
  | 'alert'
  | 'firstWords'
  | 'answers'
  | 'answeredAtMs'
  | 'mayBeUsed'
  | 'part'
  | 'restUntilMs'
  | 'tunnel'
  | 'hasReceived'
  | 'isAgreed'
  | 'waitingReads'
>;

/** The connection ended before it was open, without a reason. */
export function closedEarly(): Error {
  return Object.assign(new Error('the connection was closed before it was open'), { code: 'ECONNRESET' });
}
