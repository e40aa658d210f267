import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { ROOT, startVolley } from '../support/cli.ts';
import { useTargets } from '../support/target.ts';

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

/** In any process: prints at its end what of Node it has loaded. */
const TELL = `data:text/javascript,process.on('exit', () => console.error(process.moduleLoadList.join()))`;
/** What takes milliseconds to load, and few runs need. */
const LATE = ['child_process', 'crypto', 'dns/promises', 'http', 'http2', 'tls', 'zlib'];

const startTarget = useTargets();

test('a plain run loads no modules of Node that it does not need', async () => {
  const { url } = await startTarget();
  const args = [url, '-n', '5', '-c', '1', '-w', '1', '--client', 'wire'];
  const { stderr, code } = await startVolley(args, { nodeArgs: ['--import', TELL] }).ended;
  expect(code).toBe(0);
  const loaded = stderr.split(',');
  expect(loaded.length).toBeGreaterThan(50);
  expect(LATE.filter((name) => loaded.includes(`NativeModule ${name}`))).toEqual([]);
});
