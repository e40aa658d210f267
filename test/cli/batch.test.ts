import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { CLIENT_NAMES } from '../../src/protocol/plan.ts';
import { fateOf } from '../../src/target/flaky.ts';
import { type Answered, idsOf, idsTo, readAnswered, writeIds } from '../support/batch.ts';
import { BIN, ROOT, startVolley, withoutProgress } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { MODES, workersIn } from '../support/modes.ts';
import { childrenOf, eventually } from '../support/processes.ts';
import { listening, useTargets } from '../support/target.ts';

const volley = useKeptProcess();
const startTarget = useTargets();
const inFolder = useFolder();

/** How often the server was asked for each id below a path. */
function askedFor(byPath: Readonly<Record<string, number>>, prefix: string, count: number): number[] {
  return idsTo(count).map((id) => byPath[`${prefix}${id}`] ?? 0);
}

function isAnsweredAsFated(row: Answered): boolean {
  const fate = fateOf(row['id']!);
  const status = { ok: '200', status: '500', reset: '', hang: '' }[fate];
  const error = { ok: /^$/, status: /^status 500(?:: |$)/, reset: /^reset: /, hang: /^timeout: / }[fate];
  return (
    row['name'] === `name, ${row['id']}` &&
    row['volley_attempts'] === (fate === 'ok' ? '1' : '2') &&
    row['volley_status'] === status &&
    error.test(row['volley_error']!) &&
    row['fate'] === (fate === 'ok' ? 'ok' : 'Data not available') &&
    (fate !== 'ok' || Number(row['volley_latency_ms']) > 0)
  );
}

/** A server that answers the last of `count` ids first, when all of them have come, and the one before it so much later. */
async function backwards(count: number, laterMs: number): Promise<string> {
  const waiting: ServerResponse[] = [];
  const server = createServer((request, response) => {
    waiting[Number(request.url!.slice(1)) - 1] = response;
    if (waiting.filter(() => true).length === count) answerLast();
  });
  const answerLast = (): void => {
    waiting.pop()?.end('{}', () => setTimeout(answerLast, laterMs));
  };
  const port = await listening(server);
  server.unref();
  return `http://127.0.0.1:${port}`;
}

test('cells between semicolons, in and out; bad rows are left out and told', async () => {
  const target = await startTarget();
  const [rows, out, plain] = [
    inFolder('semicolons.csv'),
    inFolder('semicolons-out.csv'),
    inFolder('plain.csv'),
  ];
  writeFileSync(rows, 'id;name\n1;a,b\n2\n3;"c;d"\n4;x;y\n');
  const words = ['batch', rows, `${target.url}echo?{{id}}`, '--delimiter', ';', '--mode', 'inline'];
  const told = '2 bad rows were left out: lines 3, 5.';
  const first = await volley(...words, '--skip-bad-rows', '--out', out);
  expect([first.code, first.stdout]).toEqual([0, expect.stringContaining(`left out   ${told}`)]);
  const lines = readFileSync(out, 'utf8').split('\n');
  expect(lines[0]).toBe('id;name;volley_status;volley_latency_ms;volley_attempts;volley_error');
  expect(lines.slice(1, 3).map((line) => line.replace(/200;.*/, '200'))).toEqual([
    '1;a,b;200',
    '3;"c;d";200',
  ]);
  // Numbers of rows do not count those left out, so a failed one is named by its line.
  const refusing = [words[0]!, rows, `${target.url}status/500?{{id}}`, ...words.slice(3), '--retries', '0'];
  const failed = await volley(...refusing, '--skip-bad-rows', '--out', out, '--force');
  expect(failed.stdout).toMatch(/example +line [24]: status 500/);
  expect(failed.stderr).toMatch(/2 of 2 rows failed \(100\.0 %\), such as line [24]: status 500/);
  const inJson = await volley(...refusing, '--skip-bad-rows', '--out', out, '--force', '-o', 'json');
  const { row, line } = JSON.parse(inJson.stdout).rows.examples['status 500'];
  expect(line).toBe(2 * row);
  const json = await volley(...words, '--skip-bad-rows', '--out', out, '--force', '-o', 'json');
  expect(JSON.parse(json.stdout).rows).toMatchObject({
    total: 2,
    skipped: 2,
    skippedLines: [3, 5],
    done: 2,
    ok: 2,
    trouble: null,
  });
  const refused = await volley(...words, '--out', plain);
  expect([refused.code, existsSync(plain), refused.stderr.match(/line \d/g)]).toEqual([
    2,
    false,
    ['line 3', 'line 5'],
  ]);
  const run = [
    '--rows',
    rows,
    '--delimiter',
    ';',
    '--skip-bad-rows',
    '--mode',
    'inline',
    '-n',
    '4',
    '-o',
    'json',
  ];
  const { plan, notes } = JSON.parse((await volley(`${target.url}echo?{{id}}`, ...run)).stdout);
  expect([plan.rows, notes]).toEqual([
    { mode: 'cycle', count: 2, skipped: 2 },
    expect.arrayContaining([`Of the rows, ${told}`]),
  ]);
  const without = await volley(target.url, '--skip-bad-rows', '--delimiter', ';');
  expect([without.code, without.stderr]).toEqual([
    2,
    "volley: --delimiter ';' without --rows: name the file.\nvolley: --skip-bad-rows without --rows: name the file.\n",
  ]);
});

