import { ERROR_CODES, VolleyError } from '../../protocol/errors.ts';
import { isSameJson, parseExactJson } from '../../requests/exact-json.ts';
import { jsonWithBigInts, parseWithBigInts } from '../../requests/exact-values.ts';
import { readInput, whyUnread } from '../files/input-files.ts';
import { readHar } from '../plan/har/har.ts';
import { Problems } from '../plan/problems.ts';
import type { UnresolvedRequest } from '../plan/requests/requests.ts';
import { commandLineTerms } from '../plan/terms.ts';
import { sentenceOf } from '../plan/words.ts';
import { quoted } from '../text/quoted.ts';
import { flowText } from './flow-text.ts';
import { type DraftCall, moduleText } from './module-text.ts';
import type { DescribedApi } from './open-api.ts';
import { isFields } from './open-api-examples.ts';
import { recordedFlow } from './recorded-flow.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const JSON_TYPE = /^application\/json$/i;
const FORM_TYPE = /^application\/x-www-form-urlencoded$/i;
/** Headers that the client sends itself. */
const OF_CLIENT = /^(?:accept|user-agent|host|connection|content-length)$/i;

/** Writes steps with think times and captures from a recording. @throws VolleyError if it cannot be read */
export function flowOfRecording(path: string, hosts: string | undefined, hints: readonly string[]): string {
  let text: string;
  try {
    text = readInput(path).toString('utf8');
  } catch (error) {
    throw new VolleyError(ERROR_CODES.usage, `--har ${quoted(path)} ${whyUnread(error)}`);
  }
  const problems = new Problems();
  const recording = readHar(text, problems, hosts);
  if (recording === null) throw new VolleyError(ERROR_CODES.usage, problems.list);
  const notes = recording.notes.map((words) => sentenceOf(words, commandLineTerms));
  const flow = recordedFlow({ ...recording, notes });
  const captured = flow.steps.filter(({ fields }) => fields['capture'] !== undefined).length;
  return flowText(
    [
      `Made from the recording ${path}: ${flow.steps.length} steps of one user.`,
      'Think times are the gaps between its requests. Each user keeps cookies by itself, so those that were',
      "recorded are left out, as are the browser's own headers.",
      ...(captured === 0
        ? ['No request repeats a value from an earlier answer.']
        : [
            'Values that a request repeats from an earlier answer are captured there: check that this is what you mean.',
          ]),
      'It contains what was typed while recording, passwords included: rows: FILE gives each user its own.',
      ...flow.remarks,
      ...hints,
    ],
    flow,
  );
}

/** Writes a module that sends a request of a plan. @throws VolleyError for one that modules cannot send */
export function moduleOfRequest(
  { target, templates }: UnresolvedRequest,
  from: string,
  hints: readonly string[],
): string {
  const { method, url, headers, body } = target;
  if (templates !== null || !METHODS.has(method))
    throw new VolleyError(
      ERROR_CODES.usage,
      templates === null
        ? `A scenario sends ${[...METHODS].join(', ')}, and not ${method}.`
        : 'In a scenario, code fills in values: leave the placeholders out, and write them as code in the module.',
    );
  const fields: Record<string, string> = {};
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] ?? '';
    if (!OF_CLIENT.test(name)) fields[name.toLowerCase()] = headers[index + 1] ?? '';
  }
  const { origin, pathname, search } = new URL(url);
  const params = {
    ...bodyOf(body, fields),
    ...(Object.keys(fields).length === 0 ? {} : { headers: fields }),
  };
  return moduleText([from, ...hints], origin, [{ method, url: pathname + search, params, remarks: [] }]);
}

/** The shortest way to write the body; removes the content type from the headers if the client sets it anyway. */
function bodyOf(body: Uint8Array | null, headers: Record<string, string>): Readonly<Record<string, unknown>> {
  if (body === null) return {};
  const text = Buffer.from(body).toString('utf8');
  const type = headers['content-type'] ?? '';
  if (JSON_TYPE.test(type)) {
    const json = jsonIn(text);
    if (json === undefined) return { body: text };
    delete headers['content-type'];
    return { json };
  }
  const form = new URLSearchParams(text);
  if (!FORM_TYPE.test(type) || form.toString() !== text || new Set(form.keys()).size !== form.size)
    return { body: text };
  delete headers['content-type'];
  return { form: Object.fromEntries(form) };
}

/** The value of a JSON text; undefined if it is none, or has a number that code would write as another one. */
function jsonIn(text: string): unknown {
  try {
    const value = parseWithBigInts(text);
    const written = jsonWithBigInts(value) ?? '';
    return isSameJson(parseExactJson(text), parseExactJson(written)) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Writes a module with a request for each operation of a description. */
export function moduleOfApi(
  { title, base, requests, remarks }: DescribedApi,
  hints: readonly string[],
): string {
  const { origin, pathname } = new URL(base);
  const calls = requests.map(({ fields, remarks: own }): DraftCall => {
    const { method = 'GET', url, header, cookie, json, body, name } = fields;
    const form = fields['data-urlencode'];
    const pairs = Array.isArray(form) ? form.map((pair) => splitAt(String(pair), '=')) : [];
    const path = String(url).replace('{{base}}', pathname === '/' ? '' : pathname);
    return {
      method: String(method),
      url: path,
      params: {
        ...(json === undefined ? {} : { json: typeof json === 'string' ? parseWithBigInts(json) : json }),
        ...(form === undefined ? {} : { form: Object.fromEntries(pairs) }),
        ...(body === undefined ? {} : { body }),
        ...(isFields(header) || cookie !== undefined
          ? { headers: { ...(isFields(header) ? header : {}), ...(cookie === undefined ? {} : { cookie }) } }
          : {}),
      },
      remarks: [
        String(name),
        ...own.map((remark) => remark.replace(/with '(?:bearer-env|header|cookie):.*$/, 'with headers.')),
        ...(fields['form'] === undefined
          ? []
          : ['Its body is multipart/form-data, which is left out: send it with body, made from a FormData.']),
      ],
    };
  });
  return moduleText(
    [`Made from the description of ${title}: one request for each of its operations.`, ...remarks, ...hints],
    origin,
    calls,
  );
}

function splitAt(text: string, sign: string): [string, string] {
  const at = text.indexOf(sign);
  return [text.slice(0, at), text.slice(at + 1)];
}
