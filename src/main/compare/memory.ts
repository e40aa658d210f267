import { readFileSync } from 'node:fs';
import type { RoundCost } from '../../protocol/comparison.ts';
import { BYTES_PER_KIB } from '../../protocol/units.ts';

const SAMPLE_INTERVAL_MS = 200;

/**
 * Measures the memory of a process and its descendants from outside, at no cost to them:
 * the sum of proportional set sizes, in which a shared page counts once. Linux only.
 */
export class MemoryWatch {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #peakBytes = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_INTERVAL_MS);
  }

  /** Ends the measurement. `residentBytes` is used if the system provides no proportional sizes. */
  close(residentBytes: number): RoundCost {
    clearInterval(this.#timer);
    return this.#peakBytes > 0
      ? { peakMemoryBytes: this.#peakBytes, memoryKind: 'proportional' }
      : { peakMemoryBytes: residentBytes, memoryKind: 'resident' };
  }

  #sample(): void {
    const bytes = treeOf(this.#pid).reduce((sum, pid) => sum + proportionalBytes(pid), 0);
    this.#peakBytes = Math.max(this.#peakBytes, bytes);
  }
}

/** The process and all its descendants. */
function treeOf(root: number): number[] {
  const tree = [root];
  // A child is listed under the thread that started it; in Node that is the first one.
  for (const pid of tree) {
    const children = read(`/proc/${pid}/task/${pid}/children`);
    tree.push(...children.split(' ').filter(Boolean).map(Number));
  }
  return tree;
}

function proportionalBytes(pid: number): number {
  const [, kib] = /^Pss:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/smaps_rollup`)) ?? [];
  return kib === undefined ? 0 : Number(kib) * BYTES_PER_KIB;
}

/** Empty if there is no such file, for instance because a process has just ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
