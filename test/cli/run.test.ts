import { exec } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Summary } from '../../src/api/index.ts';
import { CERTIFICATE_PATH } from '../support/certificate.ts';
import { ROOT, startVolley, volley, withoutProgress } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { summaryWith } from '../support/summary.ts';
import { closedPort, useTargets } from '../support/target.ts';

const startTarget = useTargets();
const keptVolley = useKeptProcess();
const folder = mkdtempSync(join(tmpdir(), 'volley-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const DAMAGED = JSON.stringify({ ...summaryWith(), plan: {} });
const STACK_TRACE = /\n\s+at /;

/** Of all entries of this name, with those that they are wrapped into. */
function linesOf(name: string, lines: readonly string[]): number {
  let isOfIt = false;
  return lines.filter((line) => {
    if (!line.startsWith(' ')) isOfIt = line.startsWith(name);
    return isOfIt;
  }).length;
}

describe('the result on stdout', () => {
  test('as text: what was run, counts, latencies, histogram, in 80 columns and about 30 lines', async () => {
    const target = await startTarget();
    const { code, stdout, stderr } = await keptVolley(
      target.url,
      '-n',
      '500',
      '-c',
      '5',
      '-w',
      '2',
      '--seed',
      '7',
    );
    expect(withoutProgress(stderr)).toBe('');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines[0]).toBe(`volley 0.1.0  GET ${target.url}`);
    expect(lines[1]).toBe('threads: 2 workers, 5 connections, closed model, 500 requests, seed 7');
    expect(stdout).toMatch(/^requests {3}500 sent in \S+ m?s, 500 ok, 0 failed$/m);
    expect(stdout).toMatch(/^times +min +mean +p50 +p90 +p95 +p99 +p99\.9 +max$/m);
    expect(stdout).toMatch(/^service +\S+ µs/m);
    expect(stdout).toMatch(/█/);
    expect(stdout).toContain('statuses   500 × 200');
    // On a busy machine there are notes above the counts, latencies are spread wider, and the verdict has more to say.
    const bars = lines.filter((line) => / – .* % /.test(line)).length;
    const counts = lines.findIndex((line) => line.startsWith('requests'));
    const aboveVerdict = lines.findIndex((line) => line.startsWith('verdict'));
    expect(counts).toBeGreaterThan(0);
    expect(counts).toBeLessThanOrEqual(12);
    expect(aboveVerdict).toBeGreaterThan(counts);
    expect(bars).toBeGreaterThan(0);
    const notes = linesOf('note', lines);
    // Intervals and the rate over time are there where the run is long enough for them.
    expect(aboveVerdict - counts - bars - notes).toBeLessThanOrEqual(23);
    expect(lines.length - aboveVerdict).toBeLessThanOrEqual(10);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('as JSON, which --out saves too, and report renders again', async () => {
    const target = await startTarget();
    const path = join(folder, 'result.json');
    const { code, stdout } = await keptVolley(
      target.url,
      ...['-n', '50', '-c', '2', '--mode', 'inline', '-o', 'json', '--out', path],
    );
    expect(code).toBe(0);
    const summary = JSON.parse(stdout) as Summary;
    expect(summary).toMatchObject({
      schemaVersion: 1,
      requests: { ok: 50 },
      tool: { name: 'volley', version: '0.1.0' },
    });
    expect(readFileSync(path, 'utf8')).toBe(stdout);
    expect(readdirSync(folder).filter((name) => /\.(tmp|lock)$/.test(name))).toEqual([]);
    const again = await keptVolley('report', path, '-o', 'json');
    expect(again.stdout).toBe(stdout);
    const text = await keptVolley('report', path);
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/^requests {3}50 sent in .*, 50 ok, 0 failed$/m);
  });

  test('whoever stops reading ends it quietly', async () => {
    const target = await startTarget();
    const command = `"${process.execPath}" bin/volley.js ${target.url} -d 300ms -c 2 --mode inline -o json | head -1`;
    const child = await promisify(exec)(command, { cwd: ROOT });
    expect(child.stdout).toBe('{\n');
    expect(child.stderr).toBe('');
  });

  test('off a terminal, a plain line every 5 s goes to stderr', async () => {
    const target = await startTarget();
    const { stderr, stdout } = await keptVolley(
      `${target.url}delay/50`,
      '-d',
      '5500ms',
      '-c',
      '2',
      '--mode',
      'inline',
    );
    expect(stderr).toMatch(
      /^ \d\d% \d\.\d s of 5\.5 s {2}\d+ done {2}\d+\.\d\/s {2}p50 \S+ ms {2}p99 \S+(?: ms)? {2}0 failed\n$/,
    );
    expect(stdout).not.toContain('done');
  });
});

describe('exit codes', () => {
  test('1 and a sentence where nothing succeeded', async () => {
    const port = await closedPort();
    const { code, stdout, stderr } = await keptVolley(
      `127.0.0.1:${port}`,
      ...['-n', '6', '-c', '2', '--mode', 'inline'],
    );
    expect(code).toBe(1);
    expect(stdout).toContain(`           6 × connect (ECONNREFUSED): connect ECONNREFUSED 127.0.0.1:${port}`);
    expect(stderr).toBe(
      `volley: No request succeeded: 6 of 6 failed with connect (ECONNREFUSED): connect ECONNREFUSED 127.0.0.1:${port}.\n`,
    );
  });

  test('1 where some succeeded and many failed', async () => {
    const target = await startTarget({ closeEvery: 2 });
    const { code, stdout, stderr } = await keptVolley(
      target.url,
      '-n',
      '10',
      '-c',
      '3',
      '--mode',
      'inline',
      '-o',
      'json',
    );
    expect((JSON.parse(stdout) as Summary).requests.failed).toBeGreaterThan(0);
    expect(stderr).toContain('The target is failing');
    expect(code).toBe(1);
  });

  test('2 and every problem at once, with nothing sent', async () => {
    const target = await startTarget();
    const { code, stdout, stderr } = await keptVolley(
      target.url,
      'surplus',
      '-n',
      'x',
      '-c',
      '-4',
      '--mode',
      'fast',
      '--frobnicate',
      '-o',
      'xml',
      '-d',
      '1s',
      '-d',
      '2s',
      '-z',
    );
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining('-z is not an option'),
      expect.stringContaining('--frobnicate is not an option'),
      expect.stringContaining("'surplus' is one argument too many"),
      expect.stringContaining("--output 'xml': choose one of text, json"),
      expect.stringContaining("--duration was given 2 times ('1s', '2s')"),
      expect.stringContaining("--mode 'fast'"),
      expect.stringContaining("--requests 'x'"),
      expect.stringContaining("--concurrency '-4'"),
    ]);
    expect(stderr).not.toMatch(STACK_TRACE);
    expect(target.stats().requests).toBe(0);
  });

  test('0 with the URL behind --, and letters in a group', async () => {
    const target = await startTarget();
    const { code, stdout } = await keptVolley('-kn7', '-w1', '-c', '1', '--', target.url);
    expect(code).toBe(0);
    expect(stdout).toMatch(/7 sent in .*, 7 ok/);
    expect(target.stats().requests).toBe(7);
  });

  test('3 with open files running out under way: counted as the generator’s own failures', async () => {
    const target = await startTarget();
    const args = [`${target.url}fault/connection-close`, '-c', '4', '-d', '3s', '-w', '1', '-o', 'json'];
    const eater = ['--require', join(ROOT, 'test/fixtures/eat-files.cjs')];
    const command = `ulimit -n 100; "${process.execPath}" ${[...eater, 'bin/volley.js', ...args].join(' ')}`;
    const signal = join(folder, 'eat');
    const env = { ...process.env, EAT_WHEN: signal };
    const running = promisify(exec)(command, { cwd: ROOT, env }).catch((error: unknown) => error);
    // When the load has begun: before that files are opened to load volley itself.
    while (target.stats().requests < 20) await delay(10);
    writeFileSync(signal, '');
    const { code, stdout } = (await running) as { code: number; stdout: string };
    const { requests, errors, degradedReasons, generator } = JSON.parse(stdout) as Summary;
    expect(code).toBe(3);
    expect(requests.ok).toBeGreaterThan(0);
    expect(errors).toMatchObject([{ kind: 'generator', code: 'EMFILE', count: requests.failed }]);
    expect(degradedReasons).toHaveLength(1);
    expect(degradedReasons[0]).toMatch(
      /^[\d,]+ \([<>\d.]+ %\) of [\d,]+ requests failed because this machine ran out of a resource \(EMFILE\)\.$/,
    );
    expect(generator.verdict).toBe('generator-limited');
  });

  test('2 for an unknown host', async () => {
    const { code, stderr } = await keptVolley('http://no-such-host.invalid/', '-n', '5');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^volley: The host 'no-such-host\.invalid' (is unknown \(ENOTFOUND\)|could not be looked up \(EAI_AGAIN\))/,
    );
    expect(stderr).not.toMatch(STACK_TRACE);
  });

  test.each([
    ['run', 'plan.yaml', 'url: http://no-such-host.invalid/\nrequests: 5\n', []],
    ['batch', 'rows.csv', 'id\n1\n', ['http://no-such-host.invalid/']],
  ])(
    '2 for an unknown host in volley %s, which its file is not blamed for',
    async (command, name, text, urls) => {
      const file = join(folder, name);
      writeFileSync(file, text);
      const { code, stderr } = await keptVolley(command, file, ...urls);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /^volley: (\S+plan\.yaml:1:6: )?The host 'no-such-host\.invalid' (is unknown \(ENOTFOUND\)|could not be looked up \(EAI_AGAIN\))/,
      );
    },
  );

  test.each([
    { name: 'a folder that is not there', path: () => join(folder, 'missing', 'r.json') },
    { name: 'a folder in place of the file', path: () => folder },
  ])('2 for $name as --out, with nothing sent', async ({ path }) => {
    const target = await startTarget();
    const { code, stderr } = await keptVolley(target.url, '-n', '5', '--out', path());
    expect(code).toBe(2);
    expect(stderr).toContain(`--out '${path()}' cannot be written`);
    expect(target.stats().requests).toBe(0);
  });

  test('4 where the folder of --out vanishes during the run; the result is printed', async () => {
    const target = await startTarget();
    const gone = join(folder, 'gone');
    mkdirSync(gone);
    const { ended } = startVolley([
      `${target.url}delay/50`,
      '-n',
      '20',
      '-c',
      '2',
      '--mode',
      'inline',
      '--out',
      join(gone, 'r.json'),
    ]);
    while (target.stats().requests === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    rmSync(gone, { recursive: true });
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(4);
    expect(stderr).toContain('cannot be written (no such file or folder)');
    expect((JSON.parse(stdout) as Summary).requests.ok).toBe(20);
    expect(existsSync(gone)).toBe(false);
  });

  test('4 where stdout cannot take the result', async () => {
    const target = await startTarget();
    const command = `"${process.execPath}" bin/volley.js ${target.url} -n 5 --mode inline -o json > /dev/full`;
    await expect(promisify(exec)(command, { cwd: ROOT })).rejects.toMatchObject({
      code: 4,
      stderr: 'volley: the result could not be printed (the disk is full).\n',
    });
  });

  test.each(['--help', '--version', 'init http://127.0.0.1/ --out -', 'completion bash'])(
    '4 where stdout cannot take what is no result: %s',
    async (words) => {
      const command = `"${process.execPath}" bin/volley.js ${words} > /dev/full`;
      await expect(promisify(exec)(command, { cwd: ROOT })).rejects.toMatchObject({
        code: 4,
        stderr: 'volley: stdout could not be written (the disk is full).\n',
      });
    },
  );

  test('0 where nobody reads the notes', async () => {
    const port = await closedPort();
    const command = `("${process.execPath}" bin/volley.js 127.0.0.1:${port} -n 2 -c 1 --mode inline -o json; echo "ended with $?") 2>&1 >&3 | true`;
    const { stdout } = await promisify(exec)(`exec 3>&1; ${command}; sleep 1`, { cwd: ROOT });
    expect(stdout).toContain('"ECONNREFUSED"');
    expect(stdout).toContain('ended with 1');
  });

  test('--out keeps a link and a mode, and writes to a pipe as it is', async () => {
    const target = await startTarget();
    const [real, link, pipe] = ['real.json', 'link.json', 'pipe'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(real, 'old', { mode: 0o600 });
    symlinkSync(real, link);
    expect((await keptVolley(target.url, '-n', '3', '-c', '1', '--mode', 'inline', '--out', link)).code).toBe(
      0,
    );
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(real).mode & 0o777).toBe(0o600);
    expect((JSON.parse(readFileSync(real, 'utf8')) as Summary).requests.ok).toBe(3);
    const command = `mkfifo ${pipe}; "${process.execPath}" bin/volley.js ${target.url} -n 3 -c 1 --mode inline --out ${pipe} >/dev/null & cat ${pipe}; wait`;
    const { stdout } = await promisify(exec)(command, { cwd: ROOT });
    expect((JSON.parse(stdout) as Summary).requests.ok).toBe(3);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
  });

  test.each([
    { name: 'is damaged', text: DAMAGED, sentence: /plan\.target is not an object/ },
    { name: 'is not there', text: null, sentence: /cannot be read \(no such file or folder\)/ },
    { name: 'is not JSON', text: 'hello', sentence: /it is not JSON/ },
    { name: 'is something else', text: '{"a":1}', sentence: /it is not a result of volley/ },
    {
      name: 'is of another schema',
      text: '{"schemaVersion":99}',
      sentence: /schema version 99, and this volley reads 1/,
    },
    { name: 'is half a result', text: '{"schemaVersion":1,"tool":{}}', sentence: /it lacks plan, requests/ },
  ])('2 for a saved result that $name', async ({ text, sentence }) => {
    const path = join(folder, 'bad.json');
    rmSync(path, { force: true });
    if (text !== null) writeFileSync(path, text);
    const { code, stderr } = await keptVolley('report', path);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(STACK_TRACE);
  });
});

