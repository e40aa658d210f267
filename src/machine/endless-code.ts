import { url as inspectorUrl } from 'node:inspector';
import { Worker } from 'node:worker_threads';

/** How often the event loop shows that it goes round. */
const BEAT_MS = 50;
/** Signals are then no longer left to handlers, which are not called meanwhile. */
const DEAF_MS = 1_000;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Shared with the watching thread: rounds of the event loop, and whether the code was ended. */
const BEATS = 0;
const ENDED = 1;

/**
 * Runs in a thread of its own, since code that never ends leaves no time to anything else in this one. Terminating lets
 * the code of that moment go no further, and the event loop on.
 */
const WATCH = `
const { workerData: { shared, longestMs, beatMs, last } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const { Session } = require('node:inspector');
let isDeaf = false;
let [beats, stillMs, lookedMs] = [-1, 0, performance.now()];
setInterval(() => {
  const now = Atomics.load(shared, ${BEATS});
  // A look that comes late is one all the same: while the process was stopped, nothing could beat.
  const passedMs = Math.min(performance.now() - lookedMs, 2 * beatMs);
  lookedMs = performance.now();
  stillMs = now === beats ? stillMs + passedMs : 0;
  beats = now;
  if (last === null && stillMs > ${DEAF_MS} && !isDeaf) {
    isDeaf = true;
    const session = new Session();
    session.connectToMainThread();
    const expression = 'for (const signal of ${JSON.stringify(SIGNALS)}) process.removeAllListeners(signal)';
    session.post('Runtime.evaluate', { expression }, () => session.disconnect());
  }
  if (stillMs > longestMs) {
    Atomics.store(shared, ${ENDED}, 1);
    stillMs = 0;
    const session = new Session();
    session.connectToMainThread();
    if (last === null) {
      session.post('Runtime.terminateExecution');
      return;
    }
    try {
      writeSync(2, last.sentence);
    } catch {}
    // Runs within the code that holds the loop. What does not answer to it is killed.
    // Node would say on stderr that it waits for the debugger, which is this thread.
    const expression =
      'try { process.emit("exit", ' + last.exitCode + '); process.getBuiltinModule("node:fs").closeSync(2) } catch {} ' +
      'process.reallyExit(' + last.exitCode + ')';
    session.post('Runtime.evaluate', { expression });
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 2000);
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
 * While it blocks the loop, a signal ends the process as if there were no handler, since none could be called.
 * Nothing is ended while a debugger may be attached, which would stop the code for longer.
 *
 * @param onEnded called, perhaps more than once, if the event loop goes on afterwards; a process with nothing else to do ends
 */
export function watchLoop(longestMs: number, onEnded: () => void): LoopWatch {
  const handlers = SIGNALS.map((signal) => [signal, process.listeners(signal)] as const);
  const loop = watch(longestMs, null, onEnded);
  return {
    get hasEndedCode() {
      return loop.hasEndedCode;
    },
    stop: async () => {
      await loop.stop();
      for (const [signal, before] of handlers)
        if (process.listenerCount(signal) === 0) for (const one of before) process.on(signal, one);
    },
  };
}

/**
 * Ends the process, with this sentence on stderr, if code keeps the main thread's event loop from going round for longer:
 * neither signals nor answers are heard meanwhile, and code that is ended amid what Node has called leaves Node in no state
 * to go on.
 */
export function endHeldProcess(longestMs: number, sentence: string, exitCode: number): LoopWatch {
  return watch(longestMs, { sentence: `${sentence}\n`, exitCode }, () => {});
}

function watch(
  longestMs: number,
  last: { readonly sentence: string; readonly exitCode: number } | null,
  onEnded: () => void,
): LoopWatch {
  const shared = new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
  const hasEndedCode = (): boolean => Atomics.load(shared, ENDED) === 1;
  const timer = setInterval(() => {
    Atomics.add(shared, BEATS, 1);
    if (hasEndedCode()) onEnded();
  }, BEAT_MS).unref();
  const isDebugged = inspectorUrl() !== undefined;
  const workerData = {
    shared,
    longestMs: isDebugged ? Number.POSITIVE_INFINITY : longestMs,
    beatMs: BEAT_MS,
    last,
  };
  const worker = new Worker(WATCH, { eval: true, execArgv: [], workerData });
  // If no further thread can be started, nothing is watched.
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
