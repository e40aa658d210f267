import { jsonWithBigInts, parseWithBigInts } from '../../requests/exact-values.ts';
import type { HarRecording } from '../plan/har/har.ts';
import type { HarAnswer, HarRequest } from '../plan/har/recorded-entry.ts';
import { isFields } from './open-api-examples.ts';
import { type Found, valuesIn } from './recorded-values.ts';
import {
  hasBigInt,
  hasBraces,
  hasEndless,
  hasForbiddenName,
  isForbiddenName,
  withoutPlaceholders,
} from './written-text.ts';

/** A step to be written, with remarks for its reader. */
interface DraftStep {
  readonly fields: Record<string, unknown>;
  readonly remarks: string[];
}

/** Steps made from a recording. */
export interface RecordedFlow {
  readonly base: string;
  readonly steps: readonly DraftStep[];
  /** The recording contains `{{`, which is written as a variable. */
  readonly hasBraces: boolean;
  /** What was left out, one line each. */
  readonly remarks: readonly string[];
}

/** Shorter gaps are processing time, not thinking. */
const SHORTEST_THINK_MS = 300;
const LONGEST_THINK_MS = 600_000;
const VERBS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Headers that the browser adds itself; each user keeps its own cookies. */
const OF_BROWSER =
  /^(?:accept|accept-(?:encoding|language|charset)|cache-control|pragma|cookie|dnt|host|if-(?:none-match|modified-since)|origin|priority|referer|sec-.*|te|upgrade-insecure-requests|user-agent)$/i;
const ERROR_STATUS = 400;

/** A recording whose notes are sentences. */
type Recorded = Omit<HarRecording, 'notes'> & { readonly notes: readonly string[] };

/** Makes steps that send what was recorded, with think times from its gaps and captures of values seen again. */
export function recordedFlow({ requests, answers, notes }: Recorded): RecordedFlow {
  const base = new URL(requests[0]?.url ?? 'http://127.0.0.1').origin;
  const writer = new FlowWriter(base);
  const remarks = [...notes];
  let followed: string | null = null;
  for (const [index, request] of requests.entries()) {
    const answer = answers[index];
    if (answer === undefined) continue;
    const isFollowed =
      followed !== null && request.method === 'GET' && URL.parse(request.url)?.href === followed;
    followed = answer.status >= 300 && answer.status < ERROR_STATUS ? answer.redirectUrl : null;
    if (isFollowed) writer.followed(answer);
    else if (!VERBS.has(request.method))
      remarks.push(`Left out: ${request.name}, a method that steps do not have.`);
    else writer.add(request, answer);
  }
  return { base, steps: writer.steps, hasBraces: writer.hasBraces, remarks };
}

class FlowWriter {
  readonly steps: DraftStep[] = [];
  hasBraces = false;
  readonly #base: string;
  /** Values of the answers so far, each with the step that received it. */
  readonly #values = new Map<string, Found & { readonly step: DraftStep }>();
  readonly #names = new Map<string, string>();
  /** Names that mean something else. */
  readonly #taken = new Set(['braces', 'n', 'uuid', 'now', 'random', 'env', 'raw']);
  readonly #known = new Set<string>();
  #endMs: number | null = null;
  #last: DraftStep | null = null;

  constructor(base: string) {
    this.#base = base;
  }

