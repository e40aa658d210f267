import type { Socket } from 'node:net';
import { authorityOf } from '../../protocol/dial.ts';
import type { ErrorAdvice } from '../../protocol/report.ts';
import type { HttpProxy } from '../../protocol/routes.ts';
import { copyOf, type ReadBytes } from './read-bytes.ts';

/** Limit on a proxy's answer, so that it cannot grow without bound. */
const MOST_HEAD_BYTES = 16_384;
const BEGINNING = 'HTTP/1.';
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: ([^\r\n]*))?\r?\n/;
const HEAD_END = /\r?\n\r?\n/;
const SWITCHING = 101;

/** The proxy opened no tunnel. */
class TunnelError extends Error {
  readonly code: string;
  readonly advice: ErrorAdvice | undefined;

  constructor(message: string, code: string, advice?: ErrorAdvice) {
    super(message);
    this.code = code;
    this.advice = advice;
  }
}

/** Why there is no connection to the proxy itself; the code is kept. */
export function unreachableProxy(
  { hostname, port }: HttpProxy,
  { message, code, name }: NodeJS.ErrnoException,
): Error {
  return new TunnelError(
    `the proxy ${authorityOf(hostname, port)} cannot be reached: ${message}`,
    code ?? name,
  );
}

/** Outcome of asking a proxy: at most one of these is called, once. */
interface TunnelEnd {
  /**
   * From now on all reads and writes are with the target.
   *
   * @param first its first bytes, if they have arrived already
   */
  readonly opened: (first: Buffer) => void;
  /** The proxy refused, or sent something invalid; the socket is unusable. */
  readonly failed: (error: Error) => void;
}

/** A tunnel through a proxy: requested over a socket connected to it, then transparent. */
export class Tunnel {
  isOpen = false;
  readonly #proxy: HttpProxy;
  readonly #isTargetFirst: boolean;
  readonly #end: TunnelEnd;
  /** In Latin-1. */
  #head = '';
  #isOver = false;

  /** @param isTargetFirst the target may send first, as in HTTP/2 without TLS */
  constructor(proxy: HttpProxy, isTargetFirst: boolean, end: TunnelEnd) {
    this.#proxy = proxy;
    this.#isTargetFirst = isTargetFirst;
    this.#end = end;
  }

  /**
   * Asks for a tunnel to `authority`.
   *
   * @param isLent whether the caller delivers what is read to `onBytes`
   */
  ask(socket: Socket, authority: string, isLent: boolean): void {
    const { authorization } = this.#proxy;
    if (!isLent) this.#readFrom(socket);
    socket.write(
      `CONNECT ${authority} HTTP/1.1\r\nhost: ${authority}\r\n` +
        `${authorization === null ? '' : `proxy-authorization: ${authorization}\r\n`}\r\n`,
      'latin1',
    );
  }

  /** Takes what the proxy sends before the tunnel is open. */
  onBytes(bytes: ReadBytes, count: number): void {
    if (this.#isOver) return;
    this.#head += Buffer.from(copyOf(bytes, 0, count)).toString('latin1');
    for (;;) {
      const end = HEAD_END.exec(this.#head);
      const begins = this.#head.startsWith(BEGINNING.slice(0, this.#head.length));
      if (!begins || (end === null && this.#head.length > MOST_HEAD_BYTES)) {
        this.#fail('sent something that is not an HTTP/1.1 answer', 'PROXY_PROTOCOL');
        return;
      }
      if (end === null) return;
      const head = this.#head.slice(0, end.index + end[0].length);
      this.#head = this.#head.slice(head.length);
      if (!this.#isInterim(head)) return;
    }
  }

  /** The error that ended the connection, in terms of the tunnel; the code is kept. */
  explained({
    message,
    code,
    name,
    advice,
  }: NodeJS.ErrnoException & { readonly advice?: ErrorAdvice }): Error {
    const proxy = this.name;
    return this.isOpen
      ? new TunnelError(`${message} (through the proxy ${proxy})`, code ?? name, advice)
      : new TunnelError(`the proxy ${proxy} gave no tunnel: ${message}`, code ?? name);
  }

  /** Host and port of the proxy. */
  get name(): string {
    return authorityOf(this.#proxy.hostname, this.#proxy.port);
  }

  /** Whether another answer follows this one. */
  #isInterim(head: string): boolean {
    const [, status = '', reason = ''] = STATUS_LINE.exec(head) ?? [];
    const code = Number(status);
    if (code >= 100 && code < 200 && code !== SWITCHING) return true;
    const extra = this.#head.length;
    if (status === '') this.#fail('sent something that is not an HTTP/1.1 answer', 'PROXY_PROTOCOL');
    else if (code < 200 || code > 299)
      this.#fail(`refused a tunnel with ${`${status} ${reason}`.trim()}`, `PROXY_${status}`);
    // In HTTP/1.1 and TLS the client speaks first, so these bytes are not the target's.
    else if (extra > 0 && !this.#isTargetFirst)
      this.#fail(`sent ${extra} bytes after its ${status}, where the tunnel begins`, 'PROXY_EXTRA_BYTES');
    else {
      this.#isOver = true;
      this.isOpen = true;
      this.#end.opened(Buffer.from(this.#head, 'latin1'));
    }
    return false;
  }

  #fail(what: string, code: string): void {
    this.#isOver = true;
    this.#end.failed(new TunnelError(`the proxy ${this.name} ${what}`, code));
  }

  #readFrom(socket: Socket): void {
    const read = (): void => {
      for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
        this.onBytes(chunk, chunk.length);
        if (!this.#isOver) continue;
        socket.off('readable', read);
        return;
      }
    };
    socket.on('readable', read);
  }
}
