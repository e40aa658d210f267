import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop } from '../support/shop.ts';

const BYTES = [0, 159, 146, 150];
const shop = useShop(({ path }, response) => {
  if (path !== '/encoded') return false;
  response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.from(BYTES)));
  return true;
});
const volley = useKeptProcess(false);
const file = useFolder();

/** What takes a text is given something else; and what is said of it. */
const ODD: Readonly<Record<string, readonly [body: string, said: RegExp]>> = {
  'group symbol': ["await vu.group(Symbol('s'), () => {});", /Symbol\(s\).*give it a name as text/],
  'group object': ['await vu.group({}, () => {});', /give it a name as text/],
  'group undefined': ['await vu.group(undefined, () => {});', /undefined.*give it a name as text/],
  'name symbol': ["await vu.http.get('/', { name: Symbol('s') });", /Symbol\(s\).*name of a request is text/],
  'name number': ["await vu.http.get('/', { name: 5 });", /name: 5: the name of a request is text/],
  'name function': [
    "await vu.http.get('/', { name: () => {} });",
    /a function: the name of a request is text/,
  ],
  'url undefined': ['await vu.http.get(undefined);', /the URL undefined: give text/],
  'url null': ['await vu.http.get(null);', /the URL null: give text/],
  'url symbol': ["await vu.http.get(Symbol('u'));", /the URL Symbol\(u\): give text/],
  'url object': ['await vu.http.get({});', /the URL an object: give text/],
  'sleep backwards': ["await vu.sleep('3s', 1_000);", /^sleep\('3s', 1000\): give the shorter time first$/],
  'params null': ["await vu.http.get('/', null);", /^the parameters null: give an object/],
  'headers Headers': [
    "await vu.http.get('/', { headers: new Headers({ authorization: 'Bearer x' }) });",
    /^headers: an object \(Headers\): give names and values/,
  ],
  'headers Map': [
    "await vu.http.get('/', { headers: new Map([['a', 'b']]) });",
    /^headers: an object \(Map\)/,
  ],
  'headers list': ["await vu.http.get('/', { headers: [['a', 'b']] });", /^headers: a list/],
  'query text': ["await vu.http.get('/', { query: 'a=1' });", /^query: text: give names and values/],
  'query object': [
    "await vu.http.get('/', { query: { a: { b: 1 } } });",
    /^query: 'a' is an object \(Object\)/,
  ],
  'form object': [
    "await vu.http.post('/', { form: { a: { b: 1 } } });",
    /^form: 'a' is an object \(Object\)/,
  ],
  'form FormData': ["await vu.http.post('/', { form: new FormData() });", /^form: an object \(FormData\)/],
  'expect null': ["await vu.http.get('/', { expect: null });", /^expect: null cannot be expected/],
  'expect true': ["await vu.http.get('/', { expect: true });", /^expect: true cannot be expected/],
  'expect function': [
    "await vu.http.get('/', { expect: (answer) => answer.status === 200 });",
    /^expect: a function cannot be expected: .*for other questions use a check$/,
  ],
  'expect nothing': ["await vu.http.get('/', { expect: [] });", /^expect: \[\] names no status/],
  'body pattern': [
    "await vu.http.get('/', { expect: { body: /x/ } });",
    /^expect: body: an object \(RegExp\)/,
  ],
  'body texts': ["await vu.http.get('/', { expect: { body: ['a', 'b'] } });", /^expect: body: a list/],
  'body symbol': ["await vu.http.get('/', { expect: { body: Symbol('b') } });", /^expect: body: Symbol\(b\)/],
  'json rule': ["await vu.http.get('/', { expect: { json: 'id=1' } });", /^expect: json: text: give paths/],
  'json undefined': [
    "await vu.http.get('/', { expect: { json: { id: vu.vars.id } } });",
    /^expect: json 'id' is undefined, which no JSON has/,
  ],
  'json symbol': [
    "await vu.http.get('/', { expect: { json: { id: Symbol('i') } } });",
    /^expect: json 'id' is Symbol/,
  ],
  'json path': [
    "await vu.http.get('/', { expect: { json: { 'a[': 1 } } });",
    /^expect: the path 'a\[' cannot be read: unclosed/,
  ],
  'match text': ["(await vu.http.get('/')).match('a');", /^match\(a\): give a pattern/],
  'pick number': ["(await vu.http.get('/')).pick(0);", /^pick\(0\): give a path as text/],
  'group alone': ["await vu.group('a');", /^group\('a', undefined\): give it a function/],
  'check function': ['vu.check(1, () => false);', /^check\(…, a function\): give names and functions/],
  'check nothing': ['vu.check(1);', /^check\(…, undefined\): give names and functions/],
  'check value': ['vu.check(1, { one: true });', /^the check 'one' is true: give a function/],
  'rate number': ['vu.metrics.good.add(1);', /^metrics\.good: 1 is not true or false/],
  'rate text': ["vu.metrics.good.add('false');", /^metrics\.good: false is not true or false/],
  'trend symbol': ["vu.metrics.took.add(Symbol('t'));", /^metrics\.took: Symbol\(t\) is not a number$/],
  'fail object': ['fail({ stock: 0 });', /^an object with stock$/],
  'fail nothing': ['fail();', /^no reason was given$/],
  'fail error': ["fail(new Error('sold out'));", /^sold out$/],
  'kind symbol': ["throw new RequestError(Symbol('k'), 5n, 'mine', null);", /mine/],
  'kind object': ['throw new RequestError({ toString() { throw 1 } }, null, "mine", null);', /mine/],
  'code proxy': [
    'throw new RequestError("status", new Proxy({}, { get() { throw 1 } }), "mine", null);',
    /mine/,
  ],
};

