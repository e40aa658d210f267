/** Why a response was refused, by code; docs/clients.md has the table. */
export const REFUSALS = {
  WIRE_STATUS_LINE: 'the answer does not begin with a status line of HTTP/1.0 or HTTP/1.1',
  WIRE_FIELD: 'a header line is not a name, a colon, a value of visible characters, CR and LF',
  WIRE_HEAD_SIZE: 'the head, the trailer or the size line of a chunk is longer than 16 KiB',
  WIRE_CONTENT_LENGTH: 'Content-Length is not one number, or contradicts Transfer-Encoding',
  WIRE_TRANSFER_ENCODING: 'Transfer-Encoding is not chunked, given once, in an answer of HTTP/1.1',
  WIRE_FRAMING_FIELD:
    'Connection, Keep-Alive, Content-Length, Transfer-Encoding or Upgrade is longer than 256 bytes',
  WIRE_CHUNK: 'a chunk has no hexadecimal size, or does not end with CR and LF',
  WIRE_SWITCHED: 'the server switched to another protocol (101 with Upgrade), which was not asked for',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** A response that is not HTTP/1.1, or not safe to accept as such. */
export class WireRefusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode) {
    super(REFUSALS[code]);
    this.code = code;
  }
}
