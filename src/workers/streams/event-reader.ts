import type { StreamPlan } from '../../protocol/stream.ts';
import { jsonQuery } from '../../requests/json-path.ts';
import type { JsonQuery } from '../../requests/json-query.ts';

/** What one event of a stream means. */
export interface StreamEvent {
  /** It brings some of the answer: text, reasoning, or arguments of a tool call. */
  readonly isToken: boolean;
  /** And of that nothing but reasoning. */
  readonly isReasoning: boolean;
  /** Tokens that the server has counted until here; null where it does not say. */
  readonly usage: number | null;
  /** The answer is complete with it. */
  readonly isEnd: boolean;
  /** Nothing comes behind it. */
  readonly isLast: boolean;
  /** What the server says has gone wrong; null where nothing has. */
  readonly error: string | null;
}

const NOTHING: StreamEvent = {
  isToken: false,
  isReasoning: false,
  usage: null,
  isEnd: false,
  isLast: false,
  error: null,
};
const END: StreamEvent = { ...NOTHING, isEnd: true, isLast: true };
const TOKEN: StreamEvent = { ...NOTHING, isToken: true };
const LONGEST_QUOTE = 200;

/** Reads events as a plan says. */
export class EventReader {
  readonly #tokens: readonly JsonQuery[];
  readonly #reasoning: readonly JsonQuery[];
  readonly #usage: readonly JsonQuery[];
  readonly #ends: readonly JsonQuery[];
  readonly #wholes: readonly JsonQuery[];
  readonly #endMark: string | null;

  constructor({ tokenPaths, reasoningPaths, usagePaths, endPaths, wholePaths = [], endMark }: StreamPlan) {
    this.#wholes = wholePaths.map(jsonQuery);
    this.#tokens = tokenPaths.map(jsonQuery);
    this.#reasoning = reasoningPaths.map(jsonQuery);
    this.#usage = usagePaths.map(jsonQuery);
    this.#ends = endPaths.map(jsonQuery);
    this.#endMark = endMark;
  }

  /** Whether the end of a complete stream can be told. */
  get knowsEnd(): boolean {
    return this.#endMark !== null || this.#ends.length > 0;
  }

  /** @param name what a server-sent event is called; null where it has no name */
  read(data: string, name: string | null): StreamEvent {
    if (this.#endMark !== null && data.trim() === this.#endMark) return END;
    if (name === 'error') return { ...NOTHING, error: quote(errorIn(parsed(data)) ?? data) };
    const readsJson = this.#tokens.length > 0 || this.#usage.length > 0 || this.#ends.length > 0;
    if (!readsJson) return TOKEN;
    const value = parsed(data);
    if (value === undefined) return NOTHING;
    const error = errorIn(value);
    if (error !== null) return { ...NOTHING, error: quote(error) };
    const isOutput = this.#tokens.length === 0 || this.#tokens.some((query) => hasText(query, value));
    const isReasoning = !isOutput && this.#reasoning.some((query) => hasText(query, value));
    return {
      isToken: isOutput || isReasoning,
      isReasoning,
      usage: this.usageOf(value),
      isEnd: this.#ends.some((query) => query.find(value).some(saysSo)),
      isLast: false,
      error: null,
    };
  }

  /** Whether an answer in one piece is one at all. */
  isWhole(value: unknown): boolean {
    return this.#wholes.length === 0 || this.#wholes.some((query) => query.find(value).length > 0);
  }

  /** The tokens that the server says it has made; null where it does not say. */
  usageOf(value: unknown): number | null {
    for (const query of this.#usage) {
      for (const found of query.find(value)) {
        if (typeof found === 'number' && Number.isSafeInteger(found) && found >= 0) return found;
      }
    }
    return null;
  }
}

/** JSON of a text; undefined where it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What an `error` in JSON says, as servers of models write it; null where there is none. */
export function errorIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const error = 'error' in value ? value.error : null;
  if (error === null || error === undefined || error === false) return null;
  if (typeof error === 'string') return error;
  if (typeof error === 'object' && 'message' in error && typeof error.message === 'string')
    return error.message;
  return JSON.stringify(error);
}

/** As much of a text as an example of a failure shows. */
export function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}

/** An empty text is none; a tool call is a text of its own. */
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

function saysSo(found: unknown): boolean {
  return found !== null && found !== false && found !== undefined && found !== '';
}
