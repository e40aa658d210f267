import type { StreamPlan } from '../../protocol/stream.ts';
import { jsonQuery } from '../../requests/json-path.ts';
import type { JsonQuery } from '../../requests/json-query.ts';
import { EndReasons, errorIn, isFailedPart, messageOf, quote, ToldFailures } from './told-failures.ts';
import { VISIBLE, WholeAnswer } from './whole-answer.ts';

/** The meaning of one event of a stream. */
interface StreamEvent {
  /** It has a part of the answer: text, reasoning, or arguments of a tool call. */
  readonly isToken: boolean;
  /** Only reasoning. */
  readonly isReasoning: boolean;
  /** It names a tool that is called; the arguments may follow, or there are none. */
  readonly isCall: boolean;
  /** What it brings of the answer, without reasoning; an empty text where that is not wanted. */
  readonly text: string;
  /** The server's token count so far; null if it gives none. */
  readonly usage: number | null;
  /** It completes the answer. */
  readonly isEnd: boolean;
  /** It is the last event. */
  readonly isLast: boolean;
  /** The server's error message; null without one. */
  readonly error: string | null;
  /** Its data is not what the plan says that it is, so that a part of the answer may be lost. */
  readonly isUnreadable: boolean;
}

const NOTHING: StreamEvent = {
  isToken: false,
  isReasoning: false,
  isCall: false,
  text: '',
  usage: null,
  isEnd: false,
  isLast: false,
  error: null,
  isUnreadable: false,
};
const END: StreamEvent = { ...NOTHING, isEnd: true, isLast: true };
const TOKEN: StreamEvent = { ...NOTHING, isToken: true };
const UNREADABLE: StreamEvent = { ...NOTHING, isUnreadable: true };
/** What many servers end a stream with, also those whose API does not say so. */
const USUAL_END_MARK = '[DONE]';
const BEGINS_AS_JSON = /^\s*[{[]/;
const BEGINS_AS_ERROR = /^\s*\[?\s*\{[\s\S]*"error"/;
/** States of an answer that has not ended. */
const GOES_ON = /^(?:in_progress|queued)$/i;
/** Far beyond what any model makes in one answer. What is hidden of it may be counted, so that its bytes say little. */
const MOST_TOKENS = 10_000_000;

/** Interprets events as the plan specifies. */
export class EventReader {
  readonly #tokens: readonly JsonQuery[];
  readonly #reasoning: readonly JsonQuery[];
  readonly #reasoningTypes: ReadonlySet<string>;
  readonly #usage: readonly JsonQuery[];
  readonly #ends: readonly JsonQuery[];
  readonly #calls: readonly JsonQuery[];
  readonly #reasons: EndReasons;
  readonly #failures: ToldFailures;
  readonly #whole: WholeAnswer;
  readonly #wholeTexts: readonly JsonQuery[];
  readonly #keepsText: boolean;
  readonly #endMark: string | null;
  /** Types of the events that have brought something of an answer. */
  readonly #answering = new Set<string>();
  /** The first token count that is none, as it was written; null without one. Whoever begins an answer forgets it. */
  wrongUsage: string | null = null;
  /** A part of the answer has had something to see. Whoever begins an answer forgets it. */
  isVisible = false;

  constructor({
    tokenPaths,
    reasoningPaths,
    reasoningTypes = [],
    usagePaths,
    endPaths,
    wholePaths = [],
    wholeTextPaths = tokenPaths,
    callPaths = [],
    keepsText = false,
    endMark,
  }: StreamPlan) {
    this.#keepsText = keepsText;
    this.#wholeTexts = wholeTextPaths.map(jsonQuery);
    this.#whole = new WholeAnswer(wholePaths, tokenPaths);
    this.#calls = callPaths.map(jsonQuery);
    this.#tokens = tokenPaths.map(jsonQuery);
    this.#reasoning = reasoningPaths.map(jsonQuery);
    this.#reasoningTypes = new Set(reasoningTypes);
    this.#usage = usagePaths.map(jsonQuery);
    this.#ends = endPaths.map(jsonQuery);
    this.#endMark = endMark;
    this.#reasons = new EndReasons(endPaths, [...tokenPaths, ...wholePaths, ...wholeTextPaths]);
    const ofEvents = [...tokenPaths, ...reasoningPaths, ...usagePaths, ...endPaths, ...callPaths];
    this.#failures = new ToldFailures(ofEvents);
  }

  /** Whether a complete stream can be recognized by its end. */
  get knowsEnd(): boolean {
    return this.#endMark !== null || this.#ends.length > 0;
  }

  /**
   * @param name the server-sent event's type; null without one
   * @param isFramed the server has made it an event, rather than the network a read
   */
  read(data: string, name: string | null, isFramed = true): StreamEvent {
    if (name !== null && !this.#answering.has(name) && isFailedPart(name))
      return failed(this.#errorOfType(data, name));
    if (this.#endMark !== null && data.trim() === this.#endMark) return END;
    const readsJson = this.#tokens.length > 0 || this.#usage.length > 0 || this.#ends.length > 0;
    if (!readsJson) return this.#readAny(data, isFramed);
    const value = parsed(data);
    if (value === undefined) return this.#isOfNoUse(data, name) ? NOTHING : UNREADABLE;
    const error = errorIn(value) ?? this.#reasons.failureIn(value);
    if (error !== null) return failed(error);
    const isText = this.#tokens.length === 0 || this.#tokens.some((query) => hasText(query, value));
    const isOutput = isText && !this.#isOfReasoning(value, name);
    const isReasoning = !isOutput && (isText || this.#reasoning.some((query) => hasText(query, value)));
    const isToken = isOutput || isReasoning;
    const failure = isToken ? null : this.#failures.in(value);
    if (failure !== null) return failed(failure);
    if (isToken && name !== null) this.#answering.add(name);
    if (isToken && !this.isVisible) this.isVisible = this.#shows(value);
    return {
      isToken,
      isReasoning,
      isCall: !isToken && this.#calls.some((query) => hasText(query, value)),
      text: isOutput && this.#keepsText ? this.#textOf(value, data) : '',
      usage: this.usageOf(value),
      isEnd: this.#isEnd(value),
      isLast: false,
      error: null,
      isUnreadable: false,
    };
  }

  /** An event of which nothing is known but that it is a part of the answer, unless it is an error. */
  #readAny(data: string, isFramed: boolean): StreamEvent {
    const error = isFramed && BEGINS_AS_ERROR.test(data) ? errorIn(parsed(data)) : null;
    if (error !== null) return failed(error);
    return this.#keepsText ? { ...TOKEN, text: data } : TOKEN;
  }

  #errorOfType(data: string, name: string): string {
    const value = parsed(data);
    const error =
      errorIn(value) ?? this.#failures.in(value) ?? this.#reasons.failureIn(value) ?? messageOf(value);
    if (error !== null) return error;
    const word = data.trim();
    return word === '' || word === USUAL_END_MARK ? `an event of the type ${JSON.stringify(name)}` : data;
  }

  #isOfReasoning(value: unknown, name: string | null): boolean {
    if (this.#reasoningTypes.size === 0) return false;
    const isTyped = typeof value === 'object' && value !== null && 'type' in value;
    return this.#reasoningTypes.has(name ?? (isTyped ? String(value.type) : ''));
  }

  /** Whether data that is not JSON is not part of an answer: empty, an end mark, or an event of another type. */
  #isOfNoUse(data: string, name: string | null): boolean {
    const word = data.trim();
    if (word === '' || word === USUAL_END_MARK) return true;
    if (name === null || name === 'message' || this.#answering.has(name)) return false;
    return !BEGINS_AS_JSON.test(data);
  }

  /** Whether an answer in one piece has content. */
  isWhole(value: unknown): boolean {
    return this.#whole.hasContent(value);
  }

  /** The text of an answer in one piece; null where none is found there. */
  textOfWhole(value: unknown): string | null {
    if (this.#wholeTexts.length === 0) return null;
    const found = this.#wholeTexts.find((query) => hasText(query, value));
    return found === undefined ? null : textAt(found, value);
  }

  #shows(value: unknown): boolean {
    if (this.#tokens.length === 0) return true;
    return [...this.#tokens, ...this.#reasoning].some((query) => VISIBLE.test(textAt(query, value)));
  }

  #textOf(value: unknown, data: string): string {
    if (this.#tokens.length === 0) return data;
    return this.#tokens.map((query) => textAt(query, value)).join('');
  }

  /** What is said where the end of an answer is, if that is a failure; null if it is not. */
  failureIn(value: unknown): string | null {
    return this.#reasons.failureIn(value);
  }

  #isEnd(value: unknown): boolean {
    return this.#ends.some((query) => query.find(value).some(saysSo));
  }

  /** The server's token count; null if it gives none. */
  usageOf(value: unknown): number | null {
    for (const query of this.#usage) {
      for (const found of query.find(value)) {
        if (isCount(found)) return found;
        if (found !== null && found !== undefined) this.wrongUsage ??= quote(JSON.stringify(found));
      }
    }
    return null;
  }
}

/** The JSON value of a text; undefined if it is not JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Empty text does not count; a tool call does. */
function hasText(query: JsonQuery, value: unknown): boolean {
  return query
    .find(value)
    .some((found) =>
      typeof found === 'string'
        ? found !== ''
        : Array.isArray(found)
          ? found.length > 0
          : found !== null && found !== undefined,
    );
}

/** Texts as they are, and whatever else there is as JSON. */
function textAt(query: JsonQuery, value: unknown): string {
  return query
    .find(value)
    .map((found) =>
      typeof found === 'string' ? found : (found ?? null) === null ? '' : JSON.stringify(found),
    )
    .join('');
}

function isCount(found: unknown): found is number {
  return Number.isSafeInteger(found) && (found as number) >= 0 && (found as number) <= MOST_TOKENS;
}

function failed(error: string): StreamEvent {
  return { ...NOTHING, error: quote(error) };
}

function saysSo(found: unknown): boolean {
  if (typeof found === 'string') return found !== '' && !GOES_ON.test(found);
  return found !== null && found !== false && found !== undefined;
}
