import { jsonFaultIn } from '../../../requests/json-fault.ts';
import { readInput, whyUnread } from '../../files/input-files.ts';
import { STDIN } from '../../files/stdin.ts';
import type { RequestOptions } from '../options.ts';
import type { Problems } from '../problems.ts';
import { given, listed, phrase, the } from '../words.ts';
import { encodeMultipart } from './multipart.ts';

/** The body of a request, encoded once. */
interface Body {
  readonly bytes: Uint8Array;
  /** Sent unless given as headers. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Overrides any given content type, since it contains the boundary of a form. */
  readonly contentType?: string;
}

/**
 * Reads the body from the one option that sets it; null if there is none, or if a problem has been noted.
 *
 * @param contentType the content type in the headers; null without one
 */
export function parseBody(
  options: RequestOptions,
  contentType: string | null,
  problems: Problems,
): Body | null {
  const { body, bodyFile, json, dataUrlencode = [], form = [] } = options;
  const said = [
    ...(body === undefined ? [] : [the('body')]),
    ...(bodyFile === undefined ? [] : [the('body-file')]),
    ...(json === undefined ? [] : [the('json')]),
    ...(dataUrlencode.length === 0 ? [] : [the('data-urlencode')]),
    ...(form.length === 0 ? [] : [the('form')]),
  ];
  if (said.length > 1) {
    problems.add(phrase`${listed(said, ' and ')}: a request has one body: give one of them.`);
    return null;
  }
  if (body !== undefined) return plain(typeof body === 'string' ? new TextEncoder().encode(body) : body);
  if (bodyFile !== undefined) return fromFile(bodyFile, problems);
  if (json !== undefined) return fromJson(json, problems);
  if (form.length > 0) return fromForm(form, contentType, problems);
  return dataUrlencode.length === 0 ? null : fromFields(dataUrlencode, problems);
}

function plain(bytes: Uint8Array): Body {
  return { bytes, headers: [] };
}

function fromFile(path: string, problems: Problems): Body | null {
  try {
    const bytes = readInput(path);
    if (path === STDIN && bytes.length === 0) {
      problems.add(
        phrase`${the('body-file')} ${given(path)}: nothing came on stdin: pipe the body in, or leave the option out.`,
      );
      return null;
    }
    return plain(bytes);
  } catch (error) {
    problems.add(phrase`${the('body-file')} ${given(path)} ${whyUnread(error)}`);
    return null;
  }
}

/** A path, of one word and with an ending, or with a folder. */
const LIKE_A_FILE = /^[^\s{}[\]":,@]+\.[a-z0-9]{1,5}$/i;

function fromJson(text: string, problems: Problems): Body | null {
  if (text.trim() === '') {
    problems.add(phrase`${the('json')} ${given(text)} is empty: give JSON, such as {"id":1}.`);
    return null;
  }
  const fault = jsonFaultIn(text);
  if (fault !== null) {
    const meant = LIKE_A_FILE.test(text) ? `; for a file write @${text}` : '';
    const line = fault.line === 1 ? '' : `line ${fault.line}, `;
    problems.add(
      phrase`${the('json')} ${given(text)} is not JSON from ${line}column ${fault.column} on: mend it there${meant}.`,
    );
    return null;
  }
  return {
    bytes: new TextEncoder().encode(text),
    headers: [
      ['content-type', 'application/json'],
      ['accept', 'application/json'],
    ],
  };
}

/** Its content type replaces that of the headers, which has no boundary. */
function fromForm(fields: readonly string[], contentType: string | null, problems: Problems): Body | null {
  const encoded = encodeMultipart(fields, contentType, problems);
  return encoded === null ? null : { bytes: encoded.bytes, headers: [], contentType: encoded.contentType };
}

function fromFields(fields: readonly string[], problems: Problems): Body | null {
  const wrong = fields.filter((field) => !field.includes('='));
  for (const field of wrong)
    problems.add(phrase`${the('data-urlencode')} ${given(field)}: give it as name=value.`);
  if (wrong.length > 0) return null;
  const pairs = fields.map((field): [string, string] => {
    const equals = field.indexOf('=');
    return [field.slice(0, equals), field.slice(equals + 1)];
  });
  return {
    bytes: new TextEncoder().encode(new URLSearchParams(pairs).toString()),
    headers: [['content-type', 'application/x-www-form-urlencoded']],
  };
}
