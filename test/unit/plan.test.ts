import { availableParallelism } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { VolleyError } from '../../src/api/index.ts';
import { choosePacing } from '../../src/main/plan/load.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { checkOptions, readOptions } from '../../src/main/plan/resolve.ts';
import { resolveEndpoints } from '../../src/main/plan/target.ts';
import { withBuiltIn } from '../support/built-in.ts';

const URL_GIVEN = { url: 'http://127.0.0.1:8080/x?y=1#z' };

function problemsOf(options: RunOptions): readonly string[] {
  try {
    checkOptions(options);
  } catch (error) {
    if (error instanceof VolleyError) return error.problems.map(String);
    throw error;
  }
  return [];
}

/** Of a run with one request. */
function targetOf(options: RunOptions) {
  return checkOptions(options).mix[0]!.target;
}

describe('the gate between options and plan', () => {
  test('what is left out gets the documented defaults', () => {
    const plan = checkOptions(URL_GIVEN);
    expect(plan).toMatchObject({
      mode: 'threads',
      concurrency: 50,
      client: 'undici',
      load: { model: 'closed' },
      stop: { requests: null, durationMs: 10_000 },
      warmupMs: 0,
      timeoutMs: 10_000,
      percentiles: ['50', '75', '90', '95', '99', '99.9', '99.99'],
      mix: [{ target: { method: 'GET', body: null, path: '/x?y=1', port: 8080, insecure: false } }],
    });
    expect(plan.workers).toBeGreaterThanOrEqual(1);
    expect(Number.isSafeInteger(plan.seed)).toBe(true);
  });

  test('a rate makes it the open model', () => {
    const plan = checkOptions({ ...URL_GIVEN, rate: '3000/m', arrivals: 'poisson', maxInFlight: 20 });
    const rate = { requests: 3_000, periodMs: 60_000 };
    expect(plan).toMatchObject({
      load: {
        model: 'open',
        stages: [{ durationMs: null, from: rate, to: rate }],
        arrivals: 'poisson',
        maxInFlight: 20,
        pacing: 'auto',
      },
      stop: { requests: null, durationMs: 10_000 },
      concurrency: 20,
    });
  });

  test('stages last as long as they say', () => {
    const plan = checkOptions({ ...URL_GIVEN, stages: '10s:100, 30s:100..1.5k,500ms:0.5/s' });
    expect(plan.stop).toEqual({ requests: null, durationMs: 40_500 });
    expect(plan.load).toMatchObject({
      stages: [
        {
          durationMs: 10_000,
          from: { requests: 100, periodMs: 1_000 },
          to: { requests: 100, periodMs: 1_000 },
        },
        {
          durationMs: 30_000,
          from: { requests: 100, periodMs: 1_000 },
          to: { requests: 15_000, periodMs: 10_000 },
        },
        { durationMs: 500, from: { requests: 5, periodMs: 10_000 }, to: { requests: 5, periodMs: 10_000 } },
      ],
    });
  });

  test.each([
    ['precise', 1, 2, true, 'precise'],
    ['eco', 1, 64, false, 'eco'],
    ['auto', 1, 2, true, 'precise'],
    ['auto', 2, 2, true, 'eco'],
    ['auto', 2, 2, false, 'precise'],
    ['auto', 3, 2, false, 'eco'],
    ['auto', 1, 1, true, 'eco'],
  ] as const)(
    'pacing %p with %p workers on %p cores, target here: %p is %p',
    (asked, workers, cores, isLocal, pacing) => {
      expect(choosePacing(asked, workers, cores, isLocal)).toBe(pacing);
    },
  );

  test('a number of requests alone has no duration', () => {
    expect(checkOptions({ ...URL_GIVEN, requests: '10k' }).stop).toEqual({
      requests: 10_000,
      durationMs: null,
    });
  });

  test('a body makes it a POST, unless a method is named', () => {
    expect(targetOf({ ...URL_GIVEN, body: 'a' }).method).toBe('POST');
    expect(targetOf({ ...URL_GIVEN, body: 'a', method: 'put' }).method).toBe('put');
  });

  test('more workers than the default concurrency raise it', () => {
    expect(checkOptions({ ...URL_GIVEN, workers: 60 })).toMatchObject({ workers: 60, concurrency: 60 });
  });

  test('there are at most 32 workers for a core, or 64', () => {
    const most = Math.max(64, 32 * availableParallelism());
    expect(checkOptions({ ...URL_GIVEN, workers: most }).workers).toBe(most);
    expect(() => checkOptions({ ...URL_GIVEN, workers: most + 1 })).toThrow(
      `--workers '${most + 1}': give a whole number from 1 to ${most.toLocaleString('en')}.`,
    );
  });

  test('by default there are never more workers than connections or requests', () => {
    expect(checkOptions({ ...URL_GIVEN, concurrency: 1 }).workers).toBe(1);
    expect(checkOptions({ ...URL_GIVEN, requests: 1 }).workers).toBe(1);
    expect(checkOptions({ ...URL_GIVEN, mode: 'inline' }).workers).toBe(1);
  });

  test.each([
    ['localhost:8080', 'http://localhost:8080/'],
    ['localhost:8080/a b', 'http://localhost:8080/a%20b'],
    ['example.org', 'http://example.org/'],
    ['HTTPS://Example.org/ä', 'https://example.org/%C3%A4'],
    ['http://[::1]:80/', 'http://[::1]/'],
  ])('%p means %p', (url, expected) => {
    expect(targetOf({ url }).url).toBe(expected);
  });

  test('a port is no scheme', () => {
    expect(targetOf({ url: 'http:8080/x' }).url).toBe('http://http:8080/x');
  });

  test('a percentile written in two ways is one', () => {
    const { percentiles } = checkOptions({ ...URL_GIVEN, percentiles: '50,50.0,99.90,99.9,90' });
    expect(percentiles).toEqual(['50', '99.9', '90']);
  });

  test('credentials become a header and leave the URL', () => {
    const target = targetOf({ url: 'http://me:p%40ss@127.0.0.1/' });
    expect(target.url).toBe('http://127.0.0.1/');
    expect(target.headers).toEqual(expect.arrayContaining(['authorization', 'Basic bWU6cEBzcw==']));
  });

  test('a header of the user replaces the default one', () => {
    const target = targetOf({ ...URL_GIVEN, headers: ['User-Agent: me', 'X-A:1', 'X-A: 2'] });
    expect(target.headers).toEqual(['accept', '*/*', 'User-Agent', 'me', 'X-A', '1', 'X-A', '2']);
  });

  test('an IPv6 address is its own name', async () => {
    const [target] = await resolveEndpoints([targetOf({ url: 'http://[::1]:81/' })]);
    expect(target).toMatchObject({ hostname: '::1', port: 81, addresses: [{ address: '::1', family: 6 }] });
  });

  test.each<[string, Partial<RunOptions>, RegExp]>([
    ['no URL', { url: '' }, /No URL/],
    ['another scheme', { url: 'ftp://x' }, /'ftp:\/\/x' starts with ftp:/],
    ['a URL that cannot be read', { url: 'http://a b/' }, /'http:\/\/a b\/' cannot be read/],
    ['one slash', { url: 'http:/x' }, /'http:\/x' cannot be read: write two slashes/],
    ['no slash', { url: 'HTTPS:x' }, /'HTTPS:x' cannot be read: write two slashes/],
    [
      'an authorization given twice',
      { user: 'me:x', headers: ['Authorization: Bearer t'] },
      /^--user and an authorization header: a request has one authorization/,
    ],
    [
      'a password in the URL and another one',
      { url: 'http://me:x@127.0.0.1/', user: 'me:y' },
      /^a user name in the URL and --user: /,
    ],
    ['no requests', { requests: '0' }, /--requests '0'/],
    ['half a request', { requests: 1.5 }, /--requests '1.5'/],
    ['no connections', { concurrency: '0' }, /--concurrency '0'/],
    ['workers in words', { workers: 'two' }, /--workers 'two'/],
    ['no time', { duration: '0' }, /--duration '0'/],
    ['a time without end', { duration: '9999h' }, /--duration '9999h'/],
    ['a timeout of nothing', { timeout: '0ms' }, /--timeout '0ms'/],
    ['a warm-up in the past', { warmup: '-1s' }, /--warmup '-1s'/],
    [
      'an unknown mode',
      { mode: 'fibers' as never },
      /--mode 'fibers': choose one of threads, processes, inline/,
    ],
    ['two event loops', { mode: 'inline', workers: 2 }, /--workers '2' with --mode inline/],
    [
      'more workers than connections',
      { workers: 4, concurrency: 3 },
      /--workers '4' is more than --concurrency '3'/,
    ],
    ['a method with a blank', { method: 'GET /' }, /--method 'GET \/'/],
    ['CONNECT', { method: 'connect' }, /--method 'connect'/],
    ['a header without a colon', { headers: ['nonsense'] }, /--header 'nonsense'/],
    ['a header on two lines', { headers: ['a: b\r\nc: d'] }, /one line of Latin-1/],
    ['a length of one’s own', { headers: ['Content-Length: 3'] }, /content-length is set by the client/],
    ['two hosts', { headers: ['Host: a', 'host: b'] }, /one Host/],
    ['a hundredth percentile', { percentiles: '50,100' }, /--percentiles '100'/],
    [
      'a body with nothing in it',
      { expectBody: ['ok', ''] },
      /^--expect-body '': any body would do: give text/,
    ],
    ['a body with a blank in it', { expectBody: [' '] }, /^--expect-body ' ': any body would do/],
    [
      'nothing in one request of a mix',
      { url: undefined, mix: [{ name: 'a', url: 'http://127.0.0.1/', expectBody: [''] }] },
      /^--expect-body '': any body would do/,
    ],
    [
      'a time beyond the timeout',
      { expectTime: '200' },
      /^--expect-time: it is 200 s, and an answer that takes 10 s has timed out \(--timeout\): any answer would do\. Give less, as in 200ms; a number without a unit is seconds\.$/,
    ],
    ['a status of nothing', { expectStatus: '' }, /^--expect-status '': give statuses/],
    ['a status and nothing', { expectStatus: '200,' }, /^--expect-status '200,': give statuses/],
    ['JSON without a path', { expectJson: [''] }, /^--expect-json '': give path=value/],
    ['a value without a path', { expectJson: ['=1'] }, /^--expect-json '=1': give path=value/],
    ['a rule of nothing', { thresholds: [''] }, /^--threshold '': give a rule/],
    ['a rule to stop at of nothing', { abortOn: [''] }, /^--abort-on '': give a rule/],
    [
      'a rule to stop at that says nothing',
      { abortOn: ['p99>=0ms'] },
      /^--abort-on 'p99>=0ms': it holds whatever/,
    ],
    ['a rate in words', { rate: 'fast' }, /--rate 'fast'/],
    ['a rate of nothing', { rate: '0' }, /--rate '0'/],
    ['a rate beyond reason', { rate: '100m' }, /--rate '100m'/],
    ['a gap of nothing', { every: '0ms' }, /--every '0ms'/],
    ['two rates', { rate: '1', every: '1s' }, /--rate and --every each say/],
    ['a stage without a rate', { stages: '10s' }, /--stages '10s'/],
    ['a stage without a time', { stages: ':100' }, /--stages ':100'/],
    ['a stage with half a ramp', { stages: '10s:100..' }, /--stages '10s:100\.\.'/],
    ['stages that ask for nothing', { stages: '1s:0,2s:0..0' }, /no request is ever due/],
    ['stages and a duration', { stages: '1s:10', duration: '5s' }, /--duration '5s' with --stages/],
    [
      'an unknown spacing',
      { rate: '1', arrivals: 'even' as never },
      /--arrivals 'even': choose one of constant, poisson/,
    ],
    [
      'an unknown pacing',
      { rate: '1', pacing: 'fast' as never },
      /--pacing 'fast': choose one of precise, eco, auto/,
    ],
    [
      'a spacing of nothing',
      { arrivals: 'poisson' },
      /--arrivals 'poisson' has no effect without a schedule/,
    ],
    ['a cap of nothing', { maxInFlight: 5, requests: 1 }, /--max-in-flight '5' has no effect/],
    [
      'more to start with than there may be',
      { rate: '1', concurrency: 5, maxInFlight: 4 },
      /--concurrency '5' is more than --max-in-flight '4'/,
    ],
    [
      'more workers than there may be connections',
      { rate: '1', workers: 5, maxInFlight: 4 },
      /--workers '5' is more than --max-in-flight '4'/,
    ],
    ['a seed in words', { seed: 'x' }, /--seed 'x'/],
  ])('%s is refused with its value', (_name, options, sentence) => {
    const problems = problemsOf({ ...URL_GIVEN, ...options });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
  });

  test.each<[string, unknown, RegExp]>([
    ['nothing at all', undefined, /The options 'undefined': give an object/],
    ['an option that does not exist', { ...URL_GIVEN, request: 5 }, /The option 'request' does not exist/],
    ['a mix that is no list', { mix: 5 }, /The option mix '5': give a list of requests/],
    [
      'headers as an object',
      { ...URL_GIVEN, headers: { a: 'b' } },
      /The option headers .* give an object of names/,
    ],
    ['percentiles as numbers', { ...URL_GIVEN, percentiles: [50] }, /The option percentiles '\[50\]'/],
    ['a body that is a number', { ...URL_GIVEN, body: 5 }, /The option body '5'/],
    [
      'a duration without a unit that can be seen',
      { ...URL_GIVEN, duration: true },
      /The option duration 'true': give a number of milliseconds, or text/,
    ],
    ['a password that cannot be decoded', { url: 'http://%zz@127.0.0.1/' }, /write a % in it as %25/],
  ])('JavaScript’s callers are told of %s', (_name, options, sentence) => {
    expect(problemsOf(options as RunOptions)).toEqual([expect.stringMatching(sentence)]);
  });

  test('a URL beside a mix does not hide what is wrong within the mix', async () => {
    const mix = [{ name: 'a', url: 'ftp://x', weight: -1 }];
    const read = readOptions({ url: 'http://127.0.0.1/', mix });
    const { problems } = (await read.catch((error: unknown) => error)) as VolleyError;
    expect(problems.map(String)).toEqual([
      expect.stringContaining('each says where to send requests'),
      expect.stringContaining("'ftp://x' starts with ftp://"),
      expect.stringContaining("weight '-1'"),
    ]);
    const named = ['a', 'b', 'a', 'b', 'a'].map((name) => ({ name, url: 'http://127.0.0.1/' }));
    expect(problemsOf({ mix: named })).toEqual([
      "Two requests are called 'a': give each a name of its own.",
      "Two requests are called 'b': give each a name of its own.",
    ]);
    const alsoWrong = named.slice(0, 3).map((request, index) => ({ ...request, weight: index - 1 }));
    expect(problemsOf({ mix: alsoWrong })).toEqual([
      expect.stringContaining("weight '-1'"),
      expect.stringContaining("weight '0'"),
      "Two requests are called 'a': give each a name of its own.",
    ]);
  });

  test('a server name without TLS is refused, unless a redirect may lead there', () => {
    const url = 'http://127.0.0.1/';
    const { origin } = new URL('https://127.0.0.1/');
    expect(problemsOf({ url, sni: 'a.example' })).toEqual([
      "--sni 'a.example' with an 'http://' URL: a server name is sent over TLS only: give an https:// URL, or leave it out.",
    ]);
    const mix = [url, origin].map((one, index) => ({ name: `${index}`, url: one }));
    for (const options of [{ url: origin }, { url, location: 3 }, { mix }])
      expect(problemsOf({ ...options, sni: 'a.example' })).toEqual([]);
  });

  test('everything that is wrong is reported at once', () => {
    const problems = problemsOf({
      url: 'x://',
      requests: 'a',
      concurrency: 'b',
      workers: 'c',
      timeout: 'd',
      seed: 'e',
    });
    expect(problems).toHaveLength(6);
  });

  test('an unknown host is an error of its own', async () => {
    const target = targetOf({ url: 'http://no-such-host.invalid/' });
    await expect(resolveEndpoints([target])).rejects.toMatchObject({
      code: 'VOLLEY_UNKNOWN_HOST',
      message: expect.stringContaining("'no-such-host.invalid'"),
    });
  });
});

