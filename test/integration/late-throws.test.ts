import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const volley = useKeptProcess(false);
const file = useFolder();

/** What goes wrong where nobody catches it, while its iteration sleeps. */
const LATE: Readonly<Record<string, readonly [code: string, said: RegExp]>> = {
  timer: ["setTimeout(() => { throw new Error('later') }, 5);", /Error: later/],
  immediate: ["setImmediate(() => { throw new TypeError('at once') });", /TypeError: at once/],
  tick: ["process.nextTick(() => { throw new Error('tick') });", /Error: tick/],
  microtask: ["queueMicrotask(() => { throw new Error('micro') });", /Error: micro/],
  event: [
    "const at = new EventEmitter(); setTimeout(() => at.emit('error', new Error('unheard')), 5);",
    /unheard/,
  ],
  callback: ["stat('/', () => { throw new Error('called back') });", /Error: called back/],
  null: ['setTimeout(() => { throw null }, 5);', /null/],
  socket: ["connect(1, '127.0.0.1');", /ECONNREFUSED/],
  exit: ['setTimeout(() => process.exit(0), 5);', /process\.exit\(\) was called, which would end volley/],
  'exit by name': ['setTimeout(() => exit(0), 5);', /process\.exit\(\) was called/],
  abort: ['setTimeout(() => process.abort(), 5);', /process\.abort\(\) was called, which would end volley/],
  reallyExit: [
    'setTimeout(() => process.reallyExit(0), 5);',
    /process\.reallyExit\(\) was called, which would end volley/,
  ],
  kill: [
    "setTimeout(() => process.kill(process.pid, 'SIGKILL'), 5);",
    /process\.kill\(\) was called, which would end/,
  ],
};
const names = Object.keys(LATE);
const HEAD = `import { defineTest } from 'volley'; import { EventEmitter } from 'node:events'; import { stat } from 'node:fs'; import { connect } from 'node:net'; import { exit } from 'node:process';\n`;

let modules = 0;

function moduleOf(scenarios: string): string {
  const path = file(`late${++modules}.mjs`);
  writeFileSync(path, `${HEAD}export default defineTest({ baseURL: process.env.SHOP,\n${scenarios}\n});\n`);
  return path;
}

const ran = async (...args: string[]) => volley.with({ SHOP: shop.url }, ['run', ...args]);
const load = "load: { executor: 'per-vu-iterations', vus: 2, iterations: 3 }";

test.each(['threads', 'processes', 'inline'])(
  'what nobody catches fails its iteration alone in %s',
  async (mode) => {
    shop.forget();
    const scenarios = names.map(
      (name) =>
        `'${name}': { ${load}, exec: async (vu) => { await vu.http.get('/'); ${LATE[name]![0]} await vu.sleep(250); } },`,
    );
    const module = moduleOf(`scenarios: {\n${scenarios.join('\n')}\n}`);
    const { code, stdout, stderr } = await ran(module, '--mode', mode, '-w', '1', '-o', 'json');
    expect(stderr).not.toMatch(/node:internal|\n {4}at /);
    const { degradedReasons, requests, scenarios: told } = JSON.parse(stdout) as Summary;
    expect(degradedReasons).toEqual([]);
    expect([requests.sent, shop.visits.length]).toEqual([6 * names.length, 6 * names.length]);
    for (const { name, failed, errors } of told!.scenarios) {
      expect([name, failed, errors.length]).toEqual([name, 6, 1]);
      expect(errors[0]).toMatchObject({
        kind: 'script',
        code: expect.stringMatching(/^not caught, /),
        count: 6,
      });
      expect(errors[0]!.example).toMatch(LATE[name]![1]);
    }
    expect(code).toBe(1);
  },
);

test.each(names)('%s fails a setup at once', async (name) => {
  // One that cannot be woken is given a second.
  const wait = name === 'timer' ? 'new Promise(() => {})' : "once.sleep('30s')";
  const module = moduleOf(
    `setup: async (once) => { ${LATE[name]![0]} await ${wait}; }, setupTimeout: '20s',\nscenarios: { a: { ${load}, exec: (vu) => vu.http.get('/') } }`,
  );
  shop.forget();
  const begunMs = performance.now();
  const { code, stdout, stderr } = await ran(module, '--mode', 'inline', '-o', 'json');
  expect(performance.now() - begunMs).toBeLessThan(10_000);
  expect([code, stdout, shop.visits.length]).toEqual([1, '', 0]);
  expect(stderr).toMatch(/^volley: setup failed: .*\n$/);
  expect(stderr).toMatch(LATE[name]![1]);
});

test.each(['threads', 'processes', 'inline'])(
  'what nobody catches at the top of a module is told, and loses no iteration in %s',
  async (mode) => {
    const path = file(`top-${mode}.mjs`);
    const late = Object.values(LATE).map(([code]) => `setTimeout(() => { ${code} }, 5);`);
    writeFileSync(
      path,
      `${HEAD}${late.join('\n')}\nexport default defineTest({ baseURL: process.env.SHOP,
scenarios: { a: { ${load}, exec: async (vu) => { await vu.http.get('/'); await vu.sleep(100); } } } });\n`,
    );
    shop.forget();
    const { code, stdout, stderr } = await ran(path, '--mode', mode, '-w', '1', '-o', 'json');
    expect(stderr).not.toMatch(/node:internal|\n {4}at /);
    const { degradedReasons, requests, scenarios } = JSON.parse(stdout) as Summary;
    expect([requests.sent, shop.visits.length]).toEqual([6, 6]);
    expect(scenarios!.total).toMatchObject({ started: 6, completed: 6, failed: 0 });
    // As many as there are, though in one event loop they may come before the load begins.
    expect(degradedReasons).toEqual([expect.stringMatching(/at the top of a module, 1[0-9] errors/)]);
    expect(code).toBe(3);
  },
);

test('an iteration that waits for what an exception has kept from coming fails of that at its end', async () => {
  const waits =
    "await vu.http.get('/'); await new Promise(() => setTimeout(() => { throw new Error('no call') }, 5));";
  const limits =
    "executor: 'per-vu-iterations', vus: 1, iterations: 1, maxDuration: '300ms', gracefulStop: '100ms'";
  const module = moduleOf(`scenarios: { a: { load: { ${limits} }, exec: async (vu) => { ${waits} } } }`);
  const { code, stdout } = await ran(module, '--mode', 'inline', '-o', 'json');
  const { scenarios, generator } = JSON.parse(stdout) as Summary;
  expect(scenarios!.total).toMatchObject({ failed: 1, interrupted: 0 });
  expect(scenarios!.scenarios[0]!.errors[0]!.example).toContain('Error: no call');
  expect(generator.verdict).toBe('failing');
  expect(code).toBe(1);
});
