import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { microsToMs } from '../protocol/units.ts';
import { type Clock, createMonotonicClock } from '../time/clock.ts';
import { identityOf } from './identity.ts';
import type { Scenario, ServerLog, ServerOrders, ServerReply, ServerRequest } from './precise-scenario.ts';

const SPIN_MS = 0.005;
/** Pause between clock readings if the core is shared. */
const NAP_MS = 1;
const ACCEPT_ROUNDS = 5;
const ACCEPTED_AT_ONCE = 400;
const CR = 0x0d;
const LF = 0x0a;
const END_OF_HEAD = [CR, LF, CR, LF];

interface Departure {
  readonly number: number;
  readonly atMs: number;
  readonly socket: Socket;
}

/** Takes orders from the parent process and exits with it. */
export function servePrecisely(parent: NodeJS.Process): void {
  const server = new PreciseServer();
  const reply = (message: ServerReply): void => {
    parent.send?.(message);
  };
  parent.on('message', (message: unknown) => {
    const request = message as ServerRequest;
    if (request.type === 'log') reply({ type: 'log', log: server.log() });
    else void server.obey(request.orders).then((port) => reply({ type: 'ready', port }));
  });
  // Ctrl-C reaches the whole process group.
  parent.on('SIGINT', () => {});
  parent.on('disconnect', () => process.exit(0));
}

/**
 * A server with precise delays (with its own core it polls from the first arrival on) that logs
 * what it really did, on the clock of volley's workers. Each answer carries its request's number in the status and
 * the length of its body.
 */
class PreciseServer {
  readonly #clock: Clock = createMonotonicClock();
  readonly #server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
  #run = new PreciseRun({ kind: 'delay', delayMs: 0 }, 0, this.#clock);
  #hasCore = true;
  #cpu = process.cpuUsage();

  /** Resets the log and follows the orders from the next request on. Returns its port. */
  async obey({ scenario, warmupMs, host, hasCore }: ServerOrders): Promise<number> {
    this.#hasCore = hasCore;
    if (!this.#server.listening) await this.#listen(host);
    this.#run.end();
    this.#run = new PreciseRun(scenario, warmupMs, this.#clock);
    this.#cpu = process.cpuUsage();
    return this.#port();
  }

  log(): ServerLog {
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      arrivedMs: Float64Array.from(this.#run.arrivedMs),
      leftMs: Float64Array.from(this.#run.leftMs),
      cpuMs: microsToMs(user + system),
    };
  }

  #accept(socket: Socket): void {
    // How much of the empty line that ends a head has arrived; nothing else of a request matters here.
    let matched = 0;
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      for (const byte of bytes) {
        if (byte === END_OF_HEAD[matched]) matched++;
        else matched = byte === CR ? 1 : 0;
        if (matched < END_OF_HEAD.length) continue;
        matched = 0;
        const isFirst = this.#run.arrivedMs.length === 0;
        this.#run.arrive(socket, this.#clock.nowMs());
        if (isFirst) this.#pollFor(this.#run);
      }
    });
  }

  #pollFor(run: PreciseRun): void {
    const [wait, spinMs] = this.#hasCore
      ? [(): unknown => setImmediate(poll), SPIN_MS]
      : [(): unknown => setTimeout(poll, NAP_MS), 0];
    const poll = (): void => {
      if (run.isOver) return;
      wait();
      let nowMs = this.#clock.nowMs();
      // Reading the clock is cheaper than a turn of the event loop.
      for (const untilMs = nowMs + spinMs; nowMs <= untilMs; nowMs = this.#clock.nowMs()) run.depart(nowMs);
    };
    wait();
  }

  #port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Warms up with connections of its own, so that no cold code is measured. */
  async #listen(host: string): Promise<void> {
    this.#server.listen({ host, port: 0, backlog: 4_096 });
    await once(this.#server, 'listening');
    const port = this.#port();
    for (let round = 0; round < ACCEPT_ROUNDS; round++) {
      const sockets = Array.from({ length: ACCEPTED_AT_ONCE }, () => connect(port, '127.0.0.1'));
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));
      for (const socket of sockets) socket.end();
      await Promise.all(sockets.map((socket) => once(socket, 'close')));
    }
  }
}

