import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createMonotonicClock } from '../../src/time/clock.ts';
import { identityOf } from './identity.ts';
import type { Scenario, ServerLog, ServerOrders } from './scenario.ts';

/**
 * A server whose delays are precise (it polls from the first arrival on, and has a core for it) and which logs what it really did, on the clock
 * that volley's workers use. Each answer carries its request's number in status and length of the body.
 */
const SPIN_MS = 0.005;
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

const clock = createMonotonicClock();
const arrivedMs: number[] = [];
const leftMs: number[] = [];
const departures: Departure[] = [];
let scenario: Scenario = { kind: 'delay', delayMs: 0 };
let firstMs = 0;
let busyUntilMs = 0;
let warmupMs = 0;

const server = createServer({ noDelay: true }, (socket) => {
  // How much of the blank line that ends a head has come: nothing else of a request matters here.
  let matched = 0;
  socket.on('error', () => {});
  socket.on('data', (bytes: Buffer) => {
    for (const byte of bytes) {
      if (byte === END_OF_HEAD[matched]) matched++;
      else matched = byte === CR ? 1 : 0;
      if (matched < END_OF_HEAD.length) continue;
      matched = 0;
      arrive(socket, clock.nowMs());
    }
  });
});

function arrive(socket: Socket, nowMs: number): void {
  const number = arrivedMs.length;
  if (number === 0) {
    firstMs = nowMs + warmupMs;
    setImmediate(poll);
    if (scenario.kind === 'stall') scheduleStalls(scenario);
  }
  arrivedMs.push(nowMs);
  leftMs.push(Number.NaN);
  const atMs = departureOf(number, nowMs);
  if (atMs === null) return;
  if (atMs <= nowMs) {
    leave({ number, atMs, socket });
    return;
  }
  // Kept in order: nearly always the newest leaves last.
  let index = departures.length;
  while (index > 0 && (departures[index - 1]?.atMs ?? 0) > atMs) index--;
  departures.splice(index, 0, { number, atMs, socket });
}

/** When the answer is to leave; null for never. */
function departureOf(number: number, nowMs: number): number | null {
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
      busyUntilMs = Math.max(nowMs, busyUntilMs) + scenario.serviceMs;
      return busyUntilMs;
    case 'hang':
      firstMs = Math.min(firstMs, nowMs + warmupMs - number * scenario.gapMs);
      return nowMs - firstMs >= scenario.afterMs ? null : nowMs;
  }
}

function leave({ number, socket }: Departure): void {
  leftMs[number] = clock.nowMs();
  const { status, length } = identityOf(number);
  const body = 'v'.repeat(length);
  const answerHead = `HTTP/1.1 ${status} Numbered\r\ncontent-length: ${length}\r\n\r\n`;
  if (scenario.kind === 'fault' && isNth(number, scenario.every)) {
    fail(scenario.fault, socket);
  } else if (scenario.kind === 'slowBody' && isNth(number, scenario.every)) {
    socket.write(answerHead + body.slice(1));
    setTimeout(() => {
      leftMs[number] = clock.nowMs();
      socket.write('v');
    }, scenario.slowMs);
  } else {
    socket.write(answerHead + body);
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

function poll(): void {
  setImmediate(poll);
  let nowMs = clock.nowMs();
  // A look at the clock is cheaper than a turn of the event loop.
  for (const untilMs = nowMs + SPIN_MS; nowMs < untilMs; nowMs = clock.nowMs()) depart(nowMs);
}

function depart(nowMs: number): void {
  while (departures.length > 0 && (departures[0]?.atMs ?? 0) <= nowMs) {
    const departure = departures.shift();
    if (departure !== undefined) leave(departure);
  }
}

/** Blocks the whole process, accepting included, at fixed times after the first arrival. */
function scheduleStalls({ firstAtMs, periodMs, stallMs, times }: Extract<Scenario, { kind: 'stall' }>): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  for (let time = 0; time < times; time++) {
    setTimeout(() => Atomics.wait(never, 0, 0, stallMs), warmupMs + firstAtMs + time * periodMs);
  }
}

/** Accepts connections of its own first, so that what is measured is no code that runs for the first time. */
async function listen(host: string): Promise<void> {
  server.listen({ host, port: 0, backlog: 4_096 });
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  for (let round = 0; round < ACCEPT_ROUNDS; round++) {
    const sockets = Array.from({ length: ACCEPTED_AT_ONCE }, () => connect(port, '127.0.0.1'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    for (const socket of sockets) socket.end();
    await Promise.all(sockets.map((socket) => once(socket, 'close')));
  }
  process.send?.(port);
}

process.on('message', (message: ServerOrders | 'log') => {
  if (message === 'log') {
    const log: ServerLog = { arrivedMs: Float64Array.from(arrivedMs), leftMs: Float64Array.from(leftMs) };
    process.send?.(log);
  } else {
    ({ scenario, warmupMs } = message);
    void listen(message.host);
  }
});
process.on('disconnect', () => process.exit(0));
