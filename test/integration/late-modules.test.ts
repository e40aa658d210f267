import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { ROOT } from '../support/cli.ts';

const CLIENT = pathToFileURL(join(ROOT, 'dist/src/workers/clients/http-client.js')).href;

/** Whether a client of this protocol has loaded node:http2, in a process of its own. */
function loadsHttp2(client: string, protocol: string): boolean {
  const script = `
    const { loadClient } = await import(${JSON.stringify(CLIENT)});
    await loadClient('${client}', '${protocol}');
    console.log(process.moduleLoadList.includes('NativeModule http2'));`;
  const args = ['--input-type=module', '--eval', script];
  return execFileSync(process.execPath, args, { encoding: 'utf8' }).trim() === 'true';
}

test.each([
  ['undici', 'http/1.1', false],
  ['undici', 'h2c', true],
  ['wire', 'http/1.1', false],
  ['wire', 'h2c', false],
])('%s over %s loads node:http2: %s', (client, protocol, expected) => {
  expect(loadsHttp2(client, protocol)).toBe(expected);
});
