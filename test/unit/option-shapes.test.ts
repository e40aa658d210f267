import { describe, expect, test } from '@jest/globals';
import { VolleyError } from '../../src/api/index.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { readOptions } from '../../src/main/plan/resolve.ts';

const URL = 'http://127.0.0.1:8080/';
const A = { name: 'a', url: URL };

async function problemsOf(options: unknown): Promise<readonly string[]> {
  try {
    await readOptions(options as RunOptions);
  } catch (error) {
    if (error instanceof VolleyError) return error.problems;
    throw error;
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
      [/^The option headers is a list: give a list of text/],
    ],
    [{ url: URL, headers: { authorization: 'SECRET' } }, [/^The option headers is an object: give a list/]],
    [{ url: URL, variables: ['SECRET'] }, [/^The option variables is a list: give an object of texts/]],
    [
      { url: URL, variables: new Map([['a', 'b']]) },
      [/^The option variables is an object: give an object of/],
    ],
    [{ url: URL, pacing: { a: null } }, [/^The option pacing '{"a":null}': give text/]],
    [
      JSON.parse(`{"url":"${URL}","__proto__":{"duration":"1s"}}`),
      [/^The option '__proto__' does not exist/],
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
    [{ mix: [{ ...A, requests: 5 }] }, [/^The option 'requests' in mix\[0\] does not exist/]],
    [
      { mix: [JSON.parse(`{"name":"a","url":"${URL}","__proto__":1}`)] },
      [/^The option '__proto__' in mix\[0\]/],
    ],
    [{ mix: [{ ...A, name: 5 }] }, [/^The option mix\[0\]\.name '5': give text/]],
    [{ mix: [{ ...A, url: ['SECRET'] }] }, [/^The option mix\[0\]\.url is a list: give text/]],
    [{ mix: [{ ...A, json: { a: 'SECRET' } }] }, [/^The option mix\[0\]\.json is an object: give text/]],
    [{ mix: [{ ...A, form: -1 }] }, [/^The option mix\[0\]\.form '-1': give a list of text/]],
    [{ mix: [{ ...A, form: [[]] }] }, [/^The option mix\[0\]\.form is a list: give a list of text/]],
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
    expect(await problemsOf({ mix: Array(100_000).fill(null) })).toHaveLength(10);
  });

  test.each([
    { mix: [A] },
    { mix: [{ ...A, weight: '2', headers: ['a: b'], json: undefined, body: new Uint8Array(2) }] },
    { url: URL, variables: Object.assign(Object.create(null), { a: 'b' }) },
  ])('%j is taken', async (options) => {
    expect(await problemsOf(options)).toEqual([]);
  });
});
