import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop, type Visit } from '../support/shop.ts';

const PAGE = `<!doctype html><html><head><meta name="csrf" content="a&amp;b"></head><body>
<form><input type=hidden name=token value="t-1"><p class="price"> 3 &lt; <b>4</b> </p></form>
<a class=item href=/items/1>one</a><a class=item href=/items/2>two</a><a class=item>none</a></body></html>`;

/** More digits than a number of JavaScript's holds. */
const LONG = '1234567890123456789';

function answer({ path }: Visit, response: ServerResponse): boolean {
  if (path === '/broken') response.end('<div>'.repeat(60_000));
  else if (path === '/page') response.end(PAGE);
  else if (path === '/ids') response.end(`{"id":${LONG},"all":[{"id":${LONG}},{"id":7}]}`);
  else return false;
  return true;
}

const shop = useShop(answer);
const volley = useKeptProcess(false);
const file = useFolder();

let modules = 0;

async function ran(name: string, text: string, ...args: string[]): Promise<Summary> {
  writeFileSync(file(name), text);
  const how = ['--mode', 'inline', '-o', 'json', ...args];
  const { stdout, stderr } = await volley.with({ SHOP: shop.url }, ['run', file(name), ...how]);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Summary;
}

/** What iterations of these bodies fail with, by name. */
async function failuresOf(bodies: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  const load = "{ executor: 'per-vu-iterations', vus: 1, iterations: 1 }";
  const all = Object.entries(bodies).map(
    ([name, body]) => `${name}: { load: ${load}, exec: async (vu) => { ${body} } }`,
  );
  const text = `import { defineTest } from 'volley';\nexport default defineTest({ baseURL: process.env.SHOP, scenarios: {\n${all.join(',\n')} } });`;
  const { scenarios } = await ran(`odd${++modules}.mjs`, text);
  return Object.fromEntries(
    scenarios!.scenarios.map(({ name, errors }) => [name, errors[0]?.example.split('\n')[0]]),
  );
}

const LOAD = 'load: { executor: per-vu-iterations, vus: 1, iterations: 2 }';

test('values of HTML by selectors, in a module and in steps', async () => {
  const module = `import { scenario } from 'volley';
    export default scenario({ executor: 'per-vu-iterations', vus: 1, iterations: 2, baseURL: process.env.SHOP }, async (vu) => {
      const page = await vu.http.get('/page');
      const form = { token: page.css('input[name=token]', 'value'), csrf: page.css('meta[name="csrf"]', 'content'), price: page.css('.price'), items: '["/items/1","/items/2"]', none: 'none' };
      await vu.http.post('/done', { form });
    });`;
  const plan = [
    `url: ${shop.url}`,
    LOAD,
    'scenarios:',
    '  one:',
    '    flow:',
    '      - get: /page',
    '        capture:',
    '          token: { css: "input[name=token]", attribute: value }',
    '          csrf: { css: \'meta[name="csrf"]\', attribute: content }',
    '          price: css .price',
    '          items: { css: a.item, attribute: href, all: true }',
    '          none: { css: .nowhere, default: none }',
    '      - post: /done',
    "        form: { token: '{{token}}', csrf: '{{csrf}}', price: '{{price}}', items: '{{items}}', none: '{{none}}' }",
  ];
  const bodies: string[] = [];
  for (const [name, text] of [
    ['page.mjs', module],
    ['page.yaml', plan.join('\n')],
  ] as const) {
    shop.forget();
    const { scenarios } = await ran(name, text);
    expect([name, scenarios!.total.errors]).toEqual([name, []]);
    bodies.push(...shop.visits.filter(({ path }) => path === '/done').map(({ body }) => body));
  }
  expect(Object.fromEntries(new URLSearchParams(bodies[0]))).toEqual({
    ...{ token: 't-1', csrf: 'a&b', price: '3 < 4', items: '["/items/1","/items/2"]', none: 'none' },
  });
  expect(new Set(bodies).size).toBe(1);
  expect(bodies).toHaveLength(4);
});

