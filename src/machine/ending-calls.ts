import { syncBuiltinESMExports } from 'node:module';

/** What to do instead, where code runs that must not end this process; null elsewhere. */
type Refusal = () => string | null;

const refusals = new Set<Refusal>();
/** With what Node's own `exit` ends, which libraries call and replace; Node's types do not have it. */
interface Ending extends Pick<NodeJS.Process, 'exit' | 'abort' | 'kill'> {
  reallyExit: (code?: number) => never;
}

/** Code of the user's may take `process` away. */
const ending = process as NodeJS.Process & Ending;
let own: Ending | null = null;
/** Set once `exit` is called and not refused. */
let isEnding = false;

/**
 * From now on `process.exit()`, `process.abort()` and `process.kill()` of this process or the one above it throw where
 * `refusal` says so: they would end volley as if all were well, or without a word. Until the function returned is called.
 */
export function refuseEnding(refusal: Refusal): () => void {
  refusals.add(refusal);
  if (own === null) {
    const { exit, abort, kill, reallyExit } = ending;
    own = { exit, abort, kill, reallyExit };
    // Given as many arguments as it was: with one that is undefined, it forgets the exit code that was set.
    ending.exit = (...code) => {
      refuse('exit');
      isEnding = true;
      return exit.apply(ending, code);
    };
    ending.reallyExit = (code) => {
      if (!isEnding && (code ?? 0) === 0) refuse('reallyExit');
      return reallyExit.call(ending, code);
    };
    ending.abort = () => {
      refuse('abort');
      return abort.call(ending);
    };
    ending.kill = (pid, signal) => {
      if (signal !== 0 && (pid <= 0 || pid === ending.pid || pid === ending.ppid)) refuse('kill');
      return kill.call(ending, pid, signal);
    };
    // For those who have imported them by name.
    syncBuiltinESMExports();
  }
  return () => {
    refusals.delete(refusal);
    if (refusals.size > 0 || own === null) return;
    Object.assign(ending, own);
    own = null;
    syncBuiltinESMExports();
  };
}

/** Ends this process whoever's code runs. */
export function endProcess(code: number): never {
  isEnding = true;
  return (own?.exit ?? ending.exit).call(ending, code);
}

/** @throws Error if any refusal applies */
function refuse(name: string): void {
  for (const refusal of refusals) {
    const instead = refusal();
    if (instead !== null) throw new Error(`process.${name}() was called, which would end volley: ${instead}`);
  }
}
