import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import * as http2 from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compare } from '../../src/api/index.ts';
import { CERTIFICATE } from '../support/certificate.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { listening } from '../support/target.ts';

const volley = useKeptProcess();
const folder = mkdtempSync(join(tmpdir(), 'volley-test-'));
const inFolder = (name: string): string => join(folder, name);
const servers: Server[] = [];
let base = '';

/** What a stream of one token is, and to all else a body like any other. */
const ONE_TOKEN = 'data: {"choices":[{"index":0,"delta":{"content":"x"}}]}\n\ndata: [DONE]\n\n';

/** `/60`, and what is below it, fails six requests of ten, `/0` none. */
beforeAll(async () => {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const path = request.url!;
    const count = counts.get(path) ?? 0;
    counts.set(path, count + 1);
    const isFailing = (count * 7) % 100 < Number.parseInt(path.slice(1), 10);
    response.writeHead(isFailing ? 500 : 200, { 'content-type': 'text/event-stream' }).end(ONE_TOKEN);
  });
  servers.push(server);
  base = `http://127.0.0.1:${await listening(server)}`;
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What is judged is the same in every mode: most run inline, which starts nothing. */
const IN_THREADS = ['-n', '200', '-c', '4', '-w', '1'];
const LOAD = [...IN_THREADS, '--mode', 'inline'];
const ROUNDS = ['--rounds', '2', '--warmup', '0s'];
const WHY = /The target is failing, and no rule on the error rate allows it: 60\.0 % of the requests failed/;
const IN_ROUNDS = /the target was failing in 2 of 2 rounds. The first time: 60\.0 % of the requests failed/;

