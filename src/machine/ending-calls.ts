import { syncBuiltinESMExports } from 'node:module';

/** What to do instead, where code runs that must not end this process; null elsewhere. */
type Refusal = () => string | null;

const refusals = new Set<Refusal>();
let own: Pick<NodeJS.Process, 'exit' | 'abort' | 'kill'> | null = null;

/**
 * From now on `process.exit()`, `process.abort()` and `process.kill()` of this process or the one above it throw where
 * `refusal` says so: they would end volley as if all were well, or without a word. Until the function returned is called.
 */
export function refuseEnding(refusal: Refusal): () => void {
  refusals.add(refusal);
  if (own === null) {
    const { exit, abort, kill } = process;
    own = { exit, abort, kill };
    process.exit = (code) => {
      refuse('exit');
      return exit.call(process, code);
    };
    process.abort = () => {
      refuse('abort');
      return abort.call(process);
    };
    process.kill = (pid, signal) => {
      if (signal !== 0 && (pid <= 0 || pid === process.pid || pid === process.ppid)) refuse('kill');
      return kill.call(process, pid, signal);
    };
    // For those who have imported them by name.
    syncBuiltinESMExports();
  }
  return () => {
    refusals.delete(refusal);
    if (refusals.size > 0 || own === null) return;
    Object.assign(process, own);
    own = null;
    syncBuiltinESMExports();
  };
}

/** @throws Error if any refusal applies */
function refuse(name: string): void {
  for (const refusal of refusals) {
    const instead = refusal();
    if (instead !== null) throw new Error(`process.${name}() was called, which would end volley: ${instead}`);
  }
}
