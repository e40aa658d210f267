import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import type { Comparison } from '../../src/protocol/comparison.ts';
import { startVolley } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { closedPort, useTargets } from '../support/target.ts';

const startTarget = useTargets();
const keptVolley = useKeptProcess();
const folder = mkdtempSync(join(tmpdir(), 'volley-compare-'));
afterAll(() => rmSync(folder, { recursive: true }));

const QUICK = ['--rounds', '2', '--warmup', '0s', '-c', '4'];
const resultOf = (stdout: string): Comparison => JSON.parse(stdout) as Comparison;

describe('volley modes', () => {
  test('the same load in every mode, by workers that are what they say; text and Markdown, rendered again', async () => {
    const target = await startTarget();
    const path = join(folder, 'modes.json');
    const ended = await keptVolley('modes', target.url, ...QUICK, '-n', '60', '-w', '2', '--out', path);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('4 arms × 2 rounds: 8 runs');
    expect(ended.stderr).not.toMatch(/fail/);
    expect(ended.stdout).toContain('processes');
    expect(ended.stdout).toMatch(/[▁▂▃▄▅▆▇█]/);
    expect((await keptVolley('report', path)).stdout).toBe(ended.stdout);
    const markdown = await keptVolley('report', path, '-o', 'markdown');
    expect(markdown.stdout).toContain('| threads ');
    expect(markdown.code).toBe(0);
    const json = await keptVolley('report', path, '-o', 'json');
    expect(json.stdout).toBe(readFileSync(path, 'utf8'));
    const { arms, pairs, conclusions, kind } = resultOf(json.stdout);
    expect(kind).toBe('modes');
    expect(arms.map(({ name }) => name)).toEqual(['sequential', 'inline', 'threads', 'processes']);
    expect(arms.map(({ concurrency }) => concurrency)).toEqual([1, 4, 4, 4]);
    expect(target.stats().requests).toBe(4 * 2 * 60);
    const coordinators = new Set<number>();
    for (const { name, rounds } of arms) {
      expect(rounds).toHaveLength(2);
      for (const round of rounds) {
        expect(round.requests).toMatchObject({ sent: 60, ok: 60, failed: 0 });
        const pids = new Set(round.workers.map(({ pid }) => pid));
        const threads = new Set(round.workers.map(({ threadId }) => threadId));
        const workers = ['threads', 'processes'].includes(name) ? 2 : 1;
        expect(round.workers).toHaveLength(workers);
        expect(pids.size).toBe(name.startsWith('processes') ? workers : 1);
        expect(threads.size).toBe(name.startsWith('threads') ? workers : 1);
        if (!name.startsWith('processes')) coordinators.add([...pids][0]!);
        expect(round.cost.peakMemoryBytes).toBeGreaterThan(0);
        expect(round.generator.batchBytes > 0).toBe(!['sequential', 'inline'].includes(name));
      }
    }
    // Each round of each of the three other arms had a coordinator process of its own.
    expect(coordinators.size).toBe(3 * 2);
    expect(pairs.length).toBeGreaterThanOrEqual(3);
    expect(conclusions.at(-1)).toMatch(/^Recommended for this workload on this machine: .* not certain/);
  });

  test('in the open model too; Ctrl-C: what every arm had had, marked', async () => {
    const target = await startTarget();
    const started = startVolley([
      'modes',
      `${target.url}delay/2`,
      ...['--rounds', '20', '-r', '200', '-d', '200ms', '--warmup', '200ms', '-w', '1,2', '-o', 'json'],
    ]);
    await started.stderrHas('round 2 of 20: inline');
    started.child.kill('SIGINT');
    const ended = await started.ended;
    expect(ended.code).toBe(130);
    const { interrupted, arms } = resultOf(ended.stdout);
    expect(interrupted).toBe(true);
    expect(arms.map(({ name, rounds }) => [name, rounds.length, rounds[0]?.workers.length])).toEqual([
      ['sequential', 1, 1],
      ['inline', 1, 1],
      ['threads ×1', 1, 1],
      ['threads ×2', 1, 2],
      ['processes ×1', 1, 1],
      ['processes ×2', 1, 2],
    ]);
    for (const { rounds } of arms) {
      for (const { requests } of rounds) expect(requests).toMatchObject({ scheduled: 40, ok: 40 });
    }
  });
});

