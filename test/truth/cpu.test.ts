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

test.each(['threads', 'processes', 'inline'])(
  '%s: the CPU of workers, coordinator and the rest is that of the process tree',
  async (mode) => {
    const target = await startTarget();
    let leastBesideMs = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 8 && leastBesideMs >= 250; attempt++) {
      const before = childrenCpuMs();
      const ended = await volley(target.url, '-d', '1500ms', '-c', '8', '--mode', mode, '-o', 'json');
      const outside = childrenCpuMs() - before;
      const { generator, workers } = JSON.parse(ended.stdout) as Summary;
      const { cpuMs, workersCpuMs, coordinatorCpuMs, runtimeCpuMs } = generator;
      expect(workersCpuMs + coordinatorCpuMs + runtimeCpuMs).toBeCloseTo(cpuMs, 3);
      expect(workersCpuMs).toBeCloseTo(
        workers.reduce((sum, worker) => sum + worker.cpuMs, 0),
        6,
      );
      expect(coordinatorCpuMs).toBeGreaterThan(0);
      // Starting Node and loading volley, and printing the result, come before and after what is measured.
      expect(outside).toBeGreaterThan(cpuMs * 0.95);
      leastBesideMs = Math.min(leastBesideMs, outside - cpuMs * 1.1);
    }
    // A busy machine can only add to it.
    expect(leastBesideMs).toBeLessThan(250);
  },
);
