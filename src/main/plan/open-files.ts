import { openFileLimit, openFilesNow } from '../../machine/open-file-limit.ts';
import type { WorkerMode } from '../../protocol/plan.ts';
import type { Problems } from './problems.ts';
import { phrase, type Words } from './words.ts';

/** Files of an event loop itself: polling, waking, its clock. 6 were observed for each thread. */
const FILES_PER_THREAD = 6;
/** Files of a worker process before its connections. 23 were observed. */
const FILES_OF_A_PROCESS = 26;
/** Reserve for result files, look-ups, and connections that are being replaced. */
const SPARE_FILES = 14;

/** The number of connections that the limit of open files allows. */
interface OpenFiles {
  /** The soft limit of each process; infinite if the system does not report one. */
  readonly limit: number;
  /** Over all workers. */
  readonly connections: number;
}

/** What the limit of open files leaves for connections: each process has its own limit, threads share one. */
export function openFilesFor(mode: WorkerMode | null, workers: number): OpenFiles {
  const limit = openFileLimit();
  if (mode === 'processes')
    return { limit, connections: Math.max(0, limit - FILES_OF_A_PROCESS - SPARE_FILES) * workers };
  const own = openFilesNow() + FILES_PER_THREAD * workers + SPARE_FILES;
  return { limit, connections: Math.max(0, limit - own) };
}

/** Notes a problem if more connections are requested than files can be open. */
export function checkOpenFiles(
  asked: number,
  option: Words,
  mode: WorkerMode | null,
  workers: number,
  problems: Problems,
): void {
  const { limit, connections } = openFilesFor(mode, workers);
  if (asked <= connections) return;
  const whose = mode === 'processes' ? 'each process' : 'this process';
  problems.add(
    phrase`${option} asks for ${asked} connections, but ${whose} may have ${limit} files open, which leaves ${connections} for connections: raise the limit (ulimit -n), or ask for fewer.`,
  );
}