  add(request: HarRequest, answer: HarAnswer): void {
    this.#think(answer);
    const fields: Record<string, unknown> = {};
    const step: DraftStep = { fields, remarks: [] };
    fields[request.method.toLowerCase()] = this.#url(request.url);
    const headers = request.headers.flatMap((line) => {
      const colon = line.indexOf(':');
      return OF_BROWSER.test(line.slice(0, colon))
        ? []
        : [[line.slice(0, colon), line.slice(colon + 1).trim()] as const];
    });
    const type = headers.find(([name]) => /^content-type$/i.test(name))?.[1] ?? '';
    const body = this.#body(request.body, type, step);
    const kept = headers.filter(
      ([name]) => !isForbiddenName(name) && !(body.saysType && /^content-type$/i.test(name)),
    );
    if (kept.length > 0)
      fields['header'] = Object.fromEntries(kept.map(([name, value]) => [name, this.#within(value)]));
    Object.assign(fields, body.fields);
    if (answer.status >= ERROR_STATUS) {
      fields['expect-status'] = answer.status;
      step.remarks.push(`It was answered with ${answer.status}.`);
    }
    this.steps.push(step);
    this.#last = step;
    this.#learn(answer, step);
  }

  /** Handles a redirect that volley follows itself: its answer counts as that of the step before it. */
  followed(answer: HarAnswer): void {
    if (this.#last !== null) this.#learn(answer, this.#last);
  }

  #learn(answer: HarAnswer, step: DraftStep): void {
    if (answer.startedMs !== null) this.#endMs = Math.max(this.#endMs ?? 0, answer.startedMs + answer.tookMs);
    // A value that was sent earlier did not come from this answer, unless it had been captured.
    for (const [value, found] of valuesIn(answer))
      if (!this.#known.has(value) && !this.#values.has(value)) this.#values.set(value, { ...found, step });
  }

  #think({ startedMs }: HarAnswer): void {
    if (startedMs === null || this.#endMs === null) return;
    const gapMs = Math.min(startedMs - this.#endMs, LONGEST_THINK_MS);
    if (gapMs < SHORTEST_THINK_MS) return;
    const seconds = Math.round(gapMs / 100) / 10;
    this.steps.push({ fields: { think: `${seconds}s` }, remarks: [] });
  }

  #url(text: string): string {
    const url = new URL(text);
    const path = url.pathname
      .split('/')
      .map((segment) => this.#whole(segment, decodedOf(segment)))
      .join('/');
    const query = url.search
      .slice(1)
      .split('&')
      .map((pair) => {
        const at = pair.indexOf('=');
        if (at < 0) return this.#plain(pair);
        const value = pair.slice(at + 1);
        return `${this.#plain(pair.slice(0, at))}=${this.#whole(value, decodedOf(value.replaceAll('+', ' ')))}`;
      })
      .join('&');
    const place = url.origin === this.#base ? '' : url.origin;
    return `${place}${path}${query === '' ? '' : `?${query}`}`;
  }

  #body(
    body: HarRequest['body'],
    type: string,
    step: DraftStep,
  ): { readonly fields: Record<string, unknown>; readonly saysType: boolean } {
    if (body === undefined) return { fields: {}, saysType: false };
    const text = typeof body === 'string' ? body : Buffer.from(body).toString('utf8');
    if (/^application\/json\b/i.test(type)) {
      try {
        const value = parseWithBigInts(text);
        if (hasForbiddenName(value) || hasEndless(value))
          return { fields: { body: this.#within(text) }, saysType: false };
        const json = this.#json(value);
        // As a number of YAML's it would lose the digits that it has in JSON as text.
        return {
          fields: { json: hasBigInt(json) ? jsonWithBigInts(json) : json },
          saysType: /^application\/json$/i.test(type),
        };
      } catch {
        step.remarks.push('Its body is labelled JSON, but is not JSON.');
      }
    }
    if (/^application\/x-www-form-urlencoded$/i.test(type)) {
      const form = formOf(text);
      if (form !== null)
        return {
          fields: {
            form: Object.fromEntries(
              Object.entries(form).map(([name, values]) => {
                const filled = values.map((value) => this.#whole(value, value));
                return [name, filled.length === 1 ? filled[0] : filled];
              }),
            ),
          },
          saysType: true,
        };
    }
    if (typeof body !== 'string')
      step.remarks.push('Its body was binary: parts that are not text may have been changed.');
    return { fields: { body: this.#within(text) }, saysType: false };
  }

  #json(value: unknown): unknown {
    if (typeof value === 'string') return this.#whole(value, value);
    if (typeof value === 'number' || typeof value === 'bigint') {
      const name = this.#nameFor(String(value));
      return name === null ? value : `{{raw ${name}}}`;
    }
    if (Array.isArray(value)) return value.map((item) => this.#json(item));
    if (!isFields(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, this.#json(item)]));
  }

  /** The placeholder of a value from an answer, or the text as it is. */
  #whole(text: string, value: string): string {
    const name = this.#nameFor(value);
    return name === null ? this.#plain(text) : `{{${name}}}`;
  }

  /** The same for a value that may follow a word, as in `Bearer …`. */
  #within(text: string): string {
    const whole = this.#nameFor(text);
    if (whole !== null) return `{{${whole}}}`;
    const [, before = '', value = ''] = /^(\S+ )(\S+)$/.exec(text) ?? [];
    const name = value === '' ? null : this.#nameFor(value);
    return name === null ? this.#plain(text) : `${before}{{${name}}}`;
  }

  /** The variable of a value, which its step captures from now on; null if no answer contained it. */
  #nameFor(value: string): string | null {
    const given = this.#names.get(value);
    if (given !== undefined) return given;
    const found = this.#values.get(value);
    if (found === undefined) {
      this.#known.add(value);
      return null;
    }
    let name = found.name;
    for (let count = 2; this.#taken.has(name); count++) name = `${found.name}_${count}`;
    this.#taken.add(name);
    this.#names.set(value, name);
    const captures = (found.step.fields['capture'] ?? {}) as Record<string, Found['capture']>;
    captures[name] = found.capture;
    found.step.fields['capture'] = captures;
    return name;
  }

  #plain(text: string): string {
    if (!hasBraces(text)) return text;
    this.hasBraces = true;
    return withoutPlaceholders(text);
  }
}

/** The values of each field of a form; null if they would not be sent in the same order. */
function formOf(text: string): Readonly<Record<string, readonly string[]>> | null {
  const pairs = [...new URLSearchParams(text)];
  if (pairs.some(([name]) => isForbiddenName(name))) return null;
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) values.set(name, [...(values.get(name) ?? []), value]);
  const form = Object.fromEntries(values);
  const sent = Object.entries(form).flatMap(([name, own]) => own.map((value) => [name, value]));
  return JSON.stringify(sent) === JSON.stringify(pairs) ? form : null;
}

function decodedOf(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
