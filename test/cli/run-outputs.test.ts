import { exec } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { LatencyKind, LatencySummary, RequestCounts, Summary } from '../../src/api/index.ts';
import { BIN, startVolley, withoutProgress } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { MODES, workersIn } from '../support/modes.ts';
import { eventually } from '../support/processes.ts';
import { useTargets } from '../support/target.ts';

const volley = useKeptProcess();
const startTarget = useTargets();
const folder = mkdtempSync(join(tmpdir(), 'volley-outputs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Row = Readonly<Record<string, string | number | boolean | null>>;

const WORDS = ['outcome', 'tokens_by', 'good'];

function rowsOf(path: string): Row[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  if (path.endsWith('.jsonl')) return lines.map((line) => JSON.parse(line) as Row);
  const [heading = '', ...rest] = lines;
  return rest.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(
      heading.split(',').map((name, column) => {
        const cell = cells[column]!;
        return [name, cell === '' ? null : WORDS.includes(name) ? cell : Number(cell)];
      }),
    );
  });
}

/** What docs/metrics.md says belongs to a latency. */
function valuesOf(rows: readonly Row[], kind: LatencyKind): number[] {
  const timed = rows.filter(({ outcome }) =>
    ['ok', 'status', 'timeout', 'unfinished', 'dropped'].includes(String(outcome)),
  );
  const columns = { response: 'response_ms', startLag: 'start_lag_ms', wait: 'wait_ms' } as const;
  const values = timed.map((row) => {
    if (kind === 'firstByte') return row['first_byte_ms'] ?? row['service_ms'];
    return kind === 'service' ? row['service_ms'] : row[columns[kind]];
  });
  return values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
}

function expectSameLatency(values: readonly number[], latency: LatencySummary): void {
  expect(values).toHaveLength(latency.count);
  expect(values[0]).toBeCloseTo(latency.min!, 5);
  expect(values.at(-1)).toBeCloseTo(latency.max!, 5);
  const known = Object.entries(latency.percentiles).filter(([, valueMs]) => valueMs !== null);
  for (const [label, valueMs] of known) {
    const rank = Math.ceil((Number(label) * values.length) / 100);
    expect(values[rank - 1]).toBeCloseTo(valueMs!, 5);
  }
}

const countOf = (rows: readonly Row[], ...outcomes: string[]): number =>
  rows.filter(({ outcome }) => outcomes.includes(String(outcome))).length;

