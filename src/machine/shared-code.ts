import { writeSync } from 'node:fs';
import { endProcess } from './ending-calls.ts';

/**
 * What code of the user's shares with volley, as it was before any of that code ran: what finds out that something no
 * longer works, and ends the process for it, must not depend on it.
 */
const own = {
  process,
  reallyExit: (process as NodeJS.Process & { reallyExit(code?: number): never }).reallyExit.bind(process),
  setTimeout,
  setInterval,
  clearInterval,
  Promise,
  namesOfAll: Object.getOwnPropertyNames(Object.prototype).length,
};

const WATCH_MS = 500;
const PROBE_MS = 1_000;

type Check = readonly [name: string, works: () => boolean];

/** Each tries what it names on an example; a replacement that works, as instruments make it, is none of volley's business. */
const CHECKS: readonly Check[] = [
  ['process', () => globalThis.process === own.process],
  ['process.emit', () => isHeard(Symbol('heard'))],
  ['Promise', () => isMadeBy(globalThis.Promise)],
  ['clearTimeout', () => clearTimeout(undefined) === undefined],
  ['JSON', () => JSON.stringify(JSON.parse('{"a":[1]}')) === '{"a":[1]}'],
  ['Object', () => Object.keys(Object.assign({ a: 1 }, { b: 2 })).length === 2],
  ['Object.prototype', () => takesOwn()],
  ['Object.entries', () => Object.fromEntries(Object.entries({ a: 1 }))['a'] === 1],
  ['Array.prototype.push', () => hasPushed([])],
  ['Array.prototype.splice', () => [1, 2].splice(0).length === 2 && [1, 2].slice(1)[0] === 2],
  ['Array.prototype.map', () => [1].map((one) => one + 1)[0] === 2],
  ['Array.prototype.flatMap', () => [1].flatMap((one) => [one, one]).length === 2],
  ['Array.prototype.filter', () => [1, 2].filter((one) => one > 1)[0] === 2],
  ['Array.prototype.find', () => [1, 2].find((one) => one > 1) === 2 && [1].some((one) => one === 1)],
  ['Array.prototype.reduce', () => [1, 2].reduce((sum, one) => sum + one, 0) === 3],
  ['Array.prototype.join', () => ['a', 'b'].join('') === 'ab' && ['a'].includes('a')],
  ['Array.prototype[Symbol.iterator]', () => isIterable([1, 2])],
  ['Map', () => new Map([[1, 2]]).get(1) === 2 && isIterable(new Map([[1, 2]]).set(3, 4))],
  ['Set', () => new Set([1]).has(1) && isIterable(new Set([1, 2]))],
  ['String.prototype', () => 'ab'.slice(1) === 'b' && 'a,b'.split(',').length === 2 && 'ab'.startsWith('a')],
  ['String.prototype.replace', () => 'ab'.replace('a', '') === 'b' && 'a'.padEnd(2) === 'a '],
  ['RegExp.prototype', () => /a(b)/.exec('ab')?.[1] === 'b' && /a/.test('a')],
  ['Math', () => Math.max(1, 2) === 2 && Math.floor(1.5) === 1 && Math.random() < 1],
  ['Number', () => Number.isFinite(1) && Number('1') === 1],
  ['performance.now', () => performance.now() >= 0],
  ['Buffer', () => Buffer.from('ab').length === 2 && Buffer.concat([Buffer.alloc(1)]).length === 1],
  ['URL', () => new URL('http://a/b').pathname === '/b'],
  ['Error', () => new Error('a').message === 'a' && typeof new Error('a').stack === 'string'],
];

type Probe = readonly [name: string, current: () => unknown, begin: (done: () => void) => unknown];

const PROBES: readonly Probe[] = [
  ['setTimeout', () => globalThis.setTimeout, (done) => setTimeout(done, 0)],
  ['setInterval', () => globalThis.setInterval, (done) => setInterval(done, PROBE_MS / 4).unref()],
  ['setImmediate', () => globalThis.setImmediate, (done) => setImmediate(done)],
  ['queueMicrotask', () => globalThis.queueMicrotask, (done) => queueMicrotask(done)],
  ['process.nextTick', () => own.process.nextTick, (done) => own.process.nextTick(done)],
  [
    'Promise.prototype.then',
    () => own.Promise.prototype.then,
    (done) => own.Promise.resolve().then(done, done),
  ],
];

/** As they were; a probe of what is still the same would tell nothing. */
const FOUND: unknown[] = [];
for (let at = 0; at < PROBES.length; at++) FOUND[at] = PROBES[at]?.[1]();

/** Called with the names of what no longer works. */
type OnBroken = (names: string, isAtTop: boolean) => void;

let onBroken: OnBroken | null = null;
let kept: (readonly [event: string, listeners: readonly Listener[]])[] = [];

type Listener = (...values: unknown[]) => void;