/** What is said to run the same load, and the sentence on stderr. */
const FORMS: readonly (readonly [form: string, args: (url: string) => string[], sentence: RegExp])[] = [
  ['text', (url) => [url, ...IN_THREADS], WHY],
  ['json', (url) => [url, ...LOAD, '-o', 'json'], WHY],
  ['csv', (url) => [url, ...LOAD, '-o', 'csv'], WHY],
  ['markdown', (url) => [url, ...LOAD, '-o', 'markdown'], WHY],
  ['prometheus', (url) => [url, ...LOAD, '-o', 'prometheus'], WHY],
  ['junit', (url) => [url, ...LOAD, '-o', 'junit'], /error-rate<=1% did not hold: 60\.0 % \(implied/],
  ['a rule on latency', (url) => [url, ...LOAD, '--threshold', 'p50<9s'], /error-rate<=1% did not hold/],
  [
    'an open model',
    (url) => [url, '-r', '400', ...LOAD.filter((word) => word !== '-c' && word !== '4')],
    WHY,
  ],
  ['processes', (url) => [url, ...IN_THREADS, '--mode', 'processes'], WHY],
  ['a plan file', (url) => ['run', planOf(url)], WHY],
  [
    'steps of a scenario',
    (url) => ['run', stepsOf(url), '--mode', 'inline'],
    /error-rate<=1% did not hold: 60\.0 %/,
  ],
  [
    'a stream of tokens',
    (url) => [url, ...LOAD, '--preset', 'openai-chat', '--model', 'm', '--client', 'wire'],
    WHY,
  ],
];

/** The same over processes of their own, one for each round; those that are well are in the tests of comparisons. */
const IN_ROUNDS_FORMS: readonly (readonly [form: string, args: (url: string) => string[]])[] = [
  ['rounds', (url) => [url, ...LOAD, '--repeat', '2']],
  ['a comparison of both', (url) => ['compare', url, url, ...LOAD, ...ROUNDS]],
  ['a comparison of modes', (url) => ['modes', url, ...IN_THREADS, ...ROUNDS]],
];

function planOf(url: string): string {
  const path = inFolder(`plan-${url.split('/').at(-1)}.yaml`);
  writeFileSync(path, `url: ${url}\nrequests: 200\nconcurrency: 4\nmode: inline\n`);
  return path;
}

function stepsOf(url: string): string {
  const path = inFolder(`steps-${url.split('/').at(-1)}.yaml`);
  const load = 'load: { executor: shared-iterations, vus: 4, iterations: 200 }';
  writeFileSync(path, `url: ${url}\nscenarios: { visit: { ${load}, flow: [{ get: '${url}' }] } }\n`);
  return path;
}

describe('a service of which 60 % fails ends with 1, and a sentence, and one that is well with 0, as', () => {
  test.each(FORMS)('%s', async (_form, args, sentence) => {
    const failing = await volley(...args(`${base}/60`));
    expect([failing.code, failing.stderr]).toEqual([1, expect.stringMatching(sentence)]);
    const well = await volley(...args(`${base}/0`));
    expect([well.code, /fail/.test(well.stderr)]).toEqual([0, false]);
  });

  test.each(IN_ROUNDS_FORMS)('%s', async (_form, args) => {
    const failing = await volley(...args(`${base}/60`));
    expect([failing.code, failing.stderr]).toEqual([1, expect.stringMatching(IN_ROUNDS)]);
  });

  test.each(['undici', 'wire'])(
    'a sweep and a batch, by %s; those that are well are in their own tests',
    async (client) => {
      const how = ['--client', client, '--mode', 'inline'];
      const sweep = await volley('sweep', `${base}/60`, '-c', '1..2', '-n', '200', '--warmup', '0s', ...how);
      expect([sweep.code, sweep.stderr]).toEqual([1, expect.stringMatching(/failed at the first level/)]);
      const rows = inFolder('rows.csv');
      writeFileSync(rows, `id\n${Array.from({ length: 100 }, (_, id) => id).join('\n')}\n`);
      const batch = await volley('batch', rows, `${base}/60`, '--retries', '0', ...how);
      expect([batch.code, batch.stderr]).toEqual([
        1,
        expect.stringMatching(/100 answered, 40 ok, 60 failed/),
      ]);
    },
  );

  test('a comparison of saved results', async () => {
    for (const [name, path] of [
      ['a', '/60'],
      ['b', '/60'],
      ['well', '/0'],
    ])
      await volley(base + path!, ...LOAD, '--out', inFolder(`${name}.json`));
    const compare = (a: string, b: string) => volley('compare', inFolder(`${a}.json`), inFolder(`${b}.json`));
    const both = await compare('a', 'b');
    expect([both.code, both.stderr]).toEqual([1, expect.stringMatching(/failing in 1 of 1 round\. /)]);
    expect((await compare('well', 'b')).code).toBe(1);
    // What is mended is green.
    expect((await compare('a', 'well')).code).toBe(0);
  });

  test('a step summary, which says it too', async () => {
    const path = inFolder('step.md');
    const args = [`${base}/60`, ...LOAD, '--step-summary'];
    const { code, stderr } = await volley.with({ GITHUB_STEP_SUMMARY: path }, args);
    expect([code, stderr]).toEqual([1, expect.stringMatching(WHY)]);
    expect(readFileSync(path, 'utf8')).toContain('**failing**: 60.0 % of the requests failed');
  });
});

describe('a rule of the user on the error rate decides alone', () => {
  test.each([
    ['error-rate<70%', 0],
    ['error-rate<50%', 1],
    ['error-rate>50%', 0],
  ])('%s: %d', async (rule, expected) => {
    const { code, stderr } = await volley(`${base}/60`, ...LOAD, '--threshold', rule);
    expect([code, stderr.includes('The target is failing')]).toEqual([expected, false]);
  });
});

test('a request of the mix that always fails breaks no rule on all of them, and is red in every form', async () => {
  const path = inFolder('mix.yaml');
  const mix = `mix: [{ name: good, url: '${base}/0', weight: 150 }, { name: bad, url: '${base}/100', weight: 1 }]`;
  writeFileSync(path, `${mix}\nrequests: 2000\nconcurrency: 4\nmode: inline\nseed: 1\n`);
  const text = await volley('run', path, '--threshold', 'p50<9s');
  expect(text.stdout).toContain('✓ error-rate<=1%');
  expect(text.stderr).toMatch(/no rule on the error rate allows it: All \d+ requests of 'bad' failed/);
  const junit = await volley('run', path, '-o', 'junit');
  expect(junit.stdout).toMatch(
    /name="requests succeed"[^>]*>\n +<failure type="requests" message="The target is failing/,
  );
  expect([text.code, junit.code]).toEqual([1, 1]);
});

test('failures that are few enough are told, and no more', async () => {
  const { code, stdout, stderr } = await volley(`${base}/1`, ...LOAD);
  expect([code, stderr]).toEqual([0, '']);
  // Lines break where they are full.
  expect(stdout.replace(/\s+/g, ' ')).toContain('1.0 % of the requests failed (2 of 200)');
});

/** The same over HTTP/2, with all that judges a run; each client is in every mode, over one of the carriers. */
describe.each(
  (['h2c', 'TLS'] as const).flatMap((carrier) =>
    (['undici', 'wire'] as const).map((client) => ({ carrier, client })),
  ),
)('over HTTP/2 ($carrier), by $client, a service that fails', ({ carrier, client }) => {
  let url = '';
  let failsPercent = 0;
  const close: (() => void)[] = [];
  beforeAll(async () => {
    let count = 0;
    const sessions = new Set<http2.Http2Session>();
    const server = carrier === 'h2c' ? http2.createServer() : http2.createSecureServer(CERTIFICATE);
    server.on('session', (session: http2.Http2Session) => {
      sessions.add(session);
      session.on('error', () => {});
    });
    server.on('stream', (stream: http2.ServerHttp2Stream, headers) => {
      stream.on('error', () => {});
      const percent = headers[':path'] === '/well' ? 0 : failsPercent;
      stream.respond({ ':status': (count++ * 7) % 100 < percent ? 500 : 200 });
      stream.end('x');
    });
    url = `${carrier === 'h2c' ? 'http' : 'https'}://127.0.0.1:${await listening(server)}/`;
    close.push(() => {
      for (const session of sessions) session.destroy();
      server.close();
    });
  });
  afterAll(() => {
    for (const one of close) one();
  });
  const how = carrier === 'h2c' ? ['--h2c'] : ['--http2', '-k'];
  const load = [...how, '--client', client, '-n', '200', '-c', '2', '--streams', '2', '-w', '1'];
  const modes = carrier === 'h2c' ? ['threads', 'inline'] : ['inline', 'processes'];

  test('ends with 1, and one that is well with 0', async () => {
    const saved = inFolder(`${carrier}-${client}.json`);
    failsPercent = 0;
    const well = await volley(url, ...load, '--mode', 'inline', '--out', saved, '-o', 'csv');
    expect([well.code, well.stderr]).toEqual([0, '']);
    failsPercent = 60;
    const outcomes = [];
    for (const more of [
      ['--mode', modes[0]!, '-o', 'csv'],
      ['--mode', modes[1]!, '--threshold', 'p50<9s'],
      ['--mode', 'inline', '--baseline', saved, '--fail-if', 'slower'],
    ])
      outcomes.push(await volley(url, ...load, ...more));
    expect(outcomes.map(({ code }) => code)).toEqual([1, 1, 1]);
    const [csv, rule, baseline] = outcomes;
    expect(csv!.stderr).toMatch(WHY);
    expect(rule!.stderr).toMatch(/error-rate<=1% did not hold/);
    expect(baseline!.stderr).toMatch(/failing more than .*: 0\.0 % of the requests then, 60\.0 % now/);
  });

  // What a comparison judges are results, whoever has made them: each carrier and each client has one.
  const testPair = (carrier === 'h2c') === (client === 'undici') ? test : () => {};

  testPair('is worse than one that is well, though it answers no slower', async () => {
    failsPercent = 60;
    const options = carrier === 'h2c' ? { h2c: true } : { http2: true, insecure: true };
    const { pairs, conclusions } = await compare(`${url}well`, url, {
      ...options,
      client,
      mode: 'inline',
      concurrency: 2,
      requests: 200,
      rounds: 2,
      warmup: '0s',
    });
    expect(pairs).toHaveLength(1);
    expect(conclusions.join()).toMatch(/B failed 60\.0 % of its requests, A 0\.0 %: B is worse/);
  });
});
