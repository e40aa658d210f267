import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from '@jest/globals';
import { run } from '../../src/api/index.ts';
import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
import { listening } from '../support/target.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test.each(CLIENT_NAMES)('%s: a connection that is closed is held by nobody', async (client) => {
  const server = createServer((_request, response) => {
    response.shouldKeepAlive = false;
    response.end('closed');
  });
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
    const { requests } = await run({ url, requests: 1_000, concurrency: 2, mode: 'inline', client });
    expect(requests.ok).toBe(1_000);
  } finally {
    unsubscribe('net.client.socket', note);
    server.close();
  }
  expect(opened.length).toBeGreaterThanOrEqual(1_000);
  expect(mostAlive).toBeGreaterThan(0);
  expect(mostAlive).toBeLessThan(60);
});
