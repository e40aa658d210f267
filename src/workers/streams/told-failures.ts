import { jsonQuery } from '../../requests/json-path.ts';
import type { JsonQuery } from '../../requests/json-query.ts';

const LONGEST_QUOTE = 4_000;
/** Words of types, states and reasons for an end that servers give where an answer failed. */
const FAILED =
  /^(?:errors?|aborted|abort|fail|failed|failure|cancell?ed|exception|timeout|crash|crashed|killed|overloaded|unavailable|insufficient|interrupted|oom)$/;
/** What may fail within an answer that goes on. */
const WITHIN_ANSWER = /^(?:calls?|tools?|functions?|items?|steps?)$/;
const WORDS = /[a-z]+|[A-Z]+(?![a-z])|[A-Z][a-z]*/g;
/** Fields that only failures have, but for those whose value says that there is none. */
const OF_ERROR =
  /^(?:(?:error|err|exception|fault)(?:[_-]?(?:message|msg|code|type|description|details?|info|text|string))?|errors|exceptions|traceback|detail)$/i;
const OF_CODE = /^(?:(?:error|err|status|http[_-]?status)?[_-]?code|http[_-]?status|status)$/i;
const OF_STATE = /^(?:status|state|result|type|event|object)$/i;
const OF_SUCCESS = /^(?:success|successful|succeeded|ok)$/i;
/** Codes in words and digits by which servers say that nothing is wrong. */
const GOOD_CODE = /^(?:0+|[123]\d\d(?: ?ok)?|ok|okay|success|successful|none|null|)$/i;
const MESSAGES = ['message', 'msg', 'error_message', 'errorMessage', 'error_msg', 'detail', 'description'];
const OTHER_MESSAGES = ['error_description', 'title', 'reason'];
/** Where servers put an error one level down: OpenAI's responses, Groq, and wrappers. */
const WRAPPERS = ['response', 'x_groq', 'data', 'result'] as const;
/** The name that a path begins with. */
const FIRST_NAME = /^(?:\$\.)?([\w-]+)(?=[.[]|$)/;
/** A path of names and indices alone. */
const PLAIN_PATH = /^[\w$.[\]-]+$/;

/** A JSON object. */
type Json = Readonly<Record<string, unknown>>;

/** Failures that a server tells with an event that has nothing of an answer: a healthy one sends no such event. */
export class ToldFailures {
  /** Fields that the parts of an answer begin with, and whether they lie deeper. */
  readonly #fields: ReadonlyMap<string, boolean>;

  /** @param paths to the parts of an answer: text, counts, its end */
  constructor(paths: readonly string[]) {
    const fields = new Map<string, boolean>();
    for (const path of paths) {
      const [start, name] = FIRST_NAME.exec(path) ?? [];
      if (start === undefined || name === undefined) continue;
      fields.set(name, (fields.get(name) ?? true) && path.length > start.length);
    }
    this.#fields = fields;
  }

  /** @returns the message; null if nothing failed */
  in(event: unknown): string | null {
    if (!isObject(event)) return null;
    const { type } = event;
    if (typeof type === 'string' && isFailedPart(type)) return messageOf(event) ?? JSON.stringify(event);
    for (const [name, isDeep] of this.#fields) {
      const part = event[name];
      if (isSomething(part) && (!isDeep || typeof part === 'object')) return null;
    }
    const fields = Object.entries(event);
    const isBareError = fields.length === 1 && fields[0]?.[0] === 'error' && isSaid(fields[0][1]);
    const sign = fields.find(([name, value]) => isSign(name, value, event));
    if (sign !== undefined)
      return messageOf(event) ?? (OF_ERROR.test(sign[0]) ? textOf(sign[1]) : null) ?? JSON.stringify(event);
    return isBareError ? JSON.stringify(event) : null;
  }
}

function isSign(name: string, value: unknown, event: Json): boolean {
  if (OF_CODE.test(name) && isFailingCode(name, value, event)) return true;
  if (OF_STATE.test(name) && typeof value === 'string' && isFailedPart(value)) return true;
  if (OF_SUCCESS.test(name)) return value === false || value === 'false';
  if (!OF_ERROR.test(name) || !isSomething(value) || value === false) return false;
  return typeof value !== 'string' || !GOOD_CODE.test(value.trim());
}

function isFailingCode(name: string, value: unknown, event: Json): boolean {
  if (typeof value === 'number') return value >= 400 || (value < 0 && messageOf(event) !== null);
  if (typeof value !== 'string' || GOOD_CODE.test(value.trim())) return false;
  // A word alone may be anything, also what a program is called.
  return /^[45]\d\d\b/.test(value) || (/code$/i.test(name) && messageOf(event) !== null);
}

/** Whether the type of an event is that of an error. */
export function isFailedPart(type: string): boolean {
  const words = wordsOf(type);
  return words.some((word) => FAILED.test(word)) && !words.some((word) => WITHIN_ANSWER.test(word));
}

function isFailed(reason: string): boolean {
  return wordsOf(reason).some((word) => FAILED.test(word)) || /time[ds]?[ _-]?out/i.test(reason);
}

/** `server_error`, `ServerError` and `server-error` have the same words. */
function wordsOf(name: string): readonly string[] {
  return (name.slice(0, 100).match(WORDS) ?? []).map((word) => word.toLowerCase());
}

/** The reasons that answers end with. */
export class EndReasons {
  readonly #places: readonly JsonQuery[];

  /**
   * @param endPaths where the end of an answer is; a path to one of several parts, such as `choices[0]`, stands for all
   * @param textPaths what the model says is not a reason, even where it marks the end
   */
  constructor(endPaths: readonly string[], textPaths: readonly string[]) {
    const reasons = endPaths.filter((path) => !textPaths.includes(path));
    this.#places = reasons.map((path) =>
      jsonQuery(PLAIN_PATH.test(path) ? path.replaceAll(/\[\d+\]/g, '[*]') : path),
    );
  }

  /** What is said of a reason that is a failure, in any part of the answer; null if there is none. */
  failureIn(value: unknown): string | null {
    for (const place of this.#places) {
      for (const found of place.find(value)) {
        // SGLang gives an object.
        const reason = isObject(found) ? found['type'] : found;
        const isFailure =
          typeof reason === 'string'
            ? isFailed(reason)
            : typeof reason === 'number' && reason >= 400 && reason < 600;
        if (isFailure) return `the answer ended with the reason ${quote(JSON.stringify(found))}`;
      }
    }
    return null;
  }
}

