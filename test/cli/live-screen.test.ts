import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { BIN, ROOT } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();
const inFolder = useFolder();
/** util-linux, as every Debian has it: it gives a command a terminal. */
const hasScript =
  spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;

const ENTER = '\x1b[?1049h';
const LEAVE = '\x1b[?1049l';

/** Runs volley on a terminal of 80 by 24; its stdout goes to a file. */
function onTerminal(args: readonly string[], folder: string, env: NodeJS.ProcessEnv) {
  const quoted = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(' ');
  const inner = `echo \\$\\$ > pid; exec ${quoted} > out`;
  const command = `stty cols 80 rows 24; sh -c "${inner}"; echo "code $?"; stty -a`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: { ...process.env, CI: '', NO_COLOR: '', TERM: 'xterm', ...env },
  });
  let seen = '';
  const waiting: (() => void)[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text;
    for (const check of waiting) check();
  });
  return {
    seen: (text: string): Promise<void> =>
      new Promise((resolve, reject) => {
        const check = (): void => void (seen.includes(text) && resolve());
        waiting.push(check);
        child.once('close', () => reject(new Error(`ended without '${text}': ${JSON.stringify(seen)}`)));
        check();
      }),
    press: (keys: string) => child.stdin.write(keys),
    signal: (name: NodeJS.Signals) => process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), name),
    ended: once(child, 'close').then(() => seen),
  };
}

type OnTerminal = ReturnType<typeof onTerminal>;

(hasScript ? describe : describe.skip)('on a terminal', () => {
  test.each<[string, string, NodeJS.ProcessEnv, (terminal: OnTerminal) => unknown]>([
    ['q', 'code 130', { NO_COLOR: '1' }, ({ press }) => press('sth q')],
    ['Ctrl-C twice', 'code 130', {}, ({ press }) => press('\x03\x03')],
    ['SIGTERM', 'code 130', {}, ({ signal }) => signal('SIGTERM')],
    ['SIGHUP', 'code 129', {}, ({ signal }) => signal('SIGHUP')],
    [
      'a mistake',
      'code 1',
      { NODE_OPTIONS: `--require ${join(ROOT, 'test/fixtures/crash-later.cjs')}` },
      () => {},
    ],
  ])('after %s it is as it was before', async (name, code, env, act) => {
    const target = await startTarget();
    const folder = inFolder(name.replaceAll(' ', '-'));
    mkdirSync(folder);
    const terminal = onTerminal(
      [`${target.url}delay/5`, '-c', '2', '-w', '1', '-d', '40s', '-o', 'json'],
      folder,
      env,
    );
    await terminal.seen('q stop');
    act(terminal);
    const text = await terminal.ended;
    expect(text.split(ENTER)).toHaveLength(2);
    expect(text.lastIndexOf(LEAVE)).toBeGreaterThan(text.lastIndexOf(ENTER));
    // The screen is one write a frame, and nothing of it is left behind.
    const [screen = '', after = ''] = text.split(LEAVE);
    expect(screen.split('\x1b[?2026h').length).toBe(screen.split('\x1b[?2026l').length);
    expect(screen.includes('\x1b[2m')).toBe(name !== 'q');
    expect(after).toContain(code);
    expect(after).toMatch(/ icanon /);
    expect(after).toMatch(/ echo /);
    if (code !== 'code 130') return;
    expect(after).toContain('volley: stopping');
    const summary = JSON.parse(readFileSync(join(folder, 'out'), 'utf8')) as Summary;
    expect(summary.interrupted).toBe(true);
    expect(summary.requests.ok).toBeGreaterThan(0);
  });
});
