import { readFileSync } from 'node:fs';

/**
 * The largest resident set of this process so far, in KiB. On Linux it is VmHWM, since a process inherits the figure of
 * `getrusage` through fork and exec: a child of a large process would begin with that one's peak. Other systems have only
 * `getrusage`.
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