/** One scenario, from its first request on. */
class PreciseRun {
  readonly arrivedMs: number[] = [];
  readonly leftMs: number[] = [];
  readonly #scenario: Scenario;
  readonly #warmupMs: number;
  readonly #clock: Clock;
  readonly #departures: Departure[] = [];
  readonly #stalls: NodeJS.Timeout[] = [];
  isOver = false;
  #firstMs = 0;
  #busyUntilMs = 0;

  constructor(scenario: Scenario, warmupMs: number, clock: Clock) {
    this.#scenario = scenario;
    this.#warmupMs = warmupMs;
    this.#clock = clock;
  }

  end(): void {
    this.isOver = true;
    for (const stall of this.#stalls) clearTimeout(stall);
  }

  arrive(socket: Socket, nowMs: number): void {
    const number = this.arrivedMs.length;
    if (number === 0) {
      this.#firstMs = nowMs + this.#warmupMs;
      if (this.#scenario.kind === 'stall') this.#scheduleStalls(this.#scenario);
    }
    this.arrivedMs.push(nowMs);
    this.leftMs.push(Number.NaN);
    const atMs = this.#departureOf(number, nowMs);
    if (atMs === null) return;
    if (atMs <= nowMs) {
      this.#leave({ number, atMs, socket });
      return;
    }
    // Kept sorted: nearly always the newest leaves last.
    const departures = this.#departures;
    let index = departures.length;
    while (index > 0 && (departures[index - 1]?.atMs ?? 0) > atMs) index--;
    departures.splice(index, 0, { number, atMs, socket });
  }

  depart(nowMs: number): void {
    while (this.#departures.length > 0 && (this.#departures[0]?.atMs ?? 0) <= nowMs) {
      const departure = this.#departures.shift();
      if (departure !== undefined) this.#leave(departure);
    }
  }

  /** When the answer must leave; null for never. */
  #departureOf(number: number, nowMs: number): number | null {
    const scenario = this.#scenario;
    switch (scenario.kind) {
      case 'delay':
      case 'fault':
      case 'slowBody':
        return nowMs + scenario.delayMs;
      case 'stall':
        return nowMs + scenario.serviceMs;
      case 'mix':
        return nowMs + (isNth(number, scenario.every) ? scenario.slowMs : scenario.fastMs);
      case 'serial':
        this.#busyUntilMs = Math.max(nowMs, this.#busyUntilMs) + scenario.serviceMs;
        return this.#busyUntilMs;
      case 'hang':
        this.#firstMs = Math.min(this.#firstMs, nowMs + this.#warmupMs - number * scenario.gapMs);
        return nowMs - this.#firstMs >= scenario.afterMs ? null : nowMs;
    }
  }

  #leave({ number, socket }: Departure): void {
    const scenario = this.#scenario;
    this.leftMs[number] = this.#clock.nowMs();
    const { status, length } = identityOf(number);
    const body = 'v'.repeat(length);
    const answerHead = `HTTP/1.1 ${status} Numbered\r\ncontent-length: ${length}\r\n\r\n`;
    if (scenario.kind === 'fault' && isNth(number, scenario.every)) {
      fail(scenario.fault, socket);
    } else if (scenario.kind === 'slowBody' && isNth(number, scenario.every)) {
      socket.write(answerHead + body.slice(1));
      setTimeout(() => {
        this.leftMs[number] = this.#clock.nowMs();
        socket.write('v');
      }, scenario.slowMs);
    } else {
      socket.write(answerHead + body);
    }
  }

  /** Blocks the whole process, including accepting, at fixed times after the first arrival. */
  #scheduleStalls({ firstAtMs, periodMs, stallMs, times }: Extract<Scenario, { kind: 'stall' }>): void {
    const never = new Int32Array(new SharedArrayBuffer(4));
    for (let time = 0; time < times; time++) {
      const stall = (): void => {
        Atomics.wait(never, 0, 0, stallMs);
      };
      this.#stalls.push(setTimeout(stall, this.#warmupMs + firstAtMs + time * periodMs));
    }
  }
}

function fail(fault: Extract<Scenario, { kind: 'fault' }>['fault'], socket: Socket): void {
  if (fault === 'close') socket.end();
  if (fault === 'reset') socket.resetAndDestroy();
  if (fault === 'truncate') socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf');
  if (fault === 'garbage') socket.end('this is not HTTP\r\n\r\n');
}

function isNth(number: number, every: number): boolean {
  return number % every === every - 1;
}
