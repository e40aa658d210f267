import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { volley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const file = useFolder();

let modules = 0;

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