test('the output of a file with a byte order mark has one, and can be read on', async () => {
  const target = await startTarget();
  const [rows, out, again] = [
    inFolder('marked.csv'),
    inFolder('marked-out.csv'),
    inFolder('marked-again.csv'),
  ];
  writeFileSync(rows, '\uFEFFid,s\n1,200\n2,500\n');
  const words = [`${target.url}status/{{s}}?{{id}}`, '--mode', 'inline', '--retries', '0'];
  await volley('batch', rows, ...words, '--out', out);
  await volley('batch', out, ...words, '--retry-failed', '--out', again);
  for (const [path, ids] of [
    [out, ['1', '2']],
    [again, ['2']],
  ] as const) {
    const [heading = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(heading).toMatch(/^\uFEFFid,s,volley_status,/);
    expect(lines.map((line) => line.split(',')[0])).toEqual(ids);
  }
  // What is complete is known again.
  const resumed = await volley('batch', rows, ...words, '--out', out, '--resume');
  expect(resumed.stderr).toContain('is complete: 2 rows answered, 1 failed; nothing was sent.');
  writeFileSync(rows, 'id,s\n1,200\n');
  await volley('batch', rows, ...words, '--out', out, '--force');
  expect(readFileSync(out, 'utf8')).toMatch(/^id,s,/);
});

describe.each(MODES)('%s', (mode) => {
  const workers = ['--mode', mode, '-w', String(workersIn(mode, 2))];
  const options = [...workers, '-c', '20'];

  // What many rows do is the same in every mode; a million of them are for test/full.
  const many = mode === 'threads' ? 4_007 : 1_003;
  test(`${many} rows of a flaky server: each once, in order, tried as often as allowed`, async () => {
    const target = await startTarget();
    const [rows, out] = [writeIds(inFolder('rows.csv'), many), inFolder(`${mode}.csv`)];
    const { code, stdout, stderr } = await volley(
      'batch',
      rows,
      `${target.url}flaky/{{id}}`,
      '--out',
      out,
      ...['--select', 'fate=fate', '--default', 'Data not available', '--retries', '1', '--timeout', '1s'],
      // One in 200 is never answered, and keeps its connection for two seconds.
      ...[...workers, '-c', '100'],
    );
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
    const answered = readAnswered(out);
    expect(idsOf(answered)).toEqual(idsTo(many));
    // One assertion for all rows: an expect for each of them takes longer than the batch.
    expect(answered.filter((row) => !isAnsweredAsFated(row))).toEqual([]);
    const { byPath } = target.stats();
    expect(askedFor(byPath, '/flaky/', many)).toEqual(answered.map((row) => Number(row['volley_attempts'])));
    const failed = answered.filter((row) => row['volley_error'] !== '').length;
    expect(stdout).toContain(
      `${many.toLocaleString('en')} answered, ${(many - failed).toLocaleString('en')} ok, ${failed} failed`,
    );
    expect(stdout).toMatch(/service .* ms/);
    expect(existsSync(`${out}.journal`)).toBe(false);
    expect(readdirSync(inFolder('.')).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test('what goes wrong once is retried, and then right', async () => {
    const target = await startTarget();
    const [rows, out] = [writeIds(inFolder('few.csv'), 300), inFolder(`${mode}-times.csv`)];
    const url = `${target.url}flaky/{{id}}?times=1`;
    const { code, stdout } = await volley('batch', rows, url, '--out', out, '--timeout', '1s', ...options);
    expect(code).toBe(0);
    // Rows count, not requests: what ends with 0 is not headed as failing.
    expect(stdout).toMatch(/^RETRIED: [\d.]+ % of the requests failed, [^:]+, and no row\s+did$/m);
    expect(stdout).toMatch(/^verdict +retried\. /m);
    expect(stdout).not.toMatch(/failing/i);
    expect(readAnswered(out).map((row) => row['volley_attempts'])).toEqual(
      idsTo(300).map((id) => (fateOf(String(id)) === 'ok' ? '1' : '2')),
    );
  });

  test('rows come as they are answered where that is asked for, on stdout where no file is', async () => {
    const rows = writeIds(inFolder('five.csv'), 5);
    const columnOf = (stdout: string): string[] => stdout.split('\n').map((line) => line.split(',')[0]!);
    // Two workers may tell of two answers in another order where one of them stands still for that long.
    const completion = await volley(
      ...['batch', rows, `${await backwards(5, 400)}/{{id}}`, '--order', 'completion', ...options],
    );
    expect(completion.code).toBe(0);
    expect(columnOf(completion.stdout)).toEqual(['id', '5', '4', '3', '2', '1', '']);
    expect(completion.stderr).toContain('5 answered, 5 ok');
    const input = await volley('batch', rows, `${await backwards(5, 20)}/{{id}}`, ...options);
    expect(columnOf(input.stdout)).toEqual(['id', '1', '2', '3', '4', '5', '']);
  });

  test('the first Ctrl-C keeps what is answered and says how to go on', async () => {
    const target = await startTarget();
    const [rows, out] = [writeIds(inFolder('stopped.csv'), 500), inFolder(`${mode}-stopped.csv`)];
    const words = ['batch', rows, `${target.url}flaky/{{id}}?${mode}`, '--out', out, '--retries', '0'];
    const limits = ['--timeout', '1s', '--allow-failures'];
    const started = startVolley([...words, ...limits, '--rate', '200', ...options]);
    await eventually(() => target.stats().requests > 50, 'some rows are sent');
    started.child.kill('SIGINT');
    const { code, stderr } = await started.ended;
    expect(code).toBe(130);
    expect(stderr).toMatch(/rows are answered and kept in .*\.journal: run the same command with --resume/);
    expect(existsSync(out)).toBe(false);
    const again = await volley(...words, ...limits, '--resume', ...options);
    expect(again.stdout).toContain('journalled before');
    expect(again.code).toBe(0);
    expect(idsOf(readAnswered(out))).toEqual(idsTo(500));
    // Waited for: none of those in flight was sent again, but for hangs that the stop has cut off.
    expect(askedFor(target.stats().byPath, '/flaky/', 500).filter((times) => times > 1).length).toBeLessThan(
      6,
    );
  });
});

test('a worker that is killed gives its rows to the others, and the run is marked', async () => {
  const target = await startTarget();
  const [rows, out] = [writeIds(inFolder('lost.csv'), 1_000), inFolder('lost-out.csv')];
  const { child, ended } = startVolley([
    ...['batch', rows, `${target.url}delay/10?{{id}}`, '--out', out, '--mode', 'processes'],
    ...['-w', '2', '-c', '8', '--chunk', '20'],
  ]);
  await eventually(() => target.stats().requests > 200, 'some rows are sent');
  process.kill(childrenOf(child.pid!)[0]!, 'SIGKILL');
  const { code, stdout } = await ended;
  expect(code).toBe(3);
  expect(stdout).toMatch(/DEGRADED: Worker \d was lost/);
  expect(stdout.replaceAll('\n', ' ')).toContain('The others took over its unfinished rows.');
  expect(stdout).toMatch(/[\d]+ given to another worker/);
  expect(idsOf(readAnswered(out))).toEqual(idsTo(1_000));
});

test('a thread that fails gives its rows to the others, and its replacement gets none', async () => {
  const target = await startTarget();
  const [rows, out] = [writeIds(inFolder('crashed.csv'), 1_000), inFolder('crashed-out.csv')];
  const { code, stdout } = await startVolley(
    ['batch', rows, `${target.url}delay/10?{{id}}`, '--out', out, '-w', '2', '-c', '8', '--chunk', '20'],
    { env: { NODE_OPTIONS: `--require ${join(ROOT, 'test/fixtures/crash-first-thread.cjs')}` } },
  ).ended;
  expect(code).toBe(3);
  expect(stdout).toContain('was lost: a deliberate failure');
  expect(idsOf(readAnswered(out))).toEqual(idsTo(1_000));
});

test('--once asks for the first row alone, shows the answer, and writes nothing', async () => {
  const target = await startTarget();
  const [rows, out] = [writeIds(inFolder('once.csv'), 3), inFolder('once-out.csv')];
  const { code, stdout } = await volley('batch', rows, `${target.url}echo?id={{id}}`, '--once', '--out', out);
  expect({ code, requests: target.stats().requests, isWritten: existsSync(out) }).toEqual({
    code: 0,
    requests: 1,
    isWritten: false,
  });
  expect(stdout).toMatch(/^> GET \/echo\?id=1 /);
});

test('rows from a pipe take no more memory for being many', async () => {
  // One answer to each request, and no more done for it: what is measured is the batch.
  const server = createNetServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      for (const _ of piece.toString('latin1').matchAll(/\r\n\r\n/g))
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
  });
  const url = `http://127.0.0.1:${await listening(server)}/`;
  const peakBytes = async (count: number): Promise<number> => {
    const { stdout } = await startVolley(
      ['batch', '-', url, '--mode', 'inline', '-o', 'json', '--out', inFolder('many.csv'), '--force'],
      {},
      `id\n${idsTo(count).join('\n')}\n`,
    ).ended;
    const { rows, generator } = JSON.parse(stdout) as {
      rows: { done: number };
      generator: { peakRssBytes: number };
    };
    expect(rows.done).toBe(count);
    return generator.peakRssBytes;
  };
  expect((await peakBytes(60_000)) - (await peakBytes(5_000))).toBeLessThan(60_000_000);
  server.close();
});

describe('requests', () => {
  /** A server of which the first answer to each id says to come back in a second. */
  async function limiting(): Promise<{ url: string; seen: Map<string, { atMs: number; key: unknown }[]> }> {
    const seen = new Map<string, { atMs: number; key: unknown }[]>();
    const server = createServer((request, response) => {
      const id = request.url!;
      const times = seen.get(id) ?? [];
      seen.set(id, [...times, { atMs: performance.now(), key: request.headers['idempotency-key'] }]);
      if (times.length === 0) response.writeHead(429, { 'retry-after': '1' });
      response.end('{"price":{"usd":7}}');
      request.resume();
    });
    const port = await listening(server);
    server.unref();
    return { url: `http://127.0.0.1:${port}`, seen };
  }

  test.each(['undici', 'wire'])(
    '%s: Retry-After is waited for, and a retry has the same key',
    async (client) => {
      const { url, seen } = await limiting();
      const rows = writeIds(inFolder('keys.csv'), 5);
      const { code, stdout, stderr } = await volley(
        ...['batch', rows, `${url}/{{id}}`, '--client', client, '-m', 'POST', '-b', '{{name}}'],
        ...['--retry-unsafe', '--idempotency-key', '{{uuid}}', '--select', 'price=price.usd'],
        ...['--mode', 'inline', '-o', 'json'],
      );
      expect(code).toBe(0);
      expect(stdout).toContain('"name, 5",200,');
      expect(
        stdout
          .trimEnd()
          .split('\n')
          .slice(1)
          .every((line) => line.endsWith(',2,,7')),
      ).toBe(true);
      expect(JSON.parse(stderr).rows).toMatchObject({ retries: 5, rateLimitReplies: 5, isComplete: true });
      const keys = [...seen.values()].map((times) => {
        expect(times).toHaveLength(2);
        expect(times[1]!.atMs - times[0]!.atMs).toBeGreaterThan(990);
        expect(times[1]!.key).toBe(times[0]!.key);
        return times[0]!.key;
      });
      expect(new Set(keys).size).toBe(5);
    },
  );

  test('what may do something twice is sent once', async () => {
    const { url, seen } = await limiting();
    const rows = writeIds(inFolder('post.csv'), 3);
    const { code } = await volley('batch', rows, `${url}/{{id}}`, '-m', 'POST', '--mode', 'inline');
    expect(code).toBe(1);
    expect([...seen.values()].map((times) => times.length)).toEqual([1, 1, 1]);
  });

  test('a rate is kept, and the URL may be a cell', async () => {
    const target = await startTarget();
    const rows = inFolder('urls.csv');
    const urls = idsTo(20).map((id) => `${target.url}delay/1?${id}`);
    writeFileSync(rows, `url\n${[...urls, 'ftp://x/', 'no url'].join('\n')}\n`);
    const before = performance.now();
    const { code, stdout } = await volley('batch', rows, '{{url}}', '--rate', '20', '--mode', 'inline');
    expect(performance.now() - before).toBeGreaterThan(900);
    expect(code).toBe(1);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(1, 21).every((line) => line.includes(',200,'))).toBe(true);
    expect(lines[21]).toBe(
      "ftp://x/,,,0,request: 'ftp://x' is not a URL that can be sent to: give one such as http://host:8080",
    );
    expect(lines[22]).toContain('no url,,,0,request: ');
    expect(target.stats().requests).toBe(20);
  });

  test('a row whose values break the JSON is not sent, and stdout and stderr give an example', async () => {
    const target = await startTarget();
    const [rows, out] = [inFolder('broken-json.csv'), inFolder('broken-json-out.csv')];
    writeFileSync(rows, 'id,name\n1,"""a"""\n2,plain\n3,7\n');
    const body = '{"id":{{id}},"name":{{raw name}}}';
    const { code, stdout, stderr } = await volley(
      ...[
        'batch',
        rows,
        `${target.url}echo`,
        '--json',
        body,
        '--select',
        'got=name',
        '--select',
        'none=data.prise',
        '--out',
        out,
        '--mode',
        'inline',
      ],
    );
    expect(code).toBe(1);
    const why =
      'request: with its values the body is not JSON: put quotes around a placeholder that stands for text, and write {{raw name}} for one that stands for JSON';
    expect(
      readFileSync(out, 'utf8')
        .replaceAll(/,200,[\d.]+,/g, ',200,,')
        .split('\n')
        .slice(1),
    ).toEqual(['1,"""a""",200,,1,,a,', `2,plain,,,0,"${why}",,`, '3,7,200,,1,,7,', '']);
    expect(stdout).toContain(
      `by error   1 × request\nexample    row 2: request: with its values the body is not JSON: put quotes\n           around a placeholder that stands for text, and write {{raw name}} for\n           one that stands for JSON\n`,
    );
    expect(withoutProgress(stderr)).toBe(
      `volley: 1 of 3 rows failed (33.3 %), such as row 2: ${why}.\nvolley: --select 'none=data.prise': none of 2 good answers has a value there.\n`,
    );
    expect(target.stats().requests).toBe(2);
  });

  test('bodies become files that stay in their folder', async () => {
    const target = await startTarget();
    const rows = inFolder('bodies.csv');
    writeFileSync(rows, 'size,file\n10,a.bin\n70000,../b.bin\n0,c.bin\n');
    const folder = inFolder('bodies');
    const { code } = await volley(
      ...['batch', rows, `${target.url}bytes/{{size}}`, '--save-body', `${folder}/{{file}}`],
      ...['--mode', 'inline'],
    );
    expect(code).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['%2E.%2Fb.bin', 'a.bin', 'c.bin']);
    expect(readFileSync(`${folder}/a.bin`, 'utf8')).toBe('v'.repeat(10));
    expect(readFileSync(`${folder}/%2E.%2Fb.bin`)).toHaveLength(70_000);
  });

  test('JSON lines keep their types', async () => {
    const target = await startTarget();
    const [rows, out] = [inFolder('typed.jsonl'), inFolder('typed-out.jsonl')];
    writeFileSync(rows, '{"id":7,"tags":["x"]}\n{"id":8,"tags":null}\n');
    const { code } = await volley(
      'batch',
      rows,
      `${target.url}flaky/{{id}}`,
      '--out',
      out,
      '--select',
      'all=$',
      '--mode',
      'inline',
    );
    expect(code).toBe(0);
    const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as Answered)).toMatchObject([
      { id: 7, tags: ['x'], volley_status: 200, volley_error: null, all: { id: '7', fate: 'ok' } },
      { id: 8, tags: null, volley_status: 200, volley_error: null, all: { id: '8', fate: 'ok' } },
    ]);
  });
});

