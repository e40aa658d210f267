import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import * as http2 from 'node:http2';
import { createServer as createHttps } from 'node:https';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type ClientName, type RunOptions, run, type Summary } from '../../src/api/index.ts';
import { exitCodeOf } from '../../src/main/summary/exit-code.ts';
import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
import { atOnce } from '../support/at-once.ts';
import { CERTIFICATE } from '../support/certificate.ts';
import { listening } from '../support/target.ts';

type Request = IncomingMessage | http2.Http2ServerRequest;
type Response = ServerResponse | http2.Http2ServerResponse;
/** `count` is that of the request, from 1. */
type Answer = (response: ServerResponse, request: IncomingMessage, count: number) => void;

const CARRIERS = {
  'HTTP/1.1': { options: {}, create: (answer) => createHttp(answer) },
  'HTTP/1.1 over TLS': { options: { insecure: true }, create: (answer) => createHttps(CERTIFICATE, answer) },
  'HTTP/2': { options: { h2c: true }, create: (answer) => http2.createServer(answer) },
  'HTTP/2 over TLS': {
    options: { insecure: true, http2: true },
    create: (answer) => http2.createSecureServer(CERTIFICATE, answer),
  },
} as const satisfies Record<
  string,
  {
    readonly options: Partial<RunOptions>;
    readonly create: (answer: (request: Request, response: Response) => void) => unknown;
  }
>;
type Carrier = keyof typeof CARRIERS;

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function start(carrier: Carrier, answer: Answer): Promise<string> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = CARRIERS[carrier].create((request, response) => {
    request.on('error', () => {});
    response.on('error', () => {});
    // What of both protocols is used here has the same names.
    answer(response as ServerResponse, request as IncomingMessage, ++count);
  }) as Server;
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.on('sessionError', () => {});
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const scheme = carrier.endsWith('TLS') ? 'https' : 'http';
  return `${scheme}://127.0.0.1:${await listening(server)}/`;
}

/** Ends the connection, or of HTTP/2 the stream. */
function breakOff(response: ServerResponse, request: IncomingMessage): void {
  if ('stream' in response) (response.stream as http2.ServerHttp2Stream).close(2);
  else request.socket.destroy();
}

function cutOff(response: ServerResponse, request: IncomingMessage): void {
  response.writeHead(200, { 'content-length': 100 });
  response.write('part', () => setTimeout(() => breakOff(response, request), 5));
}

const ok = (response: ServerResponse): unknown => response.writeHead(200).end('x');
const afterTen =
  (answer: Answer): Answer =>
  (response, request, count) => {
    if (count > 10) answer(response, request, count);
    else ok(response);
  };
const REQUESTS = 16;

interface Broken {
  readonly what: string;
  readonly answer: Answer;
  /** How each of its failures is called. */
  readonly kind: string;
  /** How many of the answers go well. */
  readonly well: number;
  readonly options?: Partial<RunOptions>;
}

const SOON = { timeout: '100ms' };
const BROKEN: readonly Broken[] = [
  { what: 'answers 500', answer: (response) => response.writeHead(500).end('x'), kind: 'status', well: 0 },
  { what: 'resets', answer: breakOff, kind: 'reset', well: 0 },
  { what: 'hangs', answer: () => {}, kind: 'timeout', well: 0, options: SOON },
  { what: 'cuts its answers', answer: cutOff, kind: 'truncated', well: 0 },
  {
    what: 'hangs within its answers',
    answer: (response) => response.writeHead(200, { 'content-length': 9 }).write('x'),
    kind: 'timeout',
    well: 0,
    options: SOON,
  },
  {
    what: 'flips',
    answer: (response, _request, count) => response.writeHead(count % 2 ? 500 : 200).end(),
    kind: 'status',
    well: 8,
  },
  {
    what: 'breaks half way',
    answer: afterTen((response) => response.writeHead(503).end()),
    kind: 'status',
    well: 10,
  },
  { what: 'resets half way', answer: afterTen(breakOff), kind: 'reset', well: 10 },
  {
    what: 'redirects for ever',
    answer: (response, request) => response.writeHead(302, { location: `${request.url}x` }).end(),
    kind: 'expectation',
    well: 0,
    options: { location: 3 },
  },
];

const HANGS_HALF_WAY: Broken = {
  what: 'hangs half way',
  answer: afterTen(() => {}),
  kind: 'timeout',
  well: 10,
  // As many as there are connections are left, which wait at once, and long: those before were served in time.
  options: { timeout: '2s', requests: 14 },
};

const TARGETS = (Object.keys(CARRIERS) as Carrier[]).flatMap((carrier) =>
  (['undici', 'wire'] as const).map((client) => ({ carrier, client })),
);

type Target = (typeof TARGETS)[number];

