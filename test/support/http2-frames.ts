const HEAD_BYTES = 9;

export const FRAME = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { none: 0, endStream: 1, ack: 1, endHeaders: 4, padded: 8 } as const;

/** Settings by their numbers in RFC 9113, section 6.5.2. */
export const SETTING = { maxConcurrentStreams: 3, initialWindowSize: 4, maxFrameSize: 5 } as const;

/** A frame that says what its arguments say, whether that is allowed or not. */
export function frame(type: number, flags: number, streamId: number, payload: Uint8Array = Buffer.alloc(0)) {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

export function settings(values: readonly (readonly [id: number, value: number])[] = []): Buffer {
  return frame(FRAME.settings, FLAG.none, 0, Buffer.concat(values.map(([id, value]) => setting(id, value))));
}

/** A header block of literals that are not indexed, without Huffman coding. */
export function fieldBlock(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(
    fields.flatMap(([name, value]) => [Buffer.of(0), hpackString(name), hpackString(value)]),
  );
}

/** The head of an answer in one frame. */
export function head(
  streamId: number,
  status: number,
  fields: readonly (readonly [string, string])[] = [],
  flags: number = FLAG.endHeaders,
): Buffer {
  return frame(FRAME.headers, flags, streamId, fieldBlock([[':status', String(status)], ...fields]));
}

export function data(streamId: number, body: string, flags: number = FLAG.endStream): Buffer {
  return frame(FRAME.data, flags, streamId, Buffer.from(body));
}

/** A complete answer. */
export function answer(streamId: number, body = 'hello', status = 200): Buffer {
  return Buffer.concat([
    head(streamId, status, [['content-length', String(body.length)]]),
    data(streamId, body),
  ]);
}

export function reset(streamId: number, code: number): Buffer {
  return frame(FRAME.rstStream, FLAG.none, streamId, uint32(code));
}

export function goaway(lastStreamId: number, code = 0): Buffer {
  return frame(FRAME.goaway, FLAG.none, 0, Buffer.concat([uint32(lastStreamId), uint32(code)]));
}

export function windowUpdate(streamId: number, bytes: number): Buffer {
  return frame(FRAME.windowUpdate, FLAG.none, streamId, uint32(bytes));
}

function setting(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(6);
  bytes.writeUInt16BE(id, 0);
  bytes.writeUInt32BE(value, 2);
  return bytes;
}

/** Up to 16,509 bytes. */
function hpackString(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  const rest = bytes.length - 127;
  const length = rest < 0 ? [bytes.length] : rest < 128 ? [127, rest] : [127, (rest & 127) | 128, rest >> 7];
  return Buffer.concat([Buffer.from(length), bytes]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
