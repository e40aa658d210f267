import { CODE, FLAG, FRAME } from './frames.ts';
import { NotHttp2 } from './refusal.ts';

interface Shape {
  readonly name: string;
  /** Whether it belongs to a stream, to the connection, or to either. */
  readonly of: 'stream' | 'connection' | 'either';
  /** Length of its payload in bytes; null for any. */
  readonly length: number | null;
}

const GOAWAY_BYTES = 8;
const SETTING_BYTES = 6;

/** By type (RFC 9113, 6); other types are extensions. */
const SHAPES: readonly Shape[] = [
  { name: 'DATA', of: 'stream', length: null },
  { name: 'HEADERS', of: 'stream', length: null },
  { name: 'PRIORITY', of: 'stream', length: 5 },
  { name: 'RST_STREAM', of: 'stream', length: 4 },
  { name: 'SETTINGS', of: 'connection', length: null },
  { name: 'PUSH_PROMISE', of: 'stream', length: null },
  { name: 'PING', of: 'connection', length: 8 },
  { name: 'GOAWAY', of: 'connection', length: null },
  { name: 'WINDOW_UPDATE', of: 'either', length: 4 },
  { name: 'CONTINUATION', of: 'stream', length: null },
];

/** What is wrong with a frame's shape; null if nothing. */
export function shapeProblem(type: number, flags: number, streamId: number, length: number): NotHttp2 | null {
  const shape = SHAPES[type];
  if (shape === undefined) return null;
  const { name, of } = shape;
  if (of !== 'either' && (of === 'stream') !== (streamId !== 0))
    return new NotHttp2(of === 'stream' ? `${name} of no stream` : `${name} of stream ${streamId}`);
  if (type === FRAME.pushPromise) return new NotHttp2('PUSH_PROMISE, which was not allowed');
  const isGood =
    shape.length !== null
      ? length === shape.length
      : type === FRAME.goaway
        ? length >= GOAWAY_BYTES
        : type !== FRAME.settings || ((flags & FLAG.ack) === 0 ? length % SETTING_BYTES === 0 : length === 0);
  return isGood ? null : new NotHttp2(`${name} of ${length} bytes`, CODE.frameSizeError);
}
