import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;
const MEMORY_SAMPLE_MS = 100;

/** The core of each side; null where nothing can be pinned. */
export const PINS = { server: canPin ? '0' : null, client: canPin ? '1' : null };

/** A command that runs on one core, where that can be had. */
export function pinned(core, command, args) {
  return core === null ? [command, args] : ['taskset', ['-c', core, command, ...args]];
}

export function isInstalled(command) {
  return spawnSync('which', [command]).status === 0;
}

/**
 * Runs a tool once. Its CPU is that of the whole process tree, from the operating system, and of its workers alone where
 * it tells; its memory the largest sum of resident sets that was seen, ten times a second.
 */
export async function measure({ command, args, read }) {
  const before = childrenCpuMs();
  const startedAt = performance.now();
  const child = spawn(...pinned(PINS.client, command, args), { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let errors = '';
  let memoryBytes = 0;
  const timer = setInterval(() => {
    memoryBytes = Math.max(memoryBytes, treeMemoryBytes(child.pid));
  }, MEMORY_SAMPLE_MS);
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  const [code] = await once(child, 'close');
  clearInterval(timer);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} exited with ${code}: ${errors.slice(-500)}`);
  const { requests, p50Ms, workersCpuMs = null } = read(output);
  const cpuMs = childrenCpuMs() - before;
  const wallMs = performance.now() - startedAt;
  return {
    requests,
    cpuMicros: (cpuMs * 1_000) / requests,
    workersMicros: workersCpuMs === null ? null : (workersCpuMs * 1_000) / requests,
    wallMs,
    perSecond: (requests * 1_000) / wallMs,
    p50Ms,
    memoryMb: memoryBytes / 2 ** 20,
  };
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// Of children that have ended, in clock ticks of 10 ms (proc(5), fields 16 and 17).
function childrenCpuMs() {
  const [, , , , , , , , , , , , , user, system] = statOf('self');
  return (Number(user) + Number(system)) * 10;
}

function treeMemoryBytes(pid) {
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name)) parents.set(Number(name), Number(statOf(name)[1]));
  }
  let bytes = 0;
  for (const candidate of parents.keys()) {
    let ancestor = candidate;
    while (ancestor !== undefined && ancestor !== pid) ancestor = parents.get(ancestor);
    if (ancestor === pid) bytes += Number(statOf(candidate)[21] ?? 0) * 4_096;
  }
  return bytes;
}

/** The fields of /proc/…/stat from the state on; none for a process that has just ended. */
function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