test.each(['threads', 'processes', 'inline'])('what is no text loses no worker in %s', async (mode) => {
  const path = file(`values-${mode}.mjs`);
  const scenarios = Object.entries(ODD).map(
    ([name, [body]]) =>
      `'${name}': { load: { executor: 'per-vu-iterations', vus: 1, iterations: 2 }, exec: async (vu) => { ${body} } },`,
  );
  writeFileSync(
    path,
    `import { defineTest, fail, RequestError } from 'volley';
export default defineTest({ baseURL: process.env.SHOP, metrics: { good: 'rate', took: 'trend' }, scenarios: { ${scenarios.join('\n')}
good: { load: { executor: 'per-vu-iterations', vus: 1, iterations: 2 }, exec: (vu) => vu.http.get('/') } } });\n`,
  );
  const { stdout } = await volley.with({ SHOP: shop.url }, [
    'run',
    path,
    '--mode',
    mode,
    '-w',
    '1',
    '-o',
    'json',
  ]);
  const { degradedReasons, scenarios: told } = JSON.parse(stdout) as Summary;
  expect(degradedReasons).toEqual([]);
  for (const { name, failed, completed, errors } of told!.scenarios)
    if (name === 'good') expect(completed).toBe(2);
    else {
      expect([name, failed, errors.length]).toEqual([name, 2, 1]);
      expect(errors[0]!.example).toMatch(ODD[name]![1]);
    }
});

test('a form has a pair for each value that there is', async () => {
  const path = file('form.mjs');
  writeFileSync(
    path,
    `import { scenario } from 'volley';
export default scenario({ baseURL: process.env.SHOP, executor: 'per-vu-iterations', vus: 1, iterations: 1 }, async (vu) => {
  await vu.http.post('/form', { form: { none: undefined, no: null, list: ['a b', 2], yes: true } });
  await vu.http.post('/form', { form: new URLSearchParams('a=1&a=2') });
});\n`,
  );
  await volley.with({ SHOP: shop.url }, ['run', path, '--mode', 'inline']);
  const sent = shop.visits.filter(({ path }) => path === '/form').map(({ body }) => body);
  expect(sent).toEqual(['list=a+b&list=2&yes=true', 'a=1&a=2']);
  const steps = file('form.yaml');
  writeFileSync(
    steps,
    [
      `url: ${shop.url}`,
      'load: { executor: per-vu-iterations, vus: 1, iterations: 1 }',
      "scenarios: { one: { flow: [{ post: /form, form: { list: [a b, 2, '{{n}}'], yes: true } }] } }",
    ].join('\n'),
  );
  shop.forget();
  await volley.with({}, ['run', steps, '--mode', 'inline']);
  expect(shop.visits.map(({ body }) => body)).toEqual(['list=a+b&list=2&list=1&yes=true']);
});

test.each(['undici', 'wire'])('bytes are without their encoding, with %s', async (client) => {
  const path = file('bytes.mjs');
  writeFileSync(
    path,
    `import { scenario, fail } from 'volley';
export default scenario({ baseURL: process.env.SHOP, executor: 'per-vu-iterations', vus: 1, iterations: 1 }, async (vu) => {
  const answer = await vu.http.get('/encoded');
  if (!Buffer.from([${BYTES.join()}]).equals(answer.bytes())) fail('other bytes');
  if (answer.bytes() !== answer.bytes() || answer.text().length < 2) fail('read once only');
});\n`,
  );
  const how = ['--mode', 'inline', '--client', client, '-o', 'json'];
  const { stdout } = await volley.with({ SHOP: shop.url }, ['run', path, ...how]);
  expect((JSON.parse(stdout) as Summary).scenarios!.total).toMatchObject({ completed: 1, errors: [] });
});

