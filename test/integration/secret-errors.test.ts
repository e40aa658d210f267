import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { inspect, promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { batch, compare, modes, type RunOptions, start, VolleyError } from '../../src/api/index.ts';
import { ROOT } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';

const SECRET = 'Sx7q/Kw+9vLm3tPzRb8J';
const API = new URL('../../src/api/index.js', import.meta.url).href;
const PIECE = 10;
const inFolder = useFolder();
const URL_TEXT = 'http://127.0.0.1:9/';
const WITH_PASSWORD = `http://me:${encodeURIComponent(SECRET)}@127.0.0.1:9/`;

/** Every way to give a secret. */
const GIVEN: Readonly<Record<string, RunOptions>> = {
  user: { user: `me:${SECRET}` },
  'a user without a colon': { user: SECRET },
  cookie: { cookie: `sid=${SECRET}` },
  proxy: { proxy: WITH_PASSWORD },
  environment: { bearerEnv: 'VOLLEY_TEST_SECRET' },
  'a URL': { url: WITH_PASSWORD },
  'a URL object': { url: new URL(WITH_PASSWORD) },
  'a header': { headers: { authorization: `Bearer ${SECRET}` } },
  'a line of a header': { headers: [`x-api-key: ${SECRET}`] },
  'a variable': { variables: { key: SECRET }, body: '{{key}}' },
  'a placeholder': { headers: { 'x-own': '{{env VOLLEY_TEST_SECRET}}' } },
  'a curl command': { url: undefined, curl: `curl -u 'me:${SECRET}' ${URL_TEXT}` },
  "a curl command's header": {
    url: undefined,
    curl: `curl -H "authorization: Bearer ${SECRET}" ${URL_TEXT}`,
  },
  'the name of a variable': { bearerEnv: SECRET },
  'an address': { resolve: [WITH_PASSWORD] },
  'another host': { connectTo: [WITH_PASSWORD] },
  'a socket': { unixSocket: WITH_PASSWORD },
  'broken JSON': { json: `{"a":1,"accessToken":"${SECRET}"` },
  'a query': { url: `${URL_TEXT}?a=b&token=${SECRET}` },
  'a URL in place of a file': { bodyFile: `${URL_TEXT}?token=${SECRET}` },
  'a mix': { url: undefined, mix: [{ name: 'a', url: WITH_PASSWORD, cookie: `sid=${SECRET}` }] },
};

/** The same text again, where a sentence quotes it; callers of JavaScript give anything. */
const SLIPS: Readonly<Record<string, object>> = {
  rate: { rate: SECRET },
  'cut within': { duration: 'x'.repeat(190) + SECRET },
  rule: { thresholds: [`p99{${SECRET}}<1s`] },
  file: { bodyFile: `/nowhere/${SECRET}` },
  'another type': { http2: SECRET },
  'within an object': { timeout: { a: SECRET } },
  'no such option': { [SECRET]: 1 },
  place: { resolve: [SECRET] },
  path: { cacert: `/nowhere/${'a'.repeat(100)}${SECRET}` },
  'name of a header': { headers: { [`${SECRET} `]: 'x' } },
};

function piecesOf(text: string): string[] {
  return Array.from({ length: text.length - PIECE + 1 }, (_, from) => text.slice(from, from + PIECE));
}

/** What a program that logs an error may write of it. */
function allOf(error: VolleyError): string {
  return [
    error.message,
    error.stack,
    String(error.cause),
    JSON.stringify(error.problems),
    inspect(error, { depth: 9 }),
  ].join('\n');
}

test('no error of the library has a secret: in message, problems, stack or whatever else is printed of it', async () => {
  process.env['VOLLEY_TEST_SECRET'] = SECRET;
  const encoded = [
    SECRET,
    encodeURIComponent(SECRET),
    Buffer.from(`me:${SECRET}`).toString('base64').slice(4, -4),
  ];
  const pieces = encoded.flatMap(piecesOf);
  const leaks: string[] = [];
  // Each secret with each slip, each of both in each call: all three together in turns.
  let turn = 0;
  for (const [given, options] of Object.entries(GIVEN)) {
    turn++;
    for (const [slip, wrong] of Object.entries(SLIPS)) {
      // The slip would take the place of the secret.
      if (['headers', 'resolve', 'bodyFile'].some((name) => name in options && name in wrong)) continue;
      const all: RunOptions = { url: URL_TEXT, requests: 1, ...options, ...wrong };
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        start: () => start(all),
        batch: () => batch({ ...all, rows: '/nowhere.csv', out: '/nowhere/out.csv' }),
        compare: () => compare(all, all),
        modes: () => modes(all),
      };
      const names = Object.keys(calls);
      const call = names[turn++ % names.length]!;
      const error = await calls[call]!().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect([given, slip, call, error instanceof VolleyError]).toEqual([given, slip, call, true]);
      const text = allOf(error as VolleyError);
      const piece = pieces.find((one) => text.includes(one));
      if (piece !== undefined) leaks.push(`${given}, ${slip}, ${call}: ${piece}`);
    }
  }
  expect(leaks).toEqual([]);
  delete process.env['VOLLEY_TEST_SECRET'];
});

