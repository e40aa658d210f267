import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useShop } from '../support/shop.ts';

const shop = useShop();
const volley = useKeptProcess(false);
const file = useFolder();

const HEAD = `import { defineTest } from 'volley';
import { broken } from './helper.mjs';
const test = { baseURL: process.env.SHOP, load: { executor: 'per-vu-iterations', vus: 1, iterations: 1 } };
const exec = async (vu) => { await vu.http.get('/'); };
`;
/** What a module exports, by the part of it that throws, and how its error is told. */
const PARTS: Readonly<Record<string, readonly [exported: string, said: string]>> = {
  setup: ['setup() { broken(); }, scenarios: { a: { exec } }', 'setup failed: Error: no price '],
  teardown: ['scenarios: { a: { exec } }, teardown() { broken(); }', 'teardown failed: Error: no price '],
  vuSetup: ['scenarios: { a: { exec, vuSetup() { broken(); } } }', 'its setup failed: Error: no price '],
  vuTeardown: ['scenarios: { a: { exec, vuTeardown() { broken(); } } }', '1 user failed: Error: no price '],
  check: [
    'scenarios: { a: { exec(vu) { vu.check(1, { good: () => broken() }); } } }',
    '1 × script (Error helper.mjs:1:37): no price ',
  ],
};

test.each(Object.keys(PARTS))('an error of %s says where it was thrown, as all code does', async (part) => {
  const [exported, said] = PARTS[part]!;
  const text = `${HEAD}export default defineTest({ ...test, ${exported} });\n`;
  writeFileSync(file('helper.mjs'), "export const broken = () => { throw new Error('no price'); };\n");
  const path = file(`${part}.mjs`);
  writeFileSync(path, text);
  const callAt = (call: string): string =>
    `${part}.mjs:5:${text.indexOf(call) - text.lastIndexOf('\n', text.indexOf(call))}`;
  const callers = [callAt('broken()'), ...(part === 'check' ? [callAt('check(')] : [])].join(', ');
  const where = part === 'check' ? `(called at ${callers})` : `(helper.mjs:1:37, called at ${callers})`;
  const run = async (...args: string[]): Promise<string> => {
    const { stdout, stderr } = await volley.with({ SHOP: shop.url }, ['run', path, ...args]);
    expect(stdout + stderr).not.toMatch(/file:|at Object/);
    return `${stderr}${stdout}`.replace(/\s+/g, ' ');
  };
  const how = ['--mode', 'inline', '-o'];
  expect(await run(...how, 'text')).toContain(said + where);
  const ofCode = `Error: no price ${where}`;
  expect(await run(...how, 'json')).toContain(part === 'check' ? `"no price ${where}"` : ofCode);
  const once = await run('--once');
  // The other parts of a user have names where there are any.
  if (part === 'vuSetup') expect(once).toMatch(/\* the user's setup \* the user's setup failed \(script, /);
  if (part === 'vuTeardown')
    expect(once).toMatch(/\* iteration > GET .* \* the user's teardown \* the user's teardown failed/);
  if (part === 'check') expect(once).toMatch(/'a' \* iteration failed/);
  expect(once).toContain(`no price ${part.startsWith('vu') ? `(called at ${callers})` : where}`);
});

test('an error of a function that a step calls says both places', async () => {
  writeFileSync(file('sign.mjs'), "export const sign = () => { throw new RangeError('no key'); };\n");
  const path = file('called.yaml');
  const load = '{ executor: per-vu-iterations, vus: 1, iterations: 1 }';
  writeFileSync(
    path,
    `url: ${shop.url}\nscenarios:\n  a:\n    load: ${load}\n    flow: [{ call: ./sign.mjs#sign }]\n`,
  );
  const { stdout } = await volley('run', path, '--mode', 'inline', '-o', 'json');
  expect((JSON.parse(stdout) as Summary).scenarios!.total.errors).toMatchObject([
    { kind: 'script', code: 'FlowError called.yaml:5:12', example: 'RangeError: no key (sign.mjs:1:35)' },
  ]);
});