test('an error of megabytes is told by its beginning', async () => {
  const path = file('huge.mjs');
  writeFileSync(
    path,
    `import { scenario, fail } from 'volley';
export default scenario({ baseURL: process.env.SHOP, executor: 'per-vu-iterations', vus: 1, iterations: 2 }, async (vu) => {
  if (vu.n === 1) throw new Error('thrown ' + 'x'.repeat(5e6));
  fail('given up ' + 'y'.repeat(5e6));
});\n`,
  );
  const { stdout } = await volley.with({ SHOP: shop.url }, ['run', path, '--mode', 'inline', '-o', 'json']);
  const { scenarios } = JSON.parse(stdout) as Summary;
  expect(scenarios!.total.errors.map(({ example }) => [example.slice(0, 6), example.length])).toEqual([
    ['thrown', 2000],
    ['given ', 2000],
  ]);
  expect(stdout.length).toBeLessThan(200_000);
});

test('an object of class URL is a URL', async () => {
  const path = file('url.mjs');
  writeFileSync(
    path,
    `import { scenario } from 'volley';
export default scenario({ executor: 'per-vu-iterations', vus: 1, iterations: 2 }, async (vu) => {
  await vu.http.get(new URL('/named?a=1', process.env.SHOP));
});\n`,
  );
  const { stdout } = await volley.with({ SHOP: shop.url }, ['run', path, '--mode', 'inline', '-o', 'json']);
  const { mix, scenarios } = JSON.parse(stdout) as Summary;
  expect(scenarios!.total.completed).toBe(2);
  expect(mix.map(({ name }) => name)).toEqual([`GET ${shop.url}/named`]);
});

test.each([
  ['Array.prototype.push', "Array.prototype.push = () => { throw new Error('no push'); };"],
  ['Promise.prototype.then', "Promise.prototype.then = () => { throw new Error('no then'); };"],
  ['JSON.stringify', 'JSON.stringify = () => 5;'],
  ['setTimeout', "globalThis.setTimeout = () => { throw new Error('no timers'); };"],
  ['Object.prototype', 'Object.prototype.json = 5;'],
])('a module that changes %s gives a result, or a sentence and no success', async (_what, top) => {
  const path = file('changes.mjs');
  writeFileSync(
    path,
    `import { scenario } from 'volley';
${top}
export default scenario({ baseURL: process.env.SHOP, executor: 'per-vu-iterations', vus: 1, iterations: 2 }, async (vu) => {
  await vu.http.get('/');
});\n`,
  );
  const { code, stdout, stderr } = await startVolley(['run', path, '-w', '1', '-o', 'json'], {
    env: { SHOP: shop.url },
  }).ended;
  expect(stderr).not.toMatch(/node:|\n {4}at /);
  if (stdout === '') {
    expect(stderr).toMatch(/^volley: /m);
    expect(code).toBe(stderr.includes('Nothing was sent') ? 2 : 3);
  } else expect((JSON.parse(stdout) as Summary).scenarios!.total.completed).toBe(2);
});

test('code that ends stdout takes no result with it', async () => {
  const path = file('ends.mjs');
  writeFileSync(
    path,
    `import { scenario } from 'volley';
export default scenario({ baseURL: process.env.SHOP, executor: 'per-vu-iterations', vus: 1, iterations: 2 }, async (vu) => {
  await vu.http.get('/');
  process.stdout.end();
  process.stdout.destroy();
});\n`,
  );
  const { code, stdout } = await startVolley(['run', path, '--mode', 'inline', '-o', 'json'], {
    env: { SHOP: shop.url },
  }).ended;
  expect((JSON.parse(stdout) as Summary).scenarios!.total.completed).toBe(2);
  expect(code).toBe(0);
});

test('code in a worker process cannot write into its channel, or close it', async () => {
  const path = file('sends.mjs');
  writeFileSync(
    path,
    `import { scenario } from 'volley';
export default scenario({ baseURL: process.env.SHOP, executor: 'per-vu-iterations', vus: 1, iterations: 3 }, async (vu) => {
  process.send?.('x');
  process.send?.(null);
  process.send?.({ type: 'block' });
  await vu.http.get('/');
  process.disconnect?.();
  await vu.http.get('/');
});\n`,
  );
  const { code, stdout } = await startVolley(['run', path, '--mode', 'processes', '-w', '1', '-o', 'json'], {
    env: { SHOP: shop.url },
  }).ended;
  const { degradedReasons, requests, scenarios } = JSON.parse(stdout) as Summary;
  expect(degradedReasons).toEqual([]);
  expect([requests.sent, scenarios!.total.completed, code]).toEqual([6, 3, 0]);
});
