import { isPair, parseDocument, visit } from 'yaml';
import { NOT_IN_A_HEADER, TOKEN } from '../../requests/header-text.ts';
import { isClientHeader } from '../../requests/invalid-request.ts';
import { visible } from '../../requests/visible.ts';
import { type Example, exampleOf, type Fields, isFields, resolved } from './open-api-examples.ts';
import { encoded, jsonText, listedText, pathSegment, queryPairs, textOf } from './open-api-parameters.ts';
import type { DraftRequest } from './plan-draft.ts';
import { hasBigInt, hasForbiddenName, isForbiddenName } from './written-text.ts';

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const;
const CHANGES_DATA = new Set(['post', 'put', 'patch', 'delete']);
const MOST_REQUESTS = 1_000;
/** How names begin that a description may add where it likes. */
const EXTENSION = 'x-';
/** For a description without a server, or with only a path. */
const SOME_SERVER = 'http://127.0.0.1:8080';

export interface DescribedApi {
  readonly title: string;
  readonly base: string;
  readonly requests: readonly DraftRequest[];
  readonly remarks: readonly string[];
}

/**
 * Reads an OpenAPI description, 3.0 or 3.1, in JSON or YAML: one request for each operation, filled in with examples
 * or with values that fit its schema. Made-up values get a remark.
 *
 * @throws Error if the text cannot be used; its message is a clause on what is wrong
 */
export function readOpenApi(text: string): DescribedApi {
  const api = contentOf(text);
  const version = api['openapi'];
  if (typeof version !== 'string' || !/^3\.[01]\b/.test(version))
    throw new Error(
      version === undefined
        ? whatElse(api)
        : `it has version ${String(version)}, and only 3.0 and 3.1 can be read`,
    );
  const { base, remarks } = serverOf(api);
  const paths = isFields(api['paths']) ? api['paths'] : {};
  const requests = Object.entries(paths)
    .filter(([path]) => !path.startsWith(EXTENSION))
    .flatMap(([path, item]) =>
      operationsOf(api, path.startsWith('/') ? path : `/${path}`, resolved(api, item)),
    );
  if (requests.length === 0) throw new Error('it has no operation');
  if (requests.length > MOST_REQUESTS)
    throw new Error(`it has ${requests.length} operations, and a plan has at most ${MOST_REQUESTS} requests`);
  const info = isFields(api['info']) ? api['info'] : {};
  return {
    title: String(info['title'] ?? 'an API').replace(/\s+/g, ' '),
    base,
    requests: withOwnNames(requests),
    remarks: [...remarks, ...leftOut(api, paths)],
  };
}

/** What it is instead of a description that can be read. */
function whatElse(api: Fields): string {
  const { swagger, info, log } = api;
  if (swagger !== undefined)
    return `it is a description in Swagger ${String(swagger)}: turn it into OpenAPI 3 first`;
  if (isFields(info) && /postman/i.test(`${String(info['schema'])} ${Object.keys(info).join(' ')}`))
    return 'it is a collection of Postman, which volley does not read: give an OpenAPI description, or a curl command after --curl';
  if (isFields(log) && 'entries' in log) return 'it is a recording: give it after --har';
  return 'it does not begin with openapi: 3.0 or 3.1';
}

/** What has no request here: paths whose description was not read, and a method that few servers answer. */
function leftOut(api: Fields, paths: Fields): string[] {
  return Object.entries(paths)
    .filter(([path]) => !path.startsWith(EXTENSION))
    .flatMap(([path, written]) => {
      if (isElsewhere(api, written)) return [`The path ${path} is left out: ${elsewhere(written)}.`];
      const item = resolved(api, written);
      return isFields(item) && isFields(item['trace']) ? [`TRACE ${path} is left out.`] : [];
    });
}

function elsewhere(value: unknown): string {
  return `it is described elsewhere ('${isFields(value) ? textOf(value['$ref']) : ''}'), which is not read`;
}

function isElsewhere(api: Fields, value: unknown): boolean {
  return isFields(value) && resolved(api, value) === undefined;
}

