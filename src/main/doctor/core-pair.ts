import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Cores for the server and for the measuring client. */
export type CorePair = readonly [server: number, client: number];

/** Two cores this process may use, if processes can be pinned to them (Linux with taskset); else null. */
export function separateCores(): CorePair | null {
  if (process.platform !== 'linux' || spawnSync('taskset', ['--version']).status !== 0) return null;
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(read('/proc/self/status'))?.[1] ?? '';
  return pairOf(coresIn(allowed), (core) =>
    coresIn(read(`/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`)),
  );
}

/** The first core and another one, if possible not a second hardware thread of the first. */
export function pairOf(
  allowed: readonly number[],
  siblingsOf: (core: number) => readonly number[],
): CorePair | null {
  const [first, second] = allowed;
  if (first === undefined || second === undefined) return null;
  const siblings = siblingsOf(first);
  return [first, allowed.find((core) => core !== first && !siblings.includes(core)) ?? second];
}

/** Parses the kernel's lists of numbers: `0-3,8` is 0, 1, 2, 3 and 8. */
export function coresIn(list: string): number[] {
  return [...list.matchAll(/(\d+)(?:-(\d+))?/g)].flatMap(([, from, to = from]) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index),
  );
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