/**
 * From now on what no longer works is told, once a module has been imported, and within a second later on.
 *
 * @param events whose present listeners come back if they are taken away
 */
export function guardShared(tell: OnBroken, events: readonly string[] = []): () => void {
  onBroken = tell;
  kept = events.map((event) => [event, own.process.listeners(event as 'exit') as Listener[]]);
  const timer = own.setInterval(() => {
    restoreListeners();
    tellBroken((names) => names !== '' && tell(names, false));
  }, WATCH_MS);
  timer.unref();
  return () => {
    own.clearInterval(timer);
    if (onBroken === tell) onBroken = null;
    kept = [];
  };
}

/** Call after a module has been imported. @throws Error that names what it has broken, if nobody else is told */
export async function checkShared(): Promise<void> {
  restoreListeners();
  const names = isUntouched() ? brokenNow() : await new own.Promise<string>(tellBroken);
  if (names === '') return;
  onBroken?.(names, true);
  throw new Error(sharedSentence(names));
}

export function sharedSentence(names: string): string {
  return `a module has changed what all code in its process shares, and volley cannot work with it: ${names}`;
}

/** What no longer works, by name; empty if all does. What calls back is not among it. */
export function brokenNow(): string {
  let names = '';
  for (let at = 0; at < CHECKS.length; at++) {
    const check = CHECKS[at];
    if (check !== undefined && !isGood(check[1])) names = joined(names, check[0]);
  }
  return names;
}

/** The last sentence and the end of this process, by nothing that code of the user's may have changed. */
export function endWith(sentence: string, code: number): never {
  try {
    writeSync(2, `volley: ${sentence}\n`);
  } catch {
    // Nobody reads it.
  }
  try {
    endProcess(code);
  } catch {
    // A listener of its end needs what is broken.
  }
  return own.reallyExit(code);
}

/** Calls back after so long, whatever has become of timers; that alone keeps no process. */
export function afterAll(ms: number, call: () => void): void {
  own.setTimeout(call, ms).unref();
}

function restoreListeners(): void {
  for (let at = 0; at < kept.length; at++) {
    const [event = '', listeners = []] = kept[at] ?? [];
    const present = own.process.listeners(event as 'exit') as Listener[];
    for (let of = 0; of < listeners.length; of++) {
      const listener = listeners[of];
      if (listener !== undefined && !present.includes(listener)) own.process.on(event, listener);
    }
  }
}

function isUntouched(): boolean {
  for (let at = 0; at < PROBES.length; at++) if (PROBES[at]?.[1]() !== FOUND[at]) return false;
  return true;
}

/** Tells all that no longer works: what calls back is known a while later. */
function tellBroken(tell: (names: string) => void): void {
  probeAll((late) => tell(joined(brokenNow(), late)));
}

function joined(names: string, more: string): string {
  return names === '' || more === '' ? names + more : `${names}, ${more}`;
}

/** Tells what has been replaced and does not call back in time. */
function probeAll(tell: (names: string) => void): void {
  const called: boolean[] = [];
  let isAny = false;
  for (let at = 0; at < PROBES.length; at++) {
    const probe = PROBES[at];
    called[at] = probe === undefined || probe[1]() === FOUND[at];
    if (probe === undefined || called[at]) continue;
    isAny = true;
    try {
      probe[2](() => {
        called[at] = true;
      });
    } catch {
      // It has not called back.
    }
  }
  if (!isAny) {
    tell('');
    return;
  }
  own.setTimeout(() => {
    let names = '';
    for (let at = 0; at < PROBES.length; at++)
      if (called[at] !== true) names = joined(names, PROBES[at]?.[0] ?? '');
    tell(names);
  }, PROBE_MS);
}

function isGood(works: () => boolean): boolean {
  try {
    return works();
  } catch {
    return false;
  }
}

function isHeard(name: symbol): boolean {
  let isCalled = false;
  own.process.once(name as unknown as 'exit', () => {
    isCalled = true;
  });
  own.process.emit(name as unknown as 'exit', 0);
  return isCalled;
}

function isMadeBy(Made: PromiseConstructor): boolean {
  return new Made<void>((resolve) => resolve()) instanceof Made && typeof Made.withResolvers === 'function';
}

/** Whether each name can still be given to an object of its own, whatever has been added for all of them. */
function takesOwn(): boolean {
  const names = Object.getOwnPropertyNames(Object.prototype);
  for (let at = own.namesOfAll; at < names.length; at++) {
    const name = names[at] ?? '';
    const one: Record<string, unknown> = {};
    one[name] = 1;
    if (one[name] !== 1) return false;
  }
  return true;
}

function hasPushed(list: number[]): boolean {
  return list.push(1, 2) === 2 && list.length === 2 && list.pop() === 2;
}

function isIterable(pair: Iterable<unknown>): boolean {
  let count = 0;
  for (const one of pair) if (one !== undefined) count++;
  return count > 0;
}
