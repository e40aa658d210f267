import { describe, expect, test } from '@jest/globals';
import { type Problem, VolleyError } from '../../src/api/index.ts';
import { inLibraryTerms, plainOptions } from '../../src/main/plan/from-library.ts';
import type { RunOptions } from '../../src/main/plan/library-options.ts';
import type { Told } from '../../src/main/plan/problems.ts';
import { readOptions } from '../../src/main/plan/resolve.ts';

const URL = 'http://127.0.0.1:8080/';
class Hidden {
  readonly #a = 1;
  get a(): number {
    return this.#a;
  }
}
const CIRCLE: { self?: object } = {};
CIRCLE.self = CIRCLE;
const A = { name: 'a', url: URL };

async function problemsOf(options: unknown): Promise<readonly string[]> {
  return (await errorsOf(options)).map(String);
}

async function errorsOf(options: unknown): Promise<readonly Problem[]> {
  try {
    const found: Told[] = [];
    const plain = plainOptions(options as RunOptions, found);
    await readOptions(plain, found);
  } catch (thrown) {
    const error = inLibraryTerms(thrown, options as RunOptions);
    if (error instanceof VolleyError) return error.problems;
    throw thrown;
  }
  return [];
}

describe('options of JavaScript’s callers', () => {
  test.each<[unknown, RegExp[]]>([
    [[], [/^The options '\[\]': give an object/]],
    [null, [/^The options 'null': give an object/]],
    [Object.create(null), [/^No URL was given/]],
    [{ url: 5 }, [/^The option url '5': give text/]],
    [{ curl: 5 }, [/^The option curl '5': give text/]],
    [{ urls: 5 }, [/^The option urls '5': give text/]],
    [
      { url: URL, headers: Object.assign(Array(2), { 1: 'a: b' }) },
      [/^The option headers is a list: give an object of names/],
    ],
    [
      { url: URL, headers: { authorization: ['a', { a: 'SECRET' }] } },
      [/^headers\["authorization"\] is an object/],
    ],
    [{ url: URL, variables: ['SECRET'] }, [/^The option variables is a list: give an object of texts/]],
    [
      { url: URL, variables: new Map([['a', 'b']]) },
      [/^The option variables is an object: give an object of/],
    ],
    [
      { url: URL, variables: { a: null, b: 1, c: ['SECRET'], d: Number.NaN } },
      [
        /^variables\["a"\] is null: give text, a finite number, true or false/,
        /^variables\["c"\] is a list: give/,
        /^variables\["d"\] is NaN: give/,
      ],
    ],
    [{ url: URL, thresholds: 'p99\x1b[31m\u202e' }, [/^thresholds 'p99\\x1b\[31m\\u202e': give a rule/]],
    [{ url: URL, 'x\x07': 1 }, [/^The option 'x\\x07' does not exist/]],
    [{ mix: [A, A] }, [/^Two requests are called 'a': give each a name of its own/]],
    [{ url: URL, pacing: { a: null } }, [/^The option pacing '{"a":null}': give text/]],
    [
      JSON.parse(`{"url":"${URL}","__proto__":{"duration":"1s"}}`),
      [/^The option '__proto__' does not exist/],
    ],
    [
      { url: URL, onPort: 3 },
      [/^The option 'onPort' does not exist: only the command line has --on-port \(docs\/library\.md\)\.$/],
    ],
    [
      { url: URL, html: 'a.html' },
      [/only the command line has --html: render\(result, form\) and renderHtml/],
    ],
    [{ mix: [] }, [/^The option mix is empty/]],
    [{ mix: {} }, [/^The option mix '{}': give a list of requests/]],
    [{ mix: [null] }, [/^The request mix\[0\] is 'null': give an object/]],
    [{ mix: [A, 5] }, [/^The request mix\[1\] is '5': give an object/]],
    [{ mix: [A, []] }, [/^The request mix\[1\] is a list/]],
    [{ mix: Object.assign(Array(2), { 1: A }) }, [/^The request mix\[0\] is 'undefined'/]],
    [{ mix: [URL] }, [/^The request mix\[0\] is text/]],
    [{ mix: [{}] }, [/^The option mix\[0\]\.name is missing/, /^The option mix\[0\]\.url is missing/]],
    [{ mix: [{ url: URL }] }, [/^The option mix\[0\]\.name is missing/]],
    [{ mix: [{ ...A, wieght: 5 }] }, [/^The option 'wieght' in mix\[0\] does not exist: .*weight/]],
    [
      { mix: [{ ...A, wieght: 5 }], concurency: 3, requests: 'ten', timeout: -1 },
      [
        /^The option 'concurency' does not exist: did you mean concurrency\?$/,
        /^The option 'wieght' in mix\[0\] does not exist/,
        /^requests 'ten': give a whole number/,
        /^timeout '-1': give a time/,
      ],
    ],
    [{ mix: [{ ...A, requests: 5 }] }, [/^The option 'requests' in mix\[0\] does not exist/]],
    [
      { mix: [JSON.parse(`{"name":"a","url":"${URL}","__proto__":1}`)] },
      [/^The option '__proto__' in mix\[0\]/],
    ],
    [{ mix: [{ ...A, name: 5 }] }, [/^The option mix\[0\]\.name '5': give text/]],
    [{ mix: [{ ...A, url: ['SECRET'] }] }, [/^The option mix\[0\]\.url is a list: give text/]],
    [
      { mix: [{ ...A, json: () => 'SECRET' }] },
      [/^The option mix\[0\]\.json has a function, which JSON does not have/],
    ],
    [{ mix: [{ ...A, json: CIRCLE }] }, [/^The option mix\[0\]\.json contains itself, .*without cycles\.$/]],
    [{ url: URL, json: { a: 1n } }, [/^The option json has a bigint, /]],
    [
      { url: URL, json: { a: [Number.NaN] } },
      [/^The option json has NaN, which JSON does not have: give a number or/],
    ],
    [{ url: URL, json: /x/ }, [/^The option json has a RegExp, whose content JSON drops:/]],
    [{ url: URL, json: [new Error('x')] }, [/^The option json has an Error, whose content JSON drops:/]],
    [{ url: URL, json: Promise.resolve() }, [/^The option json has a Promise, whose content JSON drops:/]],
    [{ url: URL, json: { a: new WeakMap() } }, [/^The option json has a WeakMap, whose content/]],
    [{ url: URL, json: { a: new Uint8Array(2) } }, [/^The option json has a Uint8Array, whose content/]],
    [
      { url: URL, json: new URLSearchParams('a=1') },
      [/^The option json has a URLSearchParams, whose content/],
    ],
    [{ url: URL, json: new Hidden() }, [/^The option json has an instance of Hidden, whose content JSON/]],
    [
      { url: URL, json: { a() {} } },
      [/^The option json has a function, which JSON does not have: leave it out/],
    ],
    [{ url: URL, json: { a: Symbol('b') } }, [/^The option json has a symbol, which JSON does not have/]],
    [{ url: URL, json: { a: [undefined] } }, [/^The option json has undefined in a list, .*give null\.$/]],
    [{ url: URL, json: { toJSON: () => JSON.parse('{') } }, [/^The option json cannot be written as JSON/]],
    [{ mix: [{ ...A, form: -1 }] }, [/^The option mix\[0\]\.form '-1': give text or a list of text/]],
    [{ mix: [{ ...A, form: [[]] }] }, [/^The option mix\[0\]\.form is a list: give text or a list of text/]],
    [{ mix: [{ ...A, weight: {} }] }, [/^The option mix\[0\]\.weight '{}': give a number or text/]],
    [
      { mix: [{ ...A, body: new Float64Array(1) }] },
      [/^The option mix\[0\]\.body is an object: give text or a U/],
    ],
    [{ mix: [{ ...A, places: {} }] }, [/^The option mix\[0\]\.places '{}': give a Map/]],
  ])('%# is refused with a sentence', async (options, sentences) => {
    const problems = await problemsOf(options);
    expect(problems).toEqual(sentences.map((sentence) => expect.stringMatching(sentence)));
    expect(problems.join()).not.toContain('SECRET');
  });

  test('of many requests that are all wrong, the first few are told', async () => {
    expect(await problemsOf({ mix: Array(10_000).fill(null) })).toHaveLength(10);
  });

  test.each([
    { mix: [A] },
    { url: new globalThis.URL(URL), json: { a: [1, null] }, headers: { 'X-A': ['b', 2], 'x-b': undefined } },
    { url: URL, timeout: 250, warmup: 0, duration: 1_500, thresholds: 'p99<5ms', percentiles: [50, 99.9] },
    { url: URL, headers: new globalThis.Headers({ a: 'b' }), variables: { a: 1, b: true } },
    { mix: [{ ...A, weight: '2', headers: ['a: b'], json: undefined, body: new Uint8Array(2) }] },
    { url: URL, variables: Object.assign(Object.create(null), { a: 'b' }) },
  ])('%j is taken', async (options) => {
    expect(await problemsOf(options)).toEqual([]);
  });
});

