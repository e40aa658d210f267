import { exec } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import type { Comparison } from '../../src/protocol/comparison.ts';
import { ROOT } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { listening, useTargets } from '../support/target.ts';

const volley = useKeptProcess();
const startTarget = useTargets();
const folder = mkdtempSync(join(tmpdir(), 'volley-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Answers this many of a hundred requests with 500. */
async function faultyTarget(percent: number): Promise<string> {
  let count = 0;
  const server = createServer((_request, response) => {
    response.writeHead(count++ % 100 < percent ? 500 : 200).end('x');
  });
  servers.push(server);
  return `http://127.0.0.1:${await listening(server)}/`;
}

describe('a target of which much fails', () => {
  test('breaks the rule that every other rule implies; on stderr too where the result is for a machine', async () => {
    const url = await faultyTarget(90);
    const { code, stdout, stderr } = await volley(
      url,
      '-n',
      '300',
      '--mode',
      'inline',
      '--threshold',
      'p95<30s',
      '-o',
      'json',
    );
    const { thresholds, generator } = JSON.parse(stdout) as Summary;
    expect(thresholds).toMatchObject([
      { expression: 'p95<30s', isImplied: false, ok: true },
      { expression: 'error-rate<=1%', isImplied: true, measured: 0.9, ok: false },
    ]);
    expect(generator.verdict).toBe('failing');
    expect(stderr).toContain(
      'volley: error-rate<=1% did not hold: 90.0 % (implied, since no rule says what may fail).\n',
    );
    expect(stderr).not.toContain('p95');
    expect(code).toBe(1);
  });

  test('keeps a rule that allows it', async () => {
    const url = await faultyTarget(90);
    const rules = ['--threshold', 'p95<30s', '--threshold', 'error-rate<=90%'];
    const { code, stdout, stderr } = await volley(url, '-n', '300', '--mode', 'inline', ...rules);
    expect(stderr).toBe('');
    expect(stdout).toContain('✓ error-rate<=90%   90.0 %');
    expect(stdout).toContain('30 ok, 270 failed (90.0 %)');
    expect(stdout).toMatch(/^verdict {4}failing\. 90\.0 % of the requests failed \(270 of 300\)/m);
    expect(code).toBe(0);
  });

  test.each([
    [8, 1, '<failure type="threshold" message="measured 8.0 % (implied'],
    [1, 0, '<testcase classname="volley" name="error-rate&lt;=1%" time='],
  ])('with %d %% failed junit and the exit code, %d, agree', async (percent, expected, text) => {
    const { code, stdout } = await volley(
      await faultyTarget(percent),
      '-n',
      '300',
      '--mode',
      'inline',
      '-o',
      'junit',
    );
    expect(stdout).toContain(text);
    expect(stdout).toContain(`failures="${expected}"`);
    expect(code).toBe(expected);
  });

  test('a percentile of too few requests says how many it takes', async () => {
    const { url } = await startTarget();
    const rule = ['--threshold', 'p99.9<1s'];
    const { code, stdout, stderr } = await volley(
      url,
      ...['-n', '200', '--mode', 'inline', ...rule, '-o', 'csv'],
    );
    expect(stderr).toContain('p99.9<1s did not hold: too few requests to tell: it takes 1,000 requests.');
    expect(stdout).not.toContain('did not hold');
    expect(code).toBe(1);
  });
});

describe('a comparison', () => {
  test('never praises the errors of the arm that fails more', async () => {
    const { url } = await startTarget();
    const failing = await faultyTarget(90);
    const args = ['--rounds', '2', '-n', '100', '-c', '2', '--mode', 'inline', '--warmup', '0s'];
    const ended = await volley(
      'compare',
      `${url}delay/3`,
      failing,
      ...args,
      '--fail-if',
      'slower',
      '-o',
      'json',
    );
    const { arms, pairs, conclusions } = JSON.parse(ended.stdout) as Comparison;
    expect(arms.map(({ failures }) => failures)).toEqual([
      { sent: 200, failed: 0, share: 0 },
      { sent: 200, failed: 180, share: 0.9 },
    ]);
    expect(pairs[0]?.failures?.decision).toBe('more');
    expect(conclusions[0]).toMatch(
      /^B failed 90\.0 % of its requests, A 0\.0 %: B is worse, regardless of the other figures/,
    );
    expect(ended.stderr).toContain(conclusions[0]);
    expect(ended.code).toBe(1);
  });

  test('of rounds that are saved has a better arm, which differs and is not slower', async () => {
    const { url } = await startTarget();
    const args = ['--repeat', '2', '-n', '100', '-c', '2', '--mode', 'inline', '--warmup', '0s', '--out'];
    const [failing, good] = [join(folder, 'failing-rounds.json'), join(folder, 'good-rounds.json')];
    await volley(await faultyTarget(90), ...args, failing);
    await volley(`${url}delay/3`, ...args, good);
    const better = await volley('compare', failing, good, '--fail-if', 'slower');
    expect(better.stdout).toMatch(/B is better/);
    expect(better.stdout).toMatch(/^A +1 +\S+\/s +90\.0 % /m);
    expect(better.stdout).toMatch(/note: A: 180 of 200 requests failed \(90\.0 %\)\./);
    expect(better.code).toBe(0);
    const different = await volley('compare', failing, good, '--fail-if', 'different');
    expect(different.code).toBe(1);
  });

  test('of saved results goes by failures too, also where all failed', async () => {
    const { url } = await startTarget();
    const save = async (name: string, path: string): Promise<string> => {
      const file = join(folder, name);
      await volley(`${url}${path}`, '-n', '50', '-c', '2', '--mode', 'inline', '--out', file);
      return file;
    };
    const [good, bad, alsoBad] = [
      await save('good.json', 'delay/2'),
      await save('bad.json', 'status/500'),
      await save('also.json', 'status/503'),
    ];
    const worse = await volley('compare', good, bad, '--fail-if', 'slower');
    expect(worse.stdout).toMatch(/^B failed 100\.0 % of its requests, A 0\.0 %: B is worse/m);
    expect(worse.stdout).not.toContain('faster');
    expect(worse.code).toBe(1);
    const nothing = await volley('compare', bad, alsoBad, '--fail-if', 'slower');
    expect(nothing.stdout).toContain('Neither B nor A had a successful request');
    expect(nothing.code).toBe(1);
  });
});

const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('with 100 open files', () => {
  const limited = (...args: string[]): Promise<{ code: number; stderr: string; stdout: string }> =>
    new Promise((resolve) => {
      const command = `ulimit -n 100; exec "${process.execPath}" bin/volley.js ${args.join(' ')}`;
      exec(command, { cwd: ROOT }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });

  test.each([
    ['-c 500 -n 1000', "--concurrency '500' asks for 500 connections, but this process may"],
    [
      '-c 500 -d 1s --mode processes -w 2',
      "--concurrency '500' asks for 500 connections, but each process may",
    ],
    ['-r 10 --max-in-flight 300 -d 1s', "--max-in-flight '300' asks for 300 connections"],
    ['-r 10 -c 300 -d 1s', "--concurrency '300' asks for 300 connections"],
    ['-c 30 -w 20 -n 1000', "--concurrency '30' asks for 30 connections"],
    ['-c 500 -n 1000 --repeat 2', "--concurrency '500' asks"],
  ])('%s is refused before the start', async (args, sentence) => {
    const target = await startTarget();
    const { code, stderr, stdout } = await limited(target.url, args);
    expect(stderr).toContain(`volley: ${sentence}`);
    expect(stderr).toContain('raise the limit (ulimit -n), or ask for fewer.');
    expect([code, stdout, target.stats().requests]).toEqual([2, '', 0]);
  });

  test.each([
    '-c 45 -n 500 -w 1',
    '-c 100 -n 500 -w 2 --mode processes',
    '-c 500 -n 30 -w 1',
    '-r 200 -n 100 -w 1',
  ])('%s has enough', async (args) => {
    const target = await startTarget();
    const { code, stdout } = await limited(`${target.url}delay/20`, args, '-o json');
    const { requests } = JSON.parse(stdout) as Summary;
    expect([code, requests.failed]).toEqual([0, 0]);
  });
});