async function runOver(
  { carrier, client }: Target,
  answer: Answer,
  options: Partial<RunOptions> = {},
): Promise<Summary> {
  return run({
    url: await start(carrier, answer),
    client,
    mode: 'inline',
    concurrency: 4,
    requests: REQUESTS,
    timeout: '10s',
    ...CARRIERS[carrier].options,
    ...options,
  });
}

async function isFailing(target: Target, { answer, kind, well, options }: Broken): Promise<void> {
  const summary = await runOver(target, answer, options);
  const { requests, errors, generator, degraded } = summary;
  const sent = options?.requests ?? REQUESTS;
  expect({ target, requests }).toMatchObject({
    target,
    requests: { sent, ok: well, failed: Number(sent) - well },
  });
  expect(errors.every((error) => error.kind === kind)).toBe(true);
  expect([generator.verdict, exitCodeOf(summary, false), degraded]).toEqual(['failing', 1, false]);
}

test('a target that hangs half way is failing, by whatever carrier and client: all of them wait at once', async () => {
  await Promise.all(TARGETS.map((target) => isFailing(target, HANGS_HALF_WAY)));
});

describe.each(TARGETS)('$carrier, by $client', (target) => {
  const runOn = (answer: Answer, options?: Partial<RunOptions>) => runOver(target, answer, options);

  test.each(BROKEN)('a target that $what is failing', (broken) => isFailing(target, broken));

  test('one that only redirects is well, and said to', async () => {
    const summary = await runOn((response) => {
      response.writeHead(302, { location: '/login?token=secret#there' }).end();
    });
    expect([summary.requests.ok, exitCodeOf(summary, false)]).toEqual([REQUESTS, 0]);
    expect(summary.findings?.notes).toEqual([
      {
        code: 'redirects-not-followed',
        figures: { redirects: REQUESTS, answered: REQUESTS, location: '/login?…', isFollowing: false },
      },
    ]);
  });

  test('redirects that lead nowhere, are asked for or are few', async () => {
    const nowhere = await runOn((response) => response.writeHead(302).end(), { location: true });
    expect(nowhere.notes.join()).toMatch(/^All 16 answers were redirects without a location/);
    const redirect: Answer = (response) => response.writeHead(301, { location: '/' }).end();
    const endless = await runOn(redirect, { location: 2 });
    expect([endless.requests.failed, endless.notes]).toEqual([REQUESTS, []]);
    const asked = await runOn(redirect, { expectStatus: '3xx' });
    const few = await runOn((response, request, count) =>
      count % 2 ? ok(response) : redirect(response, request, count),
    );
    const unchanged = await runOn((response) => response.writeHead(304).end());
    expect([asked, few, unchanged].map(({ notes }) => notes)).toEqual([[], [], []]);
  });
});

describe('a target that dies just before the end', () => {
  const dying = async (client: ClientName, afterMs: number, duration: string): Promise<Summary> => {
    let firstAt = 0;
    const url = await start('HTTP/1.1', (response) => {
      firstAt ||= performance.now();
      // After a while, so that seconds are few thousand requests.
      if (performance.now() - firstAt < afterMs) setTimeout(() => response.end('x'), 10);
    });
    return run({
      ...{ url, client, mode: 'inline', concurrency: 4, duration, timeout: '2s' },
    });
  };

  test('is failing, though few requests are', () =>
    atOnce(CLIENT_NAMES, async (client) => {
      // On a busy machine too each connection sends once more by then, and waits for less than a twentieth of the time.
      const summary = await dying(client, 5_720, '6s');
      const { requests, generator } = summary;
      // They are few among all.
      expect(requests.failed).toBe(4);
      expect(requests.failed / requests.sent).toBeLessThan(0.01);
      expect(generator.verdict).toBe('failing');
      expect(generator.reasons[0]).toContain('No good answer came after 5.');
      expect(exitCodeOf(summary, false)).toBe(1);
    }));

  test.each(CLIENT_NAMES)(
    'is failing, however short before the end, if each of the last requests fails at once, by %s',
    async (client) => {
      const [total, last] = [1_000, 8];
      const url = await start('HTTP/1.1', (response, _request, count) => {
        response.writeHead(count > total - last ? 500 : 200).end();
      });
      const summary = await run({ url, client, mode: 'inline', concurrency: 4, requests: total });
      const { requests, generator } = summary;
      expect([requests.sent, requests.failed]).toEqual([total, last]);
      expect(generator.verdict).toBe('failing');
      expect(generator.reasons[0]).toContain('No good answer came after ');
      expect(exitCodeOf(summary, false)).toBe(1);
    },
  );

  test('is well if it is there to the end', () =>
    atOnce(CLIENT_NAMES, async (client) => {
      const summary = await dying(client, 60_000, '1500ms');
      expect(summary.requests).toMatchObject({ failed: 0, unfinished: 0 });
      expect(summary.generator.verdict).not.toBe('failing');
    }));
});