describe('other commands', () => {
  test('--version and --help', async () => {
    for (const word of ['--version', 'version']) expect((await volley(word)).stdout).toBe('0.1.0\n');
    const asked = await keptVolley('-h');
    expect(asked).toMatchObject({ code: 0, stderr: '' });
    expect(asked.stdout).toBe(readFileSync(join(ROOT, 'test/fixtures/help/short-80.txt'), 'utf8'));
    const alone = await keptVolley();
    expect(alone).toMatchObject({ code: 2, stdout: '' });
    expect(alone.stderr).toMatch(/^volley .*\n\nCommands\n[\s\S]*\nvolley: No URL was given: /);
    expect(alone.stderr.split('\n').length).toBeLessThanOrEqual(25);
  });

  test('serve says where it listens, counts, and ends when told', async () => {
    const server = startVolley(['serve', '--port', '0']);
    const url = /listening on (\S+)/.exec(await server.stdoutHas('listening on '))![1]!;
    expect(await (await fetch(`${url}bytes/7`)).text()).toBe('vvvvvvv');
    expect(await (await fetch(`${url}stats`)).json()).toMatchObject({
      requests: 1,
      byPath: { '/bytes/7': 1 },
    });
    expect((await fetch(`${url}delay/x`)).status).toBe(400);
    for (const path of ['nothing', '__proto__', 'constructor', 'toString']) {
      expect((await fetch(`${url}${path}`)).status).toBe(404);
    }
    expect((await fetch(`${url}fault/__proto__`)).status).toBe(400);
    server.child.kill('SIGINT');
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
  });

  test('serve on a port that is taken says so', async () => {
    const target = await startTarget();
    const { code, stderr } = await keptVolley('serve', '--port', String(target.port));
    expect(code).toBe(2);
    expect(stderr).toContain(`Cannot listen on 127.0.0.1 port ${target.port}`);
  });

  test('serve with files that are no certificate and key, or do not belong together, says so', async () => {
    const text = join(folder, 'certificate.txt');
    const other = join(folder, 'other-key.pem');
    writeFileSync(text, 'no certificate');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(other, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const wrong = await keptVolley('serve', '--port', '0', '--cert', text, '--key', text);
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      `volley: --cert '${text}' holds no certificate in PEM form: give a file with -----BEGIN CERTIFICATE-----.
volley: --key '${text}' holds no private key in PEM form: give a file with -----BEGIN PRIVATE KEY-----.
`,
    ]);
    const unlike = await keptVolley('serve', '--port', '0', '--cert', CERTIFICATE_PATH, '--key', other);
    expect([unlike.code, unlike.stderr]).toEqual([
      2,
      `volley: --key '${other}' is not the key of --cert '${CERTIFICATE_PATH}': give the two that belong together.\n`,
    ]);
  });

  test('thresholds come first, with what was measured, and decide the exit code', async () => {
    const target = await startTarget();
    const rules = [
      '--threshold',
      'p99<10s',
      '--threshold',
      'p97.5(response) < 10s',
      '--threshold',
      'error-rate<1%',
    ];
    const args = [target.url, '-n', '200', '-c', '4', '--mode', 'inline', ...rules];
    const kept = await keptVolley(...args);
    expect(kept.code).toBe(0);
    expect(kept.stdout).toMatch(/thresholds ✓ p99<10s +\S+ [µm]s\n {11}✓ p97\.5\(response\) < 10s/);
    expect(kept.stdout).toMatch(/✓ error-rate<1% +0\.0 %/);
    const broken = await keptVolley(...args, '--threshold', 'throughput>9m', '-o', 'markdown');
    expect(broken.code).toBe(2);
    expect(broken.stderr).toContain("--threshold 'throughput>9m'");
    const failed = await keptVolley(...args, '--threshold', 'throughput>9000000/s', '-o', 'markdown');
    expect(failed.code).toBe(1);
    expect(failed.stdout).toMatch(/\| ✗ +\| +`throughput>9000000\/s` +\|/);
    expect(failed.stdout).toContain('### Latency');
    const rounds = await keptVolley(...args, '--threshold', 'max<1us', '--repeat', '2');
    expect(rounds.code).toBe(1);
    expect(rounds.stdout).toContain('max<1us did not hold in 2 of 2 rounds.');
    const few = await keptVolley(...args, '--threshold', 'p99.99<10s', '--repeat', '2');
    expect(few.code).toBe(1);
    expect(few.stderr).toContain(
      'p99.99<10s did not hold in 2 of 2 rounds: too few requests to tell: it takes 10,000 requests a round.',
    );
  });

  test('demo runs every mode side by side', async () => {
    const { code, stdout } = await volley('demo', '--rounds', '2');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^inline +1 /m);
    expect(stdout).toMatch(/^threads +2 /m);
    expect(stdout).toMatch(/^processes +2 /m);
  });

  test('on a Node that is too old a checkout runs on its own', async () => {
    // By another name than the checkout's own Node, which this one is.
    const node = join(ROOT, 'dist', `node-${process.pid}`);
    linkSync(process.execPath, node);
    const old = { node, nodeArgs: ['--require', join(ROOT, 'test/fixtures/old-node.cjs')] };
    try {
      expect(await startVolley(['--version'], old).ended).toMatchObject({ code: 0, stderr: '' });
      expect(await startVolley(['shop.ts'], old).ended).toMatchObject({
        code: 2,
        stderr: "volley: 'shop.ts' is a file, not a URL: volley run shop.ts runs plans and scenarios.\n",
      });
      const server = startVolley(['serve', '--port', '0'], old);
      await server.stdoutHas('http://');
      server.child.kill('SIGTERM');
      expect((await server.ended).code).toBe(0);
    } finally {
      unlinkSync(node);
    }
  });

  test('a Node that is too old is told in one line', async () => {
    const { ended } = startVolley(['--version'], {
      nodeArgs: ['--require', join(ROOT, 'test/fixtures/old-node.cjs')],
    });
    expect(await ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: 'volley needs Node 22.19 or newer; this is Node 20.11.1.\n',
    });
  });
});
