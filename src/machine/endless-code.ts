import { Worker } from 'node:worker_threads';

/** How often the event loop shows that it goes round. */
const BEAT_MS = 50;

/** Shared with the watching thread: rounds of the event loop, and whether the code was ended. */
const BEATS = 0;
const ENDED = 1;

/**
 * Runs in a thread of its own, since code that never ends leaves no time to anything else in this one. Terminating lets
 * the code of that moment go no further, and the event loop on.
 */
const WATCH = `
const { workerData: { shared, longestMs, beatMs } } = require('node:worker_threads');
const { Session } = require('node:inspector');
let [beats, sinceMs] = [-1, 0];
setInterval(() => {
  const now = Atomics.load(shared, ${BEATS});
  if (now !== beats) [beats, sinceMs] = [now, performance.now()];
  else if (performance.now() - sinceMs > longestMs) {
    Atomics.store(shared, ${ENDED}, 1);
    sinceMs = performance.now();
    const session = new Session();
    session.connectToMainThread();
    session.post('Runtime.terminateExecution');
  }
}, beatMs);
`;

/** Watches this thread's event loop. */
interface LoopWatch {
  /** Whether code was ended because it let nothing else run for too long. */
  readonly hasEndedCode: boolean;
  stop(): Promise<void>;
}

/**
 * Ends code that keeps the main thread's event loop from going round for longer than `longestMs`, such as an endless loop
 * at the top of a module. Who has called that code hears nothing of it: it never settles.
 *
 * @param onEnded called, perhaps more than once, if the event loop goes on afterwards; a process with nothing else to do ends
 */
export function watchLoop(longestMs: number, onEnded: () => void): LoopWatch {
  const shared = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const hasEndedCode = (): boolean => Atomics.load(shared, ENDED) === 1;
  const timer = setInterval(() => {
    Atomics.add(shared, BEATS, 1);
    if (hasEndedCode()) onEnded();
  }, BEAT_MS).unref();
  const workerData = { shared, longestMs, beatMs: BEAT_MS };
  const worker = new Worker(WATCH, { eval: true, execArgv: [], workerData });
  // Where there can be no thread more, nothing is watched.
  worker.on('error', () => {});
  worker.unref();
  return {
    get hasEndedCode() {
      return hasEndedCode();
    },
    stop: async () => {
      clearInterval(timer);
      await worker.terminate();
    },
  };
}