describe('problems name an option as the caller wrote it', () => {
  const TOLD: readonly [unknown, Partial<Problem>][] = [
    [
      { url: URL, json: '{' },
      { option: 'json', value: '{' },
    ],
    [
      { url: URL, headers: { 'X-A': 'a\nb' } },
      { option: 'headers["X-A"]', value: 'X-A: a\nb' },
    ],
    [{ url: URL, headers: ['x-a: a\nb'] }, { option: 'headers' }],
    [
      { url: URL, headers: { 'x:a': 'b' } },
      { option: 'headers["x:a"]', value: null },
    ],
    [{ url: URL, cookie: 'a\nb' }, { option: 'cookie' }],
    [
      { url: URL, timeout: 0 },
      { option: 'timeout', value: '0' },
    ],
    [
      { url: URL, maxInFlight: 0 },
      { option: 'maxInFlight', value: '0' },
    ],
    [{ url: 'ftp://a/' }, { option: 'url', value: 'ftp://a/' }],
    [{}, { option: 'url' }],
    [{ url: URL, keepalive: false, http2: true }, { option: 'http2' }],
    [
      { url: URL, thresholds: 'p99' },
      { option: 'thresholds', value: 'p99' },
    ],
    [
      { url: URL, rowsMode: 'once' },
      { option: 'rowsMode', advice: 'without rows: name the file.' },
    ],
    [{ mix: [A, { ...A, name: 'b', json: '{' }] }, { option: 'mix[1].json' }],
    [{ json: '{', mix: [A, { ...A, name: 'b' }] }, { option: 'json' }],
    [{ mix: [{ ...A, headers: { 'x-a': 'a\nb' } }] }, { option: 'mix[0].headers["x-a"]' }],
    [{ mix: [{ ...A, weight: 0 }] }, { option: 'mix[0].weight', value: '0' }],
    [{ mix: [{ ...A, url: 'ftp://a/' }] }, { option: 'mix[0].url' }],
    [{ url: URL, tymeout: 1 }, { option: 'tymeout' }],
    [{ url: URL, header: {} }, { option: 'header' }],
    [{ curl: `curl ${URL} -F 'a=@/nowhere/at/all'` }, { option: 'curl', value: 'a=@/nowhere/at/all' }],
    [{ curl: `curl ${URL}`, form: 'a=@/nowhere/at/all' }, { option: 'form' }],
    [{ curl: `curl ${URL} -H 'a: b'`, headers: { c: 'a\nb' } }, { option: 'headers["c"]' }],
    [{ curl: `curl ftp://a/` }, { option: 'curl' }],
  ];

  test.each(TOLD)('%j', async (options, expected) => {
    const problems = await errorsOf(options);
    expect(problems[0]).toMatchObject(expected);
    // Of the command line, which nobody used, there is nothing in them.
    for (const problem of problems) expect(problem.message).not.toMatch(/(^|(?<!curl)[ (])--[a-z]/);
  });
});
