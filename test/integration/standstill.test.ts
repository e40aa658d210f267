import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { resolveBatch } from '../../src/main/batch/resolve-batch.ts';
import { startBatch } from '../../src/main/batch/run-batch.ts';
import { Rounds } from '../../src/main/compare/rounds.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { BIN, ROOT } from '../support/cli.ts';
import { childrenOf, eventually } from '../support/processes.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();

/** The processes that this one has started. */
function children(): number[] {
  const text = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  return text.trim().split(' ').filter(Boolean).map(Number);
}

const STOOD_STILL = /^volley itself stood still for [\d.]+ s, as if its process had been stopped: /;

/** A run of which everything, or one worker's process, stands still for so long from soon after its first requests on. */
async function frozen(
  args: readonly string[],
  stillMs: number,
  which: 'all' | 'a worker',
  hasBegun: () => boolean,
): Promise<{ code: number; stderr: string; summary: Summary }> {
  const child = spawn(process.execPath, [BIN, ...args, '-o', 'json'], {
    cwd: ROOT,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close');
  await eventually(hasBegun, 'the run sends');
  await delay(500);
  const pid = which === 'all' ? -child.pid! : childrenOf(child.pid!).at(-1)!;
  process.kill(pid, 'SIGSTOP');
  await delay(stillMs);
  process.kill(pid, 'SIGCONT');
  const [code] = (await ended) as [number];
  return { code, stderr, summary: JSON.parse(stdout) as Summary };
}

async function whereAllStandsStill(): Promise<void> {
  const load = ['-d', '3s', '--timeout', '500ms', '-c', '2', '-w', '2'];
  const kinds = [
    ['threads', 'wire'],
    ['processes', 'undici'],
  ] as const;
  const results = kinds.map(async ([mode, client]) => {
    // Each has its own: the other may begin later.
    const target = await startTarget();
    const hasBegun = () => target.stats().requests > 8;
    const words = [`${target.url}delay/20`, ...load, '--mode', mode, '--client', client];
    return frozen(words, 9_500, 'all', hasBegun);
  });
  for (const { code, summary } of await Promise.all(results)) {
    expect(summary.workers.map((worker) => worker.lost)).toEqual([false, false]);
    expect(summary.degradedReasons[0]).toMatch(STOOD_STILL);
    expect([summary.degraded, code]).toEqual([true, 3]);
  }
}

/** Its timeouts are not laid at the target's door. */
async function whereOneWorkerIsStopped(): Promise<void> {
  const target = await startTarget();
  const hasBegun = () => target.stats().requests > 8;
  const load = [
    '-d',
    '4s',
    '--timeout',
    '1s',
    '-c',
    '4',
    '-w',
    '2',
    '--mode',
    'processes',
    '--client',
    'wire',
  ];
  const { code, summary } = await frozen([`${target.url}delay/300`, ...load], 2_500, 'a worker', hasBegun);
  expect(summary.requests.failed).toBeGreaterThan(0);
  expect(summary.generator.verdict).toBe('failing');
  expect(summary.generator.reasons[1]).toMatch(/^volley itself stood still for [\d.]+ s, which may be why/);
  expect(summary.degradedReasons[0]).toMatch(STOOD_STILL);
  expect(code).toBe(3);
}

test('a run that stood still for longer than its grace period goes on, reports, and says so; so does one whose worker did', async () => {
  // Most of both is waiting.
  await Promise.all([whereAllStandsStill(), whereOneWorkerIsStopped()]);
});

test('a worker of a batch that is stopped for good holds it no longer, and others send its rows', async () => {
  const target = await startTarget();
  const rows = join(mkdtempSync(join(tmpdir(), 'volley-test-')), 'rows.csv');
  writeFileSync(rows, `id\n${Array.from({ length: 400 }, (_, index) => index).join('\n')}\n`);
  const options = {
    rows,
    run: {
      url: `${target.url}delay/10?{{id}}`,
      concurrency: 4,
      workers: 2,
      mode: 'processes',
      client: 'wire',
    },
    select: [],
    retryUnsafe: false,
    resume: false,
    retryFailed: false,
    force: false,
    isCsvSafe: false,
    out: `${rows}.out`,
  } as const;
  const before = children();
  const run = await startBatch(await resolveBatch(options, []), { longestSilenceMs: 3_000 });
  await eventually(() => target.stats().requests > 20, 'the batch runs');
  const [pid] = children().filter((child) => !before.includes(child));
  process.kill(pid!, 'SIGSTOP');
  const { isComplete, counts, returned, summary } = await run.result;
  expect([isComplete, counts.done]).toEqual([true, 400]);
  expect(returned).toBeGreaterThan(0);
  expect(summary.degradedReasons[0]).toMatch(/^Worker \d was lost: nothing was heard from it for 3 s/);
});

test('a round whose process is stopped is ended with a sentence', async () => {
  const target = await startTarget();
  const plan = await resolvePlan({ url: `${target.url}delay/1`, duration: '60s', mode: 'inline' });
  const rounds = new Rounds([{ name: 'A', plan }], 2, () => {}, 3_000);
  const before = children();
  const measured = rounds.measure();
  measured.catch(() => {});
  await eventually(() => target.stats().requests > 0, 'the round runs');
  const [pid] = children().filter((child) => !before.includes(child));
  process.kill(pid!, 'SIGSTOP');
  await expect(measured).rejects.toThrow(
    'A round of A was silent for 3 s and was ended: its process was stopped or hung. Measure again.',
  );
});
