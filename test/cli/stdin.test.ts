import { writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { startVolley } from '../support/cli.ts';
import { useFolder } from '../support/folder.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();
const inFolder = useFolder();
/** For what stdin has no part in. */
const volley = useKeptProcess();

describe('- stands for stdin', () => {
  test.each<[string, string[], (url: string) => string]>([
    ['--urls', [], (url) => `${url}bytes/1\n${url}bytes/2\n`],
    ['--har', [], (url) => harOf(`${url}bytes/1`, `${url}bytes/2`)],
    ['--curl-file', [], (url) => `curl '${url}bytes/1?b'\n`],
    ['--rows', ['{{u}}'], (url) => `u\n${url}bytes/1\n${url}bytes/2\n`],
    ['--rows', ['{{u}}'], (url) => `{"u":"${url}bytes/1"}\n{"u":"${url}bytes/2"}\n`],
    ['--body-file', ['{{url}}'], () => 'bytes'],
    ['--json', ['{{url}}'], () => '{"n":{{n}}}'],
    ['--form', ['{{url}}'], () => 'a file'],
    ['run', [], (url) => `url: '${url}bytes/1'\n`],
  ])('%s %j', async (option, positionals, text) => {
    const target = await startTarget();
    const own = positionals.map((word) => word.replace('{{url}}', `${target.url}echo`));
    const value = { '--json': '@-', '--form': 'f=@-;filename=a.txt' }[option] ?? '-';
    const args = [...own, option, value, '-n', '2', '-c', '1', '--mode', 'inline', '-o', 'json'];
    const { code, stdout, stderr } = await startVolley(args, {}, text(target.url)).ended;
    expect([code, stderr]).toEqual([0, '']);
    expect((JSON.parse(stdout) as { requests: { ok: number } }).requests.ok).toBe(2);
    expect(target.stats().requests).toBe(2);
    if (option === '--urls' || option === '--har' || option === '--rows')
      expect(target.stats().byPath).toEqual({ '/bytes/1': 1, '/bytes/2': 1 });
  });

  test.each([
    [['http://127.0.0.1:9/', '--rows', '-', '--body-file', '-'], '--rows and --body-file'],
    [['--har', '-', '--rows', '-'], '--har and --rows'],
    [['https://127.0.0.1:9/', '--cacert', '-', '--form', 'a=@-'], '--cacert and --form'],
    [['run', '-', '--body-file', '-'], 'the plan and --body-file'],
    [['http://127.0.0.1:9/', '--rows', '-', '--json', '@-'], '--rows and --json'],
    [['batch', '-', 'http://127.0.0.1:9/', '--body-file', '-'], 'the rows and --body-file'],
  ])('%j is refused', async (args, both) => {
    const { code, stdout, stderr } = await startVolley(
      args,
      {},
      args[0] === 'run' ? 'url: http://127.0.0.1:9/\n' : 'a\n1\n',
    ).ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      `volley: ${both}: stdin (-) can be read by one of them only: give files to the others.\n`,
    );
    expect(stderr).not.toContain('    at ');
  });

  test('where it stands for stdin in a curl command too', async () => {
    const target = await startTarget();
    const sent = async (words: string, stdin: string, path = 'echo'): Promise<string> => {
      const args = ['--curl', `curl ${words} ${target.url}${path}`, '--once', '-q'];
      const { code, stdout } = await startVolley(args, {}, stdin).ended;
      expect(code).toBe(0);
      return stdout;
    };
    expect(await sent('-d @-', 'a=1\nb')).toMatch(/> POST \/echo[\s\S]*\na=1b/);
    expect(await sent('-T -', 'a file\n')).toMatch(/> PUT \/echo[\s\S]*\na file\n/);
    expect(await sent('-T .', 'a file\n')).toMatch(/> PUT \/echo[\s\S]*\na file\n/);
    // Stdin has no name that could be appended to the path.
    expect(await sent('-T -', 'a file\n', 'echo/')).toMatch(/> PUT \/echo\/ HTTP/);
    const curl = `curl -d @- --data-urlencode q@- ${target.url}`;
    const both = '--rows and curl --data and curl --data-urlencode';
    expect(
      (await startVolley(['--curl', curl, '--rows', '-', '-H', 'x-a: {{a}}'], {}, 'a\n1\n').ended).stderr,
    ).toBe(`volley: ${both}: stdin (-) can be read by one of them only: give files to the others.\n`);
    const itself = await startVolley(['--curl-file', '-'], {}, 'curl -T - http://127.0.0.1:9/').ended;
    expect([itself.code, itself.stderr]).toEqual([
      2,
      expect.stringContaining('stdin (-) can be read by one'),
    ]);
  });

  test('several requests of a plan may have it as their body', async () => {
    const target = await startTarget();
    const plan = inFolder('plan.json');
    const request = (name: string) => ({ name, url: `${target.url}echo`, 'body-file': '-' });
    writeFileSync(plan, JSON.stringify({ mix: [request('a'), request('b')] }));
    const args = ['run', plan, '-n', '4', '-c', '1', '--mode', 'inline', '--expect-body', 'from stdin'];
    expect((await startVolley(args, {}, 'from stdin').ended).code).toBe(0);
  });
});

test('a saved result, a description and a plan with a mistake are read there too', async () => {
  const target = await startTarget();
  const args = [`${target.url}bytes/1`, '-n', '2', '-c', '1', '--mode', 'inline', '--timeout', '500'];
  const { stdout, stderr } = await volley(...args, '-o', 'json');
  expect(stderr).toBe("volley: --timeout '500' means 500 s: for 500 ms write 500ms.\n");
  const report = await startVolley(['report', '-'], {}, stdout).ended;
  expect([report.code, report.stdout]).toEqual([0, expect.stringContaining('2 sent in')]);
  const api = '{"openapi":"3.1.0","info":{"title":"T","version":"1"},"paths":{"/a":{"get":{}}}}';
  const draft = await startVolley(['init', '--openapi', '-', '--out', '-'], {}, api).ended;
  expect([draft.code, draft.stdout]).toEqual([0, expect.stringContaining('{{base}}/a')]);
  const wrong = await startVolley(['run', '-'], {}, 'url: http://127.0.0.1:9/\nrat: 5\n').ended;
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringMatching(/^volley: stdin:2:1: 'rat' is not a field/),
  ]);
});

function harOf(...urls: readonly string[]): string {
  return JSON.stringify({ log: { entries: urls.map((url) => ({ request: { method: 'GET', url } })) } });
}

test('a body that never came on stdin is asked for, and nothing is sent', async () => {
  const target = await startTarget();
  const { code, stderr } = await startVolley([`${target.url}echo`, '--body-file', '-', '-n', '1'], {}, '')
    .ended;
  expect([code, stderr]).toEqual([
    2,
    "volley: --body-file '-': nothing came on stdin: pipe the body in, or leave the option out.\n",
  ]);
  expect(target.stats().requests).toBe(0);
});
