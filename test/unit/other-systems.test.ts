import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { fileNameOf } from '../../src/machine/file-names.ts';
import { openFileLimit, openFilesNow } from '../../src/machine/open-file-limit.ts';
import { StartedTarget } from '../../src/main/cli/on-port/started-target.ts';
import { Collector } from '../../src/main/collect/collector.ts';
import { MemoryWatch } from '../../src/main/compare/memory.ts';
import { separateCores } from '../../src/main/doctor/core-pair.ts';
import { LiveScreen } from '../../src/main/live/live-screen.ts';
import { resolvePlan } from '../../src/main/plan/resolve.ts';
import { yieldBackgroundThreads } from '../../src/workers/background-threads.ts';
import { processorWaitMs } from '../../src/workers/record/scheduling.ts';
import { withBuiltIn } from '../support/built-in.ts';

const NOTHING = (): void => {};
const { spawn } = process.getBuiltinModule('node:child_process');
const { platform } = process;

function seemToBe(system: NodeJS.Platform): void {
  Object.defineProperty(process, 'platform', { value: system });
}

afterEach(() => seemToBe(platform));

test('on Windows the keys that suspend or quit do nothing to the live screen', async () => {
  const plan = await resolvePlan({ url: 'http://127.0.0.1:9/', workers: 1, duration: '60s' });
  const collector = new Collector(plan, 1, 60_000, 1_000);
  const typed = new EventEmitter();
  const keys = Object.assign(typed, {
    ...{ isTTY: true, setRawMode: NOTHING, setEncoding: NOTHING, resume: NOTHING, pause: NOTHING },
  });
  const screen = { isTTY: true, columns: 80, rows: 24, write: () => true };
  const sent: unknown[] = [];
  const { kill } = process;
  process.kill = (...given) => {
    sent.push(given);
    return true;
  };
  const controls = { stop: () => sent.push('stop'), abort: NOTHING, interrupt: NOTHING };
  const seat = {
    screen,
    keys,
    paint: (_tone: string, text: string) => text,
    onEnter: NOTHING,
    onLeave: NOTHING,
  };
  const live = new LiveScreen(plan, () => collector.snapshot(500), controls, seat);
  jest.useFakeTimers();
  try {
    live.begin();
    jest.advanceTimersByTime(1_000);
    expect(typed.listenerCount('data')).toBe(1);
    seemToBe('win32');
    typed.emit('data', '\x1a\x1cq');
  } finally {
    live.end();
    jest.useRealTimers();
    process.kill = kill;
  }
  expect(sent).toEqual(['stop']);
});

describe('a command of --on-port on Windows', () => {
  test('goes through the shell in words, and ends with all that it has started by taskkill', async () => {
    const asked: string[][] = [];
    // Node itself starts processes as the system here does; taskkill is a command that ends what it is told to.
    const standIn = (file: string, words: string[], ...rest: unknown[]): ChildProcess => {
      seemToBe(platform);
      try {
        if (file !== 'taskkill') return Reflect.apply(spawn, null, [file, words, ...rest]) as ChildProcess;
        asked.push(words);
        return spawn('kill', ['-9', words[1]!]);
      } finally {
        seemToBe('win32');
      }
    };
    const script = "console.log(process.argv.slice(1).join('|')); setTimeout(() => {}, 20_000)";
    await withBuiltIn('node:child_process', { spawn: standIn }, async () => {
      seemToBe('win32');
      // A shell that replaces itself has the number of what it starts.
      const target = new StartedTarget(['exec', process.execPath, '-e', script, '--', 'two words', 'a"b']);
      while (target.lastLines.length === 0 && target.ending === null)
        await new Promise((resolve) => setTimeout(resolve, 20));
      expect(target.lastLines).toEqual(['two words|a"b']);
      expect(target.ending).toBeNull();
      await target.stop();
      expect(target.ending).toBe('SIGKILL');
    });
    expect(asked).toEqual([['/pid', expect.stringMatching(/^\d+$/), '/t', '/f']]);
  });
});

describe('names of files that Windows takes for devices, or cannot have', () => {
  test.each([
    ['con', '%63on'],
    ['NUL.json', '%4EUL.json'],
    ['lpt1.tar.gz', '%6Cpt1.tar.gz'],
    ['COM¹', '%43OM¹'],
    ['console', 'console'],
    ['com10', 'com10'],
    ['a:b?', 'a%3Ab%3F'],
    ['name.', 'name%2E'],
    ['..', '%2E%2E'],
    ['C:\\x', 'C%3A%5Cx'],
  ])('%s becomes %s', (text, name) => expect(fileNameOf(text)).toBe(name));
});

describe('where there is no /proc', () => {
  test('nothing is invented, and nothing fails', async () => {
    const missing = (): never => {
      throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    };
    await withBuiltIn('node:fs', { readFileSync: missing, readdirSync: missing }, () => {
      expect(processorWaitMs()).toBeNull();
      expect(yieldBackgroundThreads()).toBe(0);
      expect(new MemoryWatch(process.pid).close(5_000)).toEqual({
        peakMemoryBytes: 5_000,
        memoryKind: 'resident',
      });
      // Node says it itself, but for Windows.
      if (platform !== 'win32') expect(openFileLimit()).toBeGreaterThan(0);
      expect(openFilesNow()).toBe(0);
      expect(separateCores()).toBeNull();
      seemToBe('darwin');
      expect(separateCores()).toBeNull();
    });
  });
});
