import { LOWEST_FAILURE } from '../../protocol/report.ts';
import type { Framing, StreamPlan } from '../../protocol/stream.ts';
import type { KeptBytes } from '../../requests/body-text.ts';
import { decodedBy, type ReadBytes } from '../connections/read-bytes.ts';
import type { AnswerSink, SaysOfBody, StreamFailure, TokenMarks } from '../exchange/answer-sink.ts';
import { KeptBody } from '../exchange/kept-body.ts';
import { EventReader, parsed } from './event-reader.ts';
import { createFramer, type Framer } from './framing.ts';
import { errorIn, quote } from './told-failures.ts';

/** Limit on the kept part of an answer in one piece: enough for its tokens or its error message. */
const LARGEST_WHOLE_BYTES = 4 * 2 ** 20;
/** What is kept of the text of an answer, in characters. */
const LONGEST_TEXT = 16 * 2 ** 20;
/** Limit on the kept part of a stream without a token so far: enough to say what arrived instead. */
const LARGEST_BEGINNING = 4_096;
const FIRST_EVENTS = 64;
const PLAIN = /^\s*(?:identity)?\s*$/i;
const PAGE_TYPE = /^(?:text\/html|application\/xhtml\+xml)\b/i;
const PAGE = /^\s*(?:<!doctype\s+html|<html[\s>])/i;
const EVENT_STREAM = /^text\/event-stream\b/i;
const JSON_LINES =
  /^application\/(?:x-|json-)?(?:ndjson|jsonl|jsonlines|json-seq)\b|^application\/stream\+json\b/i;
const JSON_TEXT = /^application\/(?:[\w.-]+\+)?json\b/i;

/**
 * Arrival times of the tokens of successive answers. Each read was stamped before it is decoded here; nothing
 * is computed for an answer until it is complete.
 */
export class TokenTimes implements AnswerSink, TokenMarks {
  events = 0;
  usage: number | null = null;
  firstOutputMs = Number.NaN;
  isStreamed = false;
  text = '';
  readonly #plan: StreamPlan;
  readonly #reader: EventReader;
  readonly #decoder = new TextDecoder();
  #timesMs = new Float64Array(FIRST_EVENTS);
  #framer: Framer | null = null;
  #isFramed = true;
  readonly #kept = new KeptBody();
  #keepsBody = false;
  /** The current answer is not read as a stream. */
  #isWhole = false;
  /** Kept text of an answer that is not a stream, or a bad one. */
  #whole = '';
  #hasEnded = false;
  /** When the first call of a tool was named; NaN before. */
  #callAtMs = Number.NaN;
  /** The rest of it no longer counts. */
  #isOver = false;
  #error: string | null = null;
  /** The first event that could not be read; null without one. */
  #unreadable: string | null = null;
  /** How the answer is compressed, so that its events cannot be seen; null if it is not. */
  #encoding: string | null = null;
  #status = 0;
  /** It says that it is a web page. */
  #saysPage = false;
  #readAtMs = 0;

  constructor(plan: StreamPlan) {
    this.#plan = plan;
    this.#reader = new EventReader(plan);
  }

  get body(): KeptBytes {
    return this.#kept.body;
  }

  get tokens(): TokenMarks | null {
    return this.#isWhole ? null : this;
  }

  expect(keepsBody: boolean, isWhole: boolean): boolean {
    this.#keepsBody = keepsBody;
    this.#isWhole = isWhole;
    return keepsBody || !isWhole;
  }

