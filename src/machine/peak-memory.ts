import { readFileSync } from 'node:fs';

/**
 * The largest resident set of this process so far, in KiB. Linux hands the figure of `getrusage` on through fork and exec:
 * a process that a large one starts begins with that one's peak. What the kernel keeps for this process's own memory
 * (VmHWM) does not; elsewhere there is only the former.
 */
export function peakRssKib(): number {
  return ownPeakKib() ?? process.resourceUsage().maxRSS;
}

function ownPeakKib(): number | null {
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return found === undefined ? null : Number(found);
  } catch {
    return null;
  }
}
