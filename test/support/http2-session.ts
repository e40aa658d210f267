import type { AnswerHandler } from '../../src/workers/clients/dispatcher.ts';
import { Http2Stream } from '../../src/workers/clients/wire/http2/http2-stream.ts';
import { RequestEncoder } from '../../src/workers/clients/wire/http2/request-frames.ts';
import { Session } from '../../src/workers/clients/wire/http2/session.ts';
import { FRAME } from './http2-frames.ts';

const ENCODER = new RequestEncoder('http', 'example.org');

/** What has become of a session. */
export interface Outcome {
  /** By stream, what its handler was told. */
  readonly told: string[][];
  /** Types of the frames that were written behind the opening, with their streams. */
  readonly written: string[];
  readonly ended: string | null;
}

/** A session with so many requests under way, over a socket that takes everything. */
export function sessionWith(
  count: number,
  body: Buffer | null = null,
  firstId = 1,
  wantsFields = false,
  windowBytes?: number,
) {
  const writes: Buffer[] = [];
  const told: string[][] = [];
  let ended: string | null = null;
  const session = new Session(
    {
      writableLength: 0,
      write: (bytes: Uint8Array) => {
        writes.push(Buffer.from(bytes));
        return true;
      },
    } as unknown as ConstructorParameters<typeof Session>[0],
    {
      release: () => {},
      onSettings: () => {},
      onRoom: () => {},
      onUnseen: (streams) => {
        for (const stream of streams) told[(stream.id - firstId) / 2]?.push('again');
      },
      onDone: () => {
        ended = 'done';
      },
      onBroken: () => {
        ended = 'broken';
      },
    },
    firstId,
    windowBytes,
  );
  const streams: Http2Stream[] = [];
  const template = {
    origin: '',
    path: '/',
    method: body === null ? 'GET' : 'POST',
    headers: [],
    body,
    reset: false,
  };
  for (let place = 0; place < count && session.hasRoom; place++) {
    const events: string[] = [];
    told.push(events);
    const handler: AnswerHandler & { onResponseBytes?: unknown } = {
      onRequestStart: () => {},
      onResponseStart: (_controller, status) => events.push(String(status)),
      onResponseData: (_controller, chunk) => events.push(`+${chunk.length}`),
      onResponseEnd: () => events.push('end'),
      onResponseError: (_controller, error) => {
        const { code, message } = error as NodeJS.ErrnoException;
        events.push(code === 'NOT_HTTP2' ? message.replace(/^.*rules: /, '') : String(code));
      },
    };
    if (!wantsFields)
      handler.onResponseBytes = (_bytes: unknown, from: number, to: number) => events.push(`+${to - from}`);
    const stream = new Http2Stream(ENCODER.framesOf(template), handler, {
      end: () => {},
      readOn: (held) => session.readOn(held),
    });
    streams.push(stream);
    session.start(stream);
  }
  session.flush();
  const outcome = (): Outcome => ({
    // Pieces of a body come as they are read: their sum counts.
    told: told.map((events) => joined(events)),
    written: framesIn(Buffer.concat(writes.slice(1))),
    ended,
  });
  return { session, streams, outcome };
}

function joined(events: readonly string[]): string[] {
  const sums: string[] = [];
  for (const event of events) {
    const last = sums.at(-1);
    if (event.startsWith('+') && last?.startsWith('+'))
      sums[sums.length - 1] = `+${Number(last) + Number(event)}`;
    else sums.push(event);
  }
  return sums;
}

function framesIn(bytes: Buffer): string[] {
  const names = Object.keys(FRAME) as (keyof typeof FRAME)[];
  const frames: string[] = [];
  for (let at = 0; at < bytes.length; at += 9 + bytes.readUIntBE(at, 3)) {
    const name = names.find((candidate) => FRAME[candidate] === bytes[at + 3]) ?? '?';
    const payload = bytes.subarray(at + 9, at + 9 + bytes.readUIntBE(at, 3));
    const code =
      name === 'rstStream'
        ? `(${payload.readUInt32BE(0)})`
        : name === 'goaway'
          ? `(${payload.readUInt32BE(4)})`
          : '';
    if (name !== 'headers') frames.push(`${name} ${bytes.readUInt32BE(at + 5)}${code}`);
  }
  return frames;
}

/** Of an answer that is refused, how much of its body was told of before is the reads' doing. */
export function comparable({ told, ...rest }: Outcome): Outcome {
  const isRefused = (events: string[]): boolean => events.at(-1)?.startsWith('WIRE_') ?? false;
  return {
    ...rest,
    told: told.map((events) =>
      isRefused(events) ? events.filter((event) => !event.startsWith('+')) : events,
    ),
  };
}
