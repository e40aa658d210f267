import { describe, expect, test } from '@jest/globals';
import { readOpenApi } from '../../src/main/init/open-api.ts';
import { moduleOfApi } from '../../src/main/init/scenario-draft.ts';

const api = (rest: object): string =>
  JSON.stringify({ openapi: '3.0.3', info: { title: 'T' }, servers: [{ url: 'https://h/v1/' }], ...rest });
const fieldsOf = (operation: object, path = '/a', rest: object = {}): unknown =>
  readOpenApi(api({ paths: { [path]: { post: operation } }, ...rest })).requests[0]?.fields;
const bodyOf = (schema: object, type = 'application/json'): object => ({
  requestBody: { content: { [type]: { schema } } },
});
const POST = { name: 'POST /a', method: 'POST', url: '{{base}}/a' };

describe('requests of an API', () => {
  test.each<[string, object, object]>([
    ['no body', {}, POST],
    [
      'an example',
      { requestBody: { content: { 'application/json': { example: [1] } } } },
      { ...POST, json: [1] },
    ],
    ['a number', bodyOf({ type: 'integer', minimum: 7 }), { ...POST, json: 7 }],
    ['text as JSON', bodyOf({ type: 'string', enum: ['b', 'c'] }), { ...POST, json: '"b"' }],
    [
      'of all',
      bodyOf({ allOf: [{ properties: { a: { const: 1 } } }, { properties: { b: { default: 2 } } }] }),
      { ...POST, json: { a: 1, b: 2 } },
    ],
    [
      'the first of several',
      bodyOf({ oneOf: [{ type: 'array', items: { type: 'boolean' } }, {}] }),
      { ...POST, json: [true] },
    ],
    ['a type that may be null', bodyOf({ type: ['null', 'number'] }), { ...POST, json: 1 }],
    [
      'nothing that only the server says',
      bodyOf({ properties: { id: { readOnly: true }, d: { type: 'string', format: 'date' } } }),
      { ...POST, json: { d: '2025-01-01' } },
    ],
    [
      'a form',
      bodyOf({ properties: { a: { example: 'x y' } } }, 'application/x-www-form-urlencoded'),
      { ...POST, 'data-urlencode': ['a=x y'] },
    ],
    [
      'a form with = in a name, as it is sent',
      bodyOf(
        { properties: { 'a=b': { example: 'x y' }, c: { example: '1' } } },
        'application/x-www-form-urlencoded',
      ),
      { ...POST, body: 'a%3Db=x+y&c=1', header: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    [
      'query and headers that have to be there',
      {
        parameters: [
          { name: 'q&', in: 'query', required: true, example: 'a b' },
          { name: 'r', in: 'query' },
          { name: 'x', in: 'header', required: true, schema: { type: 'boolean' } },
        ],
      },
      { ...POST, url: '{{base}}/a?q%26=a%20b', header: { x: 'true' } },
    ],
  ])('%s', (_name, operation, expected) => {
    expect(fieldsOf(operation)).toEqual(expected);
  });

  const LIST = ['a b', 'c,d'];
  const OBJECT = { k: 'a b', l: 1 };
  test.each<[string, object, string]>([
    ['a list', { example: LIST }, 'p=a%20b&p=c%2Cd'],
    ['no list', { example: [] }, ''],
    ['a list in one', { example: LIST, explode: false }, 'p=a%20b,c%2Cd'],
    ['a list with blanks', { example: LIST, style: 'spaceDelimited' }, 'p=a%20b%20c%2Cd'],
    ['a list with pipes', { example: LIST, style: 'pipeDelimited' }, 'p=a%20b%7Cc%2Cd'],
    ['an object', { example: OBJECT }, 'k=a%20b&l=1'],
    ['an object in one', { example: OBJECT, explode: false }, 'p=k,a%20b,l,1'],
    ['a deep object', { example: OBJECT, style: 'deepObject' }, 'p[k]=a%20b&p[l]=1'],
    [
      'JSON',
      { content: { 'application/json': { example: OBJECT } } },
      'p=%7B%22k%22%3A%22a%20b%22%2C%22l%22%3A1%7D',
    ],
    ['null', { schema: { enum: [null] } }, 'p=null'],
  ])('in a query, %s', (_name, rest, expected) => {
    const parameters = [{ name: 'p', in: 'query', required: true, ...rest }];
    const url = expected === '' ? '{{base}}/a' : `{{base}}/a?${expected}`;
    expect(fieldsOf({ parameters })).toEqual({ ...POST, url });
  });

  test.each<[string, object, string]>([
    ['a list', { example: LIST }, 'a%20b,c%2Cd'],
    ['an object', { example: OBJECT }, 'k,a%20b,l,1'],
    ['an object in pairs', { example: OBJECT, explode: true }, 'k=a%20b,l=1'],
    ['a label', { example: 5, style: 'label' }, '.5'],
    ['labels', { example: LIST, style: 'label', explode: true }, '.a%20b.c%2Cd'],
    ['an object of labels', { example: OBJECT, style: 'label' }, '.k,a%20b,l,1'],
    ['a matrix', { example: 5, style: 'matrix' }, ';p=5'],
    ['a list in a matrix', { example: LIST, style: 'matrix' }, ';p=a%20b,c%2Cd'],
    ['a matrix for each', { example: LIST, style: 'matrix', explode: true }, ';p=a%20b;p=c%2Cd'],
    ['an object in matrices', { example: OBJECT, style: 'matrix', explode: true }, ';k=a%20b;l=1'],
  ])('in a path, %s', (_name, rest, expected) => {
    const parameters = [{ name: 'p', in: 'path', required: true, ...rest }];
    expect(fieldsOf({ parameters }, '/a/{p}/b')).toMatchObject({ url: `{{base}}/a/${expected}/b` });
  });

  test('headers and cookies take the elements of a list with commas', () => {
    const parameters = [
      { name: 'x-l', in: 'header', required: true, example: LIST },
      { name: 'x-o', in: 'header', required: true, example: OBJECT, explode: true },
      { name: 'c', in: 'cookie', required: true, example: 'a;b' },
      { name: 'd', in: 'cookie', required: true, example: [1, 2] },
      { name: 'optional', in: 'cookie', example: 'x' },
    ];
    expect(fieldsOf({ parameters })).toEqual({
      ...POST,
      cookie: 'c=a%3Bb; d=1,2',
      header: { 'x-l': 'a b,c,d', 'x-o': 'k=a b,l=1' },
    });
  });

  test('a long id keeps its digits, in a plan and in a module', () => {
    const LONG = '9007199254740993';
    const id = { type: 'integer', maximum: 'LONG', example: 'LONG' };
    const post = {
      parameters: [{ name: 'id', in: 'path', required: true, schema: id }],
      ...bodyOf({ properties: { id, ids: { default: ['LONG', 7] } } }),
    };
    const described = readOpenApi(api({ paths: { '/a/{id}': { post } } }).replaceAll('"LONG"', LONG));
    expect(described.requests[0]?.fields).toMatchObject({
      url: `{{base}}/a/${LONG}`,
      json: `{"id":${LONG},"ids":[${LONG},7]}`,
    });
    const text = moduleOfApi(described, []);
    expect(text).toContain(
      `await vu.http.post('/v1/a/${LONG}', { json: { id: ${LONG}n, ids: [${LONG}n, 7] } });`,
    );
  });

  test('a module sends cookies as a header, and says that it leaves a form in parts out', () => {
    const put = {
      parameters: [{ name: 'c', in: 'cookie', required: true, example: 'x' }],
      ...bodyOf({ properties: { a: { example: 1 } } }, 'multipart/form-data'),
    };
    const text = moduleOfApi(readOpenApi(api({ paths: { '/a': { put } } })), []);
    expect(text).toContain("await vu.http.put('/v1/a', { headers: { cookie: 'c=x' } });");
    expect(text).toContain('// Its body is multipart/form-data, which is left out: send it with body');
  });

  test('what is described in another file, or nowhere, is said to be left out', () => {
    const requestBody = { $ref: '#/components/requestBodies/None' };
    const { requests, remarks } = readOpenApi(
      api({
        paths: { '/far': { $ref: 'far.yaml#/x' }, '/a': { put: { requestBody }, trace: {} }, 'x-own': 5 },
      }),
    );
    expect(remarks).toEqual([
      "The path /far is left out: it is described elsewhere ('far.yaml#/x'), which is not read.",
      'TRACE /a is left out.',
    ]);
    expect(requests.map((request) => request.remarks[0])).toEqual([
      "Its body is left out: it is described elsewhere ('#/components/requestBodies/None'), which is not read.",
    ]);
  });

  test.each([
    [{ type: 'apiKey', in: 'query', name: 'k' }, 'It asks for a key: add k=… to the query of its url.'],
    [{ type: 'apiKey', in: 'header', name: 'X-K' }, "It asks for a key: add X-K with 'header:'."],
    [{ type: 'apiKey', in: 'cookie', name: 'c' }, "It asks for a key: add c=… with 'cookie:'."],
    [{ type: 'http' }, "It asks for authorization: add it with 'bearer-env:', 'user:' or 'header:'."],
  ])('authorization by %j', (scheme, remark) => {
    const [request] = readOpenApi(
      api({
        paths: { '/a': { get: {} } },
        security: [{ s: [] }],
        components: { securitySchemes: { s: scheme } },
      }),
    ).requests;
    expect(request?.remarks).toEqual([remark]);
  });

  test('a schema within itself ends with values of its types', () => {
    const Node = {
      required: ['id', 'next', 'all'],
      properties: {
        id: { type: 'integer' },
        next: { $ref: '#/components/schemas/Node' },
        all: { type: 'array', items: { $ref: '#/components/schemas/Node' } },
      },
    };
    const described = api({
      paths: { '/a': { post: bodyOf({ $ref: '#/components/schemas/Node' }) } },
      components: { schemas: { Node } },
    });
    const text = JSON.stringify(readOpenApi(described).requests[0]?.fields['json']);
    expect(text).not.toContain('example');
    expect(text.length).toBeLessThan(5_000);
  });

  test('a path is filled in, by an example or by its schema, and what was made up is said', () => {
    const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
    const [made, given] = readOpenApi(
      api({
        paths: { '/a/{id}': { parameters: [id], get: {}, put: { parameters: [{ ...id, example: 'a/b' }] } } },
      }),
    ).requests;
    expect(made).toMatchObject({
      fields: { url: '{{base}}/a/example' },
      remarks: ["path 'id': made up, replace it with one that exists."],
    });
    expect(given).toMatchObject({
      fields: { url: '{{base}}/a/a%2Fb' },
      remarks: ['It may change data: remove it if that does harm.'],
    });
  });

  test.each<[object, unknown]>([
    [{ type: 'integer', exclusiveMinimum: 3 }, 4],
    [{ type: 'integer', minimum: 3, exclusiveMinimum: true }, 4],
    [{ type: 'integer', minimum: 1, multipleOf: 5 }, 5],
    [{ type: 'integer', maximum: -1 }, -1],
    [{ type: 'integer', maximum: 0, exclusiveMaximum: 0 }, -1],
    [{ type: 'integer', maximum: 9.5, multipleOf: 10 }, 0],
    [{ type: 'integer', minimum: 0.5 }, 1],
    [{ type: 'number', exclusiveMinimum: 0, maximum: 0.5 }, 0.25],
    [{ type: 'number', maximum: 0.5 }, 0.5],
    [{ type: 'number' }, 1],
    [{ type: 'array', items: { type: 'integer' }, minItems: 3, uniqueItems: true }, [1, 2, 3]],
    [{ type: 'array', items: { type: 'string' }, minItems: 2 }, ['example', 'example']],
    [{ properties: { a: { type: 'string', maxLength: 3 } } }, { a: 'exa' }],
  ])('%j is kept', (schema, value) => {
    expect(fieldsOf(bodyOf(schema))).toEqual({ ...POST, json: value });
  });

  test('a multipart form has parts, files among them; as text where a part would be read differently', () => {
    const schema = { properties: { note: { example: 'a b' }, file: { type: 'string', format: 'binary' } } };
    const fields = fieldsOf(bodyOf(schema, 'multipart/form-data'));
    expect(fields).toEqual({ ...POST, form: ['note=a b', 'file=example;filename=example.bin'] });
    const odd = bodyOf({ properties: { note: { example: '@a' } } }, 'multipart/form-data');
    expect(fieldsOf(odd)).toMatchObject({ body: '{"note":"@a"}' });
  });

  test('a schema within itself ends', () => {
    const Node = { required: ['next'], properties: { next: { $ref: '#/components/schemas/Node' } } };
    expect(
      JSON.stringify(fieldsOf(bodyOf(Node), '/a', { components: { schemas: { Node } } })).length,
    ).toBeLessThan(300);
    expect(fieldsOf(bodyOf({ $ref: '#/x' }), '/a', { x: { $ref: '#/x' } })).toEqual({
      ...POST,
      json: '"example"',
    });
  });

  test.each([
    ['https://h/v1/', 'https://h/v1', 0],
    ['/v1', 'http://127.0.0.1:8080/v1', 1],
    ['https://{unknown}/', 'http://127.0.0.1:8080', 1],
  ])('the server %s', (url, base, remarks) => {
    const read = readOpenApi(api({ servers: [{ url }], paths: { '/': { get: {} } } }));
    expect([read.base, read.remarks.length]).toEqual([base, remarks]);
  });

  test.each([
    ['a: [', /neither JSON nor YAML/],
    ['5', /not an API description/],
    ['a: 1', /does not begin with openapi/],
    ['swagger: "2.0"', /is a description in Swagger 2\.0/],
    ['info: {_postman_id: x}', /is a collection of Postman/],
    ['log: {entries: []}', /is a recording: give it after --har/],
    ['openapi: 4.0.0', /has version 4.0.0/],
    ['openapi: 3.0.0', /has no operation/],
  ])('%j is refused', (text, why) => {
    expect(() => readOpenApi(text)).toThrow(why);
  });
});
