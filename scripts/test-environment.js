import { ModernFakeTimers } from '@jest/fake-timers';
import { showSources } from './source-places.js';

/** What expect keeps on the global object: all files share it. */
const OF_EXPECT = Symbol.for('$$jest-matchers-object');
/** What test/support keeps there from one file to the next. */
const BETWEEN_FILES = Symbol.for('kept between files');
/** What Node itself changes in the process. */
const OF_NODE = /^(?:_|connected$|channel$)/;

/**
 * jest's environment for tests that run with Node's own global object. What a test file changes in it and in the process
 * is put back when the file has ended.
 */
export default class SharedGlobals {
  global = globalThis;
  fakeTimers = null;
  moduleMocker = null;
  #globals = Object.getOwnPropertyDescriptors(globalThis);
  #process = Object.getOwnPropertyDescriptors(process);
  #env = { ...process.env };
  #exitCode = process.exitCode;
  #folder = process.cwd();
  #listeners = listenersNow();

  constructor({ globalConfig: { watch, watchAll }, projectConfig }) {
    // Under watch the next file may be about other code, and counts of coverage are written when a process ends.
    if (!watch && !watchAll && process.env.NODE_V8_COVERAGE === undefined) globalThis[BETWEEN_FILES] ??= {};
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  /** What test files import as `jest`. */
  get jest() {
    const timers = this.fakeTimersModern;
    return {
      useFakeTimers: (config) => timers.useFakeTimers(config),
      useRealTimers: () => timers.useRealTimers(),
      advanceTimersByTime: (ms) => timers.advanceTimersByTime(ms),
      advanceTimersByTimeAsync: (ms) => timers.advanceTimersByTimeAsync(ms),
      getTimerCount: () => timers.getTimerCount(),
    };
  }

  async setup() {
    // Not jest's hundred: thousands of errors are made where hostile input is tried. Nor does jest look up in source maps
    // whatever asks for a stack, as Node does with every socket that fails: those of failed tests are enough.
    Error.stackTraceLimit = 20;
    Error.prepareStackTrace = undefined;
  }

  handleTestEvent({ name, test }, { unhandledErrors }) {
    if (name === 'test_done') for (const error of test.errors.flat()) showSources(error);
    if (name === 'run_finish') for (const error of unhandledErrors.flat()) showSources(error);
  }

  async teardown() {
    this.fakeTimersModern.dispose();
    putBack(globalThis, this.#globals, (key) => key === OF_EXPECT || key === BETWEEN_FILES);
    putBack(process, this.#process, (key) => typeof key === 'string' && OF_NODE.test(key));
    putBackEnvironment(this.#env);
    process.exitCode = this.#exitCode;
    process.chdir(this.#folder);
    for (const [name, listeners] of listenersNow())
      for (const listener of listeners)
        if (!this.#listeners.get(name)?.includes(listener)) process.off(name, listener);
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  /** jest asks for it, but nothing runs in a context of its own. */
  getVmContext() {
    return null;
  }
}

function listenersNow() {
  return new Map(process.eventNames().map((name) => [name, process.listeners(name)]));
}

function putBack(object, before, isLeftAlone) {
  for (const key of new Set([...Reflect.ownKeys(before), ...Reflect.ownKeys(object)])) {
    if (isLeftAlone(key)) continue;
    const [now, then] = [Object.getOwnPropertyDescriptor(object, key), before[key]];
    if (then === undefined) Reflect.deleteProperty(object, key);
    else if (now?.value !== then.value || now?.get !== then.get || now?.set !== then.set)
      Reflect.defineProperty(object, key, then);
  }
}

function putBackEnvironment(before) {
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(before, name)) delete process.env[name];
  for (const [name, value] of Object.entries(before))
    if (process.env[name] !== value) process.env[name] = value;
}
