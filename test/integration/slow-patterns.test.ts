import { writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { bounded, boundedMatch, TookTooLong } from '../../src/requests/bounded.ts';
import { parseJsonPath } from '../../src/requests/json-path.ts';
import { startVolley } from '../support/cli.ts';
import { ENDLESS_LOOP } from '../support/endless-loop.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { eventually } from '../support/processes.ts';
import { useShop, type Visit } from '../support/shop.ts';

const LONG = `${'a'.repeat(40)}!`;

function answer(_: Visit, response: ServerResponse): boolean {
  response.setHeader('x-long', LONG);
  response.end(JSON.stringify({ a: LONG }));
  return true;
}

const shop = useShop(answer);
const volley = useKeptProcess(false);
const file = useFolder();

test.each([
  ['--expect-json', 'a matches ^(a+)+$'],
  ['--expect-header', 'x-long matches ^(a+)+$'],
  ['--expect-json', "$[?search(@, '(a+)+$')] exists"],
])('%s %s fails requests, and holds up nothing for ever', async (option, rule) => {
  shop.forget();
  const { code, stdout } = await volley(
    shop.url,
    '-n',
    '4',
    '-c',
    '2',
    '--mode',
    'inline',
    option,
    rule,
    '-o',
    'json',
  );
  const { requests, errors, degradedReasons } = JSON.parse(stdout) as Summary;
  expect(degradedReasons).toEqual([]);
  expect(requests).toMatchObject({ sent: 4, failed: 4, notStarted: 0 });
  expect(errors).toMatchObject([
    {
      kind: 'expectation',
      code: 'TOO_SLOW',
      count: 4,
      example: expect.stringContaining('took longer than 1 s'),
    },
  ]);
  expect(shop.visits).toHaveLength(4);
  expect(code).toBe(1);
});

test('a capture and an expression that would never end fail their iterations', async () => {
  const plan = file('slow.yaml');
  writeFileSync(
    plan,
    `url: ${shop.url}
scenarios:
  captures:
    load: { executor: per-vu-iterations, vus: 1, iterations: 2 }
    flow:
      - { get: /, capture: { x: { regex: '^\\{"a":"(a+)+"' } } }
      - { get: '/{{x}}' }
  says:
    load: { executor: per-vu-iterations, vus: 1, iterations: 2 }
    flow:
      - { get: /, capture: { y: json a } }
      - { if: 'y.matches("^(a+)+$")', then: [{ get: /b }] }
`,
  );
  const { code, stdout } = await volley('run', plan, '--mode', 'inline', '-o', 'json');
  const { scenarios, degradedReasons } = JSON.parse(stdout) as Summary;
  expect(degradedReasons).toEqual([]);
  for (const { failed, errors } of scenarios!.scenarios) {
    expect(failed).toBe(2);
    expect(errors[0]).toMatchObject({
      code: expect.stringMatching(/^FlowError slow\.yaml:\d+:\d+$/),
      example: expect.stringContaining('took longer than 1 s'),
    });
  }
  expect(code).toBe(1);
});

const ENDLESS = `import { scenario } from 'volley';
export default scenario({ executor: 'per-vu-iterations', vus: 1, iterations: 3, baseURL: process.env.SHOP },
  async (vu) => { await vu.http.get('/'); if (vu.n === 2) ${ENDLESS_LOOP} });\n`;

async function ofRun(): Promise<void> {
  writeFileSync(file('endless.mjs'), ENDLESS);
  const { child, ended } = startVolley(['run', file('endless.mjs'), '--mode', 'inline', '-o', 'json'], {
    env: { SHOP: shop.url },
  });
  await eventually(() => shop.visits.length >= 2, 'the loop is about to begin');
  await delay(1_000);
  child.kill('SIGTERM');
  const { code, signal, stdout, stderr } = await ended;
  expect([code, signal, stdout]).toEqual([3, null, '']);
  expect(stderr.split('\n').filter(Boolean)).toEqual([
    'volley: A scenario let nothing else run for 5 s, so volley was ended without a result: look for a loop without await.',
  ]);
}

async function ofSetup(): Promise<void> {
  writeFileSync(
    file('setup.mjs'),
    `import { defineTest } from 'volley';\nexport default defineTest({ setup() ${ENDLESS_LOOP}, scenarios: {
      a: { load: { executor: 'per-vu-iterations', vus: 1, iterations: 1 }, exec() {} } } });\n`,
  );
  const { code, stdout, stderr } = await startVolley(['run', file('setup.mjs')]).ended;
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toBe(
    'volley: setup let nothing else run for 15 s, so volley was ended without a result: look for a loop without await.\n',
  );
}

test('a loop without await ends an inline run, as no signal can, and a setup', async () => {
  shop.forget();
  // Most of both is waiting.
  await Promise.all([ofRun(), ofSetup()]);
});

const SLOW = /^(a+)+$/;

test('what takes too long is given up, and later sooner', () => {
  const given = (): number => {
    const fromMs = performance.now();
    expect(() => boundedMatch(SLOW, LONG, (known) => known.test(LONG))).toThrow(TookTooLong);
    return performance.now() - fromMs;
  };
  expect(given()).toBeGreaterThan(900);
  expect(given()).toBeLessThan(900);
  expect(boundedMatch(SLOW, 'a'.repeat(40), (known) => known.test('a'.repeat(40)))).toBe(true);
});

test('what is done within gives its value or its own error', () => {
  expect(bounded('outer', () => bounded('inner', () => 5))).toBe(5);
  expect(() =>
    bounded('thrown', () => {
      throw new RangeError('own');
    }),
  ).toThrow(RangeError);
  expect(() =>
    bounded('outer', () =>
      // Where the test before this one has run too, this has had its second.
      bounded(`the pattern ${SLOW}`, () => {
        for (;;);
      }),
    ),
  ).toThrow(/^(outer|the pattern .*) took longer than 1 s/);
});

test('a path that multiplies is given up, and so is a pattern within a path', () => {
  let deep: unknown = 1;
  for (let depth = 0; depth < 16; depth++) deep = { a: deep, b: deep };
  const path = "$..*..*..*..*[?search(@, '^(a+)+$')]";
  expect(() => parseJsonPath(path).find(deep)).toThrow(`the path ${path} took longer than 1 s`);
  // Of this there is little to go through, and it has had its second.
  const few = (text: string): unknown => [[[[[text]]]]];
  expect(parseJsonPath(path).find(few('aaa'))).toEqual(['aaa']);
  expect(() => parseJsonPath(path).find(few(LONG))).toThrow(TookTooLong);
  expect(parseJsonPath("$[?search(@, '^(a+)+$')]").find(['aaa'])).toEqual(['aaa']);
  expect(parseJsonPath('$..a..b').find({ a: { c: { b: 1 } } })).toEqual([1]);
});