describe('what cannot be done', () => {
  test('all that is wrong is told at once, and nothing is sent', async () => {
    const target = await startTarget();
    const rows = inFolder('wrong.csv');
    writeFileSync(rows, 'id,volley_status\n1,2\n');
    const { code, stdout, stderr } = await volley(
      ...['batch', rows, `${target.url}{{nope}}`, '--order', 'size', '--chunk', 'x', '--retries', '-1'],
      ...['--select', 'id=a', '--select', 'nothing', '--resume', '-c', '0', '--requests', '5'],
    );
    expect(code).toBe(2);
    expect(stdout).toBe('');
    for (const part of [
      "--order 'size'",
      "--chunk 'x'",
      "--retries '-1'",
      "would be called 'id'",
      "would be called 'volley_status'",
      "--select 'nothing'",
      '--resume without --out',
      "'{{nope}}' is not a placeholder",
      "--concurrency '0'",
      '--requests is not an option',
    ])
      expect(stderr).toContain(part);
    expect(target.stats().requests).toBe(0);
  });

  test('rows that cannot be read are told with the line, and nothing is sent', async () => {
    const target = await startTarget();
    const rows = inFolder('bad.csv');
    writeFileSync(rows, 'id,name\n1,a\n2,b,c\n3,d\n4\n');
    const { code, stderr } = await volley('batch', rows, `${target.url}{{id}}`);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^volley: The rows '.*bad\.csv': line 3 has 3 cells, and the first line names 2 columns\.\nvolley: The rows '.*bad\.csv': line 5 has 1 cell, and the first line names 2 columns\.\n$/,
    );
    expect(target.stats().requests).toBe(0);
  });

  test('a batch of no rows is none, from a file or a pipe; of failed rows there may be none', async () => {
    const target = await startTarget();
    const rows = inFolder('no-rows.csv');
    writeFileSync(rows, 'id,name\n');
    const none = 'there are no rows to send: give at least one below the column names.\n';
    const file = await volley('batch', rows, `${target.url}{{id}}`);
    expect([file.code, file.stderr]).toEqual([2, `volley: The rows '${rows}': ${none}`]);
    const pipe = await startVolley(['batch', '-', `${target.url}{{id}}`], {}, 'id,name\n').ended;
    expect([pipe.code, pipe.stderr]).toEqual([2, `volley: The rows '-': ${none}`]);
    expect(target.stats().requests).toBe(0);
    // All answered rows of an earlier batch: nothing is left to retry, which is no mistake.
    writeFileSync(rows, 'id,volley_status,volley_latency_ms,volley_attempts,volley_error\n1,200,5,1,\n');
    const again = await volley('batch', rows, '--retry-failed', `${target.url}{{id}}`);
    expect([again.code, target.stats().requests]).toEqual([0, 0]);
  });

  test('an output that cannot be written ends the batch with 4', async () => {
    const target = await startTarget();
    const rows = writeIds(inFolder('full.csv'), 200);
    const words = ['batch', rows, `${target.url}delay/1`, '--mode', 'inline', '--out'];
    const { code, stderr } = await volley(...words, '/dev/full');
    expect(code).toBe(4);
    expect(stderr).toContain("the output '/dev/full' could not be written: the disk is full");
    const missing = await volley('batch', rows, target.url, '--out', inFolder('none/x.csv'));
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('cannot be written (no such file or folder)');
  });

  test('whoever has read enough of the printed rows ends it quietly, and the rest is not sent', async () => {
    const target = await startTarget();
    const rows = writeIds(inFolder('head.csv'), 5_000);
    const command = `"${process.execPath}" "${BIN}" batch "${rows}" "${target.url}delay/2?{{id}}" --mode inline | head -1; exit \${PIPESTATUS[0]}`;
    const ended = await promisify(execFile)('/bin/bash', ['-c', command]);
    expect(ended.stdout).toMatch(/^id,.*volley_error\n$/);
    expect(ended.stderr).toBe('');
    expect(target.stats().requests).toBeLessThan(5_000);
  });
});

