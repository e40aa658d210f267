import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { volley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';

const kept = useKeptProcess(false);
const inFolder = useFolder();

const TEST = "export default scenario({ executor: 'per-vu-iterations', vus: 1, iterations: 1 }, () => {});";

test('a module that cannot be loaded is told in a sentence', async () => {
  for (const [name, text, sentence] of [
    [
      'enum.ts',
      'enum A { x }',
      'enum.ts:1: TypeScript enum is not supported in strip-only mode: Node only strips',
    ],
    [
      'gone.ts',
      "import 'nowhere';",
      /gone\.ts: Cannot find package 'nowhere'.*: install it where the module is \(npm install\)\.$/m,
    ],
    [
      'gone.cjs',
      "require('nowhere');",
      /gone\.cjs: Cannot find module 'nowhere': install it where the module is/,
    ],
    [
      'short.ts',
      "import './enum';",
      /Cannot find module .*enum' .*: check the path, and write the whole name of the file/,
    ],
    ['slip.mjs', 'const = 1;', "Unexpected token '='"],
    ['empty.mjs', 'export const a = 1;', 'has no default export: write export default scenario(…)'],
    ['nothing.ts', 'const a = 1;', 'nothing.ts exports nothing: write export default'],
    [
      'named.cjs',
      "const { scenario } = require('volley'); exports.shop = scenario({}, () => {});",
      "named.cjs exports a test as 'shop', but not by default: write",
    ],
    ['page.tsx', TEST, 'page.tsx: Node does not run JSX: give a module of scenarios that ends with .ts,'],
    ['other.cjs', 'module.exports = { a: 1 };', 'has a default export that is not a test'],
  ] as const) {
    const module = inFolder(name);
    writeFileSync(module, `${text}\n`);
    const { code, stdout, stderr } = await kept('run', module);
    expect({ name, code, stdout, stderr }).toEqual({
      name,
      code: 2,
      stdout: '',
      stderr:
        typeof sentence === 'string' ? expect.stringContaining(sentence) : expect.stringMatching(sentence),
    });
  }
});

test('one that awaits for ever at its top does not look as if all were well', async () => {
  const module = inFolder('never.mjs');
  writeFileSync(module, `import { scenario } from 'volley';\nawait new Promise(() => {});\n${TEST}\n`);
  const { code, stderr } = await volley('run', module);
  expect(stderr).toContain(`${module}: its top-level await never ends.`);
  expect(code).toBe(2);
});

test('stages of the command line are those of its users', async () => {
  const module = inFolder('ramp.mjs');
  const load = "executor: 'constant-vus', vus: 1, duration: '1m', gracefulStop: 0";
  writeFileSync(
    module,
    `import { scenario } from 'volley';\nexport default scenario({ ${load} }, (vu) => vu.sleep(10));\n`,
  );
  const { stdout } = await kept('run', module, '--stages', '200ms:1..3,1s:3', '-w', '1', '-o', 'json');
  const { plan, scenarios } = JSON.parse(stdout) as Summary;
  expect(plan.scenarios!.loads).toMatchObject([{ executor: 'ramping-vus', users: 3 }]);
  expect(scenarios!.users).toMatchObject({ max: 3, ever: 3 });

  const ended = inFolder('ended.mjs');
  writeFileSync(ended, `import { scenario } from 'volley';\n${TEST}\n`);
  const refused = await kept('run', ended, '--stages', '1s:2');
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining("--stages '1s:2': per-vu-iterations ends with its iterations"),
  ]);
});

test('Node has no advice to print on a module whose package does not say what it is', async () => {
  writeFileSync(inFolder('package.json'), '{}');
  writeFileSync(inFolder('untyped.ts'), `import { scenario } from 'volley';\n${TEST}`);
  const { stderr } = await volley('run', inFolder('untyped.ts'), '-q', '-w', '1');
  // It sends nothing, which is all there is to say.
  expect(stderr).toMatch(/^volley: error-rate<=1% did not hold: no request was measured.*\n$/);
});

test('TypeScript in node_modules is told to be copied', async () => {
  const path = inFolder('node_modules/shop/shop.ts');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, TEST);
  const { code, stderr } = await volley('run', path);
  expect(stderr).toMatch(/: copy it out of node_modules, where Node runs no TypeScript\.\n$/);
  expect(code).toBe(2);
});

test('an import in a package of CommonJS is told which ending it needs', async () => {
  writeFileSync(inFolder('package.json'), '{ "type": "commonjs" }');
  for (const [name, text] of [
    ['imports.ts', `import { scenario } from 'volley';\n${TEST}`],
    ['exports.js', 'export const a = 1;\n'],
  ] as const) {
    writeFileSync(inFolder(name), text);
    const { code, stderr } = await volley('run', inFolder(name));
    // Nothing of Node's own advice, which names other endings.
    expect(stderr).toMatch(
      new RegExp(
        `^volley: ${name}:1: .*: the package\\.json of this folder makes it CommonJS: give it the ending \\.mts.*\n$`,
      ),
    );
    expect(code).toBe(2);
  }
});