describe('--samples in every mode: rows are the requests, and give the same percentiles', () => {
  /** Runs every mode at once, and checks each file against its run's result. */
  async function inEveryMode(
    form: string,
    url: string,
    args: string,
    modes = MODES,
  ): Promise<{ rows: Row[]; requests: RequestCounts; streams: Summary['streams'] }[]> {
    return Promise.all(
      modes.map(async (mode) => {
        const file = join(mkdtempSync(join(folder, `${mode}-`)), `samples.${form}`);
        const own = ['--mode', mode, '-w', String(workersIn(mode, 2)), '--samples', file, '-o', 'json'];
        const { stdout, stderr } = await volley(url, ...args.split(' '), ...own);
        expect(stderr).not.toContain('samples');
        const summary = JSON.parse(stdout) as Summary;
        expect(summary.plan.mode).toBe(mode);
        const rows = rowsOf(file);
        expectSame(rows, summary);
        return { rows, requests: summary.requests, streams: summary.streams };
      }),
    );
  }

  function expectSame(rows: readonly Row[], summary: Summary): void {
    const { requests, statuses, errors, workers, latencyMs } = summary;
    expect(rows).toHaveLength(requests.sent + requests.dropped);
    expect(countOf(rows, 'ok')).toBe(requests.ok);
    expect(countOf(rows, 'dropped')).toBe(requests.dropped);
    expect(countOf(rows, 'unfinished')).toBe(requests.unfinished);
    for (const { kind, count } of errors) expect(countOf(rows, kind)).toBe(count);
    const complete = rows.filter(({ outcome }) => outcome !== 'cancelled');
    for (const [status, count] of Object.entries(statuses))
      expect(complete.filter((row) => row['status'] === Number(status))).toHaveLength(count);
    for (const { index, sent, dropped } of workers)
      expect(rows.filter(({ worker }) => worker === index)).toHaveLength(sent + dropped);
    for (const kind of ['response', 'service', 'startLag', 'wait', 'firstByte'] as const)
      expectSameLatency(valuesOf(rows, kind), latencyMs[kind]);
    expect(latencyMs.response.percentiles['50']).not.toBeNull();
    // Nothing of a warm-up.
    expect(Math.min(...rows.map((row) => Number(row['intended_ms'])))).toBeGreaterThanOrEqual(0);
  }

  test('after a warm-up', async () => {
    const { url } = await startTarget();
    const args = '-n 3000 -c 6 --warmup 100ms --percentiles 25,50,90,99';
    for (const { rows } of await inEveryMode('csv', `${url}bytes/7`, args)) {
      expect(rows).toHaveLength(3_000);
      expect(rows.every((row) => row['body_bytes'] === 7)).toBe(true);
    }
  });

  test('with timeouts, a line, and drops', async () => {
    const { url } = await startTarget();
    const args = '-r 200 -d 500ms --max-in-flight 4 --timeout 300ms --percentiles 50,75';
    for (const { rows, requests } of await inEveryMode('jsonl', `${url}delay/400`, args)) {
      expect(requests.dropped).toBeGreaterThan(0);
      expect(requests.failed).toBeGreaterThan(0);
      const late = rows.find(({ outcome }) => outcome === 'timeout');
      expect(late).toMatchObject({ status: null, first_byte_ms: null });
    }
  });

  test('with errors by status', async () => {
    const { url } = await startTarget();
    for (const { rows } of await inEveryMode('csv', `${url}status/503`, '-n 100 -c 3 --percentiles 50'))
      expect(countOf(rows, 'status')).toBe(100);
  });

  test.each(['csv', 'jsonl'])('of streams, some of them cancelled, as %s', async (form) => {
    const { url } = await startTarget({ model: { firstTokenMs: 20, gapMs: 15, tokens: 20 } });
    const args =
      '-n 24 -c 4 --preset openai-chat --model m --cancel 50%@2tokens --slo ttft<60s --percentiles 50';
    // The form is written in one place, wherever the rows come from.
    for (const { rows, streams } of await inEveryMode(form, url, args, form === 'csv' ? MODES : ['inline'])) {
      const [ok, cancelled] = ['ok', 'cancelled'].map((kind) =>
        rows.filter(({ outcome }) => outcome === kind),
      );
      expect(ok!.length + cancelled!.length).toBe(24);
      expect(cancelled!.length).toBeGreaterThan(0);
      for (const row of ok!) expect(row).toMatchObject({ tokens: 20, token_events: 20, tokens_by: 'server' });
      expect(new Set(ok!.map(({ good }) => String(good)))).toEqual(new Set(['true']));
      for (const row of cancelled!) {
        expect([row['tokens_by'], String(row['good']), row['tokens']]).toEqual([
          'events',
          'false',
          row['token_events'],
        ]);
        expect(row['token_events']).toBeGreaterThanOrEqual(2);
        expect(row['ttft_ms']).toBeGreaterThanOrEqual(18);
      }
      const columns = { ttft: 'ttft', ttfo: 'ttfo', ttst: 'ttst', tpot: 'tpot', e2e: 'e2e' } as const;
      for (const [kind, column] of Object.entries(columns)) {
        const values = ok!.map((row) => Number(row[`${column}_ms`]));
        const told = streams!.timesMs[kind as 'ttft'];
        expect(values).toHaveLength(told.count);
        expect(Math.min(...values)).toBeCloseTo(told.min!, 5);
        expect(Math.max(...values)).toBeCloseTo(told.max!, 5);
      }
      const gaps = ok!.map((row) => Number(row['longest_gap_ms']));
      expect(Math.max(...gaps)).toBeCloseTo(streams!.timesMs.gap.max!, 5);
    }
  });
});

