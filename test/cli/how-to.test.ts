import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createReferenceServer, type ReferenceServer } from '../../src/api/index.ts';
import { COMMANDS } from '../../src/main/cli/commands.ts';
import { splitShellWords } from '../../src/main/plan/curl/shell-words.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import { ROOT } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';

const volley = useKeptProcess(false);
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const QUESTIONS = [...read('docs/how-to.md').matchAll(/^\| (.+?) \| `(volley .+?)` \| \[/gm)].map(
  (match) => [match[1]!, match[2]!] as const,
);
/** Other tests run these; they take long, or more than one machine. */
const ELSEWHERE = / (doctor|sweep|compare) | doctor$|--agents|--on-port|--help|--baseline|--repeat|--resume/;

const ENVIRONMENT = { API_TOKEN: 'secret-token', API_USER: 'me', API_PASSWORD: 'secret-password' };

const folder = mkdtempSync(join(tmpdir(), 'volley-how-to-'));
let server: ReferenceServer;
beforeAll(async () => {
  server = await createReferenceServer();
  const { url } = server;
  const files = {
    'urls.txt': `${url}bytes/1\n${url}bytes/2\n`,
    'body.json': '{"id":{{n}}}',
    'excel.csv': 'id;name\n1;a\n2;b\n',
    'cert.pem': read('test/fixtures/cert.pem'),
    'key.pem': read('test/fixtures/key.pem'),
    'copied.txt': `curl '${url}headers' -H 'accept: application/json'`,
    'page.har': JSON.stringify({ log: { entries: [{ request: { method: 'GET', url: `${url}bytes/1` } }] } }),
    'api.yaml': `openapi: 3.1.0\ninfo: { title: T, version: '1' }\nservers: [{ url: '${url}' }]\npaths: { /bytes/1: { get: {} } }\n`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The words of a command, with the server's URL and the files' folder. */
function wordsOf(command: string): string[] {
  const { words } = splitShellWords(
    command.replaceAll('http://127.0.0.1:8080/', server.url),
    new Problems(),
  )!;
  return words.slice(1).map((word) => {
    const [, before = '', name = ''] =
      /^(.*@)?((?:examples\/|docs\/)?[a-z]+\.(?:csv|json|pem|txt|svg|har|yaml|ts|html))$/.exec(word) ?? [];
    return name === '' ? word : before + join(name.includes('/') ? ROOT : folder, name);
  });
}

/** What makes a command show what it would do, or do it in short. */
function inShort([first = '']: readonly string[], command: string): string[] {
  if (first === 'init') return ['--out', join(folder, 'made.yaml')];
  // A result that goes into a file takes a run.
  const isShort =
    /^batch$/.test(first) || / --once| --dry-run|login\.ts| --html| --samples| -o /.test(command);
  return isShort ? [] : ['--dry-run'];
}

describe('how do I', () => {
  test('every question has a command, whose options are its own', () => {
    const rows = read('docs/how-to.md')
      .split('\n')
      .filter((line) => line.startsWith('| ') && line.includes('`'));
    // One is answered by a library.
    expect(QUESTIONS).toHaveLength(rows.length - 1);
    for (const [question, command] of QUESTIONS) {
      const [, word = ''] = /^volley (\S+)/.exec(command)!;
      const { options } = COMMANDS[word] ?? COMMANDS['run']!;
      const letters = new Set(Object.values(options).map(({ alias }) => alias));
      const own = command.split(' -- ')[0]!.replaceAll(/'[^']*'/g, '');
      const unknown = [...own.matchAll(/ --?([a-z][a-z0-9-]*)/gi)]
        .map((match) => match[1]!)
        .filter((name) => name !== 'help' && !(name in options) && !letters.has(name));
      expect({ question, unknown }).toEqual({ question, unknown: [] });
    }
  });

  test.each(QUESTIONS.filter(([, command]) => !ELSEWHERE.test(command)))('%s', async (_question, command) => {
    const words = wordsOf(command);
    const { code, stdout, stderr } = await volley.with({ ...ENVIRONMENT, TARGET: server.url }, [
      ...words,
      ...inShort(words, command),
    ]);
    expect({ command, code, stderr: stderr.replace(/^volley: .* is written: .*\n/, '') }).toMatchObject({
      code: 0,
    });
    expect(stdout).not.toContain('secret-');
  });

  test('the answers of the batch are there', () => {
    expect(readFileSync(join(folder, 'answers.csv'), 'utf8')).toMatch(
      /^id,user,password,article,volley_status,.*,asked\n(?:[1-4],\w+,[\w-]+,\w+,200,.*\n){4}$/,
    );
  });
});
