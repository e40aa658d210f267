import type { Socket } from 'node:net';
import {
  DEFAULT_WINDOW_BYTES,
  FLAG,
  FRAME,
  frame,
  HEAD_BYTES,
  MAX_31_BITS,
  numbersFrame,
  readUint32,
} from '../clients/wire/http2/frames.ts';
import { encodedField } from '../clients/wire/http2/hpack/block-encoder.ts';

const PREFACE_BYTES = 24;
const STREAM_ID_AT = 5;
const HEAD = Buffer.concat([
  encodedField(':status', '200', false),
  encodedField('content-type', 'text/plain', false),
]);
const BODY = Buffer.from('ok', 'latin1');
const SETTINGS_ACK = frame(FRAME.settings, FLAG.ack, 0, new Uint8Array());
/** No settings, and room for all bodies that practice sends on a connection. */
const OPENING = Buffer.concat([
  frame(FRAME.settings, 0, 0, new Uint8Array()),
  numbersFrame(FRAME.windowUpdate, 0, MAX_31_BITS - DEFAULT_WINDOW_BYTES),
]);

/**
 * Answers every HTTP/2 request as soon as it has ended, whatever it asks for.
 *
 * @param hasBodies false if a HEAD may be among them, whose answer has no body
 */
export function answerStreams(socket: Socket, hasBodies: boolean): void {
  let unread: Buffer = Buffer.alloc(0);
  let hasPreface = false;
  socket.on('error', () => {});
  socket.on('data', (bytes: Buffer) => {
    unread = unread.length === 0 ? bytes : Buffer.concat([unread, bytes]);
    const answers: Buffer[] = [];
    if (!hasPreface) {
      if (unread.length < PREFACE_BYTES) return;
      hasPreface = true;
      unread = unread.subarray(PREFACE_BYTES);
      answers.push(OPENING);
    }
    while (unread.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + unread.readUIntBE(0, 3);
      if (unread.length < end) break;
      const answer = answerTo(unread[3], unread[4] as number, readUint32(unread, STREAM_ID_AT), hasBodies);
      if (answer !== null) answers.push(answer);
      unread = unread.subarray(end);
    }
    if (answers.length > 0) socket.write(Buffer.concat(answers));
  });
}

/** What a frame is answered with; null for nothing. */
function answerTo(
  type: number | undefined,
  flags: number,
  streamId: number,
  hasBodies: boolean,
): Buffer | null {
  if (type === FRAME.settings) return (flags & FLAG.ack) === 0 ? SETTINGS_ACK : null;
  const isEnd = (type === FRAME.headers || type === FRAME.data) && (flags & FLAG.endStream) !== 0;
  if (!isEnd) return null;
  if (!hasBodies) return frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, streamId, HEAD);
  return Buffer.concat([
    frame(FRAME.headers, FLAG.endHeaders, streamId, HEAD),
    frame(FRAME.data, FLAG.endStream, streamId, BODY),
  ]);
}
