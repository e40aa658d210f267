import type { Run } from '../run/run-handle.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * The first Ctrl-C (or SIGTERM) stops the run, the second ends it at once. Returns a function that takes
 * the handlers off again.
 */
export function handleInterrupts(run: Pick<Run, 'stop' | 'abort'>, say: (line: string) => void): () => void {
  let times = 0;
  const onSignal = (): void => {
    times++;
    if (times === 1) {
      say('stopping: waiting for what is in flight, at most 5 s; press Ctrl-C again to end at once.');
      run.stop();
    } else {
      run.abort();
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}
