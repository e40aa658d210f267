import { describe, expect, test } from '@jest/globals';
import { VolleyError } from '../../src/main/index.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { checkOptions } from '../../src/main/plan/resolve.ts';
import { resolveTarget } from '../../src/main/plan/target.ts';

const URL_GIVEN = { url: 'http://127.0.0.1:8080/x?y=1#z' };

function problemsOf(options: RunOptions): readonly string[] {
  try {
    checkOptions(options);
  } catch (error) {
    if (error instanceof VolleyError) return error.problems;
    throw error;
  }
  return [];
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
      target: { method: 'GET', body: null, path: '/x?y=1', port: 8080, insecure: false },
    });
    expect(plan.workers).toBeGreaterThanOrEqual(1);
    expect(Number.isSafeInteger(plan.seed)).toBe(true);
  });

  test('a number of requests alone has no duration', () => {
    expect(checkOptions({ ...URL_GIVEN, requests: '10k' }).stop).toEqual({
      requests: 10_000,
      durationMs: null,
    });
  });

  test('a body makes it a POST, unless a method is named', () => {
    expect(checkOptions({ ...URL_GIVEN, body: 'a' }).target.method).toBe('POST');
    expect(checkOptions({ ...URL_GIVEN, body: 'a', method: 'put' }).target.method).toBe('PUT');
  });

  test('more workers than the default concurrency raise it', () => {
    expect(checkOptions({ ...URL_GIVEN, workers: 60 })).toMatchObject({ workers: 60, concurrency: 60 });
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
    expect(checkOptions({ url }).target.url).toBe(expected);
  });

  test('credentials become a header and leave the URL', () => {
    const { target } = checkOptions({ url: 'http://me:p%40ss@127.0.0.1/' });
    expect(target.url).toBe('http://127.0.0.1/');
    expect(target.headers).toEqual(expect.arrayContaining(['authorization', 'Basic bWU6cEBzcw==']));
  });

  test('a header of the user replaces the default one', () => {
    const { target } = checkOptions({ ...URL_GIVEN, headers: ['User-Agent: me', 'X-A:1', 'X-A: 2'] });
    expect(target.headers).toEqual(['accept', '*/*', 'User-Agent', 'me', 'X-A', '1', 'X-A', '2']);
  });

  test('an IPv6 address is its own name', async () => {
    const target = await resolveTarget(checkOptions({ url: 'http://[::1]:81/' }).target);
    expect(target).toMatchObject({ hostname: '::1', port: 81, addresses: [{ address: '::1', family: 6 }] });
  });

  test.each<[string, Partial<RunOptions>, RegExp]>([
    ['no URL', { url: '' }, /No URL/],
    ['another scheme', { url: 'ftp://x' }, /'ftp:\/\/x' starts with ftp:/],
    ['a URL that cannot be read', { url: 'http://a b/' }, /'http:\/\/a b\/' cannot be read/],
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
    ['a seed in words', { seed: 'x' }, /--seed 'x'/],
  ])('%s is refused with its value', (_name, options, sentence) => {
    const problems = problemsOf({ ...URL_GIVEN, ...options });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
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
    const { target } = checkOptions({ url: 'http://no-such-host.invalid/' });
    await expect(resolveTarget(target)).rejects.toMatchObject({
      code: 'VOLLEY_UNKNOWN_HOST',
      message: expect.stringContaining("'no-such-host.invalid'"),
    });
  });
});