test('rows that cannot be read on end a batch with what is wrong, and where, as a code', async () => {
  const target = await startTarget();
  const out = inFolder('unread-out.csv');
  const words = ['batch', '-', `${target.url}?{{id}}`, '--mode', 'inline', '--out', out, '-o', 'json'];
  const { code, stdout, stderr } = await startVolley(words, {}, 'id,name\n1,a\n2,b,c\n').ended;
  expect(code).toBe(2);
  expect(stderr).toContain('reading the rows failed: line 3 has 3 cells');
  expect(JSON.parse(stdout).rows).toMatchObject({
    done: 1,
    isComplete: false,
    trouble: {
      code: 'rows-unreadable',
      figures: { wrong: 'cell-count', line: 3, row: null, error: null },
    },
  });
});

test.each(CLIENT_NAMES)('a failed row keeps what its answer says, without secrets (%s)', async (client) => {
  const server = createServer((request, response) => {
    const id = request.url?.slice(1);
    if (id === '1') response.end('{"price":5}');
    else if (id === '2')
      response.writeHead(422).end('{\n  "error": "no such town",\n  "asked": "Bearer s3cret-of-mine"\n}');
    else if (id === '3')
      response.writeHead(400, { 'content-encoding': 'gzip' }).end(gzipSync('the name is missing'));
    else if (id === '4') response.writeHead(500).end('x'.repeat(100_000));
    else response.writeHead(404).end();
  });
  const port = await listening(server);
  const rows = inFolder(`said-${client}.csv`);
  const out = inFolder(`said-${client}-out.csv`);
  writeIds(rows, 5);
  const request = [`http://127.0.0.1:${port}/{{id}}`, '-H', 'authorization: Bearer s3cret-of-mine'];
  const asked = [...request, '--client', client, '--mode', 'inline', '-c', '1', '--retries', '0'];
  for (const more of [[], ['--select', 'price=price']]) {
    const { code, stdout } = await volley('batch', rows, ...asked, ...more, '--out', out, '--force');
    expect(code).not.toBe(0);
    const errors = readAnswered(out).map((row) => row['volley_error']);
    expect(errors).toEqual([
      '',
      'status 422: { "error": "no such town", "asked": "…" }',
      'status 400: the name is missing',
      `status 500: ${'x'.repeat(200)}…`,
      'status 404',
    ]);
    expect(stdout).toContain('no such town');
    const quiet = await volley('batch', rows, ...asked, ...more, '-q');
    expect(quiet.stdout.split('\n')).toHaveLength(1 + 5 + 1);
    expect(quiet.stderr).toMatch(/^volley: 4 of 5 rows failed \(80\.0 %\), such as row 2: status 422: .*\n$/);
    expect(stdout + readFileSync(out, 'utf8')).not.toContain('s3cret');
  }
  server.close();
});
