import type { TokenCount } from '../../protocol/stream.ts';
import type { Output, Response, StandardSchema, StreamedAnswer } from '../../protocol/test-definition.ts';
import { type AnsweredBody, bytesOfBody, type KeptBytes, textOfBody } from '../../requests/body-text.ts';
import { valuesAt } from '../../requests/exact-values.ts';
import { pageOf } from '../../requests/html-selection.ts';
import { jsonQuery, parseJsonPath } from '../../requests/json-path.ts';
import type { Fields } from '../clients/dispatcher.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { valuesInHead } from '../exchange/head-text.ts';
import { streamedAnswerOf } from '../exchange/streamed-answer.ts';
import { isA, textOf } from './script-place.ts';

const SHOWN_CHARACTERS = 80;
/** Limit on cached paths: a scenario's code may generate any number of them. */
const MOST_KNOWN_PATHS = 1_000;
const paths = new Set<string>();

/** Whose code reads an answer. */
export interface AnswerReader {
  hasRead(text: string): void;
}

/** A complete answer; its body is decoded and parsed on demand. */
export class Answer implements Response {
  readonly status: number;
  readonly timings: Response['timings'];
  readonly stream: StreamedAnswer | null;
  readonly #body: KeptBytes;
  readonly #bodyBytes: number;
  readonly #head: string | null;
  readonly #fields: Fields | null;
  readonly #reader: AnswerReader;
  #text: string | null = null;
  #bytes: Uint8Array | null = null;
  #json: { readonly value: unknown } | null = null;

  /** Takes the answer out of an exchange before it is reused. */
  constructor(exchange: Exchange, endMs: number, count: TokenCount, reader: AnswerReader) {
    this.#reader = reader;
    const { sentMs } = exchange;
    this.status = exchange.status;
    this.timings = {
      wait: sentMs - exchange.dispatchedMs,
      firstByte: exchange.firstByteMs - sentMs,
      service: endMs - sentMs,
    };
    this.stream = streamedAnswerOf(exchange, endMs, count);
    this.#body = exchange.body;
    this.#bodyBytes = exchange.bodyBytes;
    this.#head = exchange.wantsHead ? exchange.head : null;
    this.#fields = exchange.wantsHead ? null : exchange.answeredFields;
  }

  header(name: string): string | null {
    const values = this.values(name);
    return values.length === 0 ? null : values.join(', ');
  }

  /** All values of a field, in order. */
  values(name: string): string[] {
    const values = this.#valuesOf(name);
    for (const value of values) this.#reader.hasRead(`${name}=${value}`);
    return values;
  }

  text(): string {
    if (this.#text === null) {
      this.#text = textOfBody(this.#asAnswered());
      this.#reader.hasRead(this.#text);
    }
    return this.#text;
  }

  #asAnswered(): AnsweredBody {
    return {
      body: this.#body,
      bodyBytes: this.#bodyBytes,
      contentEncoding: this.#valueOf('content-encoding'),
      contentType: this.#valueOf('content-type'),
    };
  }

  #valuesOf(name: string): string[] {
    if (this.#fields === null) return valuesInHead(this.#head, name);
    const value = this.#fields[name.toLowerCase()];
    return value === undefined ? [] : [value].flat();
  }

  #valueOf(name: string): string | null {
    const values = this.#valuesOf(name);
    return values.length === 0 ? null : values.join(', ');
  }

  bytes(): Uint8Array {
    this.#bytes ??= bytesOfBody(this.#asAnswered());
    return this.#bytes;
  }

  json<T>(): T;
  json<S extends StandardSchema>(schema: S): Output<S>;
  json(schema?: StandardSchema): unknown {
    this.#json ??= { value: this.#parsed() };
    return schema === undefined ? this.#json.value : fitting(schema, this.#json.value);
  }

  pick<T>(path: string): T;
  pick(path: string): unknown {
    if (typeof path !== 'string')
      throw new TypeError(`pick(${textOf(path)}): give a path as text, as in 'items[0].id'`);
    const isKnown = paths.has(path);
    if (!isKnown && paths.size < MOST_KNOWN_PATHS) paths.add(path);
    const [value] = valuesAt(this, paths.has(path) ? jsonQuery(path) : parseJsonPath(path));
    if (value === undefined) throw new Error(`pick('${path}') found nothing in ${this.#shown()}`);
    return value;
  }

  match(pattern: RegExp): string {
    if (!isA(pattern, RegExp))
      throw new TypeError(`match(${textOf(pattern)}): give a pattern, as in /id=(\\d+)/`);
    const text = this.text();
    pattern.lastIndex = 0;
    const match = pattern.exec(text);
    if (match === null) throw new Error(`match(${pattern}) found nothing in ${this.#shown()}`);
    return match[1] ?? match[0];
  }

  css(selector: string, attribute?: string): string {
    const [value] = pageOf(this).find(selector, attribute ?? null);
    if (value !== undefined) return value;
    const of = attribute === undefined ? '' : `, '${attribute}'`;
    throw new Error(`css('${selector}'${of}) found nothing in ${this.#shown()}`);
  }

  #parsed(): unknown {
    const text = this.text();
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`the answer is not JSON: ${this.#shown()}`);
    }
  }

  #shown(): string {
    const text = this.text().replaceAll(/\s+/g, ' ');
    if (text === '') return `an empty body (status ${this.status})`;
    return text.length > SHOWN_CHARACTERS ? `'${text.slice(0, SHOWN_CHARACTERS)}…'` : `'${text}'`;
  }
}

/** @throws Error with the issues that the schema reports */
function fitting(schema: StandardSchema, value: unknown): unknown {
  const result = schema['~standard'].validate(value) as {
    readonly value?: unknown;
    readonly issues?: readonly { readonly message: string }[];
    readonly then?: unknown;
  };
  if (result.then !== undefined) throw new Error('the schema checks asynchronously: check the JSON yourself');
  if (result.issues === undefined) return result.value;
  const all = result.issues.map(({ message }) => message).join('; ');
  throw new Error(`the JSON does not fit the schema: ${all}`);
}
