import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { volley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const file = useFolder();

let modules = 0;

/** How modules break what volley shares with them, and what is named then. */
const BREAKING: readonly (readonly [code: string, names: string])[] = [
  ['globalThis.setTimeout = () => 0;', 'setTimeout'],
  ["globalThis.setTimeout = () => { throw new Error('none'); };", 'setTimeout'],
  ['globalThis.setImmediate = () => 0;', 'setImmediate'],
  ['process.nextTick = () => {}; globalThis.queueMicrotask = () => {};', 'queueMicrotask, process.nextTick'],
  ['Array.prototype.map = () => []; globalThis.setTimeout = () => 0;', 'Array.prototype.map, setTimeout'],
  ['globalThis.process = null;', 'process'],
  ['process.on = () => process; process.once = process.on; process.emit = () => false;', 'process.emit'],
  ['Array.prototype.push = () => 0;', 'Array.prototype.push'],
  ['Map.prototype.get = () => undefined;', 'Map'],
  ["JSON.parse = () => { throw new Error('none'); };", 'JSON'],
  ["globalThis.Promise = class { constructor() { throw new Error('none'); } };", 'Promise'],
  ['Promise.prototype.then = function () { return this; };', 'Promise.prototype.then'],
  ["Error.prepareStackTrace = () => { throw 'none'; }; globalThis.Error = null;", 'Error'],
  ["Object.defineProperty(Object.prototype, 'type', { set() {}, get: () => 'x' });", 'Object.prototype'],
];

/** Runs a module with this at its top, and this as what its users do. */
async function ran(top: string, body: string, ...args: string[]): ReturnType<typeof volley> {
  const path = file(`left-behind${++modules}.mjs`);
  writeFileSync(
    path,
    `import { scenario } from 'volley';
${top}
export default scenario(
  { executor: 'per-vu-iterations', vus: 1, iterations: 2, maxDuration: '5s', gracefulStop: '1s', baseURL: '${shop.url}' },
  async (vu) => { ${body} },
);`,
  );
  return volley('run', path, '-o', 'json', ...args);
}

test('a timer and a server that a scenario leaves behind do not keep the command', async () => {
  const { code, stdout } = await ran(
    "import { createServer } from 'node:net';\ncreateServer().listen(0, '127.0.0.1');",
    "await vu.http.get('/'); setInterval(() => {}, 1_000);",
    ...['--mode', 'inline'],
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ requests: { sent: 2, ok: 2 } });
});

test.each([
  ['a timer', 'setInterval(() => {}, 1_000);'],
  ['a listener that sets the exit code', "process.on('exit', () => { process.exitCode = 0; });"],
])('%s that a module leaves behind does not make a failed run a success', async (_, top) => {
  const { code, stdout } = await ran(top, "await vu.http.get('/status/404');", '-w', '1');
  expect(JSON.parse(stdout)).toMatchObject({ generator: { verdict: 'failing' } });
  expect(code).toBe(1);
});

test.each([
  ['ends the process by what exit calls', 'process.reallyExit(0);', 1],
  ['changes what all code shares', "Promise.prototype.then = () => { throw new Error('changed'); };", 3],
])('code in the one event loop that %s is no success', async (_, body, wanted) => {
  const { code, stderr } = await ran('', `await vu.http.get('/'); ${body}`, '--mode', 'inline');
  expect(code).toBe(wanted);
  if (wanted === 3) expect(stderr).toMatch(/^volley: /m);
  expect(stderr).not.toContain('Node.js v');
});

test.each(BREAKING)('a module with %s at its top is refused, and named is %s', async (top, names) => {
  const { code, stdout, stderr } = await ran(top, "await vu.http.get('/');", '--mode', 'inline');
  expect(stderr).toContain(`volley cannot work with it: ${names}.`);
  expect(stderr).not.toContain('    at ');
  expect(stdout).toBe('');
  // Where the sentence itself needed what is gone, it comes as of a run.
  expect(names === 'process' ? [2, 3] : [2]).toContain(code);
});

test.each(['inline', 'processes'])(
  'taken away while users run, %s: no result, or none of its worker',
  async (mode) => {
    const body = 'globalThis.process = null; globalThis.setTimeout = () => 0; await vu.sleep(10_000);';
    const { code, stderr, stdout } = await ran('', body, '-w', '1', '--mode', mode);
    expect(code).toBe(3);
    expect(stderr + stdout).toContain('volley cannot work with it: process');
  },
);

test('replaced by something that does the same, as instruments do it, it is nobody\u2019s business', async () => {
  const top = `const { setTimeout: before } = globalThis;
globalThis.setTimeout = (call, ms, ...more) => before(call, ms, ...more);
const then = Promise.prototype.then;
Promise.prototype.then = function (...calls) { return then.apply(this, calls); };
Object.defineProperty(Object.prototype, 'should', {
  get() { return 1; },
  set(value) { Object.defineProperty(this, 'should', { value, writable: true }); },
});`;
  const { code, stdout } = await ran(top, "await vu.http.get('/');", '--mode', 'inline');
  expect(JSON.parse(stdout)).toMatchObject({ requests: { ok: 2 } });
  expect(code).toBe(0);
});

test('what tells a worker process comes back, and what prints the result stays volley\u2019s', async () => {
  const top =
    'process.removeAllListeners(); process.stdout.write = () => true; process.stderr.write = () => true;';
  const { code, stdout } = await ran(top, "await vu.http.get('/');", '--mode', 'processes', '-w', '1');
  expect(JSON.parse(stdout)).toMatchObject({ requests: { ok: 2 } });
  expect(code).toBe(0);
});
