import { readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { batch, type RunOptions, run, type Summary } from '../../src/api/index.ts';
import { sentOnce } from '../../src/main/once/sent-once.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { exitCodeOf, failsByVerdict } from '../../src/main/summary/exit-code.ts';
import type { OnceSent } from '../../src/protocol/once.ts';
import { CLIENT_NAMES, type ClientName } from '../../src/protocol/plan.ts';
import { readAnswered } from '../support/batch.ts';
import { CERTIFICATE } from '../support/certificate.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { startProxy } from '../support/proxy.ts';
import { listening } from '../support/target.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';
const NOTICE = 'HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

/** With rests between the requests. */
const SLOW = { requests: 3, concurrency: 1, rate: 4, arrivals: 'constant', maxInFlight: 1 } as const;

const inFolder = useFolder();
const volley = useKeptProcess(false);
const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

type OnRequest = (socket: Socket, text: string) => void;

async function serving(
  onRequest: OnRequest,
  onConnect: OnRequest = () => {},
  scheme: 'http' | 'https' = 'http',
): Promise<string> {
  const serve = (socket: Socket): void => {
    socket.on('error', () => {});
    // The kernel would hold a second answer back until the first one has been acknowledged, some 40 ms later.
    socket.setNoDelay();
    onConnect(socket, '');
    socket.on('data', (data) => onRequest(socket, String(data)));
  };
  const server = scheme === 'http' ? createServer(serve) : createTlsServer(CERTIFICATE, serve);
  servers.push(server);
  return `${scheme}://127.0.0.1:${await listening(server)}/`;
}

const measured = (url: string, client: ClientName, more: Partial<RunOptions> = {}): Promise<Summary> =>
  run({ url, client, requests: 20, concurrency: 2, workers: 1, mode: 'inline', timeout: '2s', ...more });

/** The connections that were given up, as the reasons for which the run is degraded say. */
function toldBy({ findings }: Summary): number {
  const found = findings?.degraded.find(({ code }) => code === 'unrequested-bytes');
  return found?.code === 'unrequested-bytes' ? found.figures.connections : 0;
}

describe.each(CLIENT_NAMES)('bytes that no request asked for, %s', (client) => {
  test.each<[string, string, string]>([
    ['more body than was announced', 'GET', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nabcdef'],
    ['a body after HEAD', 'HEAD', OK],
    ['a body after 204', 'GET', 'HTTP/1.1 204 No Content\r\n\r\nabcdef'],
    ['a second answer at once', 'GET', OK + OK],
    ['more than a last answer', 'GET', OK.replace('\r\n', '\r\nconnection: close\r\n') + OK],
  ])('%s', async (_what, method, answer) => {
    const summary = await measured(await serving((socket) => socket.write(answer)), client, { method });
    expect(summary.requests).toMatchObject({ sent: 20, ok: 20 });
    expect(summary.connections).toMatchObject({ opened: 20, unrequested: 20, doubtfulAnswers: 20 });
    expect(toldBy(summary)).toBe(20);
    expect(summary.generator.verdict).toBe('failing');
    expect(summary.generator.reasons.join(' ')).toContain(
      '20 connections were closed because the target sent bytes that no request had asked for, before a request or after an answer: 20 of 20 answers may have been cut, or taken for the wrong request.',
    );
    // Nothing of it counts as failed: a rule that allows failures does not allow this.
    expect(failsByVerdict(summary)).toBe(true);
    expect(exitCodeOf(summary, false)).toBe(3);
  });

  test('answers that come later are taken for those of the next requests: all of their connection are in doubt', async () => {
    let served = 0;
    const url = await serving((socket, text) => {
      for (const _request of text.matchAll(/GET /g)) {
        served++;
        socket.write(OK);
        // Behind the first 150 answers only, of which one comes too early for every later request.
        if (served <= 150) setTimeout(() => !socket.destroyed && socket.write(OK), 1);
      }
    });
    const summary = await measured(url, client, { requests: 300, concurrency: 1, warmup: 0 });
    const { unrequested = 0, doubtfulAnswers = 0 } = summary.connections;
    expect(summary.requests.ok).toBe(300);
    expect(unrequested).toBeGreaterThan(0);
    expect(doubtfulAnswers).toBeGreaterThanOrEqual(unrequested);
    expect(doubtfulAnswers).toBeLessThanOrEqual(300);
    expect(summary.generator.verdict).toBe('failing');
    expect(exitCodeOf(summary, false)).toBe(3);
  });

  /**
   * Answers take 40 ms, and 20 after the fifth another one comes: what is left over in the end, wherever the shift began.
   * Between requests it would be seen at once, if a busy machine made them wait for so long.
   */
  const shifting = (): Promise<string> => {
    let served = 0;
    return serving((socket) => {
      setTimeout(() => socket.destroyed || socket.write(OK), 40);
      if (++served === 5) setTimeout(() => socket.destroyed || socket.write(OK), 60);
    });
  };

  test('one answer too many shifts all others: the one that is left over in the end tells', async () => {
    const summary = await measured(await shifting(), client, { requests: 5, concurrency: 1 });
    expect(summary.requests).toMatchObject({ sent: 5, ok: 5 });
    expect(summary.connections).toMatchObject({ opened: 1, unrequested: 1, doubtfulAnswers: 5 });
    expect(exitCodeOf(summary, false)).toBe(3);
  });

  test('so it does where the target holds it back until the answer before it is acknowledged', async () => {
    let served = 0;
    const url = await serving((socket, text) => {
      socket.setNoDelay(false);
      for (const _ of text.matchAll(/^GET/gm)) {
        socket.write(OK);
        if (++served === 20) setImmediate(() => socket.write(OK));
      }
    });
    const summary = await measured(url, client, { requests: 40, concurrency: 1 });
    expect(summary.requests).toMatchObject({ sent: 40, ok: 40 });
    expect(summary.connections).toMatchObject({ closedByTarget: 0, unrequested: 1, doubtfulAnswers: 40 });
  });

  test('so it does behind the last answer of a user, whose connection is closed then', async () => {
    const plan = inFolder(`${client}-user.yaml`);
    const flow = `[${Array(5).fill('{ get: / }').join(', ')}]`;
    writeFileSync(
      plan,
      `url: ${await shifting()}\nscenarios:\n  one:\n    load: { executor: per-vu-iterations, vus: 1, iterations: 1 }\n    flow: ${flow}\n`,
    );
    const { code, stdout } = await volley.with({}, ['run', plan, '--client', client, '-o', 'json']);
    const { requests, connections } = JSON.parse(stdout) as Summary;
    expect(requests).toMatchObject({ sent: 5, ok: 5 });
    expect(connections).toMatchObject({ opened: 1, closedByTarget: 0, unrequested: 1, doubtfulAnswers: 5 });
    expect(code).toBe(3);
  });

  test('one answer too many among hundreds: the run is degraded, and its verdict has room for it', async () => {
    let served = 0;
    const url = await serving((socket) => socket.write(++served === 2 ? OK + OK : OK));
    const summary = await measured(url, client, { requests: 400, concurrency: 1 });
    expect(summary.connections).toMatchObject({ opened: 2, unrequested: 1, doubtfulAnswers: 2 });
    expect(summary.generator.verdict).not.toBe('failing');
    expect(summary.degradedReasons.join(' ')).toContain('2 of 400 answers may have been cut');
    expect(exitCodeOf(summary, false)).toBe(3);
  });

  test('sent once, the answer is not called good', async () => {
    const sent: OnceSent[] = [];
    const url = await serving((socket) => socket.write(OK + OK));
    for await (const one of sentOnce(await resolvePlan({ url, client }))) sent.push(one);
    expect(sent.map(({ exchanges }) => exchanges.map(({ failure }) => failure))).toEqual([
      [expect.stringContaining('the target sent bytes that no request had asked for')],
    ]);
  });

  /** Another answer comes 20 ms behind each. */
  const late = (): Promise<string> =>
    serving((socket) => {
      setTimeout(() => socket.destroyed || socket.write(OK), 20);
      setTimeout(() => socket.destroyed || socket.write(OK), 40);
    });

  test('sent once, it is not called good either if what nobody asked for comes later', async () => {
    const sent: OnceSent[] = [];
    for await (const one of sentOnce(await resolvePlan({ url: await late(), client }))) sent.push(one);
    expect(sent.map(({ exchanges }) => exchanges.map(({ failure }) => failure))).toEqual([
      [expect.stringContaining('the target sent bytes that no request had asked for')],
    ]);
  });

  test('nor is an iteration, done once', async () => {
    const plan = inFolder(`${client}-once.yaml`);
    writeFileSync(
      plan,
      `url: ${await late()}\nscenarios:\n  one:\n    load: { executor: per-vu-iterations, vus: 1, iterations: 1 }\n    flow: [{ get: /a }, { get: /b }]\n`,
    );
    const { code, stdout } = await volley.with({}, ['run', plan, '--client', client, '--once']);
    expect(stdout).toMatch(/iteration failed .*the target sent bytes that no request had asked for/);
    expect(code).toBe(1);
  });

  test.each(['setup', 'teardown'])('nor is the %s of scenarios', async (part) => {
    const url = await serving((socket, text) => socket.write(text.includes('/prepare') ? OK + OK : OK));
    const plan = inFolder(`${client}-${part}.yaml`);
    const load = '{ executor: per-vu-iterations, vus: 1, iterations: 2 }';
    writeFileSync(
      plan,
      `url: ${url}\n${part}: [{ get: /prepare }]\nscenarios:\n  one:\n    load: ${load}\n    flow: [{ get: / }]\n`,
    );
    const { code, stdout, stderr } = await volley.with({}, ['run', plan, '--client', client, '-o', 'json']);
    expect(stderr).toContain(`${part} failed: the target sent bytes that no request had asked for`);
    expect(stdout === '').toBe(part === 'setup');
    expect(code).toBe(1);
  });

  test.each([false, true])(
    'rows of a batch whose answers come with more fail, saved: %s',
    async (isSaved) => {
      const rows = inFolder('rows.csv');
      const out = inFolder(`${client}-${isSaved}.csv`);
      const bodies = inFolder(`${client}-bodies`);
      writeFileSync(rows, 'id\n1\n2\n3\n4\n');
      const url = await serving((socket, text) => {
        const [, id = ''] = /\/(\d)/.exec(text) ?? [];
        socket.write(Number(id) % 2 === 0 ? OK + OK : OK);
      });
      const result = await batch({
        ...{ rows, out, url: `${url}{{id}}`, client, mode: 'inline', concurrency: 1, workers: 1 },
        ...(isSaved ? { saveBody: `${bodies}/{{id}}` } : {}),
      });
      expect(result.rows).toMatchObject({ ok: 2, failed: 2 });
      expect(
        readAnswered(out).map(({ id, volley_error: error }) => [id, (error ?? '').replace(/:.*/, '')]),
      ).toEqual([
        ['1', ''],
        ['2', 'protocol'],
        ['3', ''],
        ['4', 'protocol'],
      ]);
      if (isSaved) expect(readdirSync(bodies).sort()).toEqual(['1', '3']);
    },
  );

  test('a second answer while the connection is idle', async () => {
    const twice = (socket: Socket): void => {
      socket.write(OK);
      setTimeout(() => socket.write(OK), 10);
    };
    const url = await serving(twice);
    const summary = await measured(url, client, { ...SLOW });
    expect(summary.requests).toMatchObject({ sent: 3, ok: 3 });
    expect(summary.connections.unrequested).toBeGreaterThanOrEqual(2);
    expect(toldBy(summary)).toBe(summary.connections.unrequested);
  });

  test('an answer before the request', async () => {
    const url = await serving(
      (socket) => socket.write(OK),
      (socket) => socket.write(OK),
    );
    const summary = await measured(url, client);
    expect(summary.connections.unrequested).toBeGreaterThan(0);
    expect(toldBy(summary)).toBe(summary.connections.unrequested);
  });

  test('empty lines behind an answer, and a notice that an idle connection ends, are neither', async () => {
    const polite = (socket: Socket): void => {
      socket.write(`${OK}\r\n`);
      setTimeout(() => socket.end(NOTICE), 100);
    };
    const url = await serving(polite);
    const summary = await measured(url, client, { ...SLOW });
    expect(summary.requests).toMatchObject({ sent: 3, ok: 3 });
    expect(summary.connections).toMatchObject({ opened: 3 });
    expect(summary.connections.unrequested).toBeUndefined();
    expect(toldBy(summary)).toBe(0);
  });

  test.each([
    ['http', OK],
    ['https', OK],
    ['http', OK.replace('\r\n', '\r\nconnection: close\r\n')],
    ['https', OK.replace('\r\n', '\r\nconnection: close\r\n')],
  ] as const)(
    '%s: a notice in one read with the answer before it does no harm: %j',
    async (scheme, answer) => {
      const url = await serving((socket) => socket.end(answer + NOTICE), undefined, scheme);
      const summary = await measured(url, client, { insecure: true });
      expect(summary.requests).toMatchObject({ sent: 20, ok: 20 });
      expect(summary.connections).toEqual({ opened: 20, closedByTarget: 20 });
      expect(summary.degradedReasons).toEqual([]);
    },
  );

  test('https: a notice in a record of its own, on an idle connection', async () => {
    const polite = (socket: Socket): void => {
      socket.write(OK);
      setTimeout(() => socket.end(NOTICE), 150);
    };
    const url = await serving(polite, undefined, 'https');
    const summary = await measured(url, client, { ...SLOW, insecure: true });
    expect(summary.requests).toMatchObject({ sent: 3, ok: 3 });
    // The run has ended before the notice on the last one.
    expect(summary.connections).toEqual({ opened: 3, closedByTarget: 2 });
  });

  test('through a tunnel such a notice does no harm either, alone or in one read with an answer', async () => {
    const proxy = await startProxy();
    servers.push(proxy);
    const way = { proxy: proxy.authority, proxyTunnel: true };
    const alone = await serving((socket) => {
      socket.write(OK);
      setTimeout(() => socket.end(NOTICE), 150);
    });
    const idle = await measured(alone, client, { ...SLOW, ...way });
    expect(idle.requests).toMatchObject({ sent: 3, ok: 3 });
    // The run has ended before the notice on the last one.
    expect(idle.connections).toEqual({ opened: 3, closedByTarget: 2 });
    const together = await measured(await serving((socket) => socket.end(OK + NOTICE)), client, way);
    expect(together.requests).toMatchObject({ sent: 20, ok: 20 });
    expect(together.connections).toEqual({ opened: 20, closedByTarget: 20 });
    const another = await measured(await serving((socket) => socket.write(OK + NOTICE + OK)), client, way);
    expect(another.connections).toMatchObject({ opened: 20, unrequested: 20 });
  });

  test.each([
    ['behind a notice behind an answer', OK + NOTICE + OK],
    ['in place of a notice', OK + OK.replace('ok', '408')],
    ['with a notice for its body', OK + OK.replace('2\r\n\r\nok', `${NOTICE.length}\r\n\r\n${NOTICE}`)],
  ])('another answer does harm %s', async (_where, bytes) => {
    const summary = await measured(await serving((socket) => socket.write(bytes)), client);
    expect(summary.requests).toMatchObject({ sent: 20, ok: 20 });
    expect(summary.connections).toMatchObject({ opened: 20, unrequested: 20 });
  });

  test('an answer behind a notice does harm on an idle connection', async () => {
    const url = await serving((socket) => {
      socket.write(OK);
      setTimeout(() => socket.write(NOTICE + OK), 20);
    });
    const summary = await measured(url, client, { ...SLOW });
    expect(summary.connections.unrequested).toBeGreaterThanOrEqual(2);
  });

  test('a body that ends as a notice would is a body, whole or cut', async () => {
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${NOTICE.length}\r\n\r\n`;
    const url = await serving((socket) => socket.write(head + NOTICE));
    const summary = await measured(url, client);
    expect(summary.requests).toMatchObject({ sent: 20, ok: 20 });
    expect(summary.connections).toEqual({ opened: 2, closedByTarget: 0 });
    expect(summary.bytes.received).toBe(20 * (head.length + NOTICE.length));
  });
});
