import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { batch, type RunOptions, run, type Summary } from '../../src/api/index.ts';
import { exitCodeOf } from '../../src/main/summary/exit-code.ts';
import { VERDICT_LIMITS } from '../../src/main/summary/verdict-facts.ts';
import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
import { atOnce } from '../support/at-once.ts';
import { lacksProcessor } from '../support/busy-machine.ts';
import { BIN } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { eventually } from '../support/processes.ts';
import { closedPort, listening, useTargets } from '../support/target.ts';

const startTarget = useTargets();
const pathOf = useFolder();
const servers: Server[] = [];
const hogs: ChildProcess[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
  for (const hog of hogs.splice(0)) hog.kill('SIGKILL');
});

async function serverThat(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  return `http://127.0.0.1:${await listening(server)}/`;
}

const failing = async (options: RunOptions): Promise<string> => {
  const { generator } = await run({ mode: 'inline', concurrency: 4, ...options });
  expect(generator.verdict).toBe('failing');
  const text = generator.reasons.join(' ');
  expect(text).not.toMatch(/served|kept up|Raise (-c|concurrency)/);
  return text;
};

describe('a target that fails is called failing', () => {
  test('with a status to everything', async () => {
    const { url } = await startTarget();
    const text = await failing({ url: `${url}status/500`, requests: 40 });
    expect(text).toContain(
      'All 40 requests failed, from the first request on: 40 × status (500). Look for the cause',
    );
  });

  test('with a status to half of it', async () => {
    let count = 0;
    const url = await serverThat((_request, response) => {
      response.writeHead(count++ % 2 === 0 ? 200 : 404).end('x');
    });
    const text = await failing({ url, requests: 100 });
    expect(text).toContain('50.0 % of the requests failed (50 of 100), throughout');
    expect(text).toContain('Check URL and method');
  });

  test('with silence', async () => {
    const { url } = await startTarget();
    const text = await failing({ url: `${url}fault/hang`, requests: 8, timeout: '150ms' });
    expect(text).toContain('All 8 requests failed, from the first request on: 8 × timeout.');
    // On a machine that is busy with something else that may be why, and is said.
    expect(text).toMatch(/does not answer in time|volley itself was late then/);
  });

  test('with RST', async () => {
    const { url } = await startTarget();
    expect(await failing({ url: `${url}fault/reset`, requests: 8 })).toContain('8 × reset (ECONNRESET)');
  });

  test('by not being there', async () => {
    const url = `http://127.0.0.1:${await closedPort()}/`;
    const text = await failing({ url, requests: 8 });
    expect(text).toContain('8 × connect (ECONNREFUSED). Check that the target runs and listens there');
  });

  test('in one request of a mix alone, which is named', async () => {
    const { url } = await startTarget();
    const text = await failing({
      mix: [
        { name: 'read', url, weight: 199 },
        { name: 'write', url: `${url}status/503`, weight: 1 },
      ],
      requests: 1_200,
    });
    expect(text).toMatch(/^All \d+ requests of 'write' failed, .*: \d+ × status \(503\)\./);
  });

  test('from when it dies', async () => {
    const sockets = new Set<Socket>();
    const url = await serverThat((_request, response) => {
      setTimeout(() => response.end('x'), 5);
    });
    const [server] = servers;
    server?.on('connection', (socket) => sockets.add(socket));
    const die = (): void => {
      server?.close();
      for (const socket of sockets) socket.resetAndDestroy();
    };
    server?.once('request', () => setTimeout(die, 1_500));
    const text = await failing({ url, duration: '3s' });
    const [, sinceS = '0'] = /, since ([\d.]+) s: /.exec(text) ?? [];
    expect(Number(sinceS)).toBeGreaterThan(1);
    expect(Number(sinceS)).toBeLessThan(2.8);
  });

  describe('though few requests fail of many, with both clients', () => {
    const HELD = / They held connections for (\d+)\.\d % of their time\./;
    const heldPercent = (text: string): number => Number(HELD.exec(text)?.[1] ?? 0);
    /** Half of the connections never answer, the others after a while, so that seconds are few thousand requests. */
    const halfDeaf = (): Promise<string> => {
      const deaf = new WeakMap<Socket, boolean>();
      let connections = 0;
      return serverThat(({ socket }, response) => {
        if (!deaf.has(socket)) deaf.set(socket, connections++ % 2 === 0);
        if (deaf.get(socket) === false) setTimeout(() => response.end('x'), 5);
      });
    };

    test('where they keep half of the connections busy, with a warm-up and without', () =>
      atOnce(CLIENT_NAMES, async (client) => {
        const judge = async (warmup?: string): Promise<void> => {
          const options = { url: await halfDeaf(), client, mode: 'inline', concurrency: 4 } as const;
          let summary = await run({ ...options, warmup, duration: '3s', timeout: '9s' });
          // Of as many as a busy machine sends in that time, two may not be few.
          if (summary.requests.sent <= 300)
            summary = await run({
              ...options,
              url: await halfDeaf(),
              warmup,
              duration: '12s',
              timeout: '30s',
            });
          const { failed, sent } = summary.requests;
          expect(failed).toBe(warmup === undefined ? 2 : 0);
          expect(failed).toBeLessThan(VERDICT_LIMITS.failedShare * sent);
          expect(summary.generator.verdict).toBe('failing');
          expect(summary.generator.finding).toMatchObject({ figures: { heldShare: expect.closeTo(0.5, 1) } });
          expect(exitCodeOf(summary, false)).toBe(1);
        };
        await Promise.all([judge(), judge('200ms')]);
      }));

    test('where the target hangs, or resets what is opened, after a while', () =>
      atOnce(CLIENT_NAMES, async (client) => {
        /** From a second after its first request on. */
        const breaking = (): (() => boolean) => {
          let firstAt: number | null = null;
          return () => {
            firstAt ??= performance.now();
            return performance.now() - firstAt > 1_000;
          };
        };
        const [hangs, resets] = [breaking(), breaking()];
        const hanging = await serverThat((_request, response) => {
          if (!hangs()) setTimeout(() => response.end('x'), 5);
        });
        const resetting = await serverThat(({ socket }, response) => {
          if (resets()) socket.resetAndDestroy();
          else setTimeout(() => response.end('x'), 5);
        });
        const options = { client, duration: '1500ms', timeout: '3s' } as const;
        const [held, reset] = await Promise.all([
          failing({ ...options, url: hanging }),
          failing({ ...options, url: resetting }),
        ]);
        expect(heldPercent(held)).toBeGreaterThan(15);
        expect(reset).toMatch(/reset \(/);
      }));
  });

  test('but not for requests that volley had no connection for in time', async () => {
    const { url } = await startTarget();
    const { requests, generator, degradedReasons } = await run({
      ...{ url: `${url}delay/100`, mode: 'inline', timeout: '500ms' },
      ...{ rate: 400, duration: '1s', maxInFlight: 10, pacing: 'eco' },
    });
    expect([requests.failed, requests.sent + requests.dropped]).toEqual([0, 400]);
    expect(requests.unfinished).toBeGreaterThan(0.01 * requests.sent);
    // On a machine that is busy with something else that comes first.
    expect(['connection-limited', 'generator-limited']).toContain(generator.verdict);
    expect(degradedReasons).toEqual([
      `${requests.dropped} requests were dropped: they had no connection when the waiting ended.`,
      expect.stringMatching(
        new RegExp(
          `^${requests.unfinished} requests? (was|were) sent but not answered when the waiting ended`,
        ),
      ),
    ]);
  });

  test('but not for what went wrong in the warm-up', async () => {
    const startedAt = performance.now();
    const url = await serverThat((_request, response) => {
      response.writeHead(performance.now() - startedAt < 400 ? 500 : 200).end('x');
    });
    const { generator, requests } = await run({
      url,
      mode: 'inline',
      concurrency: 2,
      warmup: '1s',
      duration: '300ms',
    });
    expect(requests.failed).toBe(0);
    expect(generator.verdict).not.toBe('failing');
  });
});

describe('short runs', () => {
  const expectNoJudgement = (summary: Summary, count: string): void => {
    const { verdict, reasons } = summary.generator;
    // On a machine that is busy with something else that may come first.
    if (lacksProcessor(summary) && verdict === 'generator-limited') return;
    expect(verdict).toBe('ok');
    expect(reasons[0]).toContain(`${count} are too short a run`);
  };

  test.each(CLIENT_NAMES)(
    'do not take the opening of connections for the target closing them, by %s',
    async (client) => {
      const { url } = await startTarget();
      expectNoJudgement(await run({ url, client, requests: 10, concurrency: 10 }), '10 requests');
      const rows = pathOf('three.csv');
      writeFileSync(rows, 'id\n1\n2\n3\n');
      const ended = batch({
        rows,
        url: `${url}?{{id}}`,
        client,
        concurrency: 3,
        mode: 'inline',
        out: pathOf(client),
      });
      const { summary, rows: counts } = await ended;
      expect(counts.done).toBe(3);
      expectNoJudgement(summary!, '3 requests');
    },
  );
});

const onLinux = process.platform === 'linux' ? test : test.skip;

onLinux('workers that get no processor are told, with the figure, by both clients', async () => {
  const onOneCore = (...words: string[]): ChildProcess =>
    spawn('taskset', ['-c', '0', ...words], { stdio: ['ignore', 'pipe', 'ignore'] });
  const target = await startTarget();
  const measured = CLIENT_NAMES.map(async (client) => {
    const words = [`${target.url}delay/1?${client}`, '-c', '4', '-d', '2s', '--client', client, '-o', 'json'];
    const volley = onOneCore(process.execPath, BIN, ...words);
    let json = '';
    for await (const text of volley.stdout?.setEncoding('utf8') ?? []) json += text;
    return JSON.parse(json) as Summary;
  });
  // From when both send: what has to start beside them takes many times as long.
  await eventually(() => target.stats().connectionsAccepted === 8, 'both have their connections');
  for (let i = 0; i < 6; i++) hogs.push(onOneCore('sh', '-c', 'while :; do :; done'));
  for (const { workers, generator } of await Promise.all(measured)) {
    const { processorWait } = workers[0]!;
    expect(processorWait).toBeGreaterThan(VERDICT_LIMITS.processorWait);
    expect(processorWait).toBeLessThanOrEqual(1);
    expect(generator.verdict).toBe('generator-limited');
  }
});

test('a target that falls behind in mid-run did not keep up, although it had kept up for the first half', async () => {
  const waiting: ServerResponse[] = [];
  let count = 0;
  const pace = setInterval(() => waiting.shift()?.end('x'), 15);
  const url = await serverThat((_request, response) => {
    if (count++ < 100) response.end('x');
    else waiting.push(response);
  });
  const summary = await run({ mode: 'inline', url, rate: 200, duration: '1s', pacing: 'eco' });
  clearInterval(pace);
  expect(summary.requests).toMatchObject({ sent: 200, ok: 200 });
  if (lacksProcessor(summary)) return;
  expect(summary.generator).toMatchObject({
    verdict: 'target-limited',
    finding: { code: 'backlog-grew', figures: { lastMs: 500 } },
  });
});