test('a long id keeps its digits, in a module and in steps', async () => {
  const module = `import { scenario, url } from 'volley';
    export default scenario({ executor: 'per-vu-iterations', vus: 1, iterations: 2, baseURL: process.env.SHOP }, async (vu) => {
      const answer = await vu.http.get('/ids');
      const id = answer.pick<bigint>('id');
      const ids = answer.pick('all');
      await vu.http.get('/ids', { expect: { json: { id, all: ids } } });
      vu.check(id, { long: (one) => one > 9_007_199_254_740_993n });
      await vu.http.post(url\`/things/\${id}\`, { query: { id }, json: { id, ids }, headers: { 'x-id': String(id) } });
      await vu.http.post('/form', { form: { id } });
      await vu.http.post('/text', { json: { id: ${LONG}n, n: vu.n } });
    });`;
  const plan = [
    `url: ${shop.url}`,
    LOAD,
    'scenarios:',
    '  one:',
    '    flow:',
    '      - get: /ids',
    '        capture: { id: json id, ids: json all }',
    '        check: { long: "id > 9007199254740993 && ids[0].id == id && ids[1].id == 7.0" }',
    '      - get: /ids',
    "        expect-json: { id: '{{raw id}}', all: '{{raw ids}}' }",
    "      - post: '/things/{{id}}?id={{id}}'",
    "        header: { x-id: '{{id}}' }",
    "        json: { id: '{{raw id}}', ids: '{{raw ids}}' }",
    '      - post: /form',
    "        form: { id: '{{id}}' }",
    '      - post: /text',
    `        json: '{ "id": ${LONG}, "n": {{n}} }'`,
  ];
  for (const [name, text] of [
    ['ids.mts', module],
    ['ids.yaml', plan.join('\n')],
  ] as const) {
    shop.forget();
    const { scenarios } = await ran(name, text);
    expect([name, scenarios!.total.errors]).toEqual([name, []]);
    expect(scenarios!.checks).toEqual([{ name: 'long', made: 2, passed: 2, failed: 0 }]);
    const sent = shop.visits.filter(({ path }) => path !== '/ids');
    expect(sent.map(({ path, query, body }) => [path, query['id'], body])).toEqual(
      [1, 2].flatMap((n) => [
        [`/things/${LONG}`, LONG, `{"id":${LONG},"ids":[{"id":${LONG}},{"id":7}]}`],
        ['/form', undefined, `id=${LONG}`],
        ['/text', undefined, `{"id":${LONG},"n":${n}}`],
      ]),
    );
    expect(sent[0]!.headers['x-id']).toBe(LONG);
  }
});

test('what a selector does not find, cannot be, or would take too long fails its iteration', async () => {
  const found = await failuresOf({
    nothing: "(await vu.http.get('/page')).css('.nowhere')",
    attribute: "(await vu.http.get('/page')).css('.item', 'title')",
    selector: "(await vu.http.get('/page')).css('a[')",
    broken: "(await vu.http.get('/broken')).css('a')",
  });
  expect(found).toEqual({
    nothing: expect.stringContaining("css('.nowhere') found nothing in '<!doctype html>"),
    attribute: expect.stringContaining("css('.item', 'title') found nothing in"),
    selector: expect.stringContaining("the selector 'a[' cannot be read: Expected name, found"),
    broken: expect.stringContaining('reading the HTML took longer than 1 s and was given up'),
  });
});

test('a request may have a timeout of its own, shorter or longer than the run’s', async () => {
  const found = await failuresOf({
    short: "await vu.http.get('/delay/3000', { timeout: 50 })",
    text: "await vu.http.get('/delay/3000', { timeout: '60ms' })",
    odd: "await vu.http.get('/', { timeout: 'soon' })",
    none: "await vu.http.get('/', { timeout: 0 })",
  });
  expect(found).toEqual({
    short: 'GET /delay/3000: no complete answer within 50 ms',
    text: 'GET /delay/3000: no complete answer within 60 ms',
    odd: expect.stringContaining("timeout: 'soon': give a time such as '500ms'"),
    none: expect.stringContaining('timeout: 0: give a time from 1ms to 168h'),
  });

  const plan = [
    `url: ${shop.url}`,
    LOAD,
    'scenarios:',
    '  one:',
    '    flow:',
    '      - { get: /delay/400, timeout: 5s }',
    '      - { parallel: [{ get: /delay/401, timeout: 100ms }, { get: /delay/402, timeout: 5s }] }',
  ];
  const { mix, requests } = await ran('waits.yaml', plan.join('\n'), '--timeout', '150ms');
  expect(mix.map(({ name, ok, failed }) => [name, ok, failed])).toEqual([
    ['GET /delay/400', 2, 0],
    ['GET /delay/401', 0, 2],
    ['GET /delay/402', 2, 0],
  ]);
  expect(requests).toMatchObject({ sent: 6, ok: 4, failed: 2 });
});
