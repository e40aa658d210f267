import type { Socket } from 'node:net';
import type { Address } from '../../protocol/routes.ts';

/** How long an attempt runs alone before the next address is tried in parallel (RFC 8305, 5). */
const HEAD_START_MS = 250;

/** All addresses of a name failed; the code is that of the first. */
class UnreachableError extends Error {
  readonly code: string;

  constructor(errors: readonly NodeJS.ErrnoException[], code: string) {
    super(errors.map(({ message }) => message).join('; '));
    this.code = code;
  }
}

/** Outcome of a race: exactly one of these is called, never within the call that starts the race. */
interface RaceEnd<Attempt> {
  /** The first attempt to connect; called from its socket's `connect` event. */
  readonly won: (attempt: Attempt) => void;
  /** No address could be connected to. */
  readonly lost: (error: Error) => void;
}

/**
 * Connects to the first of several addresses that answers. Attempts overlap: a slow one continues while the next runs,
 * and a failed one is followed by the next at once. The others are closed as soon as one has connected.
 */
export class AddressRace<Attempt extends { readonly socket: Socket }> {
  readonly #start: (address: Address) => Attempt;
  readonly #end: RaceEnd<Attempt>;
  readonly #running = new Set<Socket>();
  readonly #errors: NodeJS.ErrnoException[] = [];
  #left: readonly Address[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  /** @param start begins an attempt; its socket must not connect or fail within the call */
  constructor(start: (address: Address) => Attempt, end: RaceEnd<Attempt>) {
    this.#start = start;
    this.#end = end;
  }

  /** Starts with the first address, then alternates between families. */
  run(addresses: readonly Address[]): void {
    if (this.#isOver) return;
    this.#left = alternating(addresses);
    if (this.#left.length === 0) this.lose(togetherOf([]));
    else this.#next();
  }

  /** Ends the race because the name could not be looked up. */
  lose(error: Error): void {
    if (this.#isOver) return;
    this.stop();
    this.#end.lost(error);
  }

  /** Closes all attempts without calling back. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    for (const socket of this.#running) socket.destroy();
    this.#running.clear();
  }

  #next(): void {
    clearTimeout(this.#timer);
    const [address, ...left] = this.#left;
    if (address === undefined) return;
    this.#left = left;
    const attempt = this.#start(address);
    const { socket } = attempt;
    this.#running.add(socket);
    const failed = (error: NodeJS.ErrnoException): void => this.#failed(socket, error);
    socket.on('error', failed);
    socket.once('connect', () => {
      if (this.#isOver) return;
      socket.off('error', failed);
      this.#running.delete(socket);
      this.stop();
      this.#end.won(attempt);
    });
    if (left.length > 0) this.#timer = setTimeout(() => this.#overtake(), HEAD_START_MS);
  }

  /** A thread that was busy sees its timers before its sockets' events: let those come first. */
  #overtake(): void {
    const left = this.#left;
    setImmediate(() => {
      if (!this.#isOver && this.#left === left) this.#next();
    });
  }

  #failed(socket: Socket, error: NodeJS.ErrnoException): void {
    if (this.#isOver || !this.#running.delete(socket)) return;
    this.#errors.push(error);
    if (this.#left.length > 0) this.#next();
    else if (this.#running.size === 0) this.lose(togetherOf(this.#errors));
  }
}

function togetherOf(errors: readonly NodeJS.ErrnoException[]): Error {
  const [first] = errors;
  if (first === undefined || errors.length === 1) return first ?? new Error('the name has no address');
  return new UnreachableError(errors, first.code ?? first.name);
}

/** The addresses in order, but alternating between IPv4 and IPv6, beginning with the first one's family. */
function alternating(addresses: readonly Address[]): readonly Address[] {
  const family = addresses[0]?.family;
  const like = addresses.filter((address) => address.family === family);
  const unlike = addresses.filter((address) => address.family !== family);
  return like.length < unlike.length
    ? unlike.flatMap((address, at) => [...like.slice(at, at + 1), address])
    : like.flatMap((address, at) => [address, ...unlike.slice(at, at + 1)]);
}
