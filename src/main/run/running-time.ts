const TICK_MS = 1_000;

/**
 * Calls back after `delayMs` during which this process could run. While it stands still (SIGSTOP, a sleeping
 * machine) it receives nothing, so that time must not count against those it waits for.
 *
 * @returns a function that cancels the wait
 */
export function afterRunning(delayMs: number, onOver: () => void): () => void {
  let leftMs = delayMs;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const partMs = Math.max(0, Math.min(leftMs, TICK_MS));
    timer = setTimeout(() => {
      leftMs -= partMs;
      // First read what arrived meanwhile.
      if (leftMs > 0) wait();
      else setImmediate(() => setImmediate(finish));
    }, partMs);
  };
  let isEnded = false;
  const finish = (): void => {
    if (!isEnded) onOver();
  };
  wait();
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}