  begin(status: number, { contentType, contentEncoding }: SaysOfBody): void {
    if (this.#isWhole) return;
    this.#status = status;
    this.#saysPage = contentType !== null && PAGE_TYPE.test(contentType);
    this.#encoding = contentEncoding === null || PLAIN.test(contentEncoding) ? null : contentEncoding;
    const framing = status < LOWEST_FAILURE ? this.#framingOf(contentType) : null;
    this.isStreamed = framing !== null;
    // Whatever a read brings is an event, encoded or not.
    if (framing === 'chunks') this.#encoding = null;
    this.#isFramed = framing !== 'chunks';
    this.#framer = framing === null ? null : createFramer(framing, (data, name) => this.#take(data, name));
  }

  add(bytes: ReadBytes, from: number, to: number, readAtMs: number): void {
    if (this.#keepsBody) this.#kept.add(bytes, from, to);
    if (this.#isWhole || this.#error !== null || this.#encoding !== null) return;
    this.#readAtMs = readAtMs;
    const text = decodedBy(this.#decoder, bytes, from, to);
    if (this.#framer === null) this.#keep(text);
    else {
      if (this.events === 0 && this.#whole.length < LARGEST_BEGINNING)
        this.#whole += text.slice(0, LARGEST_BEGINNING);
      try {
        this.#framer.push(text);
      } catch (error) {
        this.#error = error instanceof Error ? error.message : String(error);
      }
    }
  }

  clear(): void {
    this.#kept.clear();
    if (this.#framer !== null || this.#whole !== '') this.#decoder.decode();
    this.events = 0;
    this.usage = null;
    this.firstOutputMs = Number.NaN;
    this.isStreamed = false;
    this.text = '';
    this.#framer = null;
    this.#whole = '';
    this.#hasEnded = false;
    this.#callAtMs = Number.NaN;
    this.#isOver = false;
    this.#error = null;
    this.#unreadable = null;
    this.#encoding = null;
    this.#saysPage = false;
    this.#status = 0;
    this.#reader.wrongUsage = null;
    this.#reader.isVisible = false;
  }

  finish(): StreamFailure | null {
    return this.#isWhole ? null : (this.#finish() ?? this.#miscounted());
  }

  #finish(): StreamFailure | null {
    if (isRedirection(this.#status)) {
      const example = `the answer is a redirect (status ${this.#status}), not a stream of tokens: follow it (location), or give the URL that it leads to`;
      return { kind: 'stream', code: 'STREAM_EMPTY', example };
    }
    if (this.#encoding !== null)
      return {
        kind: 'stream',
        code: 'STREAM_ENCODED',
        example: `the answer is compressed (content-encoding: ${quote(this.#encoding)}), and is not searched for tokens: leave out what asks for that (compressed), or send the header accept-encoding: identity`,
      };
    // A model may answer with a page too, but does not say that its stream is one.
    if (this.#saysPage && PAGE.test(this.#whole))
      return {
        kind: 'stream',
        code: 'STREAM_EMPTY',
        example: `the answer is a web page, not a stream of tokens: ${quote(this.#whole)}`,
      };
    // A count of 0 although tokens came is ignored, unless none of them can be seen.
    if (this.usage === 0 && this.events > 0) {
      if (this.#reader.isVisible) this.usage = null;
      else this.events = 0;
    }
    if (this.#framer === null) return this.#finishWhole();
    const isReadable = this.#unreadable === null;
    if (this.#error === null) this.#framer.end();
    if (this.#error !== null) return { kind: 'stream', code: 'STREAM_ERROR', example: this.#error };
    if (!isReadable) return this.#notRead();
    // A call without arguments is all of such an answer, and its name what came of it.
    if (this.events === 0 && !Number.isNaN(this.#callAtMs)) this.#addEvent(this.#callAtMs);
    if (this.events === 0) return this.#withoutToken();
    // What only the end has completed is cut rather than corrupt, where the end is known to be missing.
    if (!this.#reader.knowsEnd || this.#hasEnded) return this.#unreadable === null ? null : this.#notRead();
    const after = `${this.events} token event${this.events === 1 ? '' : 's'}`;
    const example = `the answer ended after ${after}, without the mark that ends a stream`;
    return { kind: 'truncated', code: 'STREAM_CUT', example };
  }

  timeMs(event: number): number {
    return event >= 0 && event < this.events ? (this.#timesMs[event] as number) : Number.NaN;
  }

  get complaint(): string | null {
    if (this.#framer !== null || this.#whole === '') return null;
    return quote(errorIn(parsed(this.#whole)) ?? this.#whole);
  }

  #framingOf(contentType: string | null): Framing | null {
    // A server asked for a stream may answer in one piece.
    if (contentType !== null && JSON_TEXT.test(contentType) && this.#plan.framing !== 'ndjson') return null;
    if (this.#plan.framing !== null) return this.#plan.framing;
    if (contentType === null) return 'chunks';
    if (EVENT_STREAM.test(contentType)) return 'sse';
    return JSON_LINES.test(contentType) ? 'ndjson' : 'chunks';
  }

  #take(data: string, name: string | null): void {
    const event = this.#reader.read(data, name, this.#isFramed);
    if (this.#isOver) {
      // Nothing counts after the end, except that the server says that it failed.
      if (event.error !== null) this.#error ??= event.error;
      return;
    }
    if (event.isLast) this.#isOver = true;
    if (event.error !== null) this.#error ??= event.error;
    if (event.isUnreadable) this.#unreadable ??= data;
    if (event.usage !== null) this.usage = event.usage;
    if (event.isEnd) this.#hasEnded = true;
    if (event.isCall && Number.isNaN(this.#callAtMs)) this.#callAtMs = this.#readAtMs;
    if (event.text !== '') this.#addText(event.text);
    if (!event.isToken) return;
    if (!event.isReasoning && Number.isNaN(this.firstOutputMs)) this.firstOutputMs = this.#readAtMs;
    this.#addEvent(this.#readAtMs);
  }

  #addEvent(atMs: number): void {
    if (this.events === this.#timesMs.length) {
      const longer = new Float64Array(2 * this.events);
      longer.set(this.#timesMs);
      this.#timesMs = longer;
    }
    this.#timesMs[this.events] = atMs;
    this.events++;
  }

  #addText(text: string): void {
    if (this.text.length + text.length <= LONGEST_TEXT) this.text += text;
    else this.#error ??= `the text of the answer is longer than ${LONGEST_TEXT / 2 ** 20} Mi characters`;
  }

  /** Part of the answer is lost, unless all of it is one error message over several lines. */
  #notRead(): StreamFailure {
    const error = this.events === 0 ? errorIn(parsed(this.#whole)) : null;
    if (error !== null) return { kind: 'stream', code: 'STREAM_ERROR', example: quote(error) };
    const example = `an event of the stream is not JSON, so part of the answer is lost: ${quote(this.#unreadable ?? '')}`;
    return { kind: 'stream', code: 'STREAM_UNREADABLE', example };
  }

  /** A token count that cannot be one, where the server's is asked for. */
  #miscounted(): StreamFailure | null {
    const { wrongUsage } = this.#reader;
    if (wrongUsage === null || this.#plan.count === 'events') return null;
    const example = `the server counts ${wrongUsage} tokens, which cannot be right`;
    return { kind: 'stream', code: 'STREAM_USAGE', example };
  }

  /** An answer without content is not an answer, even if it ends correctly. */
  #withoutToken(): StreamFailure {
    const error = errorIn(parsed(this.#whole));
    if (error !== null) return { kind: 'stream', code: 'STREAM_ERROR', example: quote(error) };
    const status = this.#status === 200 ? '' : ` (status ${this.#status})`;
    const came =
      this.#whole.trim() === '' ? `nothing came${status}` : `what came begins with ${quote(this.#whole)}`;
    return this.#reader.knowsEnd && !this.#hasEnded
      ? {
          kind: 'truncated',
          code: 'STREAM_CUT',
          example: `the answer ended without a token, and without the mark that ends a stream: ${came}`,
        }
      : {
          kind: 'stream',
          code: 'STREAM_EMPTY',
          example: `the answer has no token${this.#hidden()}: ${came}`,
        };
  }

  /** Reasoning models may use up the limit of an answer before it begins. */
  #hidden(): string {
    if ((this.usage ?? 0) === 0) return '';
    return ` to see, but the server counts ${this.usage}, perhaps of hidden reasoning: allow more tokens`;
  }

  #keep(text: string): void {
    if (this.#whole.length < LARGEST_WHOLE_BYTES) this.#whole += text;
  }

  /** An answer in one piece may have a token count, or an error message. */
  #finishWhole(): StreamFailure | null {
    const value = parsed(this.#whole);
    this.usage = this.#reader.usageOf(value);
    const error = errorIn(value) ?? this.#reader.failureIn(value);
    if (error !== null) return { kind: 'stream', code: 'STREAM_ERROR', example: quote(error) };
    // What is too long to be read is not known to be wrong, unless its text is wanted.
    const isCut = this.#whole.length > LARGEST_WHOLE_BYTES;
    const text = this.#plan.keepsText === true ? this.#reader.textOfWhole(value) : null;
    this.text = text ?? '';
    if (isCut && this.#plan.keepsText === true)
      return {
        kind: 'stream',
        code: 'STREAM_EMPTY',
        example: 'the answer is JSON that is too long to be read',
      };
    if (isCut) return null;
    if (value === undefined) {
      const came = this.#whole.trim() === '' ? 'nothing came' : `what came begins with ${quote(this.#whole)}`;
      return {
        kind: 'stream',
        code: 'STREAM_EMPTY',
        example: `the answer is labelled JSON, but is not: ${came}`,
      };
    }
    const hasContent = this.#reader.isWhole(value);
    // As in a stream, a count of 0 is ignored if there is content.
    if (this.usage === 0 && hasContent) this.usage = null;
    // Tokens that are counted but not shown are an answer too: those of hidden reasoning.
    if (hasContent || (this.usage ?? 0) > 0) return null;
    const example = `the answer is JSON without what was asked for: ${quote(this.#whole)}`;
    return { kind: 'stream', code: 'STREAM_EMPTY', example };
  }
}

function isRedirection(status: number): boolean {
  return status === 307 || status === 308 || (status >= 301 && status <= 303);
}
