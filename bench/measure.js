import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

/** The core of each side; null where nothing can be pinned. */
export const PINS = { server: canPin ? '0' : null, client: canPin ? '1' : null };

/** A command that runs on one core, where that can be had. */
export function pinned(core, command, args) {
  return core === null ? [command, args] : ['taskset', ['-c', core, command, ...args]];
}

export function isInstalled(command) {
  return spawnSync('which', [command]).status === 0;
}

/** Runs a tool once; its CPU is that of the whole process tree, from the operating system. */
export async function measure({ command, args, requestsIn }) {
  const before = childrenCpuMs();
  const startedAt = performance.now();
  const child = spawn(...pinned(PINS.client, command, args), { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${code}`);
  const { requests, perSecond } = requestsIn(output, performance.now() - startedAt);
  return { cpuMicros: ((childrenCpuMs() - before) * 1_000) / requests, perSecond };
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// Of children that have ended, in clock ticks of 10 ms (proc(5), fields 16 and 17).
function childrenCpuMs() {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}
