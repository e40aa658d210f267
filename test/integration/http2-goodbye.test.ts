import { writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { run } from '../../src/main/index.ts';
import { useFolder } from '../support/folder.ts';
import { answer, goaway, type RawBehaviour, type RawHttp2, startRawHttp2 } from '../support/raw-http2.ts';
import { useTargets } from '../support/target.ts';

const inFolder = useFolder();
const startTarget = useTargets();
const open: RawHttp2[] = [];
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function start(behaviour: RawBehaviour): Promise<RawHttp2> {
  const server = await startRawHttp2(behaviour);
  open.push(server);
  return server;
}

describe.each([1, 10])('a target that says goodbye and leaves its connection open, %i streams', (streams) => {
  test('is left by us, and its connection replaced', async () => {
    const server = await start({
      asked: (connection, streamId, index) => {
        if (index < 10) connection.send(answer(streamId));
        if (index === 9) connection.send(goaway(streamId));
      },
    });
    const summary = await run({
      url: server.url,
      h2c: true,
      mode: 'inline',
      concurrency: 1,
      streams,
      requests: 100,
      timeout: '5s',
    });
    expect(summary.requests).toMatchObject({ sent: 100, ok: 100, failed: 0 });
    expect(summary.errors).toEqual([]);
    expect(server.connections.length).toBeGreaterThanOrEqual(10);
  });
});

test('requests behind streams that time out are timeouts too', async () => {
  const server = await start({ settings: [[3, 1]] });
  const summary = await run({
    url: server.url,
    h2c: true,
    mode: 'inline',
    concurrency: 1,
    streams: 10,
    requests: 30,
    timeout: '200ms',
  });
  expect(summary.errors).toMatchObject([{ kind: 'timeout', code: 'TIMEOUT', count: 30 }]);
});

test('connections to origins that were left stay in the sums', async () => {
  const targets = await Promise.all(Array.from({ length: 12 }, () => startTarget()));
  const rows = inFolder('origins.csv');
  writeFileSync(rows, ['url', ...targets.map(({ url }) => url), ''].join('\n'));
  const summary = await run({ url: '{{url}}', rows, mode: 'inline', concurrency: 1, requests: 36 });
  expect(summary.requests).toMatchObject({ sent: 36, ok: 36 });
  const accepted = targets.reduce((sum, target) => sum + target.stats().connectionsAccepted, 0);
  expect(summary.connections.opened).toBe(accepted);
  expect(accepted).toBe(36);
});
