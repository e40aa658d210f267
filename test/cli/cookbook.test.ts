import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { splitShellWords } from '../../src/main/plan/curl/shell-words.ts';
import { Problems } from '../../src/main/plan/problems.ts';
import { ROOT, withoutProgress } from '../support/cli.ts';
import { useKeptProcess } from '../support/kept-process.ts';
import { useTargets } from '../support/target.ts';

const startTarget = useTargets();
const volley = useKeptProcess();
const COOKBOOK = readFileSync(join(ROOT, 'docs/cookbook.md'), 'utf8');
const COMMANDS = [...COOKBOOK.matchAll(/```sh\n(volley [^`]*)\n```/g)].map((match) => match[1]!);

/** What each command has to bring to the server: requests in all. */
const REQUESTS: readonly (readonly [part: string, requests: number])[] = [
  ['dogs-before', 20],
  ['key1', 20],
  ['report.csv', 20],
  ['addresses.csv', 3],
  ['character=', 99],
  ['--urls', 5],
  ['delay/1000', 10],
  ['quicksort', 100],
  ['-o junit', 200],
  ['--abort-on', 500],
  ['--curl "curl \'http', 20],
  ['--curl "$ curl', 20],
  ['--har', 20],
  ['--once', 1],
];

function folderWith(base: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'volley-cookbook-'));
  const files = {
    'dogs-before.jpg': 'not really a picture',
    'kitten_small.jpg': 'nor this one',
    'addresses.csv': 'address,zipcode\n"1 Main St, Springfield",12345\n2 Side St,23456\nÜber 3,34567\n',
    'page.har': JSON.stringify({
      log: {
        entries: [`${base}bytes/1`, `${base}bytes/2`, 'http://third.example/'].map((url) => ({
          request: { method: 'GET', url },
        })),
      },
    }),
    'urls.txt': ['bytes/1', 'bytes/2', 'bytes/3', 'bytes/4', 'bytes/5'].map((path) => base + path).join('\n'),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('the cookbook', () => {
  test('has a check for each of its commands', () => {
    expect(COMMANDS).toHaveLength(REQUESTS.length);
  });

  test.each(REQUESTS)('%s', async (part, requests) => {
    const command = COMMANDS.find((text) => text.includes(part))!;
    const target = await startTarget();
    const { words } = splitShellWords(
      command.replaceAll('http://127.0.0.1:8080/', target.url),
      new Problems(),
    )!;
    const { code, stderr } = await volley.with({}, words.slice(1), folderWith(target.url));
    expect([code, withoutProgress(stderr)]).toEqual([0, '']);
    expect(target.stats().requests).toBe(requests);
  });
});
