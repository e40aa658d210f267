import { type ClientHttp2Session, connect } from 'node:http2';
// What is practised once must not have been practised for another file: @own-src
import { type AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type ClientName, run } from '../../src/api/index.ts';
import { completePlan, readOptions } from '../../src/main/plan/resolve.ts';
import { split } from '../../src/main/plan/split.ts';
import { NO_SUPPLIES } from '../../src/protocol/supplies.ts';
import { createMonotonicClock } from '../../src/time/clock.ts';
import type { CreateDispatcher } from '../../src/workers/clients/dispatcher.ts';
import { loadClient } from '../../src/workers/clients/http-client.ts';
import { startPeer } from '../../src/workers/practice/peer.ts';
import { practiceShard } from '../../src/workers/practice/practice-shard.ts';
import { practise } from '../../src/workers/practise.ts';
import { CERTIFICATE } from '../support/certificate.ts';
import { MODES, workersIn } from '../support/modes.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();
const closed: { close: () => void }[] = [];
afterEach(() => {
  for (const { close } of closed.splice(0)) close();
});

const CLIENTS: readonly ClientName[] = ['undici', 'wire'];
const KINDS = [
  ['http/1.1', {}, {}],
  ['http/1.1 over TLS', {}, CERTIFICATE],
  ['h2', { http2: true, streams: 2 }, CERTIFICATE],
  ['h2c, HEAD', { h2c: true, streams: 2, method: 'HEAD' }, { h2c: true }],
  ['h2c, open', { h2c: true, streams: 2, rate: 50, body: 'x'.repeat(20_000), method: 'POST' }, { h2c: true }],
  ['http/1.1, open', { rate: 50, body: 'x'.repeat(20_000), method: 'POST' }, {}],
] as const;

/** A client's factory that notes ports and counts requests. */
function countRequestsOf(create: CreateDispatcher) {
  const ports: number[] = [];
  let dispatched = 0;
  const counting: CreateDispatcher = (destination, connection) => {
    ports.push(destination.port);
    const dispatcher = create(destination, connection);
    const name = 'dispatch' in dispatcher ? 'dispatch' : 'dispatchStream';
    const send = Reflect.get(dispatcher, name) as (...sent: unknown[]) => unknown;
    Reflect.set(dispatcher, name, (...sent: unknown[]) => {
      dispatched++;
      return send.apply(dispatcher, sent);
    });
    return dispatcher;
  };
  return { ports, counting, dispatched: () => dispatched };
}

test('practice that the machine stops for a while goes on: its limit is what it takes itself', async () => {
  const given = { url: 'https://127.0.0.1:9/', client: 'wire', workers: 1, rate: 50 } as const;
  const [shard] = split(await completePlan(await readOptions(given)));
  const { counting, dispatched } = countRequestsOf(await loadClient('wire', 'http/1.1'));
  const parts = { create: counting, Rows: null, Tokens: null, users: null, supplies: NO_SUPPLIES };
  const practice = practise(shard!, createMonotonicClock(), parts, { cpuMs: 800, totalMs: 20_000 });
  // Longer than its limit, without any CPU.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
  await practice;
  expect(dispatched()).toBe(150);
});

test.each([
  [1, 50],
  [80, 80],
  [1_000, 150],
])('a run of %i requests practises %i', async (requests, practised) => {
  const given = { url: 'https://127.0.0.1:9/', workers: 1, requests };
  const [shard] = split(await completePlan(await readOptions(given)));
  expect(practiceShard(shard!, 9, 1_000).requests).toBe(practised);
});

describe.each(CLIENTS)('%s practises before its load', (client) => {
  test.each(KINDS)('%s: with a peer of its own, and once', async (_name, more, served) => {
    const target = await startTarget(served);
    const given = { url: target.url, client, insecure: true, workers: 1, concurrency: 1, ...more };
    const [shard] = split(await completePlan(await readOptions(given)));
    const create = await loadClient(client, shard!.settings.protocol);
    const { ports, counting, dispatched } = countRequestsOf(create);
    const clock = createMonotonicClock();
    expect(
      await practise(
        shard!,
        clock,
        { create: counting, Rows: null, Tokens: null, users: null, supplies: NO_SUPPLIES },
        { cpuMs: 20_000, totalMs: 20_000 },
      ),
    ).toBeGreaterThan(0);
    // A place sends its next request only when the last has been answered.
    expect(dispatched()).toBe(150);
    expect(ports).not.toContain(target.port);
    expect(target.stats()).toMatchObject({ requests: 0, connectionsAccepted: 0 });
    expect(
      await practise(shard!, clock, {
        create: counting,
        Rows: null,
        Tokens: null,
        users: null,
        supplies: NO_SUPPLIES,
      }),
    ).toBe(0);
  });
});

