import type { Run } from '../run/run-handle.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** What signals and keys do to a run. */
export interface Interrupts {
  /** Stops the run; ignored if it has been stopped. */
  stop(): void;
  abort(): void;
  /** Stops the run; if it has been stopped, ends it at once. */
  interrupt(): void;
  /** Removes the handlers. */
  remove(): void;
}

/** The first Ctrl-C (or SIGTERM) stops the run, the second ends it at once. */
export function interruptible(run: Pick<Run, 'stop' | 'abort'>, say: (line: string) => void): Interrupts {
  let isStopped = false;
  const stop = (): void => {
    if (isStopped) return;
    isStopped = true;
    say('stopping: waiting at most 5 s for what is in flight; press Ctrl-C again to end at once.');
    run.stop();
  };
  const abort = (): void => {
    isStopped = true;
    run.abort();
  };
  const interrupt = (): void => (isStopped ? abort() : stop());
  for (const signal of SIGNALS) process.on(signal, interrupt);
  return {
    ...{ stop, abort, interrupt },
    remove: () => {
      for (const signal of SIGNALS) process.off(signal, interrupt);
    },
  };
}

/** The same for signals only. Returns a function that removes the handlers. */
export function handleInterrupts(run: Pick<Run, 'stop' | 'abort'>, say: (line: string) => void): () => void {
  return interruptible(run, say).remove;
}