describe('--samples', () => {
  test('numbers are short and keep the microsecond', async () => {
    const target = await startTarget();
    const file = join(folder, 'short.csv');
    await volley(target.url, '-n', '50', '-c', '2', '--mode', 'inline', '--samples', file);
    const [heading, ...rows] = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(heading).toBe(
      'intended_ms,start_lag_ms,wait_ms,first_byte_ms,service_ms,response_ms,status,outcome,body_bytes,worker,request',
    );
    for (const row of rows) expect(row).toMatch(/^(\d+(\.\d{0,5}[1-9])?,){6}200,ok,11,0,http:[^,]*$/);
  });

  test('a disk that is full is told once, the run goes on, and the exit code is 4', async () => {
    const target = await startTarget();
    const file = join(folder, 'full.csv');
    symlinkSync('/dev/full', file);
    const { code, stdout, stderr } = await volley(
      target.url,
      ...['-n', '5000', '-c', '4', '--mode', 'inline', '--samples', file],
    );
    expect(code).toBe(4);
    expect(stdout).toMatch(/5,000 sent in \S+ m?s, 5,000 ok/);
    expect(withoutProgress(stderr)).toBe(
      `volley: --samples '${file}' ends after 0 requests: it could not be written (the disk is full). The run is not affected.\n`,
    );
  });

  test('a file that may not grow any more ends with a whole row', async () => {
    const target = await startTarget();
    const file = join(folder, 'limited.csv');
    const command = `ulimit -f 100; "${process.execPath}" "${BIN}" ${target.url} -n 5000 -c 4 --mode inline --samples ${file}`;
    const ended = promisify(exec)(command, { shell: '/bin/bash' });
    const { code, stderr } = (await ended.catch((error: unknown) => error)) as {
      code: number;
      stderr: string;
    };
    expect(code).toBe(4);
    const told = Number(
      /ends after (\d+) requests: it could not be written \(the file has reached the size limit\)/.exec(
        stderr,
      )![1],
    );
    const text = readFileSync(file, 'utf8');
    expect(text === '' || text.endsWith('\n')).toBe(true);
    expect(text === '' ? [] : rowsOf(file)).toHaveLength(told);
  });

  test.each([
    { name: 'an unknown form', args: ['--samples', 'a.txt'], sentence: "--samples 'a.txt': name a file" },
    {
      name: 'a folder that is not there',
      args: ['--samples', join(folder, 'missing', 'a.csv')],
      sentence: "a.csv' cannot be written (no such file or folder)",
    },
    {
      name: 'the file of --out',
      args: ['--samples', 'a.csv', '--out', './a.csv'],
      sentence: "--samples 'a.csv' is the file of --out too",
    },
    {
      name: 'the page in the file of the result',
      args: ['--html', 'a.json', '--out', './a.json'],
      sentence: "--html 'a.json' is the file of --out too",
    },
    {
      name: 'the file of rows as samples',
      args: [
        ...['--rows', 'test/fixtures/two-rows.csv', '-H', 'x-path: {{path}}'],
        ...['--samples', './test/fixtures/two-rows.csv'],
      ],
      sentence: "--samples './test/fixtures/two-rows.csv' is also read: it would be overwritten",
    },
    {
      name: 'the body’s file as the result',
      args: ['--body-file', 'package.json', '--out', 'docs/../package.json'],
      sentence: "--out 'docs/../package.json' is also read: it would be overwritten",
    },
    {
      name: 'rounds',
      args: ['--samples', 'a.csv', '--repeat', '3'],
      sentence: "--samples with --repeat '3'",
    },
  ])('2 for $name, with nothing sent', async ({ args, sentence }) => {
    const target = await startTarget();
    const { code, stdout, stderr } = await volley(target.url, '-n', '5', ...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(target.stats().requests).toBe(0);
  });
});

describe('--step-summary', () => {
  const args = ['-n', '20', '-c', '2', '--mode', 'inline', '--step-summary'];

  test('appends the Markdown form to what is there', async () => {
    const target = await startTarget();
    const file = join(folder, 'step.md');
    writeFileSync(file, '# Earlier\n\n');
    const env = { GITHUB_STEP_SUMMARY: file };
    const { code, stdout } = await volley.with(env, [target.url, ...args, '-o', 'markdown']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^## GET http/);
    expect(readFileSync(file, 'utf8')).toBe(`# Earlier\n\n${stdout}`);
  });

  test.each([
    {
      name: 'a comparison',
      args: ['compare', 'URL', 'URL', '--rounds', '2', '-n', '5', '-c', '1', '--mode', 'inline'],
    },
    { name: 'a repeated run', args: ['URL', '--repeat', '2', '-n', '5', '-c', '1', '--mode', 'inline'] },
    {
      name: 'a sweep',
      args: ['sweep', 'URL', '-c', '1..2', '-n', '5', '--warmup', '0s', '--mode', 'inline'],
    },
    { name: 'a batch', args: ['batch', 'ROWS', 'URL', '--out', 'OUT', '--mode', 'inline'] },
  ])('appends that of $name, with the option before the command', async ({ args: given }) => {
    const target = await startTarget();
    const rows = join(folder, 'step-rows.csv');
    writeFileSync(rows, 'id\n1\n2\n');
    const file = join(folder, 'step-of-many.md');
    writeFileSync(file, 'Earlier\n');
    const words: Readonly<Record<string, string>> = {
      URL: target.url,
      ROWS: rows,
      OUT: join(folder, 'step-out.csv'),
    };
    const { code, stdout } = await volley.with({ GITHUB_STEP_SUMMARY: file }, [
      '--step-summary',
      ...given.map((word) => words[word] ?? word),
      '-o',
      'markdown',
    ]);
    // A busy machine may have delayed the starts.
    expect([0, 3]).toContain(code);
    expect(stdout).not.toBe('');
    expect(readFileSync(file, 'utf8')).toBe(`Earlier\n${stdout}`);
  });

  test.each([
    { name: 'where the variable is empty', path: '', sentence: 'GITHUB_STEP_SUMMARY is not set' },
    {
      name: 'where its file cannot be opened',
      path: join(folder, 'missing', 'step.md'),
      sentence: 'which GITHUB_STEP_SUMMARY names, cannot be appended to (no such file or folder)',
    },
  ])('2 $name, with nothing sent', async ({ path, sentence }) => {
    const target = await startTarget();
    const { code, stderr } = await volley.with({ GITHUB_STEP_SUMMARY: path }, [target.url, ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
    expect(target.stats().requests).toBe(0);
  });

  test('4 where it cannot be written; the result is printed as asked', async () => {
    const target = await startTarget();
    const env = { GITHUB_STEP_SUMMARY: '/dev/full' };
    const { code, stdout, stderr } = await volley.with(env, [target.url, ...args]);
    expect(code).toBe(4);
    expect(stderr).toContain(
      "'/dev/full', which GITHUB_STEP_SUMMARY names, cannot be appended to (the disk is full)",
    );
    expect(stdout).toMatch(/^requests {3}20 sent in .*, 20 ok, 0 failed$/m);
  });
});

test.each([
  { form: 'csv', text: /^started_at,.*\n\d{4}-.*\n$/ },
  { form: 'junit', text: /^<\?xml .*<testcase classname="volley" name="p50&lt;10s" time="[\d.]+"\/>/s },
  { form: 'prometheus', text: /^volley_requests_total\{.*,outcome="ok"\} 20$/m },
])('-o $form is the same from a run and from its saved result', async ({ form, text }) => {
  const target = await startTarget();
  const file = join(folder, `${form}.json`);
  const args = ['-n', '20', '-c', '2', '--mode', 'inline', '--threshold', 'p50<10s'];
  const { code, stdout } = await volley(target.url, ...args, '--out', file, '-o', form);
  expect(code).toBe(0);
  expect(stdout).toMatch(text);
  expect((await volley('report', file, '-o', form)).stdout).toBe(stdout);
});

describe('a file that another run writes', () => {
  test.each([
    { option: '--samples', name: 'shared.csv', command: [] },
    { option: '--out', name: 'shared.json', command: [] },
    { option: '--out', name: 'shared-modes.json', command: ['modes', '--rounds', '2'] },
  ])('$option $name is refused to a second one, $command, and nothing is sent', async (of) => {
    const { option, name, command } = of;
    const [busy, idle] = [await startTarget(), await startTarget()];
    const [file, link] = [join(folder, name), join(folder, `link-${name}`)];
    symlinkSync(file, link);
    const first = startVolley([
      ...[`${busy.url}delay/2`, '-d', '60s', '-c', '2', '--mode', 'inline', option, file],
    ]);
    await eventually(() => busy.stats().requests > 100, 'the first run sends');
    const second = await volley(...command, idle.url, '-d', '100ms', option, link);
    first.child.kill('SIGINT');
    expect((await first.ended).code).toBe(130);
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(
      `volley: ${option} '${link}': it is being written by process ${first.child.pid} on `,
    );
    expect(idle.stats().requests).toBe(0);
    expect(readFileSync(file).length).toBeGreaterThan(1_000);
    expect(readdirSync(folder).filter((found) => found.includes(`${name}.`))).toEqual([]);
  });

  test('what a killed run has left is taken over and removed', async () => {
    const target = await startTarget();
    const [file, samples] = [join(folder, 'killed.json'), join(folder, 'killed.csv')];
    const options = ['-c', '2', '--mode', 'inline', '--out', file, '--samples', samples];
    const first = startVolley([`${target.url}delay/2`, '-d', '60s', ...options]);
    await eventually(() => target.stats().requests > 100, 'the run sends');
    first.child.kill('SIGKILL');
    await first.ended;
    const left = (): string[] => readdirSync(folder).filter((name) => /killed.*\.(tmp|lock)$/.test(name));
    expect(left().sort()).toEqual(['.killed.json.tmp', 'killed.csv.lock', 'killed.json.lock']);
    expect((await volley(target.url, '-n', '20', ...options)).code).toBe(0);
    expect(left()).toEqual([]);
    expect(rowsOf(samples)).toHaveLength(20);
  });

  test('what is no lock is never removed, and neither is a file that is read', async () => {
    const target = await startTarget();
    const file = join(folder, 'own.json');
    writeFileSync(`${file}.lock`, 'mine');
    const blocked = await volley(target.url, '-n', '5', '--out', file);
    expect(blocked.code).toBe(2);
    expect(blocked.stderr).toContain(`${file}.lock is in the way, and is not a lock of volley's`);
    expect(readFileSync(`${file}.lock`, 'utf8')).toBe('mine');
    const body = join(folder, '.read.json.tmp');
    writeFileSync(body, 'mine');
    const read = await volley(target.url, '-n', '5', '--body-file', body, '--out', join(folder, 'read.json'));
    expect(read.code).toBe(2);
    expect(read.stderr).toContain('is also read');
    expect(readFileSync(body, 'utf8')).toBe('mine');
    expect(target.stats().requests).toBe(0);
  });
});