test.each(MODES)('a cold run, %s: nothing of it is in any count', async (mode) => {
  for (const client of CLIENTS) {
    const target = await startTarget();
    const options = { mode, client, workers: workersIn(mode, 2), concurrency: 2, requests: 6 };
    const { requests, connections, errors, statuses, workers } = await run({ ...options, url: target.url });
    expect(requests).toMatchObject({ sent: 6, ok: 6, failed: 0, retried: 0 });
    expect({ connections, errors, statuses }).toEqual({
      connections: { opened: 2, closedByTarget: 0 },
      errors: [],
      statuses: { 200: 6 },
    });
    expect(workers.map(({ lost }) => lost)).toEqual(workers.map(() => false));
    expect(target.stats()).toMatchObject({ requests: 6, connectionsAccepted: 2 });
  }
});

test.each([false, true])('the peer answers over HTTP/2 whoever asks, TLS %s', async (secure) => {
  const peers = [
    await startPeer(secure, secure ? 'h2' : 'h2c'),
    await startPeer(secure, secure ? 'h2' : 'h2c', false),
  ];
  const sessions = peers.map((peer) =>
    connect(`${secure ? 'https' : 'http'}://127.0.0.1:${peer!.port}`, { rejectUnauthorized: false }),
  );
  for (const session of sessions) closed.push({ close: () => session.destroy() });
  closed.push(...peers.map((peer) => peer!));
  const ask = (session: ClientHttp2Session, method: string, body: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const stream = session.request({ ':method': method, 'x-long': 'v'.repeat(20_000) });
      let text = '';
      stream.once('response', (fields) => {
        text += `${fields[':status']} `;
      });
      stream.on('data', (piece: Buffer) => {
        text += piece;
      });
      stream.once('end', () => resolve(text));
      stream.once('error', reject);
      if (body !== '') stream.end(body);
    });
  const [plain, bare] = sessions;
  const asked = [ask(plain!, 'GET', ''), ask(plain!, 'POST', 'x'.repeat(50_000)), ask(bare!, 'HEAD', '')];
  expect(await Promise.all(asked)).toEqual(['200 ok', '200 ok', '200 ']);
});

test('the peer listens on the loopback address alone, without the detour that Node makes', async () => {
  const listen2: unknown = Reflect.get(Server.prototype, '_listen2');
  if (typeof listen2 !== 'function')
    throw new Error('Node has no such function any more: the peer takes the long way');
  const calls: unknown[] = [];
  Reflect.set(Server.prototype, '_listen2', function spy(this: Server, ...given: unknown[]) {
    Reflect.apply(listen2, this, given);
    calls.push([given, (this.address() as AddressInfo).address]);
  });
  try {
    closed.push((await startPeer(false, 'http/1.1'))!, (await startPeer(true, 'h2'))!);
  } finally {
    Reflect.set(Server.prototype, '_listen2', listen2);
  }
  const call = [['127.0.0.1', 0, 4, 16], '127.0.0.1'];
  expect(calls).toEqual([call, call]);
});

test('the peer answers by methods and lengths, however its requests are cut', async () => {
  const peer = await startPeer(false, 'http/1.1');
  closed.push(peer!);
  const asked = await Promise.all(
    ['GET', 'HEAD', 'POST'].map(async (method) => {
      const body = method === 'POST' ? 'x'.repeat(100_000) : null;
      const answer = await fetch(`http://127.0.0.1:${peer!.port}/`, { method, body });
      return [answer.status, await answer.text()];
    }),
  );
  expect(asked).toEqual([
    [200, 'ok'],
    [200, ''],
    [200, 'ok'],
  ]);
});
