import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Rounds } from '../../src/main/compare/rounds.ts';
import type { Summary } from '../../src/main/index.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { BIN, ROOT } from '../support/cli.ts';
import { eventually } from '../support/processes.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();

/** The processes that this one has started. */
function children(): number[] {
  const text = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
  return text.trim().split(' ').filter(Boolean).map(Number);
}

test('a run that stood still for longer than its grace period goes on and reports', async () => {
  const target = await startTarget();
  const results = ['threads', 'processes'].map(async (mode) => {
    const child = spawn(
      process.execPath,
      [BIN, target.url, '-d', '1s', '--timeout', '500ms', '-c', '2', '-w', '2', '--mode', mode, '-o', 'json'],
      { cwd: ROOT, detached: true, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const ended = once(child, 'close');
    await delay(1_200);
    process.kill(-child.pid!, 'SIGSTOP');
    await delay(8_000);
    process.kill(-child.pid!, 'SIGCONT');
    await ended;
    const { workers, degraded } = JSON.parse(stdout) as Summary;
    return { degraded, lost: workers.map((worker) => worker.lost) };
  });
  for (const result of await Promise.all(results))
    expect(result).toEqual({ degraded: false, lost: [false, false] });
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
    'A round of A was not heard of for 3 s and was ended: its process was stopped or hung. Measure again.',
  );
});
