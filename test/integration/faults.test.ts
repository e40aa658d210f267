import { fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createReferenceServer, type ErrorKind, run } from '../../src/api/index.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { conduct } from '../../src/main/run/conduct.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';
import { CERTIFICATE } from '../support/certificate.ts';
import { ROOT } from '../support/cli.ts';
import { testInTurns, VARIANTS, workersIn } from '../support/modes.ts';
import { closedPort, useTargets } from '../support/target.ts';

const startTarget = useTargets();

const FAULTS: readonly { fault: string; kind: ErrorKind }[] = [
  { fault: 'reset', kind: 'reset' },
  { fault: 'close', kind: 'reset' },
  { fault: 'half-head', kind: 'reset' },
  { fault: 'truncate', kind: 'truncated' },
  { fault: 'truncate-reset', kind: 'truncated' },
  { fault: 'truncate-chunked', kind: 'truncated' },
  { fault: 'truncate-closing', kind: 'truncated' },
  { fault: 'garbage', kind: 'protocol' },
  { fault: 'garbage-chunk', kind: 'protocol' },
  { fault: 'hang', kind: 'timeout' },
  { fault: 'hang-body', kind: 'timeout' },
];

describe.each(VARIANTS)('$mode, $client', ({ mode, client }) => {
  const test = testInTurns({ mode, client });
  // What goes wrong does so on a connection; that its counts are added up over workers is shown with the first fault.
  const options = { mode, client, workers: 1, concurrency: 4, requests: 12 };

  test.each(FAULTS)('$fault is counted as $kind, each request once', async ({ fault, kind }) => {
    const target = await startTarget();
    // Only who waits for nothing needs a short deadline: a busy machine takes long over the others.
    const [timeout, requests] = kind === 'timeout' ? ['700ms', 8] : ['20s', 12];
    const workers = fault === 'reset' ? workersIn(mode, 2) : 1;
    const summary = await run({
      ...{ ...options, workers, url: `${target.url}fault/${fault}`, timeout, requests },
    });
    expect(summary.requests).toMatchObject({
      scheduled: requests,
      sent: requests,
      ok: 0,
      failed: requests,
      retried: 0,
    });
    expect(summary.errors).toMatchObject([
      { kind, code: expect.any(String), count: requests, example: expect.any(String) },
    ]);
    expect(summary.errors[0]?.example).not.toBe('');
    expect(target.stats().requests).toBe(requests);
    expect(target.stats().mostConnections).toBeLessThanOrEqual(4);
    expect(summary.degradedReasons).toEqual([]);
  });

  test.each(['connection-close', 'until-close'])(
    '%s is an answer: the connection is opened again after its close',
    async (fault) => {
      const target = await startTarget();
      const summary = await run({ ...options, url: `${target.url}fault/${fault}` });
      expect(summary.requests).toMatchObject({ ok: 12, failed: 0 });
      expect(target.stats()).toMatchObject({ requests: 12, connectionsAccepted: 12 });
      expect(target.stats().mostConnections).toBeLessThanOrEqual(4);
      expect(summary.connections).toEqual({ opened: 12, closedByTarget: 12 });
    },
  );

  test('a stray second answer is never taken for the answer to another request', async () => {
    const target = await startTarget();
    const summary = await run({ ...options, url: `${target.url}fault/twice` });
    expect(summary.statuses).toEqual({ '200': 12 });
    expect(target.stats().requests).toBe(12);
  });

  test('a target that closes after accepting', async () => {
    const target = await startTarget({ closeEvery: 1 });
    const summary = await run({ ...options, url: target.url });
    expect(summary.requests).toMatchObject({ sent: 12, ok: 0, failed: 12 });
    expect(summary.errors.every(({ kind }) => kind === 'reset')).toBe(true);
    expect(target.stats().requests).toBe(0);
  });

  test('nobody listens: refused, with back-off between the attempts', async () => {
    const port = await closedPort();
    const summary = await run({
      ...options,
      url: `http://127.0.0.1:${port}/`,
      requests: undefined,
      duration: '500ms',
    });
    expect(summary.requests.ok).toBe(0);
    expect(summary.errors).toMatchObject([
      {
        kind: 'connect',
        code: 'ECONNREFUSED',
        count: summary.requests.failed,
        example: `connect ECONNREFUSED 127.0.0.1:${port}`,
      },
    ]);
    expect(summary.requests.failed).toBeGreaterThan(4 * 3);
    // Pauses of 1, 2, 4 … 64 ms, then about 90 ms: some dozen attempts a connection, not thousands.
    expect(summary.requests.failed).toBeLessThan(4 * 30);
    expect(summary.connections.opened).toBe(0);
  });

  test('a timeout is a lower bound of the latency', async () => {
    const target = await startTarget();
    const { latencyMs, requests } = await run({
      ...options,
      url: `${target.url}fault/hang`,
      requests: 8,
      timeout: '600ms',
    });
    expect(requests.failed).toBe(8);
    expect(latencyMs.service).toMatchObject({ count: 8, censored: 8, atLeast: ['min', '50', '75'] });
    expect(latencyMs.response.min).toBeGreaterThanOrEqual(600);
    expect(latencyMs.firstByte.censored).toBe(8);
  });

  test.each(['http', 'https'])(
    'a target that never accepts: %s requests time out, without a service time',
    async (scheme) => {
      const deaf = fork(join(ROOT, 'test/fixtures/deaf-server.cjs'));
      try {
        const [port] = await once(deaf, 'message');
        const summary = await run({
          ...options,
          url: `${scheme}://127.0.0.1:${port}/`,
          requests: 8,
          timeout: '200ms',
        });
        expect(summary.errors).toMatchObject([{ kind: 'timeout', count: 8 }]);
        // The system accepts the first two connections by itself; nothing can be written to the others.
        const { response, service, wait } = summary.latencyMs;
        expect(response).toMatchObject({ count: 8, censored: 8 });
        expect(wait.censored).toBeGreaterThan(0);
        expect(service.count + wait.censored).toBe(8);
      } finally {
        deaf.kill('SIGKILL');
      }
    },
  );

  test('a late answer does not meet the next request', async () => {
    const target = await startTarget();
    const summary = await run({
      ...options,
      url: `${target.url}delay/900`,
      timeout: '450ms',
      concurrency: 2,
      requests: 6,
    });
    expect(summary.errors).toMatchObject([{ kind: 'timeout', count: 6 }]);
    expect(summary.statuses).toEqual({});
    expect(target.stats().requests).toBe(6);
  });

  test('a connection that the target ends before its first request is opened again; nothing fails', async () => {
    // As a proxy does with idle connections: 408 and FIN, here to the first four.
    const seen: string[] = [];
    let ended = 0;
    const allEnded = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      if (ended < 4)
        socket.end('HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n', () => {
          ended++;
          if (ended === 4) allEnded.resolve();
        });
      socket.on('data', (chunk) => {
        seen.push(String(chunk));
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      });
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const plan = await resolvePlan({ ...options, url: `http://127.0.0.1:${port}/`, requests: 40 });
    const { collect, sumUp } = conduct(plan, {
      whenToBegin: async () => {
        await allEnded.promise;
        return createMonotonicClock().nowMs() + 20;
      },
    });
    const summary = sumUp(await collect());
    server.close();
    expect(summary.errors).toEqual([]);
    expect(summary.requests).toMatchObject({ sent: 40, ok: 40, failed: 0 });
    expect(summary.statuses).toEqual({ '200': 40 });
    expect(seen).toHaveLength(40);
  });

  test('connections that end at our own request are not closed by the target', async () => {
    const target = await startTarget();
    const summary = await run({ ...options, url: target.url, headers: ['Connection: close'] });
    expect(summary.requests.ok).toBe(12);
    expect(target.stats().connectionsAccepted).toBe(12);
    expect(target.stats().mostConnections).toBeLessThanOrEqual(4);
  });

  test('an error status is a complete answer that failed', async () => {
    const target = await startTarget();
    const summary = await run({ ...options, url: `${target.url}status/503` });
    expect(summary.requests).toMatchObject({ ok: 0, failed: 12 });
    expect(summary.statuses).toEqual({ '503': 12 });
    expect(summary.errors).toMatchObject([{ kind: 'status', code: '503', count: 12 }]);
    expect(summary.latencyMs.service.count).toBe(12);
    expect(target.stats().connectionsAccepted).toBe(4);
  });

  test('a certificate that does not verify is a TLS failure; --insecure accepts it', async () => {
    const target = await startTarget(CERTIFICATE);
    const refused = await run({ ...options, url: target.url });
    expect(refused.errors).toMatchObject([{ kind: 'tls', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', count: 12 }]);
    expect(target.stats().requests).toBe(0);
    const accepted = await run({ ...options, url: target.url, insecure: true });
    expect(accepted.requests.ok).toBe(12);
    expect(accepted.connections.opened).toBe(4);
  });

  test('TLS spoken to a plain server is a TLS failure', async () => {
    const target = await startTarget();
    const summary = await run({ ...options, url: target.url.replace('http:', 'https:') });
    expect(summary.errors.every(({ kind }) => kind === 'tls')).toBe(true);
    expect(summary.requests.failed).toBe(12);
  });
});

test.each<[unknown, string]>([
  [5, '5'],
  ['8080', '8080'],
  [null, 'null'],
])('options of the reference server that are %p are refused', async (options, shown) => {
  await expect(createReferenceServer(options as never)).rejects.toMatchObject({
    code: 'VOLLEY_USAGE',
    message: `The options are '${shown}': give an object, such as { port: 8080 }.`,
  });
});

test.each<[object, (string | RegExp)[]]>([
  [{ port: 99_999 }, ["port '99999': give a whole number from 0 to 65,535."]],
  [{ host: 5 }, ["host '5': give an address, such as 127.0.0.1."]],
  [
    { prot: 1, closeEvery: 0 },
    [
      'prot is no option: choose from host, port, cert, key, h2c, closeEvery, model.',
      "closeEvery '0': give a whole number from 1 to 1,000,000.",
    ],
  ],
  // Without a key it would serve what is not encrypted.
  [{ cert: CERTIFICATE.cert }, ['cert and key belong together: give both.']],
  [
    { ...CERTIFICATE, cert: 'no certificate', h2c: true },
    [
      /^cert and key cannot be used \(.+\): give a certificate and its key in PEM form\.$/,
      'h2c with cert and key: it is HTTP/2 without TLS: leave one of them out.',
    ],
  ],
  [
    { model: { firstTokenMs: -5, fault: 'zzz', tokens: null, slots: 1.5 } },
    [
      "model.firstTokenMs '-5': give milliseconds from 0 to 1,000,000.",
      "model.fault 'zzz': choose one of none, error, fin, rst, stall.",
      "model.slots '1.5': give a whole number from 1 to 1,000,000.",
    ],
  ],
])('wrong options of the reference server are told together: %o', async (options, messages) => {
  const problems = messages.map((message) => ({
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  }));
  await expect(createReferenceServer(options as never)).rejects.toMatchObject({
    ...{ code: 'VOLLEY_USAGE', problems },
  });
});