/** Where a long id stands that is sent; other numbers, such as limits, are only compared. */
const OF_EXAMPLES = new Set(['example', 'examples', 'value', 'default', 'const', 'enum']);

function contentOf(text: string): Fields {
  let value: unknown;
  try {
    const document = parseDocument(text, { logLevel: 'error' });
    const [error] = document.errors;
    if (error !== undefined) throw error;
    visit(document, {
      Scalar: (_key, scalar, path) => {
        const { value: number, source = '' } = scalar;
        if (typeof number !== 'number' || Number.isSafeInteger(number) || !/^-?\d+$/.test(source)) return;
        if (path.some((node) => isPair(node) && OF_EXAMPLES.has(String(node.key))))
          scalar.value = BigInt(source);
      },
    });
    value = document.toJS({ maxAliasCount: 1_000 });
  } catch {
    throw new Error('it is neither JSON nor YAML');
  }
  if (!isFields(value)) throw new Error('it is not an API description');
  return value;
}

function serverOf(api: Fields): { base: string; remarks: string[] } {
  const [server] = Array.isArray(api['servers']) ? (api['servers'] as unknown[]) : [];
  const { url = '', variables } = isFields(server) ? server : {};
  const filled = String(url).replace(/\{([^{}]+)\}/g, (whole, name: string) => {
    const variable = isFields(variables) ? variables[name] : undefined;
    return isFields(variable) && variable['default'] !== undefined ? String(variable['default']) : whole;
  });
  const base = /^https?:\/\//i.test(filled) && !/[{}]/.test(filled) ? URL.parse(filled) : null;
  if (base !== null) {
    base.search = '';
    base.hash = '';
    return { base: base.href.replace(/\/+$/, ''), remarks: [] };
  }
  const path = filled.startsWith('/') ? literalPath(filled).replace(/\/+$/, '') : '';
  return {
    base: `${SOME_SERVER}${path}`,
    remarks: ['The description names no server: change base.'],
  };
}

function operationsOf(api: Fields, path: string, item: unknown): DraftRequest[] {
  if (!isFields(item)) return [];
  return METHODS.flatMap((method) => {
    const operation = item[method];
    return isFields(operation) ? [requestOf(api, path, method, item, operation)] : [];
  });
}

function requestOf(api: Fields, path: string, method: string, item: Fields, operation: Fields): DraftRequest {
  const remarks: string[] = [];
  const parameters = parametersOf(api, item, operation);
  const valueFor = (parameter: Fields): unknown => {
    const { value, isMadeUp } = parameterExample(api, parameter);
    if (isMadeUp)
      remarks.push(
        `${String(parameter['in'])} '${String(parameter['name'])}': made up, replace it with one that exists.`,
      );
    return value;
  };
  const inPath = (name: string): string => {
    const parameter = parameters.find((one) => one['in'] === 'path' && one['name'] === name) ?? {
      in: 'path',
      name,
    };
    const value = valueFor(parameter);
    if (!DOTS.test(textOf(value))) return pathSegment(parameter, value);
    remarks.push(`path '${name}': its example cannot be part of a path: use another one.`);
    return 'example';
  };
  const filledPath = path
    .split(/\{([^{}]+)\}/)
    .map((piece, index) => (index % 2 === 0 ? literalPath(piece) : inPath(piece)))
    .join('');
  const needed = (where: string): Fields[] =>
    parameters.filter((one) => one['in'] === where && one['required'] === true);
  const query = needed('query').flatMap((one) => queryPairs(one, valueFor(one)));
  const headers = needed('header').flatMap((one) =>
    headerOf(String(one['name']), listedText(one, valueFor(one), String), remarks),
  );
  const cookies = needed('cookie').map(
    (one) => `${encoded(String(one['name']))}=${listedText(one, valueFor(one), encoded)}`,
  );
  const body = bodyOf(api, operation, remarks);
  const authorization = authorizationOf(api, operation);
  if (authorization !== null) remarks.push(authorization);
  if (CHANGES_DATA.has(method)) remarks.push('It may change data: remove it if that does harm.');
  const name = String(operation['operationId'] ?? `${method.toUpperCase()} ${path}`);
  return {
    fields: {
      name: visible(name.replace(/[{}\p{Cc}]/gu, '')).trim() || `${method} request`,
      ...(method === 'get' ? {} : { method: method.toUpperCase() }),
      url: `{{base}}${filledPath}${query.length === 0 ? '' : `?${query.join('&')}`}`,
      ...body,
      ...(cookies.length === 0 ? {} : { cookie: cookies.join('; ') }),
      ...(headers.length === 0
        ? {}
        : {
            header: { ...Object.fromEntries(headers), ...(body['header'] as object | undefined) } as unknown,
          }),
    },
    remarks,
  };
}

