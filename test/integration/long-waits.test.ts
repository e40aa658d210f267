import { writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';

const volley = useKeptProcess(false);
const file = useFolder();
let modules = 0;

async function toldBy(parts: string, ...args: string[]): Promise<string[]> {
  const path = file(`waits${++modules}.mjs`);
  writeFileSync(
    path,
    `import { defineTest } from 'volley';
    const load = { executor: 'per-vu-iterations', vus: 2, iterations: 1, maxDuration: '2500ms', gracefulStop: 0 };
    const exec = () => {};
    export default defineTest({ baseURL: 'http://127.0.0.1:9', setupTimeout: '1s', ${parts} });`,
  );
  const { stderr } = await volley('run', path, '-o', 'json', '--mode', 'inline', ...args);
  return stderr.split('\n').filter((line) => line.includes('waiting for'));
}

const hangs = '() => new Promise(() => {})';

test.each([
  ['setup', `setup: ${hangs}, scenarios: { a: { load, exec } }`],
  ['teardown', `teardown: ${hangs}, scenarios: { a: { load, exec } }`],
])('a %s that hangs says what is waited for', async (part, parts) => {
  expect(await toldBy(parts)).toEqual([
    `volley: waiting for ${part}: it is interrupted in 750 ms, when setupTimeout is over.`,
  ]);
  if (part === 'teardown') expect(await toldBy(parts, '--quiet')).toEqual([]);
});

test('a vuTeardown that hangs says what is waited for', async () => {
  const told = await toldBy(`scenarios: { a: { load, exec, vuTeardown: ${hangs} } }`);
  expect(told).toEqual([
    expect.stringMatching(
      /^volley: no iteration is left; waiting for the vuSetup or vuTeardown of 2 users: they are interrupted in (?:[\d.]+ m?s), when maxDuration and gracefulStop are over\.$/,
    ),
  ]);
});

test('a vuSetup that hangs while others do all iterations is not called a vuTeardown', async () => {
  const load = "{ ...load, executor: 'shared-iterations', iterations: 2 }";
  const setup = 'vuSetup: (vu) => (vu.id === 2 ? new Promise(() => {}) : undefined)';
  expect(await toldBy(`scenarios: { a: { load: ${load}, exec, ${setup} } }`)).toEqual([
    expect.stringMatching(
      /^volley: no iteration is left; waiting for the vuSetup or vuTeardown of 1 user: it is/,
    ),
  ]);
});

test('what ends soon says nothing', async () => {
  const soon = '() => {}';
  const parts = `setup: ${soon}, teardown: ${soon}, scenarios: { a: { load, exec, vuTeardown: ${soon} } }`;
  expect(await toldBy(parts)).toEqual([]);
});