/** The message of a JSON `error`, in the forms that model servers use; null without one. */
export function errorIn(value: unknown, depth = 0): string | null {
  // Gemini answers with a list of one.
  if (Array.isArray(value)) return value.length === 1 && depth === 0 ? errorIn(value[0], 1) : null;
  if (!isObject(value)) return null;
  // Some servers write the error itself, without a field for it, as older versions of vLLM and OpenAI's responses do.
  if (value['object'] === 'error' || value['type'] === 'error')
    return said(value) ?? messageOf(value) ?? JSON.stringify(value);
  const error = said(value);
  if (error !== null) return error;
  if (depth > 0) return null;
  for (const name of WRAPPERS) {
    const inside = isObject(value[name]) ? errorIn(value[name], 1) : null;
    if (inside !== null) return inside;
  }
  const choices = value['choices'];
  if (!Array.isArray(choices)) return null;
  for (const choice of choices) {
    const inside = errorIn(choice, 1);
    if (inside !== null) return inside;
  }
  return null;
}

/** As much of a text as an example of a failure needs: it is shortened once secrets are removed. */
export function quote(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_QUOTE ? `${line.slice(0, LONGEST_QUOTE)}…` : line;
}

/** The text of an error's field; null for the values by which servers say that there is none. */
function said(event: Json): string | null {
  const { error } = event;
  if (!isSomething(error) || error === false) return null;
  return (
    textOf(error) ?? (error === true ? messageOf(event) : JSON.stringify(error)) ?? JSON.stringify(event)
  );
}

/** What an object says as its message; null if it has none. */
export function messageOf(event: unknown): string | null {
  if (!isObject(event)) return null;
  for (const name of [...MESSAGES, ...OTHER_MESSAGES]) {
    const message = event[name];
    if (typeof message === 'string' && message.trim() !== '') return message;
  }
  return null;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.length === 0 ? null : textOf(value[0]);
  return isObject(value) ? messageOf(value) : null;
}

/** Neither empty nor none. */
function isSomething(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === 0) return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function isSaid(error: unknown): boolean {
  return error !== null && error !== undefined && error !== false && error !== 0;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
