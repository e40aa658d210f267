import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { withBuiltIn } from '../support/built-in.ts';
import { ROOT } from '../support/cli.ts';

interface Environment {
  teardown(): Promise<void>;
}

const { default: SharedGlobals } = (await import(
  pathToFileURL(join(ROOT, 'scripts/test-environment.js')).href
)) as {
  default: new (config: {
    readonly globalConfig: object;
    readonly projectConfig: { readonly fakeTimers: object };
  }) => Environment;
};
const { showSources } = (await import(pathToFileURL(join(ROOT, 'scripts/source-places.js')).href)) as {
  showSources: (error: unknown) => void;
};

test('what a test file changes in the global object and in the process is put back behind it', async () => {
  const { platform, exitCode, kill, env } = process;
  const { fetch } = globalThis;
  const folder = process.cwd();
  const heard = process.listenerCount('SIGUSR2');
  const environment = new SharedGlobals({ globalConfig: {}, projectConfig: { fakeTimers: {} } });
  Object.assign(globalThis, { fetch: null, ofTheFile: 1 });
  Object.defineProperty(process, 'platform', { value: 'other' });
  Object.assign(process, { kill: null, exitCode: 7, ofTheFile: 1 });
  process.env = { ...env, OF_THE_FILE: '1' };
  env['OF_THE_FILE'] = '1';
  delete env['PATH'];
  process.on('SIGUSR2', () => {});
  process.chdir('/');
  await environment.teardown();
  expect([process.platform, process.exitCode, process.kill]).toEqual([platform, exitCode, kill]);
  expect(process.env).toBe(env);
  expect([env['OF_THE_FILE'], typeof env['PATH']]).toEqual([undefined, 'string']);
  expect(globalThis.fetch).toBe(fetch);
  expect([Object.hasOwn(globalThis, 'ofTheFile'), Object.hasOwn(process, 'ofTheFile')]).toEqual([
    false,
    false,
  ]);
  expect([process.listenerCount('SIGUSR2'), process.cwd()]).toEqual([heard, folder]);
});

test('a failure names its place in the source, and so does what caused it', () => {
  const error = new Error('outer', { cause: new Error('inner') });
  const ofTests = /at .*\/test\/unit\/test-files\.test\.(\w+)/;
  expect(ofTests.exec(error.stack!)?.[1]).toBe('js');
  showSources(error);
  for (const { stack } of [error, error.cause as Error]) {
    expect(ofTests.exec(stack!)?.[1]).toBe('ts');
    expect(stack).not.toContain('/dist/test/unit/');
  }
});

test('a function of Node is replaced for whoever has imported it, and only for a while', async () => {
  const { openFilesNow } = await import('../../src/machine/open-file-limit.ts');
  await withBuiltIn('node:fs', { readdirSync: () => ['a', 'b', 'c'] }, () => {
    expect(openFilesNow()).toBe(3);
  });
  expect(openFilesNow()).not.toBe(3);
});
