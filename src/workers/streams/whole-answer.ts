import { jsonQuery } from '../../requests/json-path.ts';
import type { JsonQuery } from '../../requests/json-query.ts';

/** Deeper than any answer: what is nested further is taken for content. */
const DEEPEST = 100;
/** Fields about an answer, which an empty one has too. */
const ABOUT_ANSWER: ReadonlySet<string> = new Set([
  ...['annotations', 'call_id', 'content_filter_results', 'created', 'created_at', 'detail', 'done_reason'],
  ...['error', 'finish_reason', 'id', 'index', 'logprobs', 'model', 'model_name', 'model_version', 'object'],
  ...['native_finish_reason', 'role', 'service_tier', 'status', 'stop_reason', 'stop_sequence'],
  ...['system_fingerprint', 'type', 'usage'],
]);
/** Text that is not only blanks and marks without a width. */
export const VISIBLE = /[^\s\p{Cc}\p{Cf}]/u;
const EVERYTHING_COUNTS: ReadonlySet<string> = new Set();
/** The name that a path begins with. */
const FIRST_NAME = /^(?:\$\.)?([\w-]+)(?=[.[]|$)/;

/** Where an answer in one piece has its content, if there is any. */
export class WholeAnswer {
  readonly #places: readonly JsonQuery[];
  /** Fields that the paths to tokens begin with. Such a field has the content of an answer in one piece too. */
  readonly #fields: readonly string[];
  readonly #ignored: ReadonlySet<string>;

  /**
   * @param places paths to the content; none if they are not known
   * @param tokenPaths paths to the text of an event, by which the content is then looked for
   */
  constructor(places: readonly string[], tokenPaths: readonly string[]) {
    this.#places = places.map(jsonQuery);
    this.#fields = tokenPaths.flatMap((path) => FIRST_NAME.exec(path)?.[1] ?? []);
    this.#ignored = tokenPaths.length === 0 ? EVERYTHING_COUNTS : ABOUT_ANSWER;
  }

  hasContent(value: unknown): boolean {
    const hasNumbers = this.#places.length === 0;
    return this.#parts(value).some((part) => saysSomething(part, this.#ignored, hasNumbers, 0));
  }

  #parts(value: unknown): readonly unknown[] {
    if (this.#places.length > 0) return this.#places.flatMap((query) => query.find(value));
    if (typeof value !== 'object' || value === null) return [value];
    const own = Object.entries(value).filter(([name]) => this.#fields.includes(name));
    return own.length === 0 ? [value] : own.map(([, part]) => part);
  }
}

/** Whether JSON has more than empty or blank texts, lists and objects. A number is not text where text is expected. */
function saysSomething(
  value: unknown,
  ignored: ReadonlySet<string>,
  hasNumbers: boolean,
  depth: number,
): boolean {
  if (value === null) return false;
  if (typeof value === 'string') return VISIBLE.test(value);
  if (typeof value === 'number') return hasNumbers;
  if (typeof value === 'boolean') return ignored.size === 0;
  if (typeof value !== 'object' || depth > DEEPEST) return true;
  if (Array.isArray(value)) return value.some((item) => saysSomething(item, ignored, hasNumbers, depth + 1));
  return Object.entries(value).some(
    ([name, item]) => !ignored.has(name) && saysSomething(item, ignored, hasNumbers, depth + 1),
  );
}
