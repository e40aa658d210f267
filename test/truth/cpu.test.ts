import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { volley } from '../support/cli.ts';
import keepCompiledCode from '../support/compile-cache.ts';
import { useTargets } from '../support/target.ts';

// Alone, as all that is timed: beside other tests each instruction takes longer.
const startTarget = useTargets();
keepCompiledCode();

/** CPU of all children that have ended, their own included (proc(5): fields 16 and 17, in ticks of 10 ms). */
function childrenCpuMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

interface Measured {
  readonly generator: Summary['generator'];
  readonly workers: Summary['workers'];
  /** Of the whole process tree. */
  readonly outsideMs: number;
}

test.each(['threads', 'processes', 'inline'])(
  '%s: the CPU of workers, coordinator and the rest is that of the process tree',
  async (mode) => {
    const target = await startTarget();
    const measure = async (...load: string[]): Promise<Measured> => {
      const before = childrenCpuMs();
      const ended = await volley(target.url, ...load, '-c', '8', '--mode', mode, '-o', 'json');
      const outsideMs = childrenCpuMs() - before;
      const { generator, workers } = JSON.parse(ended.stdout) as Summary;
      return { generator, workers, outsideMs };
    };
    // Starting Node and loading volley, and printing the result, come before and after what is measured. What that
    // takes on this machine, a run of one request shows.
    const besideMs = ({ outsideMs, generator }: Measured): number => outsideMs - generator.cpuMs;
    const aloneMs = besideMs(await measure('-n', '1'));
    let leastMoreMs = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 8 && leastMoreMs >= aloneMs; attempt++) {
      const measured = await measure('-d', '1s');
      const { cpuMs, workersCpuMs, coordinatorCpuMs, runtimeCpuMs } = measured.generator;
      expect(workersCpuMs + coordinatorCpuMs + runtimeCpuMs).toBeCloseTo(cpuMs, 3);
      expect(workersCpuMs).toBeCloseTo(
        measured.workers.reduce((sum, worker) => sum + worker.cpuMs, 0),
        6,
      );
      expect(coordinatorCpuMs).toBeGreaterThan(0);
      expect(measured.outsideMs).toBeGreaterThan(cpuMs * 0.95);
      leastMoreMs = Math.min(leastMoreMs, besideMs(measured) - aloneMs - cpuMs * 0.1);
    }
    // Not as much again: a run of a second leaves no CPU uncounted that one request does not.
    expect(leastMoreMs).toBeLessThan(aloneMs);
  },
);
