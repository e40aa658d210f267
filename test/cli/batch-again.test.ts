import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createRawServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { idsOf, idsTo, readAnswered, writeIds } from '../support/batch.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { closedPort, listening, useTargets } from '../support/target.ts';

const volley = useKeptProcess();
const startTarget = useTargets();
const inFolder = useFolder();

test('--out is not replaced unasked; with --force it is', async () => {
  const target = await startTarget();
  const [rows, out] = [writeIds(inFolder('again.csv'), 5), inFolder('again-out.csv')];
  const words = ['batch', rows, `${target.url}echo?{{id}}`, '--out', out];
  // As mktemp leaves it.
  writeFileSync(out, '');
  expect((await volley(...words)).code).toBe(0);
  const first = readFileSync(out, 'utf8');
  const { code, stderr } = await volley(...words);
  expect(stderr).toBe(
    `volley: --out '${out}' already exists: add --force to replace it, or give another name.\n`,
  );
  expect([code, target.stats().requests, readFileSync(out, 'utf8')]).toEqual([2, 5, first]);
  expect((await volley(...words, '--force')).code).toBe(0);
  expect(target.stats().requests).toBe(10);
});

test.each(['csv', 'jsonl'])(
  '--retry-failed sends the rows of an earlier output that failed, %s',
  async (form) => {
    let isMended = false;
    const asked: string[] = [];
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://test');
      asked.push(pathname.slice(1));
      response.statusCode = isMended || Number(pathname.slice(1)) % 4 !== 0 ? 200 : 500;
      response.end(`{"v":"of ${pathname.slice(1)}"}`);
    });
    const url = `http://127.0.0.1:${await listening(server)}/{{id}}?{{name}}`;
    const rows = writeIds(inFolder(`failing-${form}.csv`), 20);
    const [out, then] = [inFolder(`first.${form}`), inFolder(`then.${form}`)];
    const more = ['--retries', '0', '--select', 'v=v', '-q', '--out'];
    expect((await volley('batch', rows, url, ...more, out)).code).toBe(1);
    asked.length = 0;
    isMended = true;
    const again = ['batch', out, url, '--retry-failed', ...more];
    expect((await volley(...again, then, '--order', 'completion')).code).toBe(0);
    expect(asked.sort()).toEqual(['12', '16', '20', '4', '8']);
    const answered: readonly Readonly<Record<string, unknown>>[] =
      form === 'csv'
        ? readAnswered(then)
        : readFileSync(then, 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line));
    for (const { id, name, v, volley_error: error } of answered)
      expect([name, v, error ?? '']).toEqual([`name, ${id}`, `of ${id}`, '']);
    const columns = [
      'id',
      'name',
      'volley_status',
      'volley_latency_ms',
      'volley_attempts',
      'volley_error',
      'v',
    ];
    expect(Object.keys(answered[0] ?? {})).toEqual(columns);
    // None failed there, and it is no output of a batch here.
    const none = await volley('batch', then, url, '--retry-failed', ...more, inFolder(`none.${form}`));
    expect([none.code, asked.length]).toEqual([0, 5]);
    expect([none.stdout, none.stderr]).toEqual([
      '',
      'volley: no row of that output had failed: nothing was sent.\n',
    ]);
    const refused = await volley('batch', rows, url, '--retry-failed', ...more, inFolder('refused.csv'));
    expect(refused.stderr).toBe(
      `volley: The rows '${rows}': there is no column 'volley_status': --retry-failed reads what volley batch wrote with --out.\n`,
    );
    expect([refused.code, asked.length]).toEqual([2, 5]);
    server.close();
  },
);

test('--abort-on ends a batch early, and --resume sends what is left', async () => {
  const port = await closedPort();
  const [rows, out] = [writeIds(inFolder('dead.csv'), 2_000), inFolder('dead-out.csv')];
  const words = ['batch', rows, `http://127.0.0.1:${port}/{{id}}`, '--out', out, '--retries', '0', '-c', '2'];
  const rule = ['--abort-on', 'error-rate<50%', '--rate', '100'];
  const ended = await volley(...words, ...rule, '-o', 'json');
  const { rows: counts, stoppedBy, degraded } = JSON.parse(ended.stdout);
  expect([ended.code, degraded, stoppedBy.expression]).toEqual([1, false, 'error-rate<50%']);
  expect(counts.done).toBeLessThan(1_500);
  expect(counts.limitPerSecond).toBe(100);
  expect(ended.stderr).toMatch(/^volley: STOPPED after .*: error-rate<50% did not hold \(100\.0 %\)\.$/m);
  expect(ended.stderr).toContain(`${counts.done} of 2000 rows are answered and kept in`);
  let requests = 0;
  const server = createServer((_request, response) => {
    requests++;
    response.end();
  });
  server.listen(port, '127.0.0.1');
  const resumed = await volley(...words, '--resume', '--abort-on', 'error-rate<50%');
  server.close();
  expect([resumed.code, requests]).toEqual([1, 2_000 - counts.done]);
  const answered = readAnswered(out);
  expect(idsOf(answered)).toEqual(idsTo(2_000));
  expect(answered.filter(({ volley_error: error }) => error !== '')).toHaveLength(counts.failed);
});

test.each(['undici', 'wire'])(
  'a batch whose target answers twice is not ok: rows may have the answers of others, %s',
  async (client) => {
    const server = createRawServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', (asked) => {
        const [, id = ''] = /\/(\d+)/.exec(asked.toString()) ?? [];
        const answer = `HTTP/1.1 200 OK\r\ncontent-length: ${id.length}\r\n\r\n${id}`;
        setTimeout(() => socket.write(answer), 4);
        setTimeout(() => socket.write(answer), 6);
      });
    });
    const port = await listening(server);
    const [rows, out] = [writeIds(inFolder(`twice-${client}.csv`), 60), inFolder(`twice-${client}-out.csv`)];
    const words = ['batch', rows, `http://127.0.0.1:${port}/{{id}}`, '--select', 'v=$', '--client', client];
    const { code, stdout } = await volley(...words, '--out', out, '-c', '1', '-w', '1', '--mode', 'inline');
    server.close();
    const wrong = readAnswered(out).filter(({ id, v }) => id !== v);
    expect(wrong.length).toBeGreaterThan(0);
    expect(code).toBe(3);
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      /closed because the target sent bytes that no request had asked for, .*: rows may have the answer of another row/,
    );
  },
);
