import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Comparison, Summary } from '../../src/api/index.ts';
import { quotedForCmd } from '../../src/main/cli/on-port/started-target.ts';
import { type Ended, ROOT, startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { eventually, groupIsAlive } from '../support/processes.ts';
import { closedPort, useTargets } from '../support/target.ts';

const volley = useKeptProcess();
const inFolder = useFolder();
const startTarget = useTargets();
const SERVER = join(ROOT, 'test/fixtures/started-server.cjs');
const LOAD = ['-n', '40', '-c', '2', '--mode', 'inline', '-o', 'json'];

interface OnPort extends Ended {
  /** The server that was started, and its child; none where it ended first. */
  readonly pids: readonly number[];
}

/** Starts the server behind `--`, and says what became of all. */
async function onPort(how: string, options: readonly string[], url?: string): Promise<OnPort> {
  const port = await closedPort();
  const pids = inFolder(`${port}.pids`);
  const given = url === undefined ? [] : [url];
  const ended = await volley(
    ...given,
    '--on-port',
    String(port),
    ...options,
    ...['--', process.execPath, SERVER, String(port), how, pids],
  );
  return { ...ended, pids: existsSync(pids) ? readFileSync(pids, 'utf8').split(' ').map(Number) : [] };
}

function areGone(pids: readonly number[]): boolean {
  return pids.length === 2 && !groupIsAlive(pids[0]!);
}

describe('a target that volley starts', () => {
  test.each(['listens late', 'has IPv6 alone'])(
    '%s: it is tested, and stopped with its child',
    async (how) => {
      const { code, stdout, stderr, pids } = await onPort(how, LOAD);
      expect([code, stderr]).toEqual([0, expect.stringMatching(/^volley: '.*' listens on port \d+\.\n$/)]);
      const { requests, plan } = JSON.parse(stdout) as Summary;
      expect(requests).toMatchObject({ sent: 40, ok: 40 });
      expect(plan.target.url).toMatch(/^http:\/\/localhost:\d+\/$/);
      expect(areGone(pids)).toBe(true);
    },
  );

  test('a path is on its port; one request, rounds and modes are sent there too', async () => {
    const once = await onPort('listens', ['--once', '--quiet'], '/where?a=1');
    expect([once.code, once.stderr]).toEqual([0, '']);
    expect(once.stdout).toMatch(/\/where\?a=1\n/);
    const repeated = await onPort('has IPv6 alone', [...LOAD, '--repeat', '2', '--quiet']);
    expect(repeated.code).toBe(0);
    const { arms } = JSON.parse(repeated.stdout) as Comparison;
    expect(arms[0]!.rounds.map(({ requests }) => requests.ok)).toEqual([40, 40]);
    expect([once, repeated].map(({ pids }) => areGone(pids))).toEqual([true, true]);
  });

  test('it says so where no request goes to the port', async () => {
    const other = await startTarget();
    const { code, stderr, pids } = await onPort('listens', LOAD, other.url);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^volley: no request goes to port \d+, on which the command of --on-port listens\.\n/,
    );
    expect(other.stats().requests).toBe(40);
    expect(areGone(pids)).toBe(true);
  });

  test('one that crashes during the test fails it, with what it has printed', async () => {
    const { code, stdout, stderr, pids } = await onPort('crashes', LOAD);
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as Summary).requests.failed).toBeGreaterThan(0);
    expect(stderr).toContain('\n  | starting crashes\n');
    expect(stderr).toMatch(/: the command of --on-port ended before the test \(exit code 1\)\.\n$/);
    // Neither the command nor a line that it repeats is told again and again.
    expect(stderr.split(SERVER).length).toBeLessThanOrEqual(2);
    expect(stderr).toContain('\n  | and again (3 times)\n');
    expect(areGone(pids)).toBe(true);
  });

  test('one that ends with 0 before anything listens may have started a daemon: it is told, and waited for', async () => {
    const port = String(await closedPort());
    const { child, ended, stderrHas } = startVolley([
      ...['--on-port', port, '-n', '1', '--', process.execPath, '-e', '0'],
    ]);
    expect(await stderrHas('it may have started')).toBe(
      `volley: the command of --on-port has ended (exit code 0) and nothing listens on port ${port} yet: waiting up to 120 s for what it may have started.\n`,
    );
    child.kill('SIGTERM');
    expect((await ended).code).toBe(130);
  });

  test('one that ends before it listens, or does not exist, is an error with what it has printed', async () => {
    const { code, stdout, stderr } = await onPort('dies', LOAD);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^ {2}\| starting dies\n {2}\| Error: no database\\x1b\[31m\nvolley: '.*' ended before it listened on port \d+ \(exit code 3\): check that it starts without volley\.\n$/,
    );
    const none = await volley('--on-port', String(await closedPort()), '--', 'no-such-command');
    expect([none.code, none.stderr]).toEqual([
      1,
      expect.stringMatching(
        /: 'no-such-command' cannot be started \(no such file or folder\): check its name/,
      ),
    ]);
    const set = await volley('--on-port', String(await closedPort()), '--', 'PORT=1', 'node', 'x.js');
    expect(set.stderr).toBe(
      "volley: 'PORT=1 node x.js' begins with a variable, but runs without a shell: set the variable before volley, or write -- env PORT=1 node x.js.\n",
    );
  });

  test('what its words call secret is not shown', async () => {
    const secrets = [
      'DB_PASSWORD=hunter2secret',
      '--db=postgres://me:pw-of-mine@h/x',
      '--token',
      'abcdef123456',
    ];
    const port = String(await closedPort());
    const { stderr } = await volley('--on-port', port, '--', 'no-such-command', ...secrets, 'PORT=1');
    expect(stderr).toContain(
      "'no-such-command DB_PASSWORD=… --db=postgres://…@h/x --token … PORT=1' cannot be started",
    );
  });

  test('Ctrl-C while it starts, and during the test, ends both', async () => {
    for (const how of ['is deaf', 'listens']) {
      const port = await closedPort();
      const pidsPath = inFolder(`${how}.pids`);
      const { child, ended } = startVolley([
        ...['--on-port', String(port), '-d', '60s', '--mode', 'inline', '-o', 'json'],
        ...['--', process.execPath, SERVER, String(port), how, pidsPath],
      ]);
      await eventually(() => existsSync(pidsPath) && readFileSync(pidsPath, 'utf8').includes(' '), 'it runs');
      child.kill('SIGINT');
      const { code, stderr } = await ended;
      expect({
        how,
        code,
        isGone: areGone(readFileSync(pidsPath, 'utf8').split(' ').map(Number)),
        stderr,
      }).toMatchObject({
        how,
        code: 130,
        isGone: true,
      });
    }
  });

  test('a port that is taken, no command, and no port are refused, and nothing is started', async () => {
    const { port, stats } = await startTarget();
    const taken = await volley('--on-port', String(port), '-n', '1', '--', process.execPath, SERVER);
    expect([taken.code, taken.stderr]).toEqual([
      2,
      `volley: --on-port '${port}': something already listens there and would be tested instead: stop it, or give another port.\n`,
    ]);
    expect(stats().requests).toBe(0);
    const none = await volley('--on-port', '0', '-n', '1');
    expect([none.code, none.stderr]).toEqual([
      2,
      "volley: --on-port '0': give a whole number from 1 to 65,535.\nvolley: --on-port '0' without a command: put it after --, as in volley --on-port 3000 -- node server.js.\n",
    ]);
  });
});

test.each([
  ['npm', 'npm'],
  ['C:\\a\\b.cmd', 'C:\\a\\b.cmd'],
  ['C:\\Program Files\\x', '"C:\\Program Files\\x"'],
  ['', '""'],
  ['say "hi"', '"say \\"hi\\""'],
  ['a b\\', '"a b\\\\"'],
  ['a&b', '"a&b"'],
])('on Windows %j is written as %j', (word, written) => expect(quotedForCmd(word)).toBe(written));