/** The value of a parameter; with a content type of its own it is JSON, whatever its style. */
function parameterExample(api: Fields, parameter: Fields): Example {
  const { content } = parameter;
  const [media] = isFields(content) ? Object.values(content) : [];
  if (!isFields(media)) return exampleOf(api, parameter);
  const { value, isMadeUp } = exampleOf(api, media);
  return { value: textOf(value), isMadeUp };
}

/** What to add where an operation asks for authorization; null if it does not, or not always. */
function authorizationOf(api: Fields, operation: Fields): string | null {
  const security = operation['security'] ?? api['security'];
  if (!Array.isArray(security) || security.length === 0) return null;
  const ways = (security as unknown[]).filter(isFields);
  if (ways.some((one) => Object.keys(one).length === 0)) return null;
  const { components } = api;
  const schemes = isFields(components) ? components['securitySchemes'] : undefined;
  const [name = ''] = Object.keys(ways[0] ?? {});
  const scheme = resolved(api, isFields(schemes) ? schemes[name] : undefined);
  if (isFields(scheme) && scheme['type'] === 'apiKey' && scheme['in'] === 'query')
    return `It asks for a key: add ${encoded(String(scheme['name']))}=… to the query of its url.`;
  if (isFields(scheme) && scheme['type'] === 'apiKey' && scheme['in'] === 'cookie')
    return `It asks for a key: add ${String(scheme['name'])}=… with 'cookie:'.`;
  if (isFields(scheme) && scheme['type'] === 'apiKey')
    return `It asks for a key: add ${String(scheme['name'])} with 'header:'.`;
  return "It asks for authorization: add it with 'bearer-env:', 'user:' or 'header:'.";
}

/** Segments that lead elsewhere in a path, however they are encoded. */
const DOTS = /^(?:\.|%2e){1,2}$/i;
/** A description sets these by other means, and ignores parameters of these names. */
const SET_ELSEWHERE = /^(?:accept|content-type|authorization)$/i;

function headerOf(name: string, value: string, remarks: string[]): [string, string][] {
  if (SET_ELSEWHERE.test(name)) return [];
  const canBeSent = TOKEN.test(name) && !NOT_IN_A_HEADER.test(value) && !isClientHeader(name.toLowerCase());
  if (canBeSent && !isForbiddenName(name)) return [[name, value]];
  remarks.push(`header '${name}': left out, since it cannot be sent.`);
  return [];
}

/** The path of a description as one that can be sent: what it has encoded stays so. */
function literalPath(text: string): string {
  return encodeURI(text.toWellFormed())
    .replace(/%25([\da-f]{2})/gi, '%$1')
    .replaceAll('?', '%3F')
    .replaceAll('#', '%23');
}

/** The parameters of the operation, then those of the path that it does not override. */
function parametersOf(api: Fields, item: Fields, operation: Fields): Fields[] {
  const all = [operation, item].flatMap(({ parameters }) =>
    Array.isArray(parameters) ? (parameters as unknown[]) : [],
  );
  const known = new Map<string, Fields>();
  for (const parameter of all.map((one) => resolved(api, one)).filter(isFields)) {
    const key = `${String(parameter['in'])} ${String(parameter['name'])}`;
    if (!known.has(key)) known.set(key, parameter);
  }
  return [...known.values()];
}

