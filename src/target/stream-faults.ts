import { constants, type ServerHttp2Stream } from 'node:http2';

const HALF = 'hello';
const HEAD = { ':status': 200, 'content-length': HALF.length * 2 };

/** Faults of HTTP/2 answers, by their name under /fault/. */
export const STREAM_FAULTS: Readonly<Record<string, (stream: ServerHttp2Stream) => void>> = {
  /** RST_STREAM after the request. */
  reset: (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  /** Ends the connection after the request, without a byte of an answer. */
  close: (stream) => stream.session?.destroy(),
  /** RST_STREAM in the middle of a body of known length. */
  truncate: (stream) => {
    stream.respond(HEAD);
    stream.write(HALF, () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
  },
  /** A good answer, then GOAWAY and the end of the connection. */
  'close-after': (stream) => {
    stream.respond({ ':status': 200, 'content-length': HALF.length });
    stream.end(HALF);
    stream.session?.close();
  },
  /** No answer. */
  hang: () => {},
  /** The head and half of the body, then nothing more. */
  'hang-body': (stream) => {
    stream.respond(HEAD);
    stream.write(HALF);
  },
};
