import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { VolleyError } from '../../src/api/index.ts';
import type { RunOptions } from '../../src/main/plan/options.ts';
import { checkOptions, readOptions, resolvePlan } from '../../src/main/plan/resolve.ts';
import { split } from '../../src/main/plan/split.ts';
import { type Dial, dialOf } from '../../src/protocol/dial.ts';
import { CERTIFICATE, CERTIFICATE_PATH, KEY_PATH } from '../support/certificate.ts';
import { fc } from '../support/properties.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'volley-tls-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

function fileWith(name: string, text: string): string {
  const path = join(FOLDER, name);
  writeFileSync(path, text);
  return path;
}

const OTHER_KEY = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;
const LOCKED_KEY = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;

const HTTPS = { url: 'https://example.org/' };
const HTTP = { url: 'http://example.org/' };

function problemsOf(options: RunOptions): readonly string[] {
  try {
    checkOptions(options);
  } catch (error) {
    if (error instanceof VolleyError) return error.problems.map(String);
    throw error;
  }
  return [];
}

/** What is dialled with these options; no name is looked up. */
function dialled(options: RunOptions): Dial {
  return dialOf({ ...checkOptions(options).mix[0]!.target, addresses: [] });
}

describe('options of connections', () => {
  test('files are read before the start', () => {
    const plan = checkOptions({
      ...HTTPS,
      cacert: CERTIFICATE_PATH,
      cert: CERTIFICATE_PATH,
      key: KEY_PATH,
      sni: 'other.example',
      tlsMin: '1.3',
    });
    expect(plan.mix[0]!.target.tls).toEqual({
      ca: CERTIFICATE.cert,
      cert: CERTIFICATE.cert,
      key: CERTIFICATE.key,
      servername: 'other.example',
      minVersion: 'TLSv1.3',
    });
  });

  test.each<[string, Partial<RunOptions>, RegExp]>([
    [
      'a file that is missing',
      { cacert: '/no/such.pem' },
      /^--cacert '\/no\/such\.pem' cannot be read \(no such file or folder\)/,
    ],
    [
      'a file that is no PEM',
      { cacert: fileWith('not.pem', 'hello') },
      /^--cacert '.*not\.pem' holds no certificate/,
    ],
    [
      'a certificate cut short',
      { cacert: fileWith('cut.pem', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n') },
      /holds no certificate/,
    ],
    ['a certificate without its key', { cert: CERTIFICATE_PATH }, /^--cert '.*cert\.pem' needs --key/],
    ['a key without its certificate', { key: KEY_PATH }, /^--key '.*key\.pem' needs --cert/],
    [
      'a key that is a certificate',
      { cert: CERTIFICATE_PATH, key: CERTIFICATE_PATH },
      /^--key '.*cert\.pem' holds no private key/,
    ],
    [
      'the key of another certificate',
      { cert: CERTIFICATE_PATH, key: fileWith('other.pem', OTHER_KEY) },
      /^--key '.*other\.pem' is not the key of --cert/,
    ],
    [
      'a key behind a passphrase',
      { cert: CERTIFICATE_PATH, key: fileWith('locked.pem', LOCKED_KEY) },
      /^--key '.*locked\.pem' is encrypted/,
    ],
    ['an address for a server name', { sni: '127.0.0.1' }, /^--sni '127\.0\.0\.1': give a host name/],
    ['an old version of TLS', { tlsMin: '1.1' as never }, /^--tls-min '1\.1': choose one of 1\.2, 1\.3/],
    [
      'a name where an address belongs',
      { resolve: ['a.example:443:b.example'] },
      /^--resolve 'a\.example:443:b/,
    ],
    ['a rule without a port', { resolve: ['a.example:127.0.0.1'] }, /^--resolve 'a\.example:127\.0\.0\.1'/],
    ['a port beyond the last', { resolve: ['a:65536:127.0.0.1'] }, /^--resolve 'a:65536:127/],
    [
      'three parts of four',
      { connectTo: ['a:1:b'] },
      /^--connect-to 'a:1:b': give it as host1:port1:host2:port2/,
    ],
    ['port zero', { connectTo: ['a:0:b:1'] }, /^--connect-to 'a:0:b:1'/],
    [
      'a socket whose path an address has no room for',
      { unixSocket: `/${'é'.repeat(53)}x` },
      process.platform === 'linux'
        ? /^--unix-socket '\/é+.*' has 108 bytes.* may have 107: give a shorter one/
        : /has 108 bytes/,
    ],
    ['a socket without a path', { unixSocket: '' }, /^--unix-socket ''/],
    [
      'a socket and a rule',
      { unixSocket: '/s', resolve: ['a:1:127.0.0.1'] },
      /^--unix-socket '\/s' with --resolve/,
    ],
    ['a proxy of another kind', { proxy: 'socks5://p:1' }, /^--proxy 'socks5:\/\/p:1' starts with socks5:/],
    ['a proxy that speaks TLS', { proxy: 'https://p:1' }, /^--proxy .*only http:.*, which .* without TLS\.$/],
    ['a proxy with a path', { proxy: 'http://p:1/x' }, /^--proxy 'http:\/\/p:1\/x' cannot be read/],
    ['tunnels without a proxy', { proxyTunnel: true }, /^--proxy-tunnel without --proxy/],
    ['HTTP/2 of both kinds', { http2: true, h2c: true }, /^--http2 and --h2c/],
    ['HTTP/2 over TLS without TLS', { ...HTTP, http2: true }, /^--http2 with an 'http:\/\/' URL/],
    ['HTTP/2 without TLS over TLS', { h2c: true }, /^--h2c with an 'https:\/\/' URL/],
    ['streams of HTTP/1.1', { streams: 5 }, /^--streams '5' without HTTP\/2/],
    ['no streams', { http2: true, streams: '0' }, /^--streams '0': give a whole number from 1 to 1,000/],
    ['too many streams', { http2: true, streams: 1_001 }, /^--streams '1001'/],
    ['HTTP/2 and a connection each', { http2: true, keepalive: false }, /^--no-keepalive with --http2/],
    [
      'a header that HTTP/2 has not',
      { http2: true, headers: ['Connection: close'] },
      /^--header 'Connection: close' with --http2/,
    ],
  ])('%s is refused with its value', (_name, options, sentence) => {
    expect(problemsOf({ ...HTTPS, ...options })).toEqual([expect.stringMatching(sentence)]);
  });

  test('a curl command says how to connect, and options say it again', async () => {
    const curl = 'curl -k --http2 --resolve example.org:443:10.0.0.1 https://example.org/';
    const { mix } = await readOptions({ curl });
    expect(mix[0]!.target).toMatchObject({ insecure: true, protocol: 'h2' });
    expect(dialOf({ ...mix[0]!.target, addresses: [] })).toMatchObject({
      addresses: [{ address: '10.0.0.1', family: 4 }],
    });
    const plain = await readOptions({ curl: 'curl https://example.org/', insecure: true });
    expect(plain.mix[0]!.target).toMatchObject({ insecure: true, protocol: 'http/1.1' });
  });

  test('all that is wrong is reported at once', () => {
    const problems = problemsOf({
      ...HTTPS,
      cacert: '/no',
      sni: ' ',
      resolve: ['x', 'y'],
      h2c: true,
      streams: 'z',
    });
    expect(problems).toHaveLength(6);
  });

  test('a password is in no message', () => {
    const [problem] = problemsOf({ ...HTTP, proxy: 'https://me:secret@proxy.example:1' });
    expect(problem).toContain("'https://proxy.example:1'");
    expect(problem).not.toContain('secret');
  });
});

describe('what is dialled', () => {
  test.each<[string, Partial<RunOptions>, object]>([
    [
      'by itself what the URL says',
      {},
      { hostname: 'example.org', port: 443, addresses: [], proxy: null, tunnelTo: null },
    ],
    [
      'the addresses of the rule for its name and port',
      {
        resolve: ['other.example:443:10.0.0.1', 'EXAMPLE.org:443:10.0.0.2,[::1]', 'example.org:443:10.0.0.3'],
      },
      {
        hostname: 'example.org',
        addresses: [
          { address: '10.0.0.2', family: 4 },
          { address: '::1', family: 6 },
        ],
      },
    ],
    [
      'the addresses of the rule for a name in its own letters',
      { url: 'https://bücher.example/', resolve: ['BÜCHER.example:443:10.0.0.4'] },
      { hostname: 'xn--bcher-kva.example', addresses: [{ address: '10.0.0.4', family: 4 }] },
    ],
    ['no addresses of a rule for another port', { resolve: ['example.org:80:10.0.0.1'] }, { addresses: [] }],
    ['another host', { connectTo: ['example.org:443:[::1]:8443'] }, { hostname: '::1', port: 8_443 }],
    ['for any host and port', { connectTo: ['::other.example:'] }, { hostname: 'other.example', port: 443 }],
    ['only another port', { connectTo: ['example.org:::444'] }, { hostname: 'example.org', port: 444 }],
    [
      'the first rule that fits',
      { connectTo: ['example.org:80:a:1', ':443:b:2', '::c:3'] },
      { hostname: 'b', port: 2 },
    ],
    [
      'what a rule leads to, by the rule for that',
      { connectTo: ['::other.example:8443'], resolve: ['other.example:8443:10.0.0.9'] },
      { hostname: 'other.example', port: 8_443, addresses: [{ address: '10.0.0.9', family: 4 }] },
    ],
    [
      'a socket, as long as it may be',
      { unixSocket: `/${'x'.repeat(102)}` },
      { unixSocket: `/${'x'.repeat(102)}` },
    ],
    ['a socket', { unixSocket: '/run/app.sock' }, { unixSocket: '/run/app.sock' }],
    [
      'a proxy, that is asked for the rest',
      { proxy: 'http://me:p%40ss@[::1]:3128', connectTo: ['::[::2]:'] },
      {
        hostname: '::1',
        port: 3_128,
        proxy: { hostname: '::1', port: 3_128, authorization: 'Basic bWU6cEBzcw==' },
        tunnelTo: '[::2]:443',
      },
    ],
    [
      'a proxy without a scheme or a port',
      { proxy: 'proxy.example' },
      { hostname: 'proxy.example', port: 80 },
    ],
    [
      'no tunnel where the proxy is given whole requests',
      { url: 'http://example.org/', proxy: 'proxy.example' },
      { hostname: 'proxy.example', tunnelTo: null },
    ],
  ])('%s', (_name, options, expected) => {
    expect(dialled({ ...HTTPS, ...options })).toMatchObject(expected);
  });

  test('the name of the URL need not exist where another is dialled', async () => {
    const plan = await resolvePlan({ url: 'http://no-such-host.invalid/', connectTo: ['::127.0.0.1:81'] });
    expect(plan.mix[0]?.endpoint?.addresses).toEqual([{ address: '127.0.0.1', family: 4 }]);
    expect(plan.isTargetLocal).toBe(true);
    await expect(
      resolvePlan({ url: 'http://127.0.0.1/', connectTo: ['::no-such-host.invalid:'] }),
    ).rejects.toMatchObject({ message: expect.stringContaining("'no-such-host.invalid'") });
  });
});

test('streams are shared out exactly, and never more at once than asked for', async () => {
  const plan = await resolvePlan({ url: 'http://127.0.0.1/', h2c: true, requests: 1 });
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.nat(60),
      fc.integer({ min: 1, max: 1_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      (workers, more, streams, requests) => {
        const concurrency = workers + more;
        const shards = split({
          ...plan,
          workers,
          concurrency,
          streams,
          stop: { requests, durationMs: null },
        });
        expect(sum(shards.map((shard) => shard.requests!))).toBe(requests);
        expect(sum(shards.map(({ connections }) => connections))).toBe(Math.min(concurrency, requests));
        expect(sum(shards.map(({ slots }) => slots))).toBe(Math.min(concurrency * streams, requests));
        for (const { connections, slots, requests: own } of shards) {
          expect(slots).toBeGreaterThanOrEqual(connections);
          expect(slots).toBeLessThanOrEqual(connections * streams);
          // Each place has a request, and no worker is left with more than its places' share.
          expect(own).toBeGreaterThanOrEqual(slots);
        }
        const load = {
          model: 'open',
          stages: [],
          arrivals: 'constant',
          maxInFlight: concurrency + 7,
          pacing: 'eco',
        } as const;
        const open = split({
          ...plan,
          workers,
          concurrency,
          streams,
          load,
          stop: { requests: null, durationMs: 1 },
        });
        expect(sum(open.map(({ maxSlots }) => maxSlots))).toBe(concurrency + 7);
        for (const { slots, maxSlots, connections } of open) {
          expect(slots).toBeLessThanOrEqual(maxSlots);
          expect(slots).toBeGreaterThanOrEqual(connections);
        }
      },
    ),
  );
});