function bodyOf(api: Fields, operation: Fields, remarks: string[]): Fields {
  const request = resolved(api, operation['requestBody']);
  if (isElsewhere(api, operation['requestBody']))
    remarks.push(`Its body is left out: ${elsewhere(operation['requestBody'])}.`);
  const content = isFields(request) && isFields(request['content']) ? request['content'] : {};
  const [type, media] =
    Object.entries(content).find(([name]) => /\bjson\b/i.test(name)) ?? Object.entries(content)[0] ?? [];
  if (type === undefined || !isFields(media)) return {};
  const { value, isMadeUp } = exampleOf(api, media);
  if (isMadeUp) remarks.push('body: made up from its schema, replace it with one that the API accepts.');
  if (/\bjson\b/i.test(type)) {
    const json = {
      json:
        typeof value === 'string' ||
        value === null ||
        typeof value === 'boolean' ||
        hasForbiddenName(value) ||
        hasBigInt(value)
          ? jsonText(value)
          : value,
    };
    return /^application\/json\b/i.test(type) ? json : { ...json, ...typeHeader(type, remarks) };
  }
  if (/^application\/x-www-form-urlencoded/i.test(type) && isFields(value)) return formOf(value, remarks);
  if (/^multipart\/form-data/i.test(type) && isFields(value)) {
    const parts = partsOf(api, media, value);
    if (parts !== null) return { form: parts };
  }
  remarks.push(`Its body is ${type}: write it with 'body:', 'body-file:' or 'form:'.`);
  return {
    body: typeof value === 'string' ? value.toWellFormed() : jsonText(value),
    ...typeHeader(type, remarks),
  };
}

/** What has a meaning in a part as curl writes it. */
const IN_A_PART = /^[@<("]|[;"\r\n\\]/;

/** The parts of a multipart form, files as text under a file's name; null if one would be read differently. */
function partsOf(api: Fields, media: Fields, value: Fields): string[] | null {
  const schema = resolved(api, media['schema']);
  const properties = isFields(schema) && isFields(schema['properties']) ? schema['properties'] : {};
  const parts = Object.entries(value).flatMap(([name, one]) => {
    const isFile = /"format":"binary"/.test(jsonText(resolved(api, properties[name])));
    return [one]
      .flat()
      .map((item: unknown) => [name, isFields(item) ? jsonText(item) : String(item), isFile] as const);
  });
  if (parts.some(([name, text]) => /[=;"\r\n\\]/.test(name) || IN_A_PART.test(text))) return null;
  return parts.map(([name, text, isFile]) =>
    `${name}=${text}${isFile ? ';filename=example.bin' : ''}`.toWellFormed(),
  );
}

function formOf(value: Fields, remarks: string[]): Fields {
  const fields = Object.entries(value).flatMap(([name, one]) =>
    [one].flat().map((item: unknown) => [name, isFields(item) ? jsonText(item) : String(item)] as const),
  );
  if (fields.every(([name]) => !name.includes('=')))
    return { 'data-urlencode': fields.map(([name, text]) => `${name}=${text}`.toWellFormed()) };
  remarks.push('Its form is written as it is sent, since data-urlencode takes no names with = in them.');
  const body = new URLSearchParams(fields.map(([name, text]) => [name, text.toWellFormed()])).toString();
  return { body, ...typeHeader('application/x-www-form-urlencoded', remarks) };
}

function typeHeader(type: string, remarks: string[]): Fields {
  if (!NOT_IN_A_HEADER.test(type)) return { header: { 'content-type': type } };
  remarks.push('Its content type is left out, since it cannot be sent.');
  return {};
}

/** Makes names unique, as a plan requires. */
function withOwnNames(requests: readonly DraftRequest[]): DraftRequest[] {
  const taken = new Set<string>();
  return requests.map((request) => {
    const given = String(request.fields['name']);
    let name = given;
    for (let count = 2; taken.has(name); count++) name = `${given} (${count})`;
    taken.add(name);
    return { ...request, fields: { ...request.fields, name } };
  });
}
