import { expect, test } from '@jest/globals';
import { recordedFlow } from '../../src/main/init/recorded-flow.ts';
import { valuesIn } from '../../src/main/init/recorded-values.ts';
import { pageOf } from '../../src/requests/html-selection.ts';

const SEEN = { status: 200, redirectUrl: null, startedMs: null, tookMs: 0 };

/** What is captured for each value of an answer. */
function capturesIn(body: unknown, headers: readonly (readonly [string, string])[] = []): object {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const fields = headers.map(([name, value]) => ({ name, value }));
  const found = valuesIn({ ...SEEN, text, headers: fields });
  return Object.fromEntries([...found].map(([value, { capture }]) => [value, capture]));
}

test('of several places of a value the least deep one is captured, of those the first', () => {
  const items = [1, 2, 3].map((id) => ({ id }));
  expect(capturesIn({ items, first: { id: 3 }, next: 2 }, [['x-next', 'abc-123']])).toEqual({
    1: 'json items[0].id',
    2: 'json next',
    3: 'json first.id',
    'abc-123': 'header x-next',
  });
});

test('long ids that differ in their last digits are not confused', () => {
  expect(capturesIn('{"items":[{"id":9007199254740995},{"id":9007199254740996}]}')).toEqual({
    '9007199254740995': 'json items[0].id',
    '9007199254740996': 'json items[1].id',
  });
});

test('a long id of a recording is captured as it is, and one that no answer had keeps its digits', () => {
  const request = { name: 'a', method: 'GET', url: 'http://a/ids', headers: [] };
  const json = ['content-type: application/json'];
  const body = '{"id":9007199254740996,"other":1234567890123456789}';
  const requests = [request, { ...request, method: 'POST', headers: json, body }];
  const answers = ['[{"id":9007199254740995},{"id":9007199254740996}]', '{}'].map((text) => ({
    ...SEEN,
    text,
    headers: [],
  }));
  const { steps } = recordedFlow({ requests, answers, notes: [] } as unknown as Parameters<
    typeof recordedFlow
  >[0]);
  expect(steps.map(({ fields }) => fields)).toEqual([
    { get: '/ids', capture: { id: 'json $[1].id' } },
    { post: '/ids', json: '{"id":"{{raw id}}","other":1234567890123456789}' },
  ]);
});

test.each<[string, string, string, object]>([
  [
    'a name that a form has several times is a list, and what an answer gave is captured',
    'application/x-www-form-urlencoded',
    'csrf=zz9-plural&tag=a&tag=b+c&last=',
    { form: { csrf: '{{csrf}}', tag: ['a', 'b c'], last: '' } },
  ],
  [
    'a form whose order a map would change is text',
    'application/x-www-form-urlencoded',
    'tag=a&x=1&tag=b',
    {
      header: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'tag=a&x=1&tag=b',
    },
  ],
  [
    'JSON with a number that none can be is text',
    'application/json',
    '{"n":[1e400]}',
    { header: { 'content-type': 'application/json' }, body: '{"n":[1e400]}' },
  ],
])('of a recording %s', (_, type, body, fields) => {
  const request = { name: 'a', method: 'GET', url: 'http://a/page', headers: [] };
  const requests = [request, { ...request, method: 'POST', headers: [`content-type: ${type}`], body }];
  const answers = ['{"csrf":"zz9-plural"}', '{}'].map((text) => ({ ...SEEN, text, headers: [] }));
  const { steps } = recordedFlow({ requests, answers, notes: [] } as unknown as Parameters<
    typeof recordedFlow
  >[0]);
  expect(steps[1]?.fields).toEqual({ post: '/page', ...fields });
});

test('short values tell something under names that identify, and some only with a digit', () => {
  expect(capturesIn({ job: 17, order: 'asc', size: 12, next: null, cartId: 'a' })).toEqual({
    17: 'json job',
    a: 'json cartId',
  });
});

test.each([
  ['<input type="hidden" name="_csrf" value="a&#x2F;b&amp;c=&quot;9">', 'input[name="_csrf"]', 'value'],
  ["<INPUT VALUE='a/b&amp;c=&#34;9' NAME=_csrf>", 'input[name="_csrf"]', 'value'],
  ['<meta name="csrf-token" content="a/b&c=&quot;9">', 'meta[name="csrf-token"]', 'content'],
])('%s is captured as it is sent, without entities', (tag, css, attribute) => {
  const page = `<form><input name="other" value="x">\n${tag}</form>`;
  expect(capturesIn(page)).toEqual({ 'a/b&c="9': { css, attribute } });
  expect(pageOf({ text: () => page }).find(css, attribute)).toEqual(['a/b&c="9']);
});

test.each([
  ['<input name="_csrf" value="tok-12345">', 'regex name="_csrf"[^>]*value="([^"]*)"'],
  ['<input value="tok-12345" type="hidden" name="_csrf">', 'regex value="([^"]*)"[^>]*name="_csrf"'],
  ["<input type=hidden name='_csrf' value='tok-12345'>", "regex name='_csrf'[^>]*value='([^']*)'"],
  [
    '<input data-value="no-1234" name=_csrf value=tok-12345>',
    `regex name=_csrf(?=[\\s/>])[^>]*value=([^\\s"'>]+)(?=[\\s/>])`,
  ],
  ['<meta name=csrf content="tok-12345">', 'regex name=csrf(?=[\\s/>])[^>]*content="([^"]*)"'],
  ['<META CONTENT="tok-12345" NAME="csrf">', 'regex CONTENT="([^"]*)"[^>]*NAME="csrf"'],
])('%s is captured however its attributes are written', (tag, capture) => {
  const page = `<form><input name="other" value="x">\n${tag}</form>`;
  expect(capturesIn(page)).toMatchObject({ 'tok-12345': capture });
  expect(new RegExp(capture.slice('regex '.length)).exec(page)![1]).toBe('tok-12345');
});
