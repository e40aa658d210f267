import { messageOf } from '../../../protocol/errors.ts';
import type { FlowJson, FlowPairs, FlowRequest, FlowText } from '../../../protocol/flow.ts';
import type { StatusRule } from '../../../protocol/test-definition.ts';
import { MS_PER_HOUR } from '../../../protocol/units.ts';
import { parseJsonPath } from '../../../requests/json-path.ts';
import { quoted } from '../../text/quoted.ts';
import { Problems } from '../problems.ts';
import { parseDurationMs } from '../quantities.ts';
import { parseUrl } from '../target.ts';
import { readCaptures } from './read-captures.ts';
import { readJson } from './read-json.ts';
import type { Fields, Keys, StepReading } from './step-reading.ts';

const BODIES = ['json', 'form', 'body'] as const;
const LONGEST_TIMEOUT_MS = 168 * MS_PER_HOUR;
const STATUS = /^(?:any|[1-5]xx)$/;

/** Reads a request with its captures, expectations and checks. */
export function readRequest(method: string, step: Fields, keys: Keys, reader: StepReading): FlowRequest {
  const { names } = reader;
  const text = (value: unknown, at: Keys): FlowText =>
    names.text(String(value), 'raw', (advice) => reader.problem(at, advice));
  const url = urlOf(String(step[method]), [...keys, method], reader);
  const bodies = BODIES.filter((one) => step[one] !== undefined);
  if (bodies.length > 1)
    reader.problem(keys, `a request has one body, and this has ${bodies.join(' and ')}: leave one out.`);
  const pairs = (field: string): FlowPairs =>
    Object.entries((step[field] ?? {}) as Fields).map(([name, values]) => [
      name,
      [values].flat().map((value) => text(value, [...keys, field, name])),
    ]);
  const own = step['name'] === undefined ? null : text(step['name'], [...keys, 'name']);
  if (own?.some((part) => typeof part !== 'string'))
    reader.problem([...keys, 'name'], 'a name is the same in all iterations: leave the placeholder out.');
  const pattern = url.map((part) => (typeof part === 'string' ? part : '{}')).join('');
  const isDynamic = url.some((part) => typeof part !== 'string');
  return {
    type: 'request',
    method: method.toUpperCase(),
    url,
    name: own?.join('') ?? null,
    pattern: isDynamic ? pattern : null,
    headers: headerPairs(step['header'], [...keys, 'header'], reader).map(
      ([name, value]) => [name, text(value, [...keys, 'header', name])] as const,
    ),
    query: pairs('query'),
    body: bodyOf(step, keys, reader, text, pairs),
    expect: expectOf(step, keys, reader, text),
    redirects: (step['redirects'] as number | undefined) ?? null,
    timeoutMs: timeoutOf(step['timeout'], [...keys, 'timeout'], reader),
    cookies: step['cookies'] !== false,
    stream: isStreamed(step, keys, reader),
    ...capturesAndChecks(step, keys, reader),
  };
}

/** A number is milliseconds, as elsewhere in steps. */
function timeoutOf(time: unknown, at: Keys, reader: StepReading): number | null {
  if (time === undefined) return null;
  const ms = typeof time === 'number' ? time : parseDurationMs(String(time));
  if (ms !== null && ms >= 1 && ms <= LONGEST_TIMEOUT_MS) return ms;
  reader.problem(at, `timeout ${quoted(time)}: give a time from 1ms to 168h, such as '30s'.`);
  return null;
}

function isStreamed(step: Fields, keys: Keys, reader: StepReading): boolean {
  const isAsked = step['stream'] === true;
  if (isAsked && !reader.hasStreams)
    reader.problem(
      [...keys, 'stream'],
      'stream: true: say next to scenarios how streams are read, as in streams: { preset: openai-chat }.',
    );
  return isAsked;
}

/** Checks may ask for what has just been captured. */
function capturesAndChecks(
  step: Fields,
  keys: Keys,
  reader: StepReading,
): Pick<FlowRequest, 'captures' | 'checks'> {
  const captures = readCaptures((step['capture'] ?? {}) as Fields, [...keys, 'capture'], reader);
  for (const { name, from } of captures)
    if (from.type === 'stream' && step['stream'] !== true)
      reader.problem(
        [...keys, 'capture', name],
        `the capture 'stream ${from.of}' needs an answer that is read as a stream: give the step stream: true.`,
      );
  reader.names.reach(Object.keys((step['capture'] ?? {}) as Fields));
  return { captures, checks: reader.checks((step['check'] ?? {}) as Fields, [...keys, 'check']) };
}

