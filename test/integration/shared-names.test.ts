import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const volley = useKeptProcess(false);
const file = useFolder();

const LOAD = "{ executor: 'per-vu-iterations', vus: 2, iterations: 1 }";

/** Runs a module of one scenario, and reads its result in every form. */
async function ran(
  body: string,
  ...args: string[]
): Promise<{ result: Summary; text: string; page: string }> {
  const module = file('named.mjs');
  writeFileSync(
    module,
    `import { defineTest, url } from 'volley';
export default defineTest({ baseURL: process.env.SHOP + '/base', scenarios: { one: { load: ${LOAD},
  exec: async (vu) => {\n${body} } } } });`,
  );
  return results(module, ...args);
}

async function results(
  plan: string,
  ...args: string[]
): Promise<{ result: Summary; text: string; page: string }> {
  const [out, html] = [file('result.json'), file('page.html')];
  const { stdout } = await volley.with({ SHOP: shop.url }, [
    'run',
    plan,
    '--out',
    out,
    '--html',
    html,
    ...args,
  ]);
  return {
    result: JSON.parse(readFileSync(out, 'utf8')) as Summary,
    text: stdout.replaceAll(/\s+/g, ' '),
    page: readFileSync(html, 'utf8'),
  };
}

const placesIn = ({ mix }: Summary): unknown[] =>
  mix.map(({ name, method, url, places }) => [name, method, url.replace(shop.url, ''), places]);

test('requests that share a name are told by it, and each failure with its own path', async () => {
  const { result, text, page } = await ran(
    `const root = process.env.SHOP;
    for (const path of ['/a', '/b', root + '/status/404']) await vu.http.get(path, { name: 'pages', expect: 'any' });
    await vu.http.get(root + '/status/404', { name: 'pages' }).catch(() => {});
    await vu.http.get('/b', { name: 'pages', expect: 204 }).catch(() => {});
    await vu.http.get(url\`/c/\${vu.n}\`, { name: 'templated' });
    await vu.http.get('/d', { name: 'both' });
    await vu.http.post('/d', { name: 'both' });
    await vu.http.get(root + '/whole');
    await vu.http.get(root + '/status/500', { name: 'pages' });`,
    ...['--mode', 'inline'],
  );
  expect(placesIn(result)).toEqual([
    ['pages', 'GET', '', 4],
    ['templated', 'GET', '/base/c/{}', undefined],
    ['both', '', '', 2],
    ['GET /whole', 'GET', '/whole', undefined],
  ]);
  const examples = Object.fromEntries(result.errors.map(({ code, example }) => [code, example]));
  expect(examples).toEqual({
    404: 'GET /status/404 was answered with 404',
    500: 'GET /status/500 was answered with 500',
    STATUS: 'pages (GET /b): expected status 204, got 200',
  });
  expect(result.scenarios!.total.errors).toEqual([
    {
      ...{ kind: 'request', code: 'status 500', count: 2 },
      example: 'pages: GET /status/500 was answered with 500',
    },
  ]);
  expect(text).toContain('2 × status (404): GET /status/404 was answered with 404');
  expect(text).toContain('2 × request (status 500): pages: GET /status/500 was answered with 500');
  expect(page).toContain(`pages<span class="url">GET of 4 URLs at ${shop.url}</span>`);
  expect(page).toContain(`both<span class="url">2 methods and URLs at ${shop.url}</span>`);
  expect(page).toContain(`templated<span class="url">GET ${shop.url}/base/c/{}</span>`);
});

test('an example of several that differ is called one', async () => {
  const { result, text } = await ran(
    `const root = process.env.SHOP;
    for (const query of ['?a', '/?b']) await vu.http.get(root + '/status/404' + query, { name: 'gone' }).catch(() => {});
    await vu.http.get(root + '/status/404/?c', { name: 'gone' }).catch(() => {});
    await vu.http.get(root + '/status/404//', { name: 'gone' });`,
    ...['-w', '2', '--mode', 'threads'],
  );
  expect(result.errors).toMatchObject([{ code: '404', count: 8, varies: true }]);
  expect(result.mix).toMatchObject([{ name: 'gone', sent: 8, places: 3 }]);
  expect(text).toMatch(/8 × status \(404\), for example: GET \/status\/\S+ was answered with 404/);
});

test('steps that share a name', async () => {
  const plan = file('named.yaml');
  writeFileSync(
    plan,
    [
      `url: ${shop.url}`,
      `load: ${LOAD.replaceAll("'", '')}`,
      'scenarios:',
      '  one:',
      '    flow:',
      '      - { get: /first, name: page }',
      "      - { get: '/second/{{n}}', name: page, expect-body: nothing }",
    ].join('\n'),
  );
  const { result } = await results(plan, '--mode', 'inline');
  expect(placesIn(result)).toEqual([['page', 'GET', '', 2]]);
  expect(result.scenarios!.total.errors).toMatchObject([
    {
      code: 'expectation BODY_TEXT',
      count: 2,
      example: "page (GET /second/{}): expected a body with 'nothing', got '{}'",
    },
  ]);
});
