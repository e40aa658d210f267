import { type ChildProcess, exec, execFileSync, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/protocol/summary.ts';
import { atOnce } from '../support/at-once.ts';
import { idsTo, writeIds } from '../support/batch.ts';
import { BIN, ROOT, startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { eventually } from '../support/processes.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();
const inFolder = useFolder();

function newPipe(name: string): string {
  const path = inFolder(name);
  execFileSync('mkfifo', [path]);
  return path;
}

interface Writer {
  readonly pipe: string;
  words(url: string, pipe: string): string[];
  /** How many lines or requests are read from it. */
  read(text: string): number;
}

/** What each command that writes to a pipe is called with. */
const WRITERS: Readonly<Record<string, Writer>> = {
  'run --out': {
    pipe: 'result',
    words: (url, pipe) => [url, '-n', '3', '-c', '1', '--mode', 'inline', '--out', pipe],
    read: (text) => (JSON.parse(text) as Summary).requests.ok,
  },
  'run --samples': {
    pipe: 'samples.csv',
    words: (url, pipe) => [url, '-n', '3', '-c', '1', '--mode', 'inline', '--samples', pipe],
    read: (text) => text.trimEnd().split('\n').length - 1,
  },
  'batch --out': {
    pipe: 'rows',
    words: (url, pipe) => [
      ...['batch', writeIds(inFolder('three.csv'), 3), url, '--mode', 'inline', '--out', pipe],
    ],
    read: (text) => text.trimEnd().split('\n').length - 1,
  },
};

describe('a named pipe', () => {
  test('waits for its reader, who gets everything', () =>
    atOnce(Object.keys(WRITERS), async (name) => {
      const { pipe, words, read } = WRITERS[name]!;
      const target = await startTarget();
      const path = newPipe(pipe);
      const { child, ended } = startVolley(words(target.url, path));
      await pause(1_500);
      expect({ code: child.exitCode, requests: target.stats().requests }).toEqual({
        code: null,
        requests: 0,
      });
      const text = await readFile(path, 'utf8');
      expect((await ended).code).toBe(0);
      expect(read(text)).toBe(3);
    }));

  test('that nobody reads ends the run before anything is sent', async () => {
    const target = await startTarget();
    await atOnce(Object.keys(WRITERS), async (name) => {
      const { pipe, words } = WRITERS[name]!;
      const path = newPipe(`unread-${pipe}`);
      const { code, stderr } = await startVolley(words(target.url, path)).ended;
      expect(stderr).toContain(`'${path}' is a pipe that nothing opened for reading within 10 s`);
      expect(code).toBe(2);
    });
    expect(target.stats().requests).toBe(0);
  });

  test('whose reader reads no further does not outlast a second Ctrl-C', async () => {
    const target = await startTarget();
    const path = newPipe('stuck');
    const reader: ChildProcess = spawn('bash', ['-c', 'exec sleep 120 < "$1"', 'reader', path]);
    try {
      const rows = writeIds(inFolder('many.csv'), 20_000);
      const { child, ended, stderrHas } = startVolley(['batch', rows, target.url, '--out', path]);
      await eventually(() => target.stats().requests > 8_000, 'more rows are sent than a pipe holds');
      child.kill('SIGINT');
      await stderrHas('press Ctrl-C again');
      // At once, it would be the first one, which another Node has passed on.
      await new Promise((resolve) => setTimeout(resolve, 200));
      child.kill('SIGINT');
      const { code, stderr } = await ended;
      expect(stderr).toMatch(/the output '[^']*stuck' could not be written: its reader stopped reading/);
      expect(code).toBe(4);
    } finally {
      reader.kill();
    }
  });

  test('which is standard output, by its name as a file, takes the result', async () => {
    const target = await startTarget();
    const rows = writeIds(inFolder('named.csv'), 3);
    const command = `"${process.execPath}" "${BIN}" batch "${rows}" "${target.url}?{{id}}" --mode inline --out /dev/stdout | cat`;
    const { stdout } = await promisify(exec)(command, { cwd: ROOT });
    const ids = stdout
      .split('\n')
      .slice(1, 4)
      .map((line) => Number(line.split(',')[0]));
    expect(ids).toEqual(idsTo(3));
  });
});