test('nor has one of a URL that was given where a file is asked for', async () => {
  const url = `${URL_TEXT}?a=b&token=${SECRET}`;
  const files = ['urls', 'har', 'curlFile', 'rows', 'bodyFile', 'cacert', 'cert', 'key', 'prompts', 'trace'];
  for (const file of files) {
    const isSource = ['urls', 'har', 'curlFile'].includes(file);
    const preset = ['prompts', 'trace'].includes(file) ? { preset: 'ollama', model: 'm' } : {};
    const text = await start({
      ...(isSource ? {} : { url: URL_TEXT }),
      ...preset,
      requests: 1,
      [file]: url,
    }).then(() => '', allOf);
    expect([file, text]).toEqual([file, expect.stringContaining('token=…')]);
    expect([file, piecesOf(SECRET).filter((piece) => text.includes(piece))]).toEqual([file, []]);
  }
});

test('nor has one of a key that was given in place of the name of its variable', async () => {
  const given = { url: URL_TEXT, preset: 'openai-chat', apiKeyEnv: SECRET, requests: 1 } as const;
  const text = await start(given).then(() => '', allOf);
  expect(text).toContain("'…': there is no such environment variable");
  expect(piecesOf(SECRET).filter((piece) => text.includes(piece))).toEqual([]);
});

test.each([
  "-u 'me:SECRET'",
  '-ume:SECRET',
  '-sSu me:SECRET',
  '--user me:SECRET',
  '-x 127.0.0.1:9 --proxy-us me:SECRET',
  '--oauth2-bearer SECRET',
  '--oauth2 "SECRET"',
  '-x 127.0.0.1:9 --proxy-user me:SECRET',
  '-xhttp://me:SECRET@127.0.0.1:9',
  '-b sid=SECRET',
  '-E /nowhere:SECRET',
  '-HX-Api-Key:SECRET',
  "-d 'a=b&password=SECRET'",
  `--json '{"token":"SECRET"}'`,
  '-K FILE',
])('nor has one of a curl command with %s, in another of its values or in a file', async (words) => {
  const file = inFolder('config');
  writeFileSync(file, `user = "me:${SECRET}"\n`);
  const filled = words.replace('SECRET', SECRET).replace('FILE', file);
  for (const slip of ['--max-redirs', '-r', '--max-time', '--cert-type', '--proto-default']) {
    const curl = `curl ${filled} ${slip} '${SECRET}' ${URL_TEXT}`;
    const curlFile = inFolder('command');
    writeFileSync(curlFile, curl);
    for (const given of [{ curl }, { curlFile }]) {
      const text = await start({ ...given, requests: 1 }).then(() => '', allOf);
      expect(text).toContain('…');
      expect(piecesOf(SECRET).filter((piece) => text.includes(piece))).toEqual([]);
    }
  }
});

test('nor has one that tells why a worker could not start', async () => {
  const options = { url: URL_TEXT, bearerEnv: 'VOLLEY_SECRET', requests: 1, mode: 'processes' };
  const program = `
    const { run } = await import(${JSON.stringify(API)});
    await run(${JSON.stringify(options)}).catch((error) => console.log(error.code, error.message, error.stack));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], {
    env: { VOLLEY_SECRET: SECRET, NODE_OPTIONS: `--require ${ROOT}test/fixtures/tell-at-start.cjs` },
  });
  expect(stdout).toMatch(
    /^VOLLEY_WORKER_START Worker 0 could not start: .*no start with …\. Nothing was sent\.\s/,
  );
  expect(stdout).not.toContain(SECRET);
});

test('what is no secret is quoted as it was given', async () => {
  const error = await start({
    url: URL_TEXT,
    user: `me:${SECRET}`,
    rate: '12x',
    variables: { host: '127.0.0.1' },
  }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(VolleyError);
  expect((error as VolleyError).problems).toEqual([
    expect.objectContaining({ option: 'rate', value: '12x' }),
  ]);
});