describe('what a sentence does not repeat', () => {
  test.each([
    ['authorization Bearer SECRET', "--header 'authorization…'"],
    ['authorization Bearer SECRET: x', "--header 'authorization…'"],
    ['x-api-key=SECRET', "--header 'x-api-key…'"],
    [': SECRET', "--header '…'"],
    ['authorization: SECRET\u0100', "--header 'authorization: …'"],
  ])('the header line %j is shown as its name alone', (line, begin) => {
    const [problem = '', ...others] = problemsOf({ ...URL_GIVEN, headers: [line] });
    expect(others).toEqual([]);
    expect(problem).not.toContain('SECRET');
    expect(problem.startsWith(`${begin}: `)).toBe(true);
  });

  test('a blank in the name of a header is called one', () => {
    const [sentence] = problemsOf({ ...URL_GIVEN, headers: ['bad header: x'] });
    expect(sentence).toContain("a name has no blanks: give it as 'Name: value'.");
  });

  test('a value of any length makes a short sentence', () => {
    const long = '9'.repeat(100_000);
    const problems = problemsOf({
      ...URL_GIVEN,
      thresholds: [`p99<${long}`],
      duration: long,
      concurrency: long,
      percentiles: `${long}x`,
      expectJson: [long],
      method: `(${long}`,
      resolve: [long],
    });
    expect(problems).toHaveLength(7);
    for (const problem of problems) expect(problem.length).toBeLessThan(500);
  });
});

test.each([
  ['ENOTFOUND', "The host 'some.example' is unknown (ENOTFOUND): check its name and your resolver."],
  [
    'EAI_AGAIN',
    "The host 'some.example' could not be looked up (EAI_AGAIN): no name server answered: check your resolver and the network.",
  ],
])('a name that is not looked up, with %s: only what is known of it is said', async (code, sentence) => {
  const lookup = (): Promise<never> => Promise.reject(Object.assign(new Error('no'), { code }));
  await withBuiltIn('node:dns/promises', { lookup }, async () => {
    const { target } = checkOptions({ url: 'http://some.example/' }).mix[0]!;
    await expect(resolveEndpoints([target])).rejects.toMatchObject({ problems: [{ message: sentence }] });
  });
});
