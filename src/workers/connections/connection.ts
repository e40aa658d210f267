import * as net from 'node:net';
import type * as tls from 'node:tls';
import { type Dial, dialOf } from '../../protocol/dial.ts';
import type { Destination } from '../../protocol/endpoint.ts';
import type { EventTimeKind } from '../../protocol/event-times.ts';
import type { Address } from '../../protocol/routes.ts';
import { AddressRace } from './address-race.ts';
import { type Attempt, type HostDial, proxyOf, refusedAttempt, startAttempt, tunnelIn } from './attempt.ts';
import { type Peer, peerOf } from './counterpart.ts';
import { hearLastWords } from './last-words.ts';
import {
  type ConnectCallback,
  type ConnectionPhase,
  type Course,
  closedEarly,
  Link,
  type SocketReader,
  throughTunnel,
} from './link.ts';
import type { Shared } from './shared.ts';
import { explainedAlert, explainedHandshake, isAlert, isSecured, protocolRefusal, secure } from './tls.ts';
import { Tunnel, unreachableProxy } from './tunnel.ts';
import { isAllTaken, unsentBytesOf } from './unsent-bytes.ts';

/**
 * The one TCP or TLS connection behind a client. It is reopened when the target has closed it, but never
 * before the old one is closed, so a client has at most one connection at any time.
 */
export class TargetConnection {
  /** When its last bytes, or their end, were read; on the shared clock. NaN without a reader. */
  readAtMs = Number.NaN;
  /** The head of an answer has arrived, and only its body can follow: no chunks, so no trailers. */
  isInPlainBody = false;
  /** When its latest attempt to open began; on the shared clock. */
  openingSinceMs = 0;
  /** The client may close after the current answer, although the target did not announce an end. */
  isLeftUnasked = false;
  /** The target said last that it allows no requests (MAX_CONCURRENT_STREAMS of 0). */
  allowsNone = false;
  readonly peer: Peer;
  readonly #target: Omit<Destination, 'origin'>;
  readonly #shared: Shared;
  #reader: SocketReader | null = null;
  #link: Link | null = null;
  /** A race between several addresses; there is no link until it ends. */
  #race: { readonly race: AddressRace<Attempt>; readonly callback: ConnectCallback } | null = null;
  /** Its progress while there is no link. */
  #unlinkedPhase: ConnectionPhase = 'none';
  /** The socket was opened ahead of the first request and is not in use yet. */
  #isSpare = false;
  /** When connecting began, then when the handshake began. */
  #setUpFromMs = 0;
  /** Waits for the old socket to close before connecting again. */
  #waiting: ConnectCallback | null = null;

  constructor(target: Omit<Destination, 'origin'>, shared: Shared) {
    this.#target = target;
    this.peer = peerOf(target);
    this.#shared = shared;
  }

  /** Several requests may be in flight at once. */
  get isMultiplexed(): boolean {
    return this.#target.protocol !== 'http/1.1';
  }

  /** A caller is waiting for the connection to open. */
  get isOpening(): boolean {
    return this.#waiting !== null || this.phase === 'connecting' || this.phase === 'securing';
  }

  /** The target has sent on it what no request had asked for. */
  get isMistrusted(): boolean {
    return this.#link?.isMistrusted ?? false;
  }

  get phase(): ConnectionPhase {
    return this.#link?.phase ?? this.#unlinkedPhase;
  }

  /** Whether the target ended the connection, by FIN or by RST. */
  get endedByTarget(): boolean {
    return this.#link?.endedByTarget ?? false;
  }

  /** What became of it; null before it was dialled. */
  get course(): Course | null {
    return this.#link;
  }

  /** From the next connection on, bytes go to the reader and not to the socket's own stream. */
  readWith(reader: SocketReader): void {
    this.#reader = reader;
  }