describe('volley compare', () => {
  test('two targets: the slower one, with figures, and exit 1 where that is to fail', async () => {
    const target = await startTarget();
    const path = join(folder, 'targets.json');
    // So far apart that a busy machine, which takes a tenth of a second more, does not bring them close.
    const [fast, slow] = [`${target.url}delay/2`, `${target.url}delay/1000`];
    const args = ['compare', fast, slow, '-n', '5', '--warmup', '0s', '-c', '5', '--mode', 'inline'];
    const ended = await keptVolley(...args, '--rounds', '6', '--fail-if', 'slower', '--out', path);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('slower');
    expect(ended.stdout).toMatch(/\d\.\d\d? \(\d.*–\d/);
    expect(ended.stdout).toContain('│█');
    const { arms, pairs, conclusions } = resultOf(readFileSync(path, 'utf8'));
    expect(arms.map(({ name }) => name)).toEqual(['A', 'B']);
    expect(pairs[0]?.figures.p50).toMatchObject({ decision: 'higher', rounds: 6, p: 2 / 64 });
    expect(pairs[0]?.figures.p50?.low).toBeGreaterThan(3);
    expect(pairs[0]?.probabilityShorter).toBeLessThan(0.1);
    expect(pairs[0]?.shifts.map(({ percentile }) => percentile)).toContain('50');
    // On a busy machine it adds how many rounds volley itself limited.
    expect(conclusions).toEqual([
      expect.stringMatching(
        /^p50 of B was [\d.]+ \([\d.–]+\) times that of A: slower, in 6 rounds\.( volley itself was the limit in .*)?$/,
      ),
    ]);
  });

  test('saved results: single ones support no interval, rounds do', async () => {
    const target = await startTarget();
    const save = async (name: string, path: string, ...args: string[]): Promise<string> => {
      const file = join(folder, name);
      const own = ['-c', '10', '--mode', 'inline', '--out', file];
      const ended = await keptVolley(`${target.url}${path}`, ...own, ...args);
      expect(ended.code).toBe(0);
      return file;
    };
    const inRounds = ['-n', '20', '--repeat', '6'];
    const [a, b, many, again, other] = [
      await save('a.json', '', '-n', '20'),
      await save('b.json', '', '-n', '20'),
      await save('many.json', 'delay/2', ...inRounds),
      await save('again.json', 'delay/200', ...inRounds),
      await save('other.json', '', '-n', '20', '--timeout', '9s'),
    ];
    await save('open.json', '', '-n', '10', '-r', '100', '--repeat', '2');
    const single = await keptVolley('compare', a, b);
    expect(single.code).toBe(0);
    expect(single.stdout).toContain('One round each');
    expect(single.stdout).toContain('--repeat');
    const rounds = await keptVolley('compare', many, again, '-o', 'json', '--fail-if', 'slower');
    expect(rounds.code).toBe(1);
    expect(resultOf(rounds.stdout).pairs[0]?.figures.p50).toMatchObject({
      rounds: 6,
      decision: 'higher',
      low: expect.any(Number),
    });
    const faster = await keptVolley('compare', again, many, '--fail-if', 'slower');
    expect(faster.code).toBe(0);
    expect(faster.stdout).toContain('faster');
    expect(faster.stdout).not.toContain('slower');
    // As fast, and all of it redirects.
    const elsewhere = join(folder, 'elsewhere.json');
    writeFileSync(elsewhere, readFileSync(many, 'utf8').replaceAll(/"200": ?20\b/g, '"302":20'));
    const redirected = await keptVolley('compare', again, elsewhere, '--fail-if', 'slower');
    expect(redirected.code).toBe(1);
    expect(redirected.stdout.replaceAll(/\s+/g, ' ')).toContain('100.0 % of the good answers of B are 3xx');
    const repeated = JSON.parse(readFileSync(many, 'utf8')) as Comparison;
    expect(repeated).toMatchObject({ kind: 'repeat', arms: [{ rounds: { length: 6 } }] });
    expect(repeated.arms[0]?.figures.throughput?.low).toBeGreaterThan(0);

    const differing = await keptVolley('compare', a, other);
    expect(differing).toMatchObject({ code: 2, stdout: '' });
    expect(differing.stderr).toContain('different plans (timeoutMs): compare them with --force');
    const forced = await keptVolley('compare', a, other, '--force');
    expect(forced.code).toBe(0);
    expect(forced.stdout).toContain('The plans differ: timeoutMs.');

    const old = JSON.parse(readFileSync(a, 'utf8')) as Summary;
    writeFileSync(join(folder, 'old.json'), JSON.stringify({ ...old, schemaVersion: 99 }));
    const refused = await keptVolley('compare', a, join(folder, 'old.json'));
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('schema version 99');
    const useless = await keptVolley('compare', a, b, '-c', '5', '--rounds', '9');
    expect(useless.stderr).toContain('--concurrency has no effect on saved results');
    expect(useless.stderr).toContain('--rounds has no effect on saved results');
  });
});

describe('nothing is sent, and one sentence says why', () => {
  test.each([
    [['modes', 'URL', '--rounds', '1'], "--rounds '1'"],
    [['modes', 'URL', '--rounds', '21'], "--rounds '21'"],
    [['modes', 'URL', '--margin', '3'], "--margin '3': give a percentage"],
    [['modes', 'URL', '--metric', 'speed'], "--metric 'speed'"],
    [['modes', 'URL', '-w', '1,x'], "--workers 'x'"],
    [['modes', 'URL', '-o', 'csv'], "--output 'csv': choose one of text, json, markdown, html"],
    [
      ['modes', 'URL', '-o', 'a.csv'],
      "--output 'a.csv': this is the format of the report; for a file use --out a.csv",
    ],
    [['modes'], 'No URL was given'],
    [['compare', 'URL'], 'Two arguments are needed'],
    [['compare', 'URL', 'URL', '--fail-if', 'odd'], "--fail-if 'odd': choose one of slower, different"],
    [['compare', 'URL', 'URL', '--force'], '--force is for saved results'],
    [['compare', 'URL', 'package.json'], "'package.json' is a file, and the other is not"],
    [['compare', 'package.json', 'package.json'], 'it is not a result of volley'],
    [['compare', 'nofile.json', 'package.json'], "The result 'nofile.json' cannot be read"],
    [['compare', 'URL', 'URL', '--out', ''], "--out '': give the name of a file"],
    [['modes', 'URL', '--out', ''], "--out '': give the name of a file"],
    [['sweep', 'URL', '--out', ''], "--out '': give the name of a file"],
    [['URL', '--repeat', '0'], "--repeat '0'"],
    [['URL', '-d', '-1s'], "volley: --duration '-1s': give a time"],
  ])('%j', async (args, sentence) => {
    const target = await startTarget();
    const ended = await keptVolley(...args.map((arg) => (arg === 'URL' ? target.url : arg)));
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(sentence);
    expect(ended.stderr).not.toContain('is not an option');
    expect(ended.stderr).not.toContain('    at ');
    expect(target.stats().requests).toBe(0);
  });

  test('targets that nobody answers for end the comparison after a round', async () => {
    const port = await closedPort();
    const gone = `http://127.0.0.1:${port}/`;
    const ended = await keptVolley(
      'compare',
      gone,
      gone,
      '--mode',
      'inline',
      '-d',
      '100ms',
      '--warmup',
      '0s',
    );
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toMatch(
      /A: no request to .* succeeded \(connect: .*ECONNREFUSED.*nor any to another/,
    );
    expect(ended.stderr).not.toContain('round 2');
  });

  test('one that nobody answers for is worse, and the other rounds are kept', async () => {
    const target = await startTarget();
    const port = await closedPort();
    const ended = await keptVolley(
      'compare',
      target.url,
      `http://127.0.0.1:${port}/`,
      '--mode',
      'inline',
      '-d',
      '100ms',
      '--warmup',
      '0s',
      '--rounds',
      '2',
      '-o',
      'json',
    );
    expect(ended.code).toBe(1);
    const { arms, pairs, conclusions } = resultOf(ended.stdout);
    expect(arms.map(({ failures, rounds }) => [failures?.share, rounds.length])).toEqual([
      [0, 2],
      [1, 2],
    ]);
    expect(pairs[0]?.failures?.decision).toBe('more');
    expect(conclusions).toEqual(['B failed 100.0 % of its requests, A 0.0 %: B is worse.']);
  });
});
