import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const volley = useKeptProcess();
const file = useFolder();

/** A module of a scenario for each body of `exec`; its code begins in line 4. */
function moduleOf(bodies: Readonly<Record<string, string>>): string {
  const load = `{ executor: 'shared-iterations', vus: 2, iterations: 10 }`;
  const scenarios = Object.entries(bodies).map(
    ([name, body]) => `'${name}': { load: ${load}, exec: async (vu) => { ${body} } },`,
  );
  const path = file('code.mjs');
  writeFileSync(
    path,
    `import { defineTest } from 'volley';\nexport default defineTest({ baseURL: process.env.SHOP,\n` +
      `scenarios: {\n${scenarios.join('\n')}\n}});\n`,
  );
  return path;
}

const ran = async (...args: string[]) => volley.with({ SHOP: shop.url }, args);

test('a check that returns a promise is an error of the code', async () => {
  const module = moduleOf({ promising: "vu.check({}, { 'async check': async () => false });" });
  const { code, stdout } = await ran('run', module, '-w', '1', '-o', 'json');
  const { scenarios } = JSON.parse(stdout) as Summary;
  expect(scenarios!.total.errors).toMatchObject([
    {
      kind: 'script',
      code: expect.stringMatching(/^TypeError code\.mjs:4:\d+$/),
      count: 10,
      example: expect.stringContaining("the check 'async check' returned a promise: await it first"),
    },
  ]);
  expect(scenarios!.checks).toEqual([]);
  expect(code).toBe(1);
  const once = await ran('run', module, '--once');
  expect(once.stdout).toContain("the check 'async check' returned a promise: await it first");
  expect(once.code).toBe(1);
});