  /** Opens the connection ahead of the first request; also resolves if that fails. */
  open(): Promise<void> {
    return new Promise((resolve) => {
      this.#connect((...[error]) => {
        this.#isSpare = error === null;
        resolve();
      });
    });
  }

  /** Provides an open connection: the one opened ahead if it is still usable. */
  acquire(callback: ConnectCallback): void {
    const link = this.#link;
    const isGood =
      link !== null &&
      this.#isSpare &&
      !link.socket.destroyed &&
      !link.endedByTarget &&
      !link.isSpoiled &&
      // An HTTP/2 server may send its preface at once.
      (this.isMultiplexed || link.socket.readableLength === 0);
    if (this.#isSpare && link?.hasSpokenFirst === true && !this.isMultiplexed) this.mistrust();
    this.#isSpare = false;
    if (!isGood) this.#connect((...result) => this.#handOut(callback, ...result));
    // Never synchronously: the caller expects a later callback.
    else queueMicrotask(() => this.#handOut(callback, null, link.socket));
  }

  #handOut(callback: ConnectCallback, ...result: Parameters<ConnectCallback>): void {
    if (this.#link !== null) {
      this.#link.isHandedOut = true;
      this.#link.isShown = true;
    }
    callback(...result);
  }

  /** Delivers what has already been read to the client now. */
  showWaiting(): void {
    this.#link?.showWaiting(this.#shared.inbox);
  }

  /** The socket, if its bytes go to a reader and one request, which alone decides when they are read. */
  get ownRead(): Pick<net.Socket, 'pause' | 'resume'> | null {
    return this.#reader === null || this.isMultiplexed ? null : (this.#link?.socket ?? null);
  }

  /** From now on the end of the connection is caused by volley. */
  leave(): void {
    if (this.#link !== null) this.#link.endedByUs = true;
  }

  /** An answer was taken. One that came before its request was sent ends the connection: the rest could be mistaken. */
  answered(mayBeUnsent: boolean, sentMs: number, endMs: number): void {
    const link = this.#link;
    if (link === null) return;
    link.answered(sentMs, endMs);
    const { socket } = link;
    if (!mayBeUnsent || this.isMultiplexed || socket.destroyed) return;
    if (socket.errored === null && isAllTaken(socket)) return;
    this.leave();
    socket.destroy();
  }

  /** The target has sent what no request had asked for, which is why the connection is given up. */
  mistrust(): void {
    const link = this.#link;
    if (link === null || link.isMistrusted || link.isOfOtherProtocol) return;
    link.isMistrusted = true;
    this.#shared.counters.unrequested++;
  }

  /** The target's last answer on this connection has arrived: its end is the target's doing. */
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
    if (this.#endRace(error)) return;
    this.leave();
    if (this.#link !== null && !this.#link.socket.destroyed) this.#link.socket.destroy(error);
  }

  /** Ends the connection for good and completes its counters at once. */
  close(): void {
    const link = this.#link;
    this.#waiting = null;
    this.#endRace(closedEarly());
    if (link === null) return;
    if (!link.socket.destroyed) {
      this.leave();
      link.socket.destroy();
    }
    this.#account(link);
  }

  #connect(callback: ConnectCallback): void {
    this.openingSinceMs = this.#shared.clock.nowMs();
    const link = this.#link;
    const previous = link?.socket;
    if (link === null || previous === undefined || previous.closed) {
      this.#dial(callback);
      return;
    }
    this.#waiting = callback;
    previous.once('close', () => {
      const waiting = this.#waiting;
      this.#waiting = null;
      if (waiting !== null) this.#dial(waiting);
    });
    // After GOAWAY a target may still answer what it has accepted. When nothing more is to come,
    // node:http2 ends our half and waits for the target's FIN, which some never send.
    const mayStillAnswer = this.isMultiplexed && link.isHandedOut && link.phase === 'open';
    if (!mayStillAnswer || previous.writableFinished) previous.destroy();
    else previous.once('finish', () => previous.destroy());
  }

  #dial(callback: ConnectCallback): void {
    this.#setUpFromMs = this.#shared.clock.nowMs();
    const dial = dialOf(this.#target);
    if (dial.unixSocket === null && dial.addresses.length !== 1 && net.isIP(dial.hostname) === 0) {
      this.#dialFirstOf(dial, callback);
      return;
    }
    const isAddress = dial.unixSocket !== null || net.isIP(dial.hostname) !== 0;
    const attempt = this.#attempt(dial, isAddress ? undefined : dial.addresses[0]);
    const link = this.#use(attempt, dial, callback);
    attempt.socket.once('connect', () => this.#connected(link, dial));
  }

  #dialFirstOf(dial: HostDial, callback: ConnectCallback): void {
    const race = new AddressRace<Attempt>((address) => this.#attempt(dial, address), {
      won: (attempt) => {
        this.#race = null;
        this.#connected(this.#use(attempt, dial, callback), dial);
      },
      lost: (error) => {
        this.#race = null;
        callback(dial.proxy === null ? error : unreachableProxy(dial.proxy, error), null);
      },
    });
    this.#link = null;
    this.#unlinkedPhase = 'connecting';
    this.#race = { race, callback };
    this.#shared.names.inTurn(dial.hostname, dial.addresses).then(
      (addresses) => race.run(addresses),
      (error: Error) => race.lose(error),
    );
  }

  /** Ends the race, if there is one, and tells its waiter; true if there was. */
  #endRace(error: Error): boolean {
    const running = this.#race;
    this.#race = null;
    if (running === null) return false;
    running.race.stop();
    process.nextTick(running.callback, error, null);
    return true;
  }

  #attempt(dial: Dial, address?: Address): Attempt {
    const refused = this.#shared.allowed?.refused(this.#target, dial, address?.address) ?? null;
    if (refused !== null) return refusedAttempt(refused);
    return startAttempt(dial, address, this.#target, this.#shared, this.#isLent(dial));
  }

  /** Whether bytes go to the reader; inside TLS through a tunnel, another socket reads them. */
  #isLent(dial: Dial): boolean {
    return this.#reader !== null && (tunnelIn(dial) === null || !this.#target.secure);
  }

  #use(attempt: Attempt, dial: Dial, callback: ConnectCallback): Link {
    const { socket } = attempt;
    const link = new Link(socket, this, this.#reader, callback);
    attempt.reads.link = link;
    this.#link = link;
    const proxy = proxyOf(dial);
    if (proxy !== null && socket.connecting) {
      const fail = (error: Error): void => link.settle(unreachableProxy(proxy, error), null);
      socket.once('error', fail);
      socket.once('connect', () => socket.off('error', fail));
    }
    this.#watch(link, socket);
    if (this.#isLent(dial)) this.#reader?.attach?.(socket);
    if (isSecured(socket)) this.#awaitHandshake(link, socket);
    return link;
  }

  #connected(link: Link, dial: Dial): void {
    const { socket } = link;
    const proxy = proxyOf(dial);
    const authority = tunnelIn(dial);
    link.address = socket.remoteAddress ?? null;
    if (proxy === null || authority === null) {
      if (this.#target.secure) this.#secures(link);
      else this.#opened(link);
      return;
    }
    link.tunnel = new Tunnel(proxy, this.#target.protocol === 'h2c', {
      opened: (first) => this.#openThrough(link, first),
      failed: (error) => {
        link.settle(error, null);
        socket.destroy();
      },
    });
    link.tunnel.ask(socket, authority, this.#isLent(dial));
  }

  /** The tunnel is open; only the handshake, if any, remains. */
  #openThrough(link: Link, first: Buffer): void {
    const { inbox, secureContext } = this.#shared;
    if (!this.#target.secure) {
      if (first.length > 0 && this.#reader === null) link.socket.unshift(first);
      this.#opened(link);
      if (first.length > 0 && this.#reader !== null) link.read(first, first.length, inbox);
      return;
    }
    this.#secures(link);
    const secured = secure(link.socket, this.#target, secureContext);
    link.socket = secured;
    this.#watch(link, secured);
    this.#awaitHandshake(link, secured);
    // For TLS over an existing socket, Node does not read into our buffer.
    if (this.#reader !== null) secured.on('data', (chunk: Buffer) => link.read(chunk, chunk.length, inbox));
  }

  #awaitHandshake(link: Link, socket: tls.TLSSocket): void {
    socket.once('secureConnect', () => {
      const refusal = protocolRefusal(socket, this.#target);
      if (refusal === null) this.#opened(link);
      else socket.destroy(refusal);
    });
  }

  #watch(link: Link, socket: net.Socket): void {
    const { clock, inbox } = this.#shared;
    hearLastWords(socket, link);
    const destroy = socket.destroy;
    socket.destroy = (error) => {
      link.showWaiting(inbox);
      if (!socket.destroyed && link.socket === socket) link.unsentBytes = unsentBytesOf(socket);
      return destroy.call(socket, error);
    };
    socket.on('end', () => {
      link.showWaiting(inbox);
      // The client gave it up because of what arrived before its end.
      if (socket.destroyed) return;
      if (this.#reader !== null) this.readAtMs = clock.nowMs();
      link.endedByTarget = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // With TLS 1.3 the target checks a client certificate after the handshake is over on this side.
      const isFirstAlert = link.alert === null && isAlert(error);
      if (isFirstAlert || error.code === 'ECONNRESET' || error.code === 'EPIPE') link.endedByTarget = true;
      if (isFirstAlert) link.alert = explainedAlert(error, this.#target);
      const isHandshake = link.phase === 'securing' && isSecured(socket);
      const explained = isHandshake ? explainedHandshake(error, socket, this.#target) : error;
      link.settle(link.alert ?? throughTunnel(link, explained), null);
      // Node reports an alert after the handshake only through this event.
      if (isFirstAlert) socket.destroy();
    });
    socket.once('close', () => {
      if (link.socket !== socket) return;
      this.#account(link);
      link.settle(throughTunnel(link, closedEarly()), null);
    });
  }

  #secures(link: Link): void {
    link.phase = 'securing';
    this.#timed('connect');
  }

  #timed(kind: EventTimeKind): void {
    const { eventTimes, clock } = this.#shared;
    const nowMs = clock.nowMs();
    eventTimes?.add(kind, nowMs - this.#setUpFromMs);
    this.#setUpFromMs = nowMs;
  }

  #opened(link: Link): void {
    link.phase = 'open';
    this.#timed(this.#target.secure ? 'tlsHandshake' : 'connect');
    this.#shared.counters.countOpened(link.address);
    // Without TLS there is no ALPN; undici reads the protocol from here.
    if (this.#target.protocol === 'h2c') Object.assign(link.socket, { alpnProtocol: 'h2' });
    if (this.#reader?.onOpen !== undefined) {
      link.isShown = true;
      this.#reader.onOpen(link.socket);
    }
    link.settle(null, link.socket);
  }

  #account(link: Link): void {
    const { counters, askToClose } = this.#shared;
    link.accountIn(counters, { askToClose, mayBeLeft: !this.isMultiplexed && !this.isLeftUnasked });
  }
}
