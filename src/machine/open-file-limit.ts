import { readdirSync, readFileSync } from 'node:fs';

/**
 * How many files a process may have open; infinite where the system does not say. In Node the soft limit is raised to
 * the hard one at its start, so this is what `ulimit -Hn` says.
 */
export function openFileLimit(): number {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
  } catch {
    return limitInReport(process.report?.getReport());
  }
}

/** What Node's report on its own process says: on every system but Windows, which has no such limit. */
export function limitInReport(report: unknown): number {
  const limits = (report as { userLimits?: { open_files?: { soft?: unknown } } } | undefined)?.userLimits;
  const limit = limits?.open_files?.soft;
  return typeof limit === 'number' ? limit : Number.POSITIVE_INFINITY;
}

/** How many of them this process has open; 0 where the system does not say. */
export function openFilesNow(): number {
  for (const folder of ['/proc/self/fd', '/dev/fd']) {
    try {
      return readdirSync(folder).length;
    } catch {
      // The next one: macOS has the second.
    }
  }
  return 0;
}
