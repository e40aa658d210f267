import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { run } from '../../src/api/index.ts';
import { startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();
const inFolder = useFolder();
const volley = useKeptProcess(false);
const URL = 'https://127.0.0.1:9/';

function newPipe(name: string): string {
  const path = inFolder(name);
  execFileSync('mkfifo', [path]);
  return path;
}

describe('what has no end is read to a limit', () => {
  test.each([
    [[URL, '--cacert', '/dev/zero', '--cert', '/dev/zero', '--key', '/dev/zero'], '1,048,576', 3],
    [[URL, '-D', '/dev/zero', '--rows', '/dev/zero'], '268,435,456', 2],
    [[URL, '-F', 'a=@/dev/zero'], '268,435,456', 1],
    [[URL, '--trace', '/dev/zero'], '268,435,456', 1],
    [['--urls', '/dev/zero'], '268,435,456', 1],
    [['--har', '/dev/zero'], '268,435,456', 1],
    [['--curl-file', '/dev/zero'], '268,435,456', 1],
    [['--curl', `curl ${URL} -d @/dev/zero`], '268,435,456', 1],
    [['run', '/dev/zero'], '16,777,216', 1],
    [['init', '--openapi', '/dev/zero', '--out', '-'], '33,554,432', 1],
    [['serve', '--port', '0', '--cert', '/dev/zero', '--key', '/dev/zero'], '1,048,576', 2],
  ])('%j', async (args, most, sentences) => {
    const { code, stdout, stderr } = await volley(...args);
    expect([code, stdout]).toEqual([2, '']);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(sentences);
    for (const line of lines) {
      expect(line).toContain('/dev/zero');
      expect(line).toContain(`has more than ${most} bytes: give at most ${most}`);
    }
  });
});

describe('a pipe without a writer', () => {
  test.each<[string, (pipe: string) => string[]]>([
    ['a certificate', (pipe) => [URL, '--cacert', pipe]],
    ['a plan', (pipe) => ['run', pipe]],
    ['rows', (pipe) => ['batch', pipe, URL]],
    ['a result', (pipe) => ['report', pipe]],
    ['a key', (pipe) => ['agents', '--broker', 'redis://127.0.0.1:9', '--cluster-key-file', pipe]],
    ['stdin', () => [URL, '-D', '-']],
  ])('that is %s is told, and signals are heard', async (name, words) => {
    const pipe = newPipe(name.replace(' ', '-'));
    const { child, ended, stderrHas } = startVolley(words(pipe), {}, null);
    const said = await stderrHas('nothing has come from it yet.\n');
    expect(said).toContain(`volley: waiting for ${name === 'stdin' ? 'stdin' : `'${pipe}'`}: `);
    child.kill('SIGTERM');
    const { code, stderr } = await ended;
    expect(code).toBe(130);
    expect(stderr).toContain('volley: interrupted: there is no result.\n');
  });

  test('that is written to later is read, and all else with it', async () => {
    const target = await startTarget();
    const [plan, rows, body] = ['plan', 'rows.csv', 'body'].map((name) => newPipe(`late-${name}`));
    const started = startVolley(['run', plan!, '-n', '2', '-c', '1', '--mode', 'inline', '-o', 'json']);
    await pause(200);
    await writeFile(plan!, `url: '${target.url}bytes/{{n}}?{{id}}'\nrows: ${rows}\nbody-file: ${body}\n`);
    await writeFile(rows!, 'id\n1\n2\n');
    await writeFile(body!, 'x');
    const { code, stderr } = await started.ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(target.stats().requests).toBe(2);
  });

  test('does not hold up the rows of a batch that come through another one', async () => {
    const target = await startTarget();
    const [rows, body] = [newPipe('batch-rows'), newPipe('batch-body')];
    const started = startVolley(['batch', rows, `${target.url}echo?{{id}}`, '-D', body, '--mode', 'inline']);
    await writeFile(rows, 'id\n1\n2\n');
    await writeFile(body, 'x');
    const { code, stdout } = await started.ended;
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(3);
    expect(target.stats().requests).toBe(2);
  });

  test('leaves a program that uses the library its event loop', async () => {
    const target = await startTarget();
    const pipe = newPipe('of-the-library');
    const running = run({ url: target.url, bodyFile: pipe, requests: 1, concurrency: 1, mode: 'inline' });
    // Would not come if the loop stood still.
    await pause(100);
    await writeFile(pipe, 'x');
    expect((await running).requests.ok).toBe(1);
  });
});

test('a file of the system, which has no size, is read to its end', async () => {
  const target = await startTarget();
  writeFileSync(inFolder('a'), '');
  const { code } = await volley(
    target.url,
    '-D',
    '/proc/self/status',
    '-n',
    '1',
    '-c',
    '1',
    '--mode',
    'inline',
  );
  expect(code).toBe(0);
});
