/** Frame types (RFC 9113, 6). */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const;

export const SETTING = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

/** Error codes of streams and connections (RFC 9113, 7). */
export const CODE = {
  noError: 0,
  protocolError: 1,
  flowControlError: 3,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  enhanceYourCalm: 11,
} as const;
export type Code = (typeof CODE)[keyof typeof CODE];

export const HEAD_BYTES = 9;
/** The longest frame unless the other side allows more; we do not. */
export const DEFAULT_FRAME_BYTES = 16_384;
export const LONGEST_FRAME_BYTES = 16_777_215;
export const DEFAULT_WINDOW_BYTES = 65_535;
/** The largest window, and the highest stream number. */
export const MAX_31_BITS = 0x7fffffff;

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** Limit on an answer's fields, counted as in RFC 9113; the same as node:http2's. */
export const MOST_FIELD_BYTES = 65_536;

export function writeFrameHead(
  bytes: Uint8Array,
  at: number,
  length: number,
  type: number,
  flags: number,
  streamId: number,
): void {
  bytes[at] = length >> 16;
  bytes[at + 1] = length >> 8;
  bytes[at + 2] = length;
  bytes[at + 3] = type;
  bytes[at + 4] = flags;
  writeUint32(bytes, at + 5, streamId);
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >> 16;
  bytes[at + 2] = value >> 8;
  bytes[at + 3] = value;
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  );
}

export function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES + payload.length);
  writeFrameHead(bytes, 0, payload.length, type, flags, streamId);
  bytes.set(payload, HEAD_BYTES);
  return bytes;
}

/** A frame whose payload is 32-bit numbers. */
export function numbersFrame(type: number, streamId: number, ...numbers: readonly number[]): Buffer {
  const payload = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, place) => {
    writeUint32(payload, place * 4, number);
  });
  return frame(type, 0, streamId, payload);
}

/**
 * A client's preface: no header table, no pushes, and the largest possible connection window, since whatever is
 * read is processed at once.
 *
 * @param windowBytes per stream
 */
export function openingBytes(windowBytes: number): Buffer {
  const settings = [
    [SETTING.headerTableSize, 0],
    [SETTING.enablePush, 0],
    [SETTING.initialWindowSize, windowBytes],
    [SETTING.maxHeaderListSize, MOST_FIELD_BYTES],
  ] as const;
  const payload = Buffer.alloc(settings.length * 6);
  settings.forEach(([id, value], place) => {
    payload.writeUInt16BE(id, place * 6);
    payload.writeUInt32BE(value, place * 6 + 2);
  });
  return Buffer.concat([
    Buffer.from(PREFACE, 'latin1'),
    frame(FRAME.settings, 0, 0, payload),
    numbersFrame(FRAME.windowUpdate, 0, MAX_31_BITS - DEFAULT_WINDOW_BYTES),
  ]);
}
