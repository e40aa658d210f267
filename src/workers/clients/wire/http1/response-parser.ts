import type { ReadBytes } from '../../../connections/read-bytes.ts';
import { ChunkLineParser } from './chunk-line-parser.ts';
import { HeadParser } from './head-parser.ts';
import type { LastHead } from './last-head.ts';
import type { RefusalCode } from './refusal.ts';
import { CR, LF } from './syntax.ts';

/** Parser events. */
export const EVENT = {
  /** All available bytes have been read. */
  more: 0,
  /** A head is complete, possibly of an interim response. */
  head: 1,
  /** A piece of the body, from `bodyFrom` to `bodyTo`. */
  body: 2,
  /** The response is complete. */
  end: 3,
  /** The bytes are not a valid response; `refusal` says why. */
  refused: 4,
} as const;
type Event = (typeof EVENT)[keyof typeof EVENT];

const HEAD = 0;
const SIZED_BODY = 1;
const BODY_UNTIL_CLOSE = 2;
const CHUNK_LINE = 3;
const CHUNK = 4;
const CHUNK_CR = 5;
const CHUNK_LF = 6;
const TRAILER = 7;
const ENDED = 8;
const REFUSED = 9;

/**
 * Finds where the response to one request begins and ends, in bytes that arrive in any pieces. It keeps no bytes
 * and creates no strings: a caller reads what it needs of a head from the same bytes.
 */
export class ResponseParser {
  /** Start and end of the piece of the body, after a body event. */
  bodyFrom = 0;
  bodyTo = 0;
  /** The next byte to read. */
  at = 0;
  /** Start, in the last read, of the part of a head or trailer that ends at `at`; -1 without one. */
  fieldsFrom = -1;
  /** Whether the connection can carry another request after this response. */
  keepsAlive = false;
  /** The response must not have a body but its head announces one: a server with one mistake may make the other. */
  isOddlyEmpty = false;
  readonly #head: HeadParser;
  readonly #chunkLine = new ChunkLineParser();
  #state = HEAD;
  #isHeadRequest = false;
  /** An interim response announced the end of the connection. */
  #isLast = false;
  /** Remaining bytes of the body, or of the chunk. */
  #left = 0;
  #refusal: RefusalCode | null = null;

  /** @param last by default that of the thread */
  constructor(last?: LastHead) {
    this.#head = new HeadParser(last);
  }

  get status(): number {
    return this.#head.status;
  }

  get refusal(): RefusalCode | null {
    return this.#refusal;
  }

  /** After a head event: its text, if it is that of the last head again, which is at hand; otherwise null. */
  get knownText(): string | null {
    return this.#head.knownText;
  }

  /** How long the server keeps an idle connection, in seconds; -1 if unknown. */
  get keepAliveS(): number {
    return this.#head.fields.keepAliveS;
  }

  /** Prepares for the response to a request; with HEAD it has no body. */
  begin(isHeadRequest: boolean): void {
    this.#isHeadRequest = isHeadRequest;
    this.#state = HEAD;
    this.#refusal = null;
    this.keepsAlive = false;
    this.isOddlyEmpty = false;
    this.#isLast = false;
    this.#head.beginHead();
  }

  /** Continues from `from` to the next event, which is `more` only when `to` is reached. */
  next(bytes: ReadBytes, from: number, to: number): Event {
    this.at = from;
    this.fieldsFrom = this.#state === HEAD || this.#state === TRAILER ? from : -1;
    for (;;) {
      switch (this.#state) {
        case HEAD:
          this.at = this.#head.read(bytes, this.at, to);
          if (this.#head.refusal !== null) return this.#refuse(this.#head.refusal);
          return this.#head.isComplete ? this.#headComplete() : EVENT.more;
        case SIZED_BODY:
        case CHUNK: {
          if (this.at === to) return EVENT.more;
          const piece = this.#piece(Math.min(to, this.at + this.#left));
          this.#left -= this.bodyTo - this.bodyFrom;
          if (this.#left === 0) this.#state = this.#state === CHUNK ? CHUNK_CR : ENDED;
          return piece;
        }
        case BODY_UNTIL_CLOSE:
          return this.at === to ? EVENT.more : this.#piece(to);
        case CHUNK_LINE:
          this.at = this.#chunkLine.read(bytes, this.at, to);
          if (this.#chunkLine.refusal !== null) return this.#refuse(this.#chunkLine.refusal);
          if (!this.#chunkLine.isComplete) return EVENT.more;
          this.#left = this.#chunkLine.size;
          this.#state = this.#left === 0 ? TRAILER : CHUNK;
          if (this.#left === 0) {
            this.#head.beginTrailer();
            this.fieldsFrom = this.at;
          }
          break;
        case CHUNK_CR:
        case CHUNK_LF:
          if (this.at === to) return EVENT.more;
          if (bytes[this.at] !== (this.#state === CHUNK_CR ? CR : LF)) return this.#refuse('WIRE_CHUNK');
          this.at++;
          if (this.#state === CHUNK_CR) this.#state = CHUNK_LF;
          else this.#beginChunk();
          break;
        case TRAILER:
          this.at = this.#head.read(bytes, this.at, to);
          if (this.#head.refusal !== null) return this.#refuse(this.#head.refusal);
          if (!this.#head.isComplete) return EVENT.more;
          this.#state = ENDED;
          break;
        case ENDED:
          return EVENT.end;
        default:
          return EVENT.refused;
      }
    }
  }

  /** Whether an orderly end of the connection completes the response. */
  finish(): boolean {
    return this.#state === BODY_UNTIL_CLOSE;
  }

  #piece(to: number): Event {
    this.bodyFrom = this.at;
    this.bodyTo = to;
    this.at = to;
    return EVENT.body;
  }

  #headComplete(): Event {
    const { status, minorVersion, fields } = this.#head;
    const { contentLength, isChunked } = fields;
    const mayStay = minorVersion === 1 ? !fields.asksToClose : fields.asksToKeepAlive && !fields.asksToClose;
    if (status < 200) return this.#interimComplete(status, fields.asksToClose);
    // These end with their head, whatever body it announces (RFC 9112, 6.3).
    const isEmpty = this.#isHeadRequest || status === 204 || status === 304;
    const refusal = isEmpty ? null : fields.bodyRefusal(minorVersion);
    if (refusal !== null) return this.#refuse(refusal);
    this.isOddlyEmpty = isEmpty && !this.#isHeadRequest && (fields.hasCoding || contentLength > 0);
    this.keepsAlive = mayStay && !this.#isLast && (isEmpty || isChunked || contentLength !== -1);
    this.#left = contentLength;
    if (isEmpty || contentLength === 0) this.#state = ENDED;
    else if (isChunked) this.#beginChunk();
    else this.#state = contentLength === -1 ? BODY_UNTIL_CLOSE : SIZED_BODY;
    return EVENT.head;
  }

  /** Skips an interim response, expected or not (RFC 9110, 15.2); after a switch of protocols, bytes are not HTTP/1.1. */
  #interimComplete(status: number, asksToClose: boolean): Event {
    if (status === 101 && this.#head.fields.hasUpgrade) return this.#refuse('WIRE_SWITCHED');
    this.#isLast ||= asksToClose;
    this.#head.beginHead();
    return EVENT.head;
  }

  #beginChunk(): void {
    this.#chunkLine.begin();
    this.#state = CHUNK_LINE;
  }

  #refuse(refusal: RefusalCode): Event {
    this.#refusal = refusal;
    this.#state = REFUSED;
    return EVENT.refused;
  }
}