/** A placeholder at the very beginning is an origin or a whole URL, and is not encoded. */
function urlOf(url: string, at: Keys, reader: StepReading): FlowText {
  const problem = (advice: string): void => reader.problem(at, advice);
  const end = url.startsWith('{{') ? url.indexOf('}}') + 2 : 0;
  const parts = [
    ...reader.names.text(url.slice(0, end), 'raw', problem),
    ...reader.names.text(url.slice(end), 'url', problem),
  ];
  const [first] = parts;
  if (typeof first === 'string' && !/^(?:\/|https?:\/\/)/i.test(first))
    problem(`${quoted(url)}: give a path that begins with /, or a URL of http:// or https://.`);
  const origin = originIn(parts);
  if (origin !== null) checkOrigin(origin, problem);
  return parts.every((part) => typeof part === 'string') ? [parts.join('')] : parts;
}

/** The scheme, host and port of a URL where all of it is known. */
function originIn(parts: FlowText): string | null {
  const [first] = parts;
  if (typeof first !== 'string') return null;
  const [origin = ''] = /^https?:\/\/[^/?#]*/i.exec(first) ?? [];
  return origin === '' || (origin === first && parts.length > 1) ? null : origin;
}

function checkOrigin(origin: string, problem: (advice: string) => void): void {
  const found = new Problems();
  parseUrl(origin, found);
  for (const sentence of found.sentences) problem(sentence);
}

function headerPairs(header: unknown, at: Keys, reader: StepReading): (readonly [string, unknown])[] {
  if (header === undefined) return [];
  if (typeof header === 'object' && header !== null && !Array.isArray(header)) return Object.entries(header);
  return [header].flat().flatMap((line) => {
    const [, name, value] = /^([^:\s]+):\s*(.*)$/s.exec(String(line)) ?? [];
    if (name !== undefined) return [[name, value] as const];
    reader.problem(at, `${quoted(line)}: give a header as 'Name: value'.`);
    return [];
  });
}

function bodyOf(
  step: Fields,
  keys: Keys,
  reader: StepReading,
  text: (value: unknown, at: Keys) => FlowText,
  pairs: (field: string) => FlowPairs,
): FlowRequest['body'] {
  if (step['json'] !== undefined)
    return { type: 'json', value: readJson(step['json'], [...keys, 'json'], reader) };
  if (step['form'] !== undefined) return { type: 'form', fields: pairs('form') };
  if (step['body'] !== undefined) return { type: 'text', text: text(step['body'], [...keys, 'body']) };
  return null;
}

function expectOf(
  step: Fields,
  keys: Keys,
  reader: StepReading,
  text: (value: unknown, at: Keys) => FlowText,
): FlowRequest['expect'] {
  const { 'expect-status': status, 'expect-body': body, 'expect-json': json = {} } = step;
  const values = Object.entries(json as Fields).map(([path, value]): readonly [string, FlowJson] => {
    const at = [...keys, 'expect-json', path];
    try {
      parseJsonPath(path);
    } catch (error) {
      reader.problem(at, `the path ${quoted(path)} cannot be read: ${messageOf(error)}.`);
    }
    return [path, readJson(value, at, reader)];
  });
  if (status === undefined && body === undefined && values.length === 0) return null;
  return {
    status: status === undefined ? null : statusOf(status, [...keys, 'expect-status'], reader),
    body: body === undefined ? null : text(body, [...keys, 'expect-body']),
    json: values,
  };
}

/** Reads `204`, `[200, 404]`, `200,404`, `2xx` or `any`. */
function statusOf(value: unknown, at: Keys, reader: StepReading): StatusRule {
  if (typeof value === 'string' && STATUS.test(value)) return value as StatusRule;
  const parts = typeof value === 'string' ? value.split(',').map((part) => part.trim()) : [value].flat();
  const statuses = parts.map(Number);
  if (statuses.some((one) => !Number.isInteger(one) || one < 100 || one > 999))
    reader.problem(at, `expect-status ${quoted(value)}: give one such as 204, [200, 404], '2xx' or any.`);
  const [only = 0] = statuses;
  return statuses.length === 1 ? only : statuses;
}
