import { Duplex } from 'node:stream';
import { Client } from 'undici';
import type { Destination } from '../../src/protocol/endpoint.ts';
import type { AnswerHandler, HttpDispatcher } from '../../src/workers/clients/dispatcher.ts';
import { WireClient } from '../../src/workers/clients/wire/http1/wire-client.ts';
import type { TargetConnection } from '../../src/workers/connections/connection.ts';

/** What a client made of some bytes. */
export interface Outcome {
  readonly result: 'complete' | 'refused' | 'pending';
  readonly code: string | null;
  /** Interim ones first. */
  readonly statuses: readonly number[];
  readonly headers: unknown;
  readonly trailers: unknown;
  readonly body: string;
  /** The next request went over the same connection. */
  readonly isReused: boolean;
}

export interface Exchange {
  readonly pieces: readonly Uint8Array[];
  readonly method: string;
  /** The server ends the connection behind the last piece. */
  readonly ends: boolean;
}

const ORIGIN = 'http://target.example';
const TARGET = { origin: ORIGIN, secure: false } as Destination;

class Collector implements AnswerHandler {
  result: Outcome['result'] = 'pending';
  code: string | null = null;
  readonly statuses: number[] = [];
  headers: unknown = null;
  trailers: unknown = null;
  body = '';

  onRequestStart(): void {}

  onResponseStart(_controller: unknown, status: number, headers: unknown): void {
    this.statuses.push(status);
    this.headers = headers;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.body += chunk.toString('latin1');
  }

  onResponseEnd(_controller: unknown, trailers: unknown): void {
    this.result = 'complete';
    this.trailers = trailers;
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.result = 'refused';
    this.code = String((error as NodeJS.ErrnoException).code);
  }
}

/** One end of a connection whose other end is the test. */
class Line {
  readonly socket: Duplex;
  written = '';

  constructor() {
    this.socket = new Duplex({
      read: () => {},
      write: (chunk: Buffer, _encoding, done) => {
        this.written += chunk.toString('latin1');
        done();
      },
    });
    this.socket.on('error', () => {});
  }
}

/** How undici takes these bytes. */
export function byUndici(exchange: Exchange): Promise<Outcome> {
  const lines: Line[] = [];
  const client = new Client(ORIGIN, {
    connect: (_options, callback) => {
      const line = new Line();
      lines.push(line);
      queueMicrotask(() => callback(null, line.socket as never));
    },
    headersTimeout: 0,
    bodyTimeout: 0,
    pipelining: 1,
  });
  return outcomeOf(exchange, client, lines, (line, piece) => line.socket.push(piece));
}

/** How wire takes them. */
export function byWire(exchange: Exchange): Promise<Outcome> {
  const lines: Line[] = [];
  const connection: Pick<TargetConnection, 'acquire' | 'finish' | 'mistrust' | 'readWith'> = {
    acquire: (callback) => {
      const line = new Line();
      lines.push(line);
      // An end is seen only by who reads.
      line.socket.resume();
      queueMicrotask(() => callback(null, line.socket as never));
    },
    finish: () => {},
    mistrust: () => {},
    readWith: () => {},
  };
  const client = new WireClient(TARGET, connection as TargetConnection);
  return outcomeOf(exchange, client, lines, (line, piece) => {
    // As read into a larger buffer that others write to afterwards.
    const buffer = Buffer.alloc(piece.length + 1, 'x');
    buffer.set(piece);
    client.onBytes(line.socket as never, buffer, piece.length);
    buffer.fill('x');
  });
}

async function outcomeOf(
  { pieces, method, ends }: Exchange,
  client: HttpDispatcher,
  lines: readonly Line[],
  read: (line: Line, piece: Uint8Array) => void,
): Promise<Outcome> {
  const request = { origin: ORIGIN, path: '/', method, headers: [], body: null, reset: false };
  const collector = new Collector();
  client.dispatch(request, collector);
  await turns(1);
  const [line] = lines;
  if (line === undefined) throw new Error('no connection was asked for');
  for (const piece of pieces) {
    if (line.socket.destroyed) break;
    read(line, piece);
    await turns(1);
  }
  if (ends && !line.socket.destroyed) line.socket.push(null);
  await turns(2);
  let isReused = false;
  if (collector.result === 'complete') {
    line.written = '';
    client.dispatch(request, new Collector());
    await turns(3);
    isReused = line.written !== '' && !line.socket.destroyed;
  }
  const { result, code, statuses, headers, trailers, body } = collector;
  client.destroy().catch(() => {});
  for (const { socket } of lines) socket.destroy();
  return { result, code, statuses: [...statuses], headers, trailers, body, isReused };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
