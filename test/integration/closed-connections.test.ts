import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { type RunOptions, run } from '../../src/api/index.ts';
import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
import { listening } from '../support/target.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

interface Closing {
  readonly how: string;
  readonly options: Partial<RunOptions>;
  readonly ok: number;
  readonly answer: (response: ServerResponse) => void;
}

/** Collected after each hundred: one that all of a hundred are held by is seen at the first. */
const REQUESTS = 400;
const LOAD = { mode: 'inline', requests: REQUESTS, concurrency: 2 } as const;
const WAYS: readonly Closing[] = [
  {
    how: 'closed by the target',
    options: LOAD,
    ok: REQUESTS,
    answer: (response) => {
      response.shouldKeepAlive = false;
      response.end('closed');
    },
  },
  {
    how: 'closed by volley',
    options: { ...LOAD, keepalive: false },
    ok: REQUESTS,
    answer: (response) => response.end('closed'),
  },
  {
    how: 'reset',
    // A connection that failed rests: fewer requests, over more of them.
    options: { ...LOAD, requests: 200, concurrency: 20 },
    ok: 0,
    answer: (response) => response.socket?.resetAndDestroy(),
  },
];
const CASES = CLIENT_NAMES.flatMap((client) => WAYS.map((way) => ({ ...way, client })));

test.each(CASES)('$client: a connection that is $how is held by nobody', async ({ client, ...way }) => {
  const server = createServer((_request, response) => way.answer(response));
  const port = await listening(server);
  const opened: WeakRef<object>[] = [];
  const alive = (): number => opened.filter((socket) => socket.deref() !== undefined).length;
  let mostAlive = 0;
  const note = (message: unknown): void => {
    opened.push(new WeakRef((message as { socket: object }).socket));
    // Now and then under way too: at the end of a run all is let go.
    if (opened.length % 100 !== 0) return;
    setImmediate(() => {
      collectGarbage();
      mostAlive = Math.max(mostAlive, alive());
    });
  };
  subscribe('net.client.socket', note);
  try {
    const url = `http://127.0.0.1:${port}/`;
    const { requests } = await run({ url, client, ...way.options });
    expect(requests).toMatchObject({ sent: way.options.requests, ok: way.ok });
  } finally {
    unsubscribe('net.client.socket', note);
    server.close();
  }
  expect(opened.length).toBeGreaterThanOrEqual(Number(way.options.requests));
  expect(mostAlive).toBeGreaterThan(0);
  expect(mostAlive).toBeLessThan(60);
});
