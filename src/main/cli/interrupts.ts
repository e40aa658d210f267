import { afterAll, endWith } from '../../machine/shared-code.ts';
import { EXIT_CODES } from '../../protocol/exit-codes.ts';
import { hasCodeOfUsers } from '../pool/own-process.ts';
import type { Run } from '../run/run-handle.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Without a terminal, a signal to the process group (that of `timeout`, for one) comes twice where another Node has
 * started this one: from its sender, and passed on by the starter. Nobody presses Ctrl-C twice within this time.
 */
const ONE_PRESS_MS = 150;

/** Far longer than it takes, teardown included. */
const LONGEST_STOP_MS = 120_000;
const LONGEST_ABORT_MS = 10_000;

/** Code of the user's can break whatever the end waits for. */
function boundEnd(ms: number): void {
  if (hasCodeOfUsers())
    afterAll(ms, () =>
      endWith('interrupted, and nothing came to its end: there is no result.', EXIT_CODES.interrupted),
    );
}

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
    boundEnd(LONGEST_STOP_MS);
  };
  const abort = (): void => {
    isStopped = true;
    run.abort();
    boundEnd(LONGEST_ABORT_MS);
  };
  const interrupt = (): void => (isStopped ? abort() : stop());
  let lastAtMs = Number.NEGATIVE_INFINITY;
  const hear = (): void => {
    const atMs = performance.now();
    const isSamePress = atMs - lastAtMs < ONE_PRESS_MS;
    lastAtMs = atMs;
    if (!isSamePress) interrupt();
  };
  for (const signal of SIGNALS) process.on(signal, hear);
  return {
    ...{ stop, abort, interrupt },
    remove: () => {
      for (const signal of SIGNALS) process.off(signal, hear);
    },
  };
}

/** The same for signals only. Returns a function that removes the handlers. */
export function handleInterrupts(run: Pick<Run, 'stop' | 'abort'>, say: (line: string) => void): () => void {
  return interruptible(run, say).remove;
}
